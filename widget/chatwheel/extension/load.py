"""Gets an extension's file, and the modules beside it that it imports, checks them, and runs the file."""

from __future__ import annotations

import ast
import base64
import hashlib
import linecache
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from types import ModuleType

import chatwheel.extension
from chatwheel.extension.api import Chat
from chatwheel.transport.base import HttpResponse, TransportError

Fetch = Callable[[str], Awaitable[HttpResponse]]

MODULE = "chatwheel_site_extension"
MOST_SIBLINGS = 20


class LoadError(Exception):
    """The file cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Source:
    """Where an extension's file is; `integrity` as in a script tag (`sha384-…`), or empty."""

    url: str
    integrity: str = ""


def check_origin(source: Source, page_url: str, own_url: str) -> None:
    """Python of the site's own comes from the site: the page's origin or the widget's; others must be pinned.

    Raises:
        LoadError: it comes from elsewhere.
    """
    if origin(source.url) not in (origin(page_url), origin(own_url)) and not source.integrity:
        raise LoadError(
            f"{source.url} is not of this site's origin: "
            "serve it from there, or pin it with data-extension-integrity."
        )


def origin(url: str) -> str:
    """Scheme, host and port of a normalised address."""
    return "/".join(url.split("/", 3)[:3]).lower()


async def load(source: Source, fetch: Fetch, run: Callable[[Callable[[], None]], object]) -> Chat:
    """The chat as the file has decorated it. `run` runs the file: it may wrap what it is given.

    Raises:
        LoadError: the file is not there, is not what was pinned, or is not Python. What it raises itself comes
            through `run`.
    """
    text = await _text(source.url, fetch)
    check_integrity(text, source)
    tree = _parsed(text, source.url)
    if not source.integrity:  # what is not pinned must not be run by what is
        await _fetch_siblings(tree, source.url, fetch)
    chatwheel.extension.chat = chat = Chat()
    module = ModuleType(MODULE)
    module.__file__ = source.url
    sys.modules[MODULE] = module  # where dataclasses and models look for the names in their annotations
    run(lambda: execute(text, source.url, module))
    return chat


async def _text(url: str, fetch: Fetch) -> str:
    try:
        response = await fetch(url)
    except TransportError as error:
        raise LoadError(
            f"{url} could not be loaded: check the address, its CORS headers and connect-src."
        ) from error
    if response.status != 200:
        raise LoadError(f"{url} answered {response.status}.")
    return response.text


def check_integrity(text: str, source: Source) -> None:
    """Compare with what was pinned.

    Raises:
        LoadError: it is something else, or no hash that we know was given.
    """
    if not source.integrity:
        return
    pins = [pin.partition("-") for pin in source.integrity.split()]
    known = [(name, digest) for name, _, digest in pins if name in ("sha256", "sha384", "sha512")]
    content = text.encode()
    if not any(
        base64.b64encode(hashlib.new(name, content).digest()).decode() == want for name, want in known
    ):
        raise LoadError(
            f"{source.url} is not what data-extension-integrity says: update the one or the other."
        )


def _parsed(text: str, url: str) -> ast.Module:
    try:
        return ast.parse(text, url)
    except (SyntaxError, ValueError) as error:
        raise LoadError(f"{url} is not Python: {error}") from error


# -- modules beside the file -----------------------------------------------------------------------------------------


async def _fetch_siblings(tree: ast.Module, url: str, fetch: Fetch) -> None:
    """Modules that are not installed are looked for beside the file."""
    for name in SIBLINGS.sources:  # of a file that was loaded before
        sys.modules.pop(name, None)
    SIBLINGS.sources.clear()
    folder = url.partition("?")[0].rpartition("/")[0]
    waiting = [*imported(tree)]
    while waiting and len(SIBLINGS.sources) < MOST_SIBLINGS:
        name = waiting.pop(0)
        if name in SIBLINGS.sources or name in sys.modules or _is_installed(name):
            continue
        address = f"{folder}/{name}.py"
        text = await _text(address, fetch)
        SIBLINGS.sources[name] = (text, address)
        waiting += imported(_parsed(text, address))


def imported(tree: ast.Module) -> Iterator[str]:
    """First names of the modules that must be there when the program runs: not those for type checkers, and not
    those in a `try`, which can do without.
    """
    unseen = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) or (isinstance(node, ast.If) and _is_for_type_checkers(node.test))
        for branch in node.body
        for inner in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _is_for_type_checkers(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


class Siblings(MetaPathFinder, Loader):
    """Modules by name: source and address."""

    def __init__(self) -> None:
        self.sources: dict[str, tuple[str, str]] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self.sources:
            return None
        return spec_from_loader(name, self, origin=self.sources[name][1])

    def exec_module(self, module: ModuleType) -> None:
        text, address = self.sources[module.__name__]
        execute(text, address, module)


SIBLINGS = Siblings()
sys.meta_path.append(SIBLINGS)


def execute(text: str, address: str, module: ModuleType) -> None:
    """Run a source in a module; its lines are known to tracebacks."""
    linecache.cache[address] = (len(text), None, text.splitlines(keepends=True), address)
    exec(compile(text, address, "exec", dont_inherit=True), module.__dict__)
