"""Puts the widget's own files under one name that changes with any of them: `chatwheel/app.HASH/`.

A browser that has been here before then asks for embed.js and frame.html only; an update cannot mix old files with new
ones; and those two can say which content each file must have that they load. Beside them lie `embed.HASH.js` and
`frame.HASH.html`, which never change: a page that names the former has this release, whatever is deployed after it.
"""

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from tools import stamps

_STABLE = ("embed.js", "frame.html")
# What imports embed.js, and is named by pages as embed.js is, and what describes that to tools.
_BESIDE = ("livechat.js", "element.mjs", "custom-elements.json")
# What the frame loads at once besides its own modules, and what each of the modules imports.
_PYSCRIPT = ("runtime/pyscript/core.js", "runtime/pyscript/error-*.js")
# What workers load by themselves, by their first module.
_WORKER, _MAKER = "boot.mjs", "maker.mjs"
_DESCRIPTION = "runtime/runtime.json"
_IMPORT = re.compile(r"""^(?:import|export)\b[^"'();]*["'](\./[^"']+)["']""", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|// [^\n]*)\n", re.MULTILINE | re.DOTALL)
_LATER = re.compile(r"""^[^*\n]*\bimport\(["'](\./[^"']+)["']\)""", re.MULTILINE)


def integrity(content: bytes) -> str:
    """As it stands in HTML's `integrity` attributes."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def without_comments(script: str) -> str:
    """Without the lines that are comments: every page fetches this script, and its readers read the source."""
    return _COMMENT.sub("", script)


def in_ascii(script: str) -> str:
    """With escapes for all other signs, which stand in texts only: right in whatever encoding it is read."""
    return re.sub("[^\0-\x7f]", lambda sign: json.dumps(sign[0])[1:-1], script)


def pinned_embed(home: Path) -> tuple[str, str]:
    """The name of the release's own embed.js, and what stands in a tag's `integrity`."""
    (folder,) = home.glob("app.*")
    name = f"embed.{folder.name.partition('.')[2]}.js"
    return name, integrity((home / name).read_bytes())


def _put(text: str, place: str, content: str) -> str:
    if text.count(place) != 1:
        raise ValueError(f"embed.js has no place {place}")
    return text.replace(place, content)


class Release:
    """One release's files, while they are put together in `chatwheel/app`."""

    def __init__(self, home: Path, sources: Path) -> None:
        self._home = home
        self.folder = home / "app"
        shutil.copytree(sources, self.folder, ignore=shutil.ignore_patterns(".*", "*.md"))

    def makers(self) -> dict[str, str]:
        """The hashes of all that takes part in a snapshot of Python's memory."""
        return self._hashes(_MAKER)

    def finish(self) -> None:
        """Gives the folder its name, and tells embed.js and frame.html."""
        embed, frame = ((self.folder / name).read_text(encoding="utf-8") for name in _STABLE)
        for name in _STABLE:
            (self.folder / name).unlink()
        for beside in _BESIDE:
            (self.folder / beside).rename(self._home / beside)
        files = stamps.tree(self.folder)
        for path in files:
            if path.suffix in (".js", ".mjs"):
                path.write_text(in_ascii(path.read_text(encoding="utf-8")), encoding="ascii")
        key = hashlib.sha256(f"{embed}\0{frame}\0".encode())
        for path in files:
            key.update(f"{path.relative_to(self.folder)}\0{integrity(path.read_bytes())}\0".encode())
        version = key.hexdigest()[:16]
        name = f"app.{version}"
        embed, frame = self._embed(embed, name), self._frame(frame, name)
        pinned = _put(embed, '"frame.html"', f'"frame.{version}.html"')
        written = {"embed.js": embed, "frame.html": frame}
        written |= {f"embed.{version}.js": pinned, f"frame.{version}.html": frame}
        for file, text in written.items():
            (self._home / file).write_text(text, encoding="utf-8")
        self.folder = self.folder.rename(self._home / name)

    def _embed(self, text: str, name: str) -> str:
        """The host page's modules, each with its hash; whatever page.mjs imports, now or later."""
        hashes = (
            f'"{name}/{path}": "{self._integrity(path)}"' for path in self._graph("page.mjs", later=True)
        )
        return without_comments(_put(text, '"page.mjs": ""', ", ".join(dict.fromkeys(hashes))))

    def _frame(self, text: str, name: str) -> str:
        """The frame's document, with all that it loads at once, and the hashes of what is loaded later."""

        def attributes(path: str) -> str:
            return f'"{name}/{path}" integrity="{self._integrity(path)}"'

        text = re.sub(r'(href|src)="([\w.]+\.(?:css|mjs))"', lambda it: f"{it[1]}={attributes(it[2])}", text)
        pyscript = [
            path.relative_to(self.folder).as_posix() for glob in _PYSCRIPT for path in self.folder.glob(glob)
        ]
        beside = ("early.mjs", "guard.mjs")  # they stand there themselves
        ahead = dict.fromkeys(path for root in ("ahead.mjs", *pyscript) for path in self._graph(root))
        stage = dict.fromkeys(path for path in self._graph("stage.mjs") if path not in (*beside, *ahead))
        modules = [*ahead, *stage]
        for script, behind in (("ahead.mjs", ahead), ("stage.mjs", stage)):
            links = "".join(f'<link rel="modulepreload" href={attributes(path)}>\n' for path in behind)
            tag = f'<script type="module" src="{name}/{script}"'
            text = text.replace(tag, links + tag)
        hashes = json.dumps(self._later(modules), indent=0)
        data = f'<script type="application/json" id="release-files">{hashes}</script>\n'
        return text.replace("<script ", f"{data}<script ", 1)

    def _later(self, modules: Collection[str]) -> dict[str, dict[str, str]]:
        """What release.mjs is asked for: a file, with the hash of it and of all that it imports."""
        own = [path for path in modules if "/" not in path]  # PyScript's import what is not there
        imported = {
            Path(found).as_posix()
            for path in own
            for found in _LATER.findall((self.folder / path).read_text(encoding="utf-8"))
        }
        words = [path.relative_to(self.folder).as_posix() for path in self.folder.glob("locales/*.json")]
        roots = sorted({*imported, *words, _MAKER} - {*modules})
        hashes = {root: self._hashes(root) for root in roots}
        return {_WORKER: self._hashes(_WORKER, _DESCRIPTION)} | hashes

    def _graph(self, root: str, *, later: bool = False) -> Iterator[str]:
        """A file, and what it imports at once (or later, too), all the way down."""
        yield root
        if not root.endswith("s"):  # .mjs, .js
            return
        text = (self.folder / root).read_text(encoding="utf-8")
        for path in _IMPORT.findall(text) + (_LATER.findall(text) if later else []):
            yield from self._graph((Path(root).parent / path).as_posix(), later=later)

    def _hashes(self, *roots: str) -> dict[str, str]:
        """Those of the files, and of what they import at once."""
        return {path: self._integrity(path) for root in roots for path in self._graph(root)}

    def _integrity(self, path: str) -> str:
        return integrity((self.folder / path).read_bytes())
