"""Where things are. Everything that is made lies in folders that git ignores."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LOGS = CACHE / "logs"
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
REQUIREMENTS = ROOT / "requirements"
BROWSER_WHEELS = CACHE / "wheels"
EXTENSION_WHEELS = CACHE / "wheels-extension"
PAGE_WHEELS = CACHE / "wheels-pages"
SITE = ROOT / "dist" / "site"
DATA = ROOT / ".data"


def venv_bin(name: str, venv: Path = VENV) -> Path:
    """Where the virtual environment keeps a command."""
    return venv / "Scripts" / f"{name}.exe" if os.name == "nt" else venv / "bin" / name


def shown(path: Path) -> str:
    """A path as a person would type it: relative to the repository if it lies in it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
