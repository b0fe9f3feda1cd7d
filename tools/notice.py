"""The licences of what a site carries along: the runtime is other people's work."""

import json
import zipfile
from pathlib import Path

from tools.paths import NODE_MODULES, ROOT

_HEAD = """chatwheel is under the MIT licence. The files of this folder are the work of others, unchanged, and
under their own licences, which follow.

pyodide/ also holds CPython and its standard library (Python Software Foundation License 2,
www.python.org). Pyodide is under the Mozilla Public License 2.0 (www.mozilla.org/MPL/2.0); its source is
at the address that stands with it below.
"""
_RULE = f"\n{'-' * 100}\n"
# In the dependency tree, but nothing of them is in the files that are served.
_NOT_SERVED = ("@types/", "ws", "undici-types")


def notice(*wheels: Path) -> str:
    """The text of NOTICE.txt, for the wheels of these folders."""
    return _RULE.join(
        [
            _HEAD,
            *(_of_package(ROOT / path) for path in served_packages()),
            *(_of_wheel(path) for folder in wheels for path in sorted(folder.glob("*.whl"))),
        ]
    )


def served_packages() -> list[str]:
    """The npm packages of which something is in a site, as package-lock.json names them."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    names = [path for path, entry in packages.items() if path and not entry.get("dev")]
    return [path for path in sorted(names) if _is_served(ROOT / path)]


def _is_served(folder: Path) -> bool:
    name = folder.relative_to(NODE_MODULES).as_posix()
    return folder.is_dir() and not any(name == each or name.startswith(each) for each in _NOT_SERVED)


def _of_package(folder: Path) -> str:
    facts = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    repository = facts.get("repository", "")
    address = repository.get("url", "") if isinstance(repository, dict) else repository
    head = (
        f"{facts['name']} {facts['version']}",
        facts.get("license", ""),
        address or facts.get("homepage", ""),
    )
    texts = [path.read_text("utf-8", "replace") for path in sorted(folder.glob("LICEN[CS]E*"))]
    return "\n".join([*head, "", *texts])


def _of_wheel(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        texts = [name for name in archive.namelist() if ".dist-info/" in name and "LICEN" in name.upper()]
        head = "-".join(wheel.name.split("-")[:2]).replace("-", " ")
        return "\n".join([head, *(archive.read(name).decode("utf-8", "replace") for name in texts)])
