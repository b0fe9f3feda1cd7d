"""Makes pictures of the widget in every state, to be looked at. The walk is that of the tests: tests/browser."""

from pathlib import Path

from tools.chromium import find_chromium
from tools.console import Console
from tools.paths import ROOT, SITE, venv_bin
from tools.run import become
from tools.setup import only_one, prepare
from tools.site import QUICK, build_site

GALLERY = ROOT / "dist" / "gallery"


def gallery(out: Path, console: Console) -> int:
    """Writes them to a folder, and says how many there are."""
    with only_one(console):
        prepare("dev", console)
        chromium = find_chromium(console)
        build_site(SITE, console, QUICK)
    environment = {"CHROMIUM_PATH": str(chromium), "CHATWHEEL_SITE": str(SITE)}
    return become([venv_bin("python"), ROOT / "tests" / "browser" / "gallery.py", out.resolve()], environment)
