"""The first Python that runs in the widget's worker: knows where modules are, and what must be fresh after a restore.

It lies in the archive of compiled modules (see docs/performance.md), not in the chatwheel package: other PyScript
pages load the wheels and need none of it.
"""

from __future__ import annotations

import codecs
import gc
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from importlib.util import spec_from_file_location, spec_from_loader
from types import CodeType, ModuleType
from typing import Any

import chatwheel_rest  # type: ignore[import-not-found]

ARCHIVE = "/lib/python314.zip"
EXTENSIONS = {
    "pydantic_core._pydantic_core": (
        "/lib/python3.14/site-packages/pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so"
    )
}


class Elsewhere(MetaPathFinder):
    """Modules that are not in the archive: linked extensions, bundles, and the rest of the standard library.

    A bundle or the rest is fetched when something imports a module of it, which nothing of the widget's own does.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in read:
            return spec_from_loader(name, Read(), origin=ARCHIVE, is_package=read[name][1])
        if name in EXTENSIONS:
            loader = ExtensionFileLoader(name, EXTENSIONS[name])
            return spec_from_file_location(name, EXTENSIONS[name], loader=loader)
        place = chatwheel_rest.BUNDLES.get(name) or ("rest" if name in chatwheel_rest.NAMES else None)
        if place is None:
            return None
        archive = fetched(place)
        parent = name.rpartition(".")[0].replace(".", "/")
        spec = PathFinder.find_spec(name, [f"{archive}/{parent}" if parent else archive])
        if spec and spec.loader and name in PATCHED:
            spec.loader = Patched(spec.loader)
        return spec


read: dict[str, tuple[CodeType, bool]] = {}
"""In a snapshot: the code of modules that cannot run before there is a page, and whether they are packages."""


class Read(Loader):
    """Loads a module that was read before: a later visit need not open the archive for it."""

    def exec_module(self, module: ModuleType) -> None:
        exec(read[module.__name__][0], module.__dict__)


def read_ahead(name: str) -> None:
    """Read a module that is not to run yet."""
    parent = name.rpartition(".")[0].replace(".", "/")
    spec = PathFinder.find_spec(name, [f"{ARCHIVE}/{parent}" if parent else ARCHIVE])
    loader: Any = spec and spec.loader
    read[name] = (loader.get_code(name), loader.is_package(name))


PATCHED = {"urllib.request": "patch_urllib", "requests": "patch_requests"}


class Patched(Loader):
    """Loads a module that speaks over sockets, which browsers have not, and has pyodide-http mend it."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        import pyodide_http

        self._loader.exec_module(module)
        parent, _, child = module.__name__.rpartition(".")
        if parent:  # the import is not over yet
            setattr(sys.modules[parent], child, module)
        getattr(pyodide_http, PATCHED[module.__name__])()


def fetched(name: str) -> str:
    """Where an archive lies, which is got if it is not there, in the middle of an import."""
    import os

    path = f"/lib/python-{name}.zip"
    if os.path.exists(path):
        return path
    import js

    address = getattr(js.chatwheelArchives, name)
    request = js.XMLHttpRequest.new()
    request.open("GET", address, False)
    # As a text, whose characters' lower halves are the bytes: outside of workers nothing else is to be had at once.
    request.overrideMimeType("text/plain; charset=x-user-defined")
    request.send()
    if request.status != 200:
        raise ImportError(f"{address} answered {request.status}")
    with open(path, "wb") as file:
        file.write(codecs.utf_16_le_encode(request.responseText)[0][::2])
    return path


def prepare() -> None:
    """Make all modules importable."""
    sys.meta_path.insert(0, Elsewhere())  # in front: what a bundle holds may have to be mended
    order_path()


def prepare_snapshot() -> None:
    """Import and build what the widget needs now and later: then a later visit need not."""
    prepare()
    import chatwheel_preload  # type: ignore[import-not-found]  # noqa: F401

    from chatwheel.sdk.models import build_models

    build_models()
    for name in chatwheel_rest.PYSCRIPT:
        read_ahead(name)
    gc.collect()


def order_path() -> None:
    """PyScript writes its modules as sources into the working directory; they are in the archive, compiled."""
    others = [entry for entry in sys.path if entry not in ("", ARCHIVE)]
    sys.path[:] = [ARCHIVE, "", *others]


def restored() -> None:
    """What must differ between two visits, and a sign that Python is alive."""
    import random

    from pydantic import TypeAdapter

    random.seed()
    order_path()
    if TypeAdapter(list[int]).validate_json("[1, 2]") != [1, 2]:
        raise RuntimeError("Python was not restored well.")
