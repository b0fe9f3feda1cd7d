"""What is used of the browser. `Any` where a JavaScript object goes in or out."""

from typing import Any

class _Class:
    def new(self, *arguments: Any) -> Any: ...

class _Object(_Class):
    def fromEntries(self, entries: Any) -> Any: ...

AbortController: _Class
Array: _Class
Blob: _Class
FormData: _Class
Object: _Object
WebSocket: _Class
XMLHttpRequest: _Class

def __getattr__(name: str) -> Any: ...
