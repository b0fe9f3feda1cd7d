"""Uploads. (Being filled in.)"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .models import UploadedFile


class Upload:
    """An upload under way: await it for the result, `cancel()` it to stop."""

    def __await__(self) -> Generator[Any, Any, UploadedFile]:
        raise NotImplementedError

    def cancel(self) -> None:
        """Stop; whoever awaits it gets `UploadCanceled`."""
        raise NotImplementedError
