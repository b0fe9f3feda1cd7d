"""Remembers what a step was done with, so that it is done again only when that has changed.

A stamp is the last thing a step writes: one that was interrupted has none, and is done again.
"""

import hashlib
import json
from pathlib import Path

from tools.paths import ROOT


def digest(*parts: str | Path) -> str:
    """A hash of texts and of files' contents, each with its name."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        name = (
            str(part.relative_to(ROOT) if part.is_relative_to(ROOT) else part)
            if isinstance(part, Path)
            else ""
        )
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def tree(*folders: Path) -> list[Path]:
    """The files below the folders, in a fixed order, without what Python and editors leave behind."""
    return sorted(
        path for folder in folders for path in folder.rglob("*") if path.is_file() and _counts(path)
    )


def _counts(path: Path) -> bool:
    return "__pycache__" not in path.parts and path.suffix != ".pyc" and not path.name.startswith(".")


def read(stamp: Path) -> dict[str, str]:
    """The stamp's entries; none when there is no stamp, or only a part of one."""
    try:
        entries = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}


def write(stamp: Path, entries: dict[str, str]) -> None:
    """Writes the stamp whole or not at all."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    draft = stamp.with_name(f"{stamp.name}.new")
    draft.write_text(json.dumps(entries, indent=1))
    draft.replace(stamp)
