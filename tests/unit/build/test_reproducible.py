"""A site is the same wherever and whenever it is built, and says what is in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import paths, release, setup, site
from tools.console import Console

ROOT = paths.ROOT
BUILT = Path(os.environ.get("CHATWHEEL_SITE", paths.SITE)) / "chatwheel"
PACKED = (".br", ".gz")
BUILD = "import sys; from pathlib import Path; from tools.site import assemble; assemble(*map(Path, sys.argv[1:]))"


def contents(folder: Path) -> dict[str, str]:
    """The hash of each file; not of the compressed ones, which are made of the others alone."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in PACKED
    }


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The repository in another place, with other times, and without what was packed before."""
    elsewhere = tmp_path / "a rather different place"
    elsewhere.mkdir()
    names = [
        "widget",
        "static",
        "demo",
        "examples",
        "tools",
        "requirements",
        "index.html",
        "package-lock.json",
    ]
    for name in [*names, "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"]:
        if (ROOT / name).is_dir():
            left_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, elsewhere / name, copy_function=shutil.copyfile, ignore=left_out)
        else:
            shutil.copyfile(ROOT / name, elsewhere / name)
    for name in ("node_modules", ".venv"):
        (elsewhere / name).symlink_to(ROOT / name)
    for folder in (paths.BROWSER_WHEELS, paths.EXTENSION_WHEELS, paths.PAGE_WHEELS):
        shutil.copytree(folder, elsewhere / ".cache" / folder.name)
    return elsewhere


def test_two_builds_are_the_same_to_the_byte(sources: Path) -> None:
    """Another folder, another day, another time zone, another language, other rights: the same files."""
    node = setup.find_node(Console()).node
    environment = {**os.environ, "TZ": "Pacific/Apia", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", BUILD, str(sources / "site"), str(node)]
    subprocess.run(command, cwd=sources, env=environment, umask=0o077, check=True)
    bill = json.loads((BUILT / "sbom.json").read_text(encoding="utf-8"))
    [of] = bill["metadata"]["component"]["properties"]
    assert of["value"] == site.fingerprint(), (
        f"{BUILT} is older than its sources: run `python3 build.py site`"
    )
    again, before = contents(sources / "site" / "chatwheel"), contents(BUILT)
    assert len(again) > 60 and "sbom.json" in again
    assert {name: again.get(name) for name in before} == before and again.keys() == before.keys()


def test_the_bill_of_materials_has_every_part_and_every_file() -> None:
    """What was locked, with its hash and licence, and the hash of each file that is served."""
    bill = json.loads((BUILT / "sbom.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert "timestamp" not in bill["metadata"] and re.fullmatch(
        r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"]
    )
    parts: dict[str, list[dict[str, Any]]] = {"library": [], "file": []}
    for part in bill["components"]:
        parts[part["type"]].append(part)
    files = {part["name"]: part["hashes"][0]["content"] for part in parts["file"]}
    assert files == {name: digest for name, digest in contents(BUILT).items() if name != "sbom.json"}

    versions = {part["purl"] for part in parts["library"]}
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    expected = {f"pkg:npm/{name.replace('@', '%40')}@{version}" for name, version in wanted.items()}
    locked = ""
    for name in ("browser", "extension", "pages"):
        locked += (ROOT / "requirements" / f"{name}.txt").read_text()
    expected |= {
        f"pkg:pypi/{name}@{version}" for name, version in re.findall(r"^([\w-]+)==(\S+)", locked, re.M)
    }
    assert expected <= versions and len(versions) == len(parts["library"])
    assert any(version.startswith("pkg:generic/cpython@3.14.") for version in versions)
    for part in parts["library"]:
        [licence] = part["licenses"]
        assert licence["license"].get("id"), part["name"]
        if part["name"] == "cpython":
            continue
        [hashed] = part["hashes"]
        assert len(hashed["content"]) == {"SHA-256": 64, "SHA-512": 128}[hashed["alg"]]
        if hashed["alg"] == "SHA-256":
            assert f"sha256:{hashed['content']}" in locked, part["name"]
    assert json.dumps(str(ROOT))[1:-1] not in (BUILT / "sbom.json").read_text()


def test_a_served_site_is_compared_with_its_bill(tmp_path: Path) -> None:
    """By what `docs/deploy.md` gives for it."""
    docs = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    [program] = re.findall(r"<<'CHECK'\n(.*?)^CHECK$", docs, re.S | re.M)

    def said(folder: Path) -> str:
        command = [sys.executable, "-", str(BUILT / "sbom.json"), f"{folder.as_uri()}/"]
        done = subprocess.run(command, input=str(program), stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout

    assert said(BUILT) == ""
    other = shutil.copytree(BUILT, tmp_path / "other")
    with (other / "embed.js").open("a") as file:
        file.write("//")
    assert said(other) == "differs: embed.js\n"


def test_every_script_of_the_widget_is_ascii() -> None:
    """A server that says nothing, or something wrong, of the encoding changes nothing in them."""
    app = next(BUILT.glob("app.*"))
    scripts = [path for path in (*BUILT.glob("*.js"), *app.rglob("*")) if path.suffix in (".js", ".mjs")]
    assert len(scripts) > 30
    assert [path.name for path in scripts if not path.read_bytes().isascii()] == []


def test_signs_are_escaped_as_javascript_has_them() -> None:
    assert release.in_ascii("'é ⚠️ 😀'") == r"'\u00e9 \u26a0\ufe0f \ud83d\ude00'"
