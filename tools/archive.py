"""Makes what the widget's worker starts Python from: one archive of compiled modules, and the extension on its own.

The bytecode must fit the interpreter that will run it, so Pyodide itself compiles it, under Node. That takes a quarter
of a minute; the result is kept under the hash of everything that goes in.
"""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

from tools import stamps
from tools.failure import StepFailed
from tools.paths import CACHE, EXTENSION_WHEELS, NODE_MODULES, ROOT
from tools.run import run

SCRIPTS = ROOT / "tools" / "pack"
EXTENSION = "pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so"
SITE_PACKAGES = "/lib/python3.14/site-packages"
_PYSCRIPT = NODE_MODULES / "@pyscript" / "core" / "src" / "stdlib" / "pyscript.js"
# What nothing imports at once, but something does later: when an exception is logged, a date parsed, a text decoded.
_LATER = (
    "pydantic._internal._dataclasses",
    *("_strptime", "asyncio", "json", "linecache", "random", "secrets", "tokenize", "traceback", "uuid"),
    *("encodings.ascii", "encodings.cp437", "encodings.idna", "encodings.latin_1", "encodings.utf_16"),
)
_IMPORTS = ("pydantic", "pyodide_http", *_LATER)
_LEFT_OUT = ("chatwheel.extension.testing", "chatwheel.transport.cpython", "chatwheel.transport.memory")
# What is loaded when an extension imports it, in order: each holds what the ones before it do not.
BUNDLES = {
    "urllib": ("urllib.request", "http.client", "pyodide_http._urllib"),
    "requests": ("requests", "netrc", "pyodide_http._requests"),
    "pydantic": ("pydantic.*",),  # what chatwheel itself does not use of it
}
_KEPT = 4  # archives of earlier sources


def build_archives(wheels: list[Path], node: Path) -> dict[str, bytes]:
    """The archive and the bundles, by name, from the wheels and the npm packages."""
    kept = CACHE / "archives" / _fingerprint(wheels)
    if not kept.is_dir():
        _pack(wheels, node, kept)
        _forget_oldest(kept.parent)
    return {path.stem: path.read_bytes() for path in sorted(kept.glob("*.zip"))}


def _fingerprint(wheels: list[Path]) -> str:
    packed = [*wheels, *sorted(EXTENSION_WHEELS.glob("*.whl"))]
    facts = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in packed}  # wherever they lie
    lists = json.dumps([_IMPORTS, _LEFT_OUT, BUNDLES, facts])
    return stamps.digest(lists, ROOT / "package-lock.json", *sorted(SCRIPTS.iterdir()))


def _pack(wheels: list[Path], node: Path, out: Path) -> None:
    own, stand_in = SCRIPTS / "chatwheel_boot.py", SCRIPTS / "certifi.py"
    task = {
        "pyodide": str(NODE_MODULES / "pyodide" / "pyodide.mjs"),
        "pyscript": str(_PYSCRIPT),
        "wheels": [str(wheel) for wheel in [*wheels, *sorted(EXTENSION_WHEELS.glob("*.whl"))]],
        "script": str(SCRIPTS / "pack.py"),
        "own": [{"name": own.name, "path": str(own)}],
        "stand_ins": [{"name": stand_in.name, "path": str(stand_in)}],
        "package": "chatwheel",
        "imports": _IMPORTS,
        "left_out": _LEFT_OUT,
        "bundles": BUNDLES,
    }
    description, draft = out.with_suffix(".json"), out.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    description.write_text(json.dumps(task), encoding="utf-8")
    run([node, SCRIPTS / "pack.mjs", description, draft], "archive")
    description.unlink()
    draft.replace(out)


def _forget_oldest(folder: Path) -> None:
    kept = [path for path in folder.iterdir() if path.is_dir()]
    for path in sorted(kept, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
        shutil.rmtree(path)


def extension_of(wheels: list[Path]) -> bytes:
    """The compiled half of pydantic, out of its wheel."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            if EXTENSION in archive.namelist():
                return archive.read(EXTENSION)
    raise StepFailed("No wheel has pydantic's extension: delete .cache/wheels and run the command again.")


class Runtime:
    """The folder `runtime/` of a site: files under names that hold their hash; and the release's own `runtime/`.

    There is runtime.json, which names them, and what boot.mjs imports by a fixed name.
    """

    def __init__(self, folder: Path, own: Path) -> None:
        self._folder = folder
        self._own = own

    def write(self, wheels: list[Path], node: Path, makers: dict[str, str]) -> None:
        """Everything that boot.mjs loads.

        Args:
            wheels: what the archives are made of.
            node: the program that runs Pyodide.
            makers: the hashes of the modules that make and restore a snapshot, by their paths.
        """
        pyodide = NODE_MODULES / "pyodide"
        archives = build_archives(wheels, node)
        lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
        described = {
            "lock": {"info": lock["info"], "packages": {}},
            "module": self._put("pyodide.asm", ".mjs", (pyodide / "pyodide.asm.mjs").read_bytes()),
            "wasm": self._put("pyodide.asm", ".wasm", (pyodide / "pyodide.asm.wasm").read_bytes()),
            "archive": self._put("python", ".zip", archives.pop("python")),
            "extension": self._put("pydantic_core", ".wasm", extension_of(wheels))
            | {"target": f"{SITE_PACKAGES}/{EXTENSION}"},
            "rest": self._put("python-rest", ".zip", (pyodide / "python_stdlib.zip").read_bytes()),
            "bundles": {
                name: self._put(f"python-{name}", ".zip", content) for name, content in archives.items()
            },
        }
        key = stamps.digest(json.dumps([described, makers], sort_keys=True))
        whole = {"key": key, **described}
        (self._own / "runtime.json").write_text(json.dumps(whole, indent=1), encoding="utf-8")

    def _put(self, stem: str, suffix: str, content: bytes) -> dict[str, str | int]:
        digest = hashlib.sha256(content).hexdigest()
        name = f"{stem}.{digest[:16]}{suffix}"
        (self._folder / name).write_bytes(content)
        return {"path": f"../../runtime/{name}", "size": len(content), "sha256": digest}
