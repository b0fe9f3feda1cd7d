"""The first Python that runs in the widget's worker: knows where modules are, and what must be fresh after a restore.

It lies in the archive of compiled modules (see docs/performance.md), not in the chatwheel package: other PyScript
pages load the wheels and need none of it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from types import ModuleType

import chatwheel_rest  # type: ignore[import-not-found]

ARCHIVE = "/lib/python314.zip"
REST = "/lib/python-rest.zip"
EXTENSIONS = {
    "pydantic_core._pydantic_core": (
        "/lib/python3.14/site-packages/pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so"
    )
}


class Elsewhere(MetaPathFinder):
    """Modules that are not in the archive: linked extensions, and the rest of the standard library.

    The rest is fetched when something imports a module of it, which nothing of the widget's own does.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in EXTENSIONS:
            loader = ExtensionFileLoader(name, EXTENSIONS[name])
            return spec_from_file_location(name, EXTENSIONS[name], loader=loader)
        if name not in chatwheel_rest.NAMES:
            return None
        fetch_rest()
        parent = name.rpartition(".")[0].replace(".", "/")
        return PathFinder.find_spec(name, [f"{REST}/{parent}" if parent else REST])


def fetch_rest() -> None:
    """Get the standard library as it was shipped, in the middle of an import."""
    import os

    if os.path.exists(REST):
        return
    import js

    request = js.XMLHttpRequest.new()
    request.open("GET", js.chatwheelRest, False)
    request.responseType = "arraybuffer"
    request.send()
    if request.status != 200:
        raise ImportError(f"{js.chatwheelRest} answered {request.status}")
    with open(REST, "wb") as file:
        file.write(request.response.to_bytes())


def prepare() -> None:
    """Make all modules importable."""
    sys.meta_path.append(Elsewhere())
    order_path()


def prepare_snapshot() -> None:
    """Import what the widget needs now and later: then a later visit need not."""
    prepare()
    import chatwheel_preload  # type: ignore[import-not-found]  # noqa: F401

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
