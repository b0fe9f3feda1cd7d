"""Serving a folder: right types, precompressed siblings, validators, nothing outside the folder."""

from __future__ import annotations

import asyncio
import mimetypes
import re
from pathlib import Path
from typing import Final

from aiohttp import web

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".toml": "application/toml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
}
#: A folder whose name ends in a dot and sixteen hex digits; or a dash or dot, then eight or more hex digits (or ten
#: base-36 ones with a digit among them), then the suffix.
_HASHED: Final = re.compile(
    r"\.[0-9a-f]{16}/|[-.](?:[0-9a-f]{8,64}|(?=[0-9A-Za-z]*\d)[0-9A-Z]{8,32})\.[0-9a-z]+(?:\.map)?$"
)


class StaticSite:
    """One folder of files."""

    def __init__(self, root: Path, *, csp: str | None = None) -> None:
        self._root = root.resolve()
        self._csp = csp

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer with the file that the path names."""
        tail = request.match_info["path"]
        target = await asyncio.to_thread(self._find, tail)
        if target is None:
            raise web.HTTPNotFound(text="There is no such page.\n")
        if target.is_dir():
            # Relative links in the folder's page need the closing slash.
            query = f"?{request.query_string}" if request.query_string else ""
            raise web.HTTPFound(f"{request.rel_url.raw_path.rsplit('/', 1)[-1]}/{query}")
        return self._respond(target)

    def _find(self, tail: str) -> Path | None:
        """Return the file or folder, if it lies inside the root and is not hidden."""
        parts = tail.split("/")
        if (
            "\0" in tail
            or "\\" in tail
            or any(part.startswith(".") and part != ".well-known" for part in parts)
        ):
            return None
        try:
            path = (self._root / Path(*parts)).resolve() if tail else self._root
            if not path.is_relative_to(self._root):
                return None
            if path.is_dir():
                if tail and not tail.endswith("/"):
                    return path if (path / "index.html").is_file() else None
                path = path / "index.html"
            elif tail.endswith("/"):
                return None
            return path if path.is_file() else None
        except (OSError, ValueError):
            return None

    def _respond(self, target: Path) -> web.StreamResponse:
        content_type = _TYPES.get(target.suffix.lower()) or mimetypes.guess_type(target.name)[0]
        is_hashed = _HASHED.search(target.relative_to(self._root).as_posix()) is not None
        headers = {
            "Content-Type": content_type or "application/octet-stream",
            "Cache-Control": "public, max-age=31536000, immutable" if is_hashed else "no-cache",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",  # host pages of other origins import a module of the widget's
        }
        if self._csp is not None:
            headers["Content-Security-Policy"] = self._csp
        # The response itself picks the precompressed sibling that the client accepts and answers conditional requests.
        return web.FileResponse(target, headers=headers)
