"""What is used of Pyodide's bridge to JavaScript."""

from collections.abc import Callable
from typing import Any

class JsProxy:
    def __getattr__(self, name: str) -> Any: ...

class JsException(Exception):
    name: str
    message: str
    stack: str

class JsDoubleProxy(JsProxy):
    def destroy(self) -> None: ...

def create_proxy(obj: Any, /, *, capture_this: bool = False, roundtrip: bool = True) -> JsDoubleProxy: ...
def create_once_callable(obj: Callable[..., Any], /) -> JsDoubleProxy: ...
def to_js(
    obj: Any,
    /,
    *,
    depth: int = -1,
    pyproxies: Any = None,
    create_pyproxies: bool = True,
    dict_converter: Callable[[Any], Any] | None = None,
    default_converter: Callable[[Any, Any, Any], Any] | None = None,
) -> Any: ...
