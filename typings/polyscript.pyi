"""What PyScript puts into every worker."""

from typing import Any

xworker: Any
