"""The site's assembly, as far as it goes without the network."""

import gzip
import json
import random
import re
import shutil
import socket
import zipfile
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest

from tools import archive, compress, demo, release, site, stamps
from tools.failure import StepFailed

ROOT = Path(site.__file__).parent.parent


def test_what_others_have_put_there_is_not_overwritten(tmp_path: Path) -> None:
    site._refuse_to_overwrite(tmp_path / "new")
    site._refuse_to_overwrite(tmp_path)
    (tmp_path / "letter.txt").touch()
    with pytest.raises(
        StepFailed, match="holds something that is not a site of ours: name another folder with --out"
    ):
        site._refuse_to_overwrite(tmp_path)
    (tmp_path / "chatwheel").mkdir()
    (tmp_path / "chatwheel" / "embed.js").touch()
    site._refuse_to_overwrite(tmp_path)


def test_a_site_takes_the_place_of_the_one_before_in_one_go(tmp_path: Path) -> None:
    old, new = tmp_path / "site", tmp_path / ".site.new"
    for folder in (old, new):
        folder.mkdir()
        (folder / folder.name).touch()
    site._replace(old, new)
    assert [path.name for path in old.iterdir()] == [".site.new"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_file_that_changed_or_vanished_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = site._listing(tmp_path)
    assert site._listing(tmp_path) == before
    (tmp_path / "a").write_text("12")
    assert site._listing(tmp_path) != before
    (tmp_path / "a").unlink()
    assert site._listing(tmp_path) != before


def test_what_python_leaves_behind_is_not_a_source(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    for name in ("a.py", "__pycache__/a.cpython-314.pyc", ".a.py.swp"):
        (tmp_path / name).touch()
    assert [path.name for path in stamps.tree(tmp_path)] == ["a.py"]


def test_a_digest_depends_on_names_and_contents(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("same")
    assert stamps.digest(tmp_path / "a") != stamps.digest(tmp_path / "b")
    assert stamps.digest("ab", "c") != stamps.digest("a", "bc")


def test_a_package_without_a_file_that_is_needed(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"has no core-\*\.js: delete that folder and run the command again"):
        site._copy(tmp_path, tmp_path / "target", ("core-*.js",))


def test_runtime_json_names_what_boot_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyodide = tmp_path / "node_modules" / "pyodide"
    pyodide.mkdir(parents=True)
    lock: dict[str, Any] = {"info": {"abi_version": "2026_0"}, "packages": {"numpy": {}}}
    (pyodide / "pyodide-lock.json").write_text(json.dumps(lock))
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        (pyodide / name).write_bytes(b"abc")
    wheel = tmp_path / "x-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(archive.EXTENSION, b"abc")
    monkeypatch.setattr(archive, "NODE_MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(
        archive, "build_archives", lambda wheels, node: {"python": b"abc", "requests": b"abc"}
    )
    runtime, own = tmp_path / "runtime", tmp_path / "app" / "runtime"
    runtime.mkdir()
    own.mkdir(parents=True)
    makers = {"maker.mjs": "sha256-1", "runtime/pyodide/pyodide.mjs": "sha256-2"}

    def written() -> dict[str, Any]:
        shutil.rmtree(runtime)
        runtime.mkdir()
        archive.Runtime(runtime, own).write([wheel], Path("node"), makers)
        return dict(json.loads((own / "runtime.json").read_text()))

    described = written()
    assert described["lock"] == {"info": {"abi_version": "2026_0"}, "packages": {}}
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert described["wasm"] == {
        "path": f"../../runtime/pyodide.asm.{digest[:16]}.wasm",
        "size": 3,
        "sha256": digest,
    }
    for name in ("module", "wasm", "archive", "extension", "rest"):
        assert (own / described[name]["path"]).read_bytes() == b"abc"
    assert (own / described["bundles"]["requests"]["path"]).read_bytes() == b"abc"

    keys = [described["key"]]
    monkeypatch.setattr(archive, "build_archives", lambda wheels, node: {"python": b"abc", "requests": b"x"})
    keys.append(written()["key"])
    lock["info"]["abi_version"] = "2027_0"
    (pyodide / "pyodide-lock.json").write_text(json.dumps(lock))
    keys.append(written()["key"])
    makers["maker.mjs"] = "sha256-3"
    keys.append(written()["key"])
    assert len({*keys}) == 4 and written()["key"] == keys[-1]


def released(home: Path, sources: Path) -> str:
    made = release.Release(home, sources)
    for path in ("runtime/runtime.json", "runtime/pyodide/pyodide.mjs", "runtime/pyscript/core.js"):
        (made.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (made.folder / path).write_text("")
    makers = {"maker.mjs", "python.mjs", "snapshot.mjs", "runtime/pyodide/pyodide.mjs"}
    assert {*made.makers()} == makers  # what the key of a snapshot is made of
    made.finish()
    return made.folder.name


def test_a_release_has_a_name_of_its_own(tmp_path: Path) -> None:
    """embed.js and frame.html name its folder, and the hash of each file that they, or the worker, load."""
    name = released(tmp_path, ROOT / "static")
    folder = tmp_path / name
    assert re.fullmatch(r"app\.[0-9a-f]{16}", name)
    assert not (folder / "frame.html").exists()
    embed, frame = ((tmp_path / file).read_text() for file in ("embed.js", "frame.html"))
    assert len(brotli.compress(embed.encode())) <= 6 * 1024
    version = name.removeprefix("app.")
    pinned = (tmp_path / f"embed.{version}.js").read_text()
    assert pinned == embed.replace('"frame.html"', f'"frame.{version}.html"') != embed
    assert (tmp_path / f"frame.{version}.html").read_text() == frame
    assert release.pinned_embed(tmp_path) == (f"embed.{version}.js", release.integrity(pinned.encode()))
    for module in ("page.mjs", "unread.mjs"):
        assert f'"{name}/{module}": "{release.integrity((folder / module).read_bytes())}"' in embed
    loaded = dict(re.findall(rf'(?:href|src)="{name}/([^"]+)" integrity="([^"]+)"', frame))
    assert {"theme.css", "stage.mjs", "edits.mjs", "words.mjs", "guard.mjs", "runtime/pyscript/core.js"} <= {
        *loaded
    }
    later = json.loads(re.findall(r'id="release-files">([^<]+)', frame)[0])
    languages = {path.relative_to(folder).as_posix() for path in folder.glob("locales/*")}
    assert {"boot.mjs", "maker.mjs", "emoji.mjs", "sheet.mjs", *languages} == {*later}
    assert {"maker.mjs", "python.mjs", "snapshot.mjs", "runtime/pyodide/pyodide.mjs"} == {*later["maker.mjs"]}
    assert {"sheet.mjs"} < {*later["sheet.mjs"]}
    assert {
        "boot.mjs",
        "databases.mjs",
        "python.mjs",
        "snapshot.mjs",
        "runtime/pyodide/pyodide.mjs",
        "runtime/runtime.json",
    } == {*later["boot.mjs"]}
    for each in (loaded, *later.values()):
        for path, hashed in each.items():
            assert release.integrity((folder / path).read_bytes()) == hashed
    assert frame.count("src=") == frame.count("src=", frame.index(name)) and 'href="theme' not in frame

    sources = shutil.copytree(ROOT / "static", tmp_path / "static")
    assert released(tmp_path / "same", sources) == name
    (sources / "locales" / "de.json").write_text("{}")
    assert released(tmp_path / "other", sources) != name
    shutil.copyfile(ROOT / "static" / "locales" / "de.json", sources / "locales" / "de.json")
    (sources / "frame.html").write_text((sources / "frame.html").read_text() + "\n")
    assert released(tmp_path / "frame", sources) != name, "what never changes would change"


def test_no_wheel_has_the_extension(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"delete \.cache/wheels"):
        archive.extension_of([])


def test_only_what_gains_is_compressed(tmp_path: Path) -> None:
    text, noise = b"all work and no play " * 500, random.Random(1).randbytes(10_000)
    assert set(compress.pack(text, 9)) == {".gz", ".br"}
    assert gzip.decompress(compress.pack(text, 9)[".gz"]) == text
    assert compress.pack(noise, 9) == compress.pack(b"short", 9) == {}
    assert not compress.is_worth_it(10_000, 9_500)


def test_one_content_under_several_names_is_compressed_once(tmp_path: Path) -> None:
    """Two that compressed it at a time wrote over each other: a document was empty for who asked for Brotli."""
    for name in ("frame.html", "frame.1.html", "notes/copy.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"the same words, " * 1000)
    (tmp_path / "longer.txt").write_bytes(b"other words, " * 5000)
    one, several = compress.by_content(tmp_path)
    assert [path.name for path in one] == ["longer.txt"]
    assert {path.name for path in several} == {"frame.html", "frame.1.html", "copy.html"}
    compress.compress_folder(tmp_path, tmp_path / ".cache", 5)
    for path in several:
        assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == path.read_bytes()


def test_what_was_compressed_once_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, file = tmp_path / "cache", tmp_path / "a.js"
    file.write_bytes(b"let x = 1;\n" * 1000)
    compress.pack_files([file], cache, 11)
    best = (tmp_path / "a.js.br").read_bytes()
    (tmp_path / "a.js.br").unlink()

    def again(*_: object) -> dict[str, bytes]:
        raise AssertionError("compressed again")

    monkeypatch.setattr(compress, "pack", again)
    compress.pack_files([file], cache, 9)  # the better one is there already
    assert (tmp_path / "a.js.br").read_bytes() == best


def test_a_port_that_is_taken(unused_tcp_port: int) -> None:
    demo.check_port(unused_tcp_port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", unused_tcp_port))
        other.listen()
        with pytest.raises(StepFailed, match=rf"Port {unused_tcp_port} is taken: .* such as --port"):
            demo.check_port(unused_tcp_port)


@pytest.mark.parametrize("port", [0, -1, 70_000])
def test_a_port_that_is_none(port: int) -> None:
    with pytest.raises(StepFailed, match=f"{port} is not a port"):
        demo.check_port(port)


def test_the_lock_files_hold_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text, path
        requirements = [part for part in text.replace("\\\n", " ").splitlines() if "==" in part]
        assert requirements
        assert all("--hash=sha256:" in part for part in requirements), path
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    locked = {path: entry for path, entry in packages.items() if path}
    assert all("integrity" in entry and "resolved" not in entry for entry in locked.values())


def test_the_versions_agree() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    pins = {
        name: dict(
            line.split(" ")[0].split("==") for line in _lines(name) if "==" in line and line[0].isalpha()
        )
        for name in ("demo", "dev", "browser")
    }
    assert pins["demo"].items() <= pins["dev"].items()
    assert (
        pins["browser"]["pydantic"] == pins["demo"]["pydantic"]
    )  # what is tested is what runs in the browser


def _lines(name: str) -> list[str]:
    return (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()


def test_the_embed_is_served_without_its_comments() -> None:
    source = (ROOT / "static" / "embed.js").read_text(encoding="utf-8")
    served = release.without_comments(source)
    assert "@type" in source and not re.search(r"^\s*(?:/\*\*|\*|// )", served, re.MULTILINE)
    kept = [line for line in source.splitlines() if not re.match(r"\s*(?:/\*\*|\*|// )", line)]
    assert served.splitlines() == kept
    assert len(brotli.compress(served.encode())) < 6_144 - 400, "the hashes of its modules come to it"
