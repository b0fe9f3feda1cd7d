"""Uploading files and serving them back so that none can run in a page."""

from __future__ import annotations

import asyncio
import mimetypes
import re
import unicodedata
import uuid
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from .core import Core
from .errors import ApiError, validation
from .images import inspect_image, thumbnail_type, write_thumbnails
from .records import StoredFile

_CHUNK: Final = 256 * 1024
#: After the limit so much more is read and thrown away: a browser shows an answer only once it has sent all.
_PATIENCE: Final = 64 * 1024 * 1024
# fmt: off
_EXECUTABLE_SUFFIXES: Final = frozenset((
    ".app", ".apk", ".bat", ".cmd", ".com", ".cpl", ".deb", ".dll", ".dmg", ".exe",
    ".gadget", ".hta", ".inf", ".jar", ".jse", ".lnk", ".msi", ".msp", ".pif", ".pkg", ".ps1",
    ".reg", ".rpm", ".scr", ".sh", ".vb", ".vbe", ".vbs", ".wsf", ".wsh",
))
# fmt: on
_EXECUTABLE_STARTS: Final = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!",
)
_FILE_ID: Final = re.compile(r"[0-9a-f]{32}")


async def receive_file(core: Core, request: web.Request, owner_id: str) -> StoredFile:
    """Stream the part named ``file`` to disk, look at it, remember it."""
    if not request.content_type.startswith("multipart/form-data"):
        raise validation("file", "must be sent as multipart/form-data")
    file_id = uuid.uuid4().hex
    partial = core.desk.files.folder / f"{file_id}.part"
    try:
        name, size = await _stream(core, request, partial)
        _refuse_executables(name, partial)
        return await _keep(core, request, owner_id, file_id, partial, name, size)
    finally:
        partial.unlink(missing_ok=True)


async def _stream(core: Core, request: web.Request, partial: Path) -> tuple[str, int]:
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader) and part.name == "file":
                # The file is opened before the first byte arrives; writing goes on in a thread.
                sink = await asyncio.to_thread(partial.open, "wb")
                try:
                    return clean_name(part.filename or "file"), await _copy(core, part, sink)
                finally:
                    await asyncio.to_thread(sink.close)
            elif isinstance(part, BodyPartReader):
                await part.release()
    except (ValueError, AssertionError) as error:
        raise validation("file", "is not well-formed multipart/form-data") from error
    raise validation("file", "is required")


async def _copy(core: Core, part: BodyPartReader, sink: BinaryIO) -> int:
    limit, size = core.config.limits.file_bytes, 0
    while chunk := await part.read_chunk(_CHUNK):
        size += len(chunk)
        if size <= limit:
            await asyncio.to_thread(sink.write, chunk)
        elif size > limit + _PATIENCE:
            break
    if size > limit:
        raise ApiError("entity_too_large", f"Upload limit exceeded ({limit // (1024 * 1024)}MB).")
    return size


def _refuse_executables(name: str, path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    if Path(name).suffix.lower() in _EXECUTABLE_SUFFIXES or start.startswith(_EXECUTABLE_STARTS):
        raise validation("file", "must not be executable")


async def _keep(
    core: Core, request: web.Request, owner_id: str, file_id: str, partial: Path, name: str, size: int
) -> StoredFile:
    files = core.desk.files
    small, large = files.thumbnail_path(file_id, 1), files.thumbnail_path(file_id, 2)
    facts = await asyncio.to_thread(inspect_image, partial)
    has_thumbnail = facts is not None and await asyncio.to_thread(
        write_thumbnails, partial, facts, small, large
    )
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if facts is None and guessed.startswith("image/") and guessed != "image/svg+xml":
        # A name can promise an image that the bytes do not hold.
        guessed = "application/octet-stream"
    await asyncio.to_thread(partial.replace, files.path(file_id))
    stored = StoredFile(
        id=file_id,
        owner_id=owner_id,
        name=name,
        content_type=guessed if facts is None else facts.content_type,
        size=size,
        width=None if facts is None else facts.width,
        height=None if facts is None else facts.height,
        has_thumbnail=has_thumbnail,
        host=request.host,
        created_at=core.clock.instant(),
    )
    with core.database.transaction():
        files.add(stored)
    return stored


def clean_name(name: str) -> str:
    """Return a file name without folders, control characters and direction marks, of bearable length."""
    base = re.split(r"[/\\]", name)[-1]
    visible = "".join(char for char in base if unicodedata.category(char)[0] != "C").strip(" .")
    stem, dot, suffix = visible.rpartition(".")
    if dot and len(visible) > 150:
        visible = f"{stem[: 149 - len(suffix[:20])]}.{suffix[:20]}"
    return visible[:150] or "file"


def file_path(file: StoredFile) -> str:
    """Return where a file is served."""
    return f"/files/{file.id}/{quote(file.name, safe='')}"


async def serve_file(request: web.Request) -> web.StreamResponse:
    """Serve an uploaded file or its thumbnail."""
    from .rtm import CORE

    core = request.app[CORE]
    file_id, name = request.match_info["id"], request.match_info["name"]
    file = core.desk.files.get(file_id) if _FILE_ID.fullmatch(file_id) else None
    if file is None:
        raise web.HTTPNotFound
    scale = {"thumbnail": 1, "thumbnail2x": 2}.get(name)
    if scale is not None and file.has_thumbnail:
        path = core.desk.files.thumbnail_path(file.id, scale)
        content_type = await asyncio.to_thread(thumbnail_type, path)
    elif name == file.name:
        path, content_type = core.desk.files.path(file.id), file.content_type
    else:
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=_safe_headers(file, content_type))


def _safe_headers(file: StoredFile, content_type: str) -> dict[str, str]:
    """Headers under which no file can do anything in a page: only raster images are shown at all."""
    disposition = "inline" if file.is_image else "attachment"
    return {
        "Content-Type": content_type,
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "private, max-age=31536000, immutable",
    }
