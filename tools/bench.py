"""Prepares the benchmarks: the site at its best, and others' pages to measure it beside. They run from tests/bench."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.chromium import find_chromium
from tools.console import Console
from tools.failure import failing_as
from tools.paths import BROWSER_WHEELS, NODE_MODULES, ROOT, SITE, venv_bin
from tools.run import become
from tools.setup import only_one, prepare
from tools.site import BEST, build_site, compress

PAGES = ROOT / "tests" / "bench" / "pages"
BENCH_SITE = ROOT / "dist" / "bench-site"
_SITE_PACKAGES = "/lib/python3.14/site-packages"
RESULT = ROOT / "dist" / "bench.json"


def bench(arguments: Sequence[str], console: Console) -> int:
    """Prints a table and writes dist/bench.json."""
    with only_one(console):
        prepare("dev", console)
        chromium = find_chromium(console)
        build_site(SITE, console)
        with failing_as("The page to compare with could not be built"):
            build_stock(BENCH_SITE)
            compress(BENCH_SITE, console, BEST)
    environment = {
        "CHROMIUM_PATH": str(chromium),
        "CHATWHEEL_SITE": str(SITE),
        "CHATWHEEL_BENCH_SITE": str(BENCH_SITE),
        "CHATWHEEL_BENCH_RESULT": str(RESULT),
        "PYTHONPATH": str(ROOT / "tests"),
    }
    return become([venv_bin("python"), "-m", "bench", *arguments], environment)


def build_stock(site: Path) -> None:
    """What somebody would serve who follows the manuals of Pyodide and PyScript: their packages as they come."""
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(PAGES, site)
    no_maps = shutil.ignore_patterns("*.map", "*.d.ts", "*.html", "package.json", "README.md", "stamp.json")
    shutil.copytree(NODE_MODULES / "pyodide", site / "pyodide", ignore=no_maps)
    shutil.copytree(NODE_MODULES / "@pyscript" / "core" / "dist", site / "pyscript", ignore=no_maps)
    shutil.copytree(BROWSER_WHEELS, site / "wheels", ignore=no_maps)
    (site / "deep-chat").mkdir()
    shutil.copy2(NODE_MODULES / "deep-chat" / "dist" / "deepChat.bundle.js", site / "deep-chat")
    wheels = sorted((site / "wheels").glob("*.whl"))
    files = {f"./wheels/{wheel.name}": f"{_SITE_PACKAGES}/*" for wheel in wheels}
    config = {"interpreter": "./pyodide/pyodide.mjs", "files": files}
    (site / "stock.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
