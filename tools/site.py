"""Builds the deployable site: the demo page, the embed, and the runtime that Python needs in the browser.

Everything is put together in a folder beside the target, which then takes its place: none is ever half there.
"""

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

from tools import stamps
from tools.archive import Runtime
from tools.console import Console
from tools.failure import StepFailed, failing_as
from tools.notice import notice
from tools.paths import (
    BROWSER_WHEELS,
    CACHE,
    EXTENSION_WHEELS,
    NODE_MODULES,
    PAGE_WHEELS,
    REQUIREMENTS,
    ROOT,
    shown,
    venv_bin,
)
from tools.release import Release
from tools.run import run
from tools.sbom import sbom
from tools.setup import find_node

_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
# PyScript's entry, its one chunk, and the plugin that it loads even to switch it off. The widget needs no more; a page
# of one's own has the small plugins, too, and the graph of packages. The rest are editors, a terminal, other
# interpreters and source maps.
_PYSCRIPT = ("core.js", "core-*.js", "error-*.js")
_OWN_PYODIDE = ("pyodide.mjs",)
_PYSCRIPT_OWN = ("deprecations-manager-*.js", "donkey-*.js", "py-*-*.js", "pyodide_graph-*.js")
# Brotli's levels: the best takes 40 seconds for the runtime, once; the other, enough to run it, two.
BEST, QUICK = 11, 6
_EPOCH = {"SOURCE_DATE_EPOCH": "1577836800"}  # the same sources give the same wheel


def build_site(out: Path, console: Console, quality: int = BEST) -> None:
    """Writes the site, unless it is there, as well compressed, and nothing it is made of has changed."""
    out = out.resolve()
    stamp = CACHE / "stamps" / f"site-{hashlib.sha256(str(out).encode()).hexdigest()[:12]}.json"
    wanted = fingerprint()
    if any(stamps.read(stamp) == _facts_of(out, wanted, enough) for enough in {quality, BEST}):
        return
    _refuse_to_overwrite(out)
    staging = out.parent / f".{out.name}.new"
    with failing_as("The site could not be built"):
        with console.step("Building the site"):
            shutil.rmtree(staging, ignore_errors=True)
            assemble(staging, find_node(console).node)
        compress(staging, console, quality)
        _replace(out, staging)
        stamps.write(stamp, _facts_of(out, wanted, quality))


def fingerprint() -> str:
    """A hash of everything the site is made of; what comes from a registry, by its lock file."""
    sources = stamps.tree(
        ROOT / "static", ROOT / "demo", ROOT / "examples" / "own-page", ROOT / "widget", ROOT / "tools"
    )
    single = ["index.html", "pyproject.toml", "README.md", "LICENSE", "package-lock.json"]
    files = [
        *(ROOT / name for name in single),
        REQUIREMENTS / "browser.txt",
        REQUIREMENTS / "extension.txt",
        REQUIREMENTS / "pages.txt",
        *sources,
    ]
    return stamps.digest(*(file for file in files if file.is_file()))


def _facts_of(out: Path, sources: str, quality: int) -> dict[str, str]:
    return {"sources": sources, "files": _listing(out), "quality": str(quality)}


def _listing(out: Path) -> str:
    # Sizes and times are enough to notice a file that was deleted, cut short or edited.
    files = sorted(path for path in out.rglob("*") if path.is_file()) if out.is_dir() else []
    facts = [f"{path.relative_to(out)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return stamps.digest("\n".join(facts))


def _refuse_to_overwrite(out: Path) -> None:
    is_ours = (out / "chatwheel" / "embed.js").is_file()
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not is_ours):
        raise StepFailed(
            f"{shown(out)} holds something that is not a site of ours: name another folder with --out."
        )


def assemble(site: Path, node: Path) -> None:
    """The site's files, uncompressed."""
    home = site / "chatwheel"
    release = Release(home, ROOT / "static")
    shutil.copytree(ROOT / "demo", site / "demo", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(ROOT / "examples" / "own-page", site / "demo" / "own-page")
    shutil.copyfile(ROOT / "index.html", site / "index.html")
    runtime = home / "runtime"
    _copy(NODE_MODULES / "pyodide", runtime / "pyodide", _PYODIDE)
    _copy(NODE_MODULES / "@pyscript" / "core" / "dist", runtime / "pyscript", (*_PYSCRIPT, *_PYSCRIPT_OWN))
    wheels = runtime / "wheels"
    _copy(BROWSER_WHEELS, wheels, ("*.whl",))
    build_wheel(wheels)
    own = release.folder / "runtime"
    _copy(NODE_MODULES / "pyodide", own / "pyodide", _OWN_PYODIDE)
    _copy(NODE_MODULES / "@pyscript" / "core" / "dist", own / "pyscript", _PYSCRIPT)
    Runtime(runtime, own).write(sorted(wheels.glob("*.whl")), node, release.makers())
    release.finish()
    shutil.copytree(PAGE_WHEELS, wheels, ignore=shutil.ignore_patterns("*.json"), dirs_exist_ok=True)
    lock(runtime)
    (runtime / "NOTICE.txt").write_text(notice(wheels, EXTENSION_WHEELS), encoding="utf-8")
    materials = sbom(home, fingerprint(), wheels, EXTENSION_WHEELS)
    (home / "sbom.json").write_text(materials, encoding="utf-8")


def _copy(source: Path, target: Path, patterns: tuple[str, ...]) -> None:
    target.mkdir(parents=True)
    for pattern in patterns:
        found = sorted(source.glob(pattern))
        if not found:
            raise StepFailed(
                f"{shown(source)} has no {pattern}: delete that folder and run the command again."
            )
        for path in found:
            shutil.copyfile(path, target / path.name)


def build_wheel(folder: Path) -> None:
    """The chatwheel wheel, from the sources as they are."""
    run(
        [venv_bin("python"), "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        "wheel",
        environment=_EPOCH,
    )


def lock(runtime: Path) -> None:
    """pyodide-lock.json: pages that name `chatwheel`, or its wheel, get the site's own wheels, and nothing else."""
    stock = json.loads((NODE_MODULES / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    wheels = sorted((runtime / "wheels").glob("*.whl"))
    names = {wheel: wheel.name.split("-")[0].replace("_", "-") for wheel in wheels}
    packages = {
        name: {
            "name": name,
            "version": wheel.name.split("-")[1],
            "file_name": f"../wheels/{wheel.name}",
            "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "install_dir": "site",
            "package_type": "package",
            "imports": [name.replace("-", "_")],
            "depends": sorted(_needed(wheel) & {*names.values()}),
        }
        for wheel, name in names.items()
    }
    text = json.dumps({"info": stock["info"], "packages": packages}, indent=1)
    (runtime / "pyodide" / "pyodide-lock.json").write_text(text, encoding="utf-8")


def _needed(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode("utf-8")
    found = re.findall(r"^Requires-Dist: ([\w.-]+)", metadata, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", need).lower() for need in found}


def compress(site: Path, console: Console, quality: int) -> None:
    """`.br` and `.gz` beside every file that gains from it."""
    with console.step("Compressing the site") as step:

        def show(line: str) -> None:
            if re.fullmatch(r"\d+ of \d+ files", line):
                step.detail = line

        packer: list[str | Path] = [venv_bin("python"), "-m", "tools.compress"]
        command = [*packer, site, CACHE / "compressed", str(quality)]
        run(command, "compress", on_line=show)


def _replace(out: Path, staging: Path) -> None:
    old = out.parent / f".{out.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.exists():
        out.rename(old)
    staging.rename(out)
    shutil.rmtree(old, ignore_errors=True)
