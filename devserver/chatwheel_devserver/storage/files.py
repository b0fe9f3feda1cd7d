"""Uploaded files: what is known of them in SQLite, their bytes in a folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..records import StoredFile
from .database import Database

#: An upload's bytes, its thumbnails, and what is still coming in.
_OURS: Final = re.compile(r"[0-9a-f]{32}(\.part|\.[12]x)?")


class FileTable:
    """Reads and writes what is known of uploaded files."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._db = database
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def _sweep(self) -> None:
        """Delete bytes that no row speaks of: an upload lays them down first, and may have been killed between."""
        known = {str(row[0]) for row in self._db.rows("SELECT id FROM files")}
        for path in self.folder.iterdir():
            if _OURS.fullmatch(path.name) and (path.suffix == ".part" or path.stem not in known):
                path.unlink(missing_ok=True)

    def path(self, file_id: str) -> Path:
        """Return where a file's bytes lie."""
        return self.folder / file_id

    def thumbnail_path(self, file_id: str, scale: int) -> Path:
        """Return where a thumbnail's bytes lie; scale is 1 or 2."""
        return self.folder / f"{file_id}.{scale}x"

    def add(self, file: StoredFile) -> None:
        """Store a new file."""
        self._db.execute(
            """INSERT INTO files
               (id, owner_id, name, content_type, size, width, height, has_thumbnail, host, created_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                file.id,
                file.owner_id,
                file.name,
                file.content_type,
                file.size,
                file.width,
                file.height,
                file.has_thumbnail,
                file.host,
                file.created_at,
            ),
        )

    def get(self, file_id: str) -> StoredFile | None:
        """Return one file."""
        row = self._db.row("SELECT * FROM files WHERE id = ?", (file_id,))
        if row is None:
            return None
        return StoredFile(
            id=row["id"],
            owner_id=row["owner_id"],
            name=row["name"],
            content_type=row["content_type"],
            size=row["size"],
            width=row["width"],
            height=row["height"],
            has_thumbnail=bool(row["has_thumbnail"]),
            host=row["host"],
            created_at=row["created_at"],
            used=bool(row["used"]),
        )

    def mark_used(self, file_id: str) -> None:
        """Keep a file for as long as the event that shows it."""
        self._db.execute("UPDATE files SET used = 1 WHERE id = ?", (file_id,))

    def unused_before(self, instant: int) -> list[str]:
        """Return files that no event has used and that are older than this."""
        rows = self._db.rows("SELECT id FROM files WHERE used = 0 AND created_at < ?", (instant,))
        return [str(row[0]) for row in rows]

    def remove(self, file_id: str) -> None:
        """Forget a file and delete its bytes."""
        self._db.execute("DELETE FROM files WHERE id = ?", (file_id,))
        for path in (self.path(file_id), self.thumbnail_path(file_id, 1), self.thumbnail_path(file_id, 2)):
            path.unlink(missing_ok=True)
