"""Recognizing uploaded images and making their thumbnails."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

#: Formats that every browser shows and that cannot carry scripts.
_TYPES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_STARTS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
_MAX_PIXELS: Final = 40_000_000
_THUMBNAIL: Final = 300
_ORIENTATION_TAG: Final = 0x0112


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an image is, as a browser will show it."""

    content_type: str
    width: int
    height: int


def inspect_image(path: Path) -> ImageFacts | None:
    """Return the facts of a raster image, None for everything else."""
    with path.open("rb") as file:
        # Asked about anything else, Pillow would load the decoders of all formats there are.
        if not file.read(8).startswith(_STARTS):
            return None
    try:
        with warnings.catch_warnings():
            # Reading a size decodes nothing; large images are sorted out before any is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=tuple(_TYPES)) as image:
                width, height = image.size
                if image.getexif().get(_ORIENTATION_TAG, 1) in (5, 6, 7, 8):
                    width, height = height, width
                return ImageFacts(_TYPES[str(image.format)], width, height)
    except Exception:
        # Decoders fail on broken files in every way there is; to us such a file is not an image.
        return None


def write_thumbnails(path: Path, facts: ImageFacts, small: Path, large: Path) -> bool:
    """Write a small and a doubled thumbnail; tell whether it was possible."""
    if facts.width * facts.height > _MAX_PIXELS:
        return False
    try:
        with Image.open(path, formats=tuple(_TYPES)) as image:
            upright = ImageOps.exif_transpose(image)
            has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
            picture = upright.convert("RGBA" if has_alpha else "RGB")
        for target, edge in ((large, 2 * _THUMBNAIL), (small, _THUMBNAIL)):
            picture.thumbnail((edge, edge))
            picture.save(target, "PNG" if has_alpha else "JPEG", quality=85, optimize=False)
    except Exception:
        small.unlink(missing_ok=True)
        large.unlink(missing_ok=True)
        return False
    return True


def thumbnail_type(path: Path) -> str:
    """Return a thumbnail's content type."""
    with path.open("rb") as file:
        return "image/png" if file.read(4) == b"\x89PNG" else "image/jpeg"
