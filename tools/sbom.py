"""A site's bill of materials, `chatwheel/sbom.json`, in CycloneDX: whose work is in it, and the hash of each file.

There is neither a time nor a name of a machine in it: the same sources give the same text.
"""

import base64
import hashlib
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from tools import stamps
from tools.notice import served_packages
from tools.paths import NODE_MODULES, ROOT

_FORMAT = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
# Licences by their SPDX names; packages write them in several ways.
_SPDX = {
    name.lower(): name
    for name in ("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "PSF-2.0")
} | {"mozilla public license version 2.0": "MPL-2.0"}
_VERSION = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


def sbom(home: Path, sources: str, *wheels: Path) -> str:
    """The text of sbom.json.

    Args:
        home: the folder `chatwheel/` of a site that is otherwise complete, and not compressed yet.
        sources: the hash of all that it was made of.
        wheels: the folders of the wheels that are in it.
    """
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [version, *_] = _VERSION.findall(project)
    whole = {
        **_library("chatwheel", version, "MIT", f"pkg:pypi/chatwheel@{version}"),
        "type": "application",
        "properties": [{"name": "chatwheel:sources:sha256", "value": sources}],
    }
    found = [
        *_of_npm(),
        _python(),
        *(_of_wheel(path) for folder in wheels for path in sorted(folder.glob("*.whl"))),
    ]
    libraries = {part["bom-ref"]: part for part in found if part["name"] != "chatwheel"}
    body = {"metadata": {"component": whole}, "components": [*libraries.values(), *_files(home)]}
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    return json.dumps({**_FORMAT, "serialNumber": f"urn:uuid:{number}", **body}, indent=1) + "\n"


def _library(name: str, version: str, licence: str, purl: str) -> dict[str, Any]:
    known = _SPDX.get(licence.lower())
    stated = {"license": {"id": known}} if known else {"license": {"name": licence or "unknown"}}
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "licenses": [stated],
        "purl": purl,
    }


def _of_npm() -> Iterator[dict[str, Any]]:
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path in served_packages():
        name = path.rpartition("node_modules/")[2]
        version, (algorithm, digest) = locked[path]["version"], locked[path]["integrity"].split("-", 1)
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        hashed = base64.b64decode(digest).hex()
        yield _library(name, version, locked[path].get("license", ""), purl) | {
            "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": hashed}]
        }


def _python() -> dict[str, Any]:
    """CPython is in Pyodide's package, and has no hash of its own there."""
    lock = json.loads((NODE_MODULES / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    version = lock["info"]["python"]
    return _library("cpython", version, "PSF-2.0", f"pkg:generic/cpython@{version}")


def _of_wheel(wheel: Path) -> dict[str, Any]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        facts = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    stated = facts.get("License-Expression") or facts.get("License") or ""
    licence = stated.partition("\n")[0].strip()  # some have the whole text there
    package = re.sub(r"[-_.]+", "-", facts["Name"]).lower()
    purl = f"pkg:pypi/{package}@{facts['Version']}"
    return _library(package, facts["Version"], licence, purl) | {
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}]
    }


def _files(home: Path) -> Iterator[dict[str, Any]]:
    for path in stamps.tree(home):
        name = path.relative_to(home).as_posix()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield {
            "type": "file",
            "bom-ref": f"file:{name}",
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }
