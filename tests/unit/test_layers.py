"""Who may import whom: the layers of `docs/architecture.md`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "widget" / "chatwheel"
MODULES = sorted(path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.rglob("*.py"))

SHAPES = ("sdk/models", "sdk/events", "sdk/errors")
CORE = (
    "sdk/protocol",
    "sdk/connection",
    "sdk/backoff",
    "sdk/actions",
    "sdk/call",
    "sdk/requests",
    "sdk/dialogue",
    "sdk/heartbeat",
    "sdk/outputs",
    "sdk/endpoints",
    "sdk/login",
    "sdk/missed",
    "sdk/session",
)
BROWSER_ONLY = ("transport/browser", "transport/browser_tabs", "app")
JAVASCRIPT = ("js", "pyodide", "pyodide_js", "pyscript")
OF_THE_WORLD = ("asyncio", "time", "random", "socket", "secrets", "threading", "websockets", "httpx", "os")


def is_in(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}/") for place in places)


def imports(module: str) -> set[str]:
    """Modules that a module imports anywhere in it; those of our own as paths, others by their first name.

    What only type checkers import does not count.
    """
    path = PACKAGE / f"{module}.py"
    package = path.parent.relative_to(PACKAGE.parent)
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unseen = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for branch in node.body
        for inner in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = _from(node, package)
        else:
            continue
        for name in names:
            first, _, rest = name.partition(".")
            found.add(_ours(rest.replace(".", "/")) if first == "chatwheel" else first)
    return found


def _from(node: ast.ImportFrom, package: Path) -> list[str]:
    base = node.module or ""
    if node.level:
        parts = package.parts[: len(package.parts) - node.level + 1]
        base = ".".join((*parts, *([base] if base else [])))
    return [f"{base}.{alias.name}" for alias in node.names] if base.startswith("chatwheel") else [base]


def _ours(path: str) -> str:
    """The module a name belongs to: `sdk/events/IncomingEvent` is in `sdk/events`."""
    while path and path not in MODULES and f"{path}/__init__" not in MODULES:
        path = path.rpartition("/")[0]
    return path


@pytest.mark.parametrize("module", MODULES)
def test_javascript_is_touched_in_three_places_only(module: str) -> None:
    if module not in BROWSER_ONLY:
        assert not imports(module) & set(JAVASCRIPT)


@pytest.mark.parametrize("module", [name for name in MODULES if is_in(name, SHAPES)])
def test_shapes_know_nothing_but_shapes(module: str) -> None:
    ours = {name for name in imports(module) if name.startswith(("sdk", "transport", "ui", "app"))}
    assert all(is_in(name, SHAPES) for name in ours), ours
    assert not imports(module) & set(OF_THE_WORLD)


@pytest.mark.parametrize("module", CORE)
def test_the_core_touches_no_world(module: str) -> None:
    assert module in MODULES
    ours = {name for name in imports(module) if name.startswith(("sdk", "transport", "ui", "app"))}
    assert all(is_in(name, (*SHAPES, *CORE)) for name in ours), ours
    assert not imports(module) & set(OF_THE_WORLD)


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("sdk/")])
def test_the_sdk_knows_transports_only_by_their_protocols(module: str) -> None:
    chosen = {"transport/browser", "transport/browser_tabs", "transport/cpython"}
    allowed = {"transport/base"} | (chosen if module == "sdk/factory" else set())
    ours = {name for name in imports(module) if name.startswith(("transport", "ui", "app"))}
    assert ours <= allowed


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("transport/")])
def test_transports_know_nothing_of_the_protocol(module: str) -> None:
    assert not {name for name in imports(module) if name.startswith(("sdk", "ui", "app"))}


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("ui/")])
def test_the_ui_uses_the_public_face(module: str) -> None:
    public = ("sdk", "sdk/models", "sdk/events", "sdk/errors", "sdk/uploads", "transport/base", "version")
    ours = {name for name in imports(module) if name.startswith(("sdk", "transport", "app"))}
    assert ours <= set(public), ours - set(public)


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("extension/")])
def test_extensions_use_the_ui_and_the_public_face(module: str) -> None:
    """What tries them out on CPython is the one that builds a widget."""
    public = ("sdk", "sdk/models", "sdk/events", "transport/base")
    ours = {name for name in imports(module) if name.startswith(("sdk", "transport", "app"))}
    if module == "extension/testing":
        ours -= {"transport/memory"}
    assert ours <= set(public), ours - set(public)


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith(("extension/", "app"))])
def test_who_has_no_extension_does_not_load_one(module: str) -> None:
    assert not {name for name in imports(module) if name.startswith("extension")}


@pytest.mark.parametrize("module", [name for name in MODULES if name != "app"])
def test_nobody_imports_the_app(module: str) -> None:
    assert "app" not in imports(module)


@pytest.mark.parametrize("module", MODULES)
def test_modules_and_functions_stay_small(module: str) -> None:
    text = (PACKAGE / f"{module}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 450
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node) or ""
            length = (node.end_lineno or 0) - node.lineno + 1 - len(docstring.splitlines())
            assert length <= (95 if node.name == "init" else 45), f"{node.name} has {length} lines"
