"""Runs in Pyodide under Node, started by pack.mjs: finds out which modules are used, compiles them, packs them.

What is used is found by importing it. A module that is left out is not lost: `chatwheel_rest`, which is written here,
lists what else there is and where, and chatwheel_boot fetches it when something imports it.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import json
import marshal
import pkgutil
import sys
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

TASK = json.loads(Path("/task/task.json").read_text())
SITE_PACKAGES = Path("/lib/python3.14/site-packages")
STDLIB = "/lib/python314.zip"
EXTRA = Path("/task/extra")
STAND_INS = Path("/task/stand-ins")  # for modules that are of no use in a browser
DOCSTRINGS_NEEDED = {"email/_policybase.py"}  # email.policy builds its own from them
UNCHECKED_HASH = 0b01
EPOCH = (1980, 1, 1, 0, 0, 0)


def use() -> str:
    """Imports everything that the widget uses, now or later; returns a module that does so, for snapshots."""
    importlib.invalidate_caches()
    names = [*TASK["imports"], *needed_by_pyscript()]
    for name in names:
        importlib.import_module(name)
    package = importlib.import_module(TASK["package"])
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name not in TASK["left_out"]:
            importlib.import_module(module.name)
            names.append(module.name)
    return "".join(f"import {name}\n" for name in names)


def needed_by_pyscript() -> list[str]:
    """Its own modules cannot be imported here: there is no PyScript."""
    sources = [path.read_text() for path in sorted(EXTRA.glob("pyscript/*.py"))]
    names = {name for source in sources for name in imported_by(source)}
    return sorted(name for name in names | {"pathlib"} if name.partition(".")[0] in sys.stdlib_module_names)


def imported_by(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def sources() -> dict[str, str]:
    """The source of each module that has been imported, by its path in the archive."""
    found = {}
    for module in list(sys.modules.values()):
        spec = getattr(module, "__spec__", None)
        if spec is None or not spec.origin or not python_of(spec.origin).endswith(".py"):
            continue
        origin = python_of(spec.origin)
        if origin.startswith(STDLIB):
            path = origin.removeprefix(f"{STDLIB}/")
        elif Path(origin).is_relative_to(STAND_INS):
            path = str(Path(origin).relative_to(STAND_INS))
        elif Path(origin).is_relative_to(SITE_PACKAGES):
            path = str(Path(origin).relative_to(SITE_PACKAGES))
        else:
            continue
        found[path] = Path(origin).read_text() if origin != spec.origin else spec.loader.get_source(spec.name)
    return found | {str(path.relative_to(EXTRA)): path.read_text() for path in EXTRA.rglob("*.py")}


def python_of(origin: str) -> str:
    """The source that a linked module was compiled from, where it lies beside it: an archive links none."""
    source = Path(f"{origin.partition('.cpython-')[0]}.py")
    return str(source) if origin.endswith(".so") and source.exists() else origin


def without_docstrings(tree: ast.Module) -> ast.Module:
    """Nothing at run time reads them; assertions stay."""
    for node in scopes(tree):
        match node.body:
            case [ast.Expr(value=ast.Constant(value=str())) as docstring, *rest]:
                alone: list[ast.stmt] = (
                    [] if isinstance(node, ast.Module) else [ast.copy_location(ast.Pass(), docstring)]
                )
                node.body = rest or alone
    return tree


def scopes(node: ast.AST) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """What can have a docstring, in a node and below: in statements only, for most nodes are in expressions."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(node, part, ()):
            yield from scopes(inner)


def compiled(path: str, source: str) -> bytes:
    """A `.pyc` that is never compared with its source, and the same for the same source."""
    tree = ast.parse(source)
    tree = tree if path in DOCSTRINGS_NEEDED else without_docstrings(tree)
    code = compile(tree, path, "exec", dont_inherit=True, optimize=0)
    return importlib.util.MAGIC_NUMBER + UNCHECKED_HASH.to_bytes(4, "little") + bytes(8) + marshal.dumps(code)


def modules_of(archive: str) -> Iterator[str]:
    """The names of the modules in a zip file."""
    with zipfile.ZipFile(archive) as file:
        for path in file.namelist():
            if path.endswith(".py"):
                yield path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def rest(packed: dict[str, str], bundles: dict[str, dict[str, str]]) -> str:
    """The module that says what is not in the archive: the rest of the standard library, and what lies in bundles.

    And what in it is PyScript's.
    """
    names = sorted(set(modules_of(STDLIB)) - {module_name(path) for path in packed})
    places = {name: bundle for bundle, found in bundles.items() for name in sorted(map(module_name, found))}
    pyscript = sorted(module_name(path) for path in packed if path.startswith("pyscript/"))
    return f"NAMES = frozenset({' '.join(names)!r}.split())\nBUNDLES = {places!r}\nPYSCRIPT = {pyscript!r}\n"


def module_name(path: str) -> str:
    """Of the file of a module."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def import_all(name: str) -> None:
    """A module; with `.*` behind it, all modules of a package that can be imported here."""
    package = importlib.import_module(name.removesuffix(".*"))
    if not name.endswith(".*"):
        return
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=lambda _: None):
        if not module.name.startswith("pydantic.v1"):  # another library, for another age
            with contextlib.suppress(ImportError), warnings.catch_warnings(action="ignore"):
                importlib.import_module(module.name)


def bundled(packed: dict[str, str]) -> dict[str, dict[str, str]]:
    """For each bundle, the sources of what it needs and what is not anywhere before it."""
    sys.path.insert(0, str(STAND_INS))
    before = set(packed)
    bundles = {}
    for bundle, names in TASK["bundles"].items():
        for name in names:
            import_all(name)
        bundles[bundle] = {path: source for path, source in sources().items() if path not in before}
        before |= bundles[bundle].keys()
    return bundles


def pack() -> None:
    preload = use()
    modules = sources() | {"chatwheel_preload.py": preload}
    bundles = bundled(modules)
    modules["chatwheel_rest.py"] = rest(modules, bundles)
    Path("/task/out").mkdir()
    for name, found in {"python": modules, **bundles}.items():
        with zipfile.ZipFile(f"/task/out/{name}.zip", "w", zipfile.ZIP_STORED) as archive:
            for path, source in sorted(found.items()):
                archive.writestr(zipfile.ZipInfo(f"{path}c", EPOCH), compiled(path, source))


pack()
