"""Getting the file: where it may come from, what may be wrong with it, and the modules beside it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from pathlib import Path

import pytest

from chatwheel.extension import load as loading
from chatwheel.extension.load import LoadError, Source, check_integrity, check_origin, load
from chatwheel.extension.testing import Rehearsal
from chatwheel.transport.base import HttpResponse, TransportError
from unit.extension.conftest import Hooks

PAGE, OWN = "https://shop.example/a/b.html?x", "https://chat.example/chatwheel/frame.html"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://shop.example/hooks.py", True),
        ("https://chat.example/hooks.py", True),
        ("https://cdn.example/hooks.py", False),
        ("https://shop.example:444/hooks.py", False),
        ("http://shop.example/hooks.py", False),
        ("https://shop.example@evil.example/hooks.py", False),
        ("https://shop.example.evil.example/hooks.py", False),
        ("data:text/x-python,1", False),
    ],
)
def test_it_comes_from_the_site(url: str, allowed: bool) -> None:
    if allowed:
        check_origin(Source(url), PAGE, OWN)
    else:
        with pytest.raises(LoadError, match=r"not of this site's origin: .* data-extension-integrity"):
            check_origin(Source(url), PAGE, OWN)
    check_origin(Source(url, "sha256-x"), PAGE, OWN)


def test_what_is_pinned_is_compared() -> None:
    text = "print('ä')"
    good = base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()
    check_integrity(text, Source("u", f"sha384-{good}"))
    check_integrity(text, Source("u", f"sha256-other sha384-{good}"))
    for bad in ("sha384-AAAA", f"sha256-{good}", f"md5-{good}", "nonsense"):
        with pytest.raises(LoadError, match="is not what data-extension-integrity says"):
            check_integrity(text, Source("u", bad))


def serving(files: dict[str, str]) -> loading.Fetch:
    async def fetch(url: str) -> HttpResponse:
        if url.endswith("refused.py"):
            raise TransportError("refused")
        name = url.rpartition("/")[2]
        return HttpResponse(200, files[name]) if name in files else HttpResponse(404, "")

    return fetch


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.py", "answered 404"),
        ("refused.py", "could not be loaded: check the address, its CORS headers and connect-src"),
        ("broken.py", "is not Python: invalid syntax"),
        ("page.py", "is not Python"),
        ("lonely.py", "https://s.example/no_such_module.py answered 404"),
    ],
)
def test_a_file_that_cannot_be_used(name: str, why: str) -> None:
    files = {
        "broken.py": "def:",
        "page.py": "<!doctype html><p>Not found",
        "lonely.py": "import no_such_module",
    }
    with pytest.raises(LoadError, match=why):
        asyncio.run(load(Source(f"https://s.example/{name}"), serving(files), lambda run: run()))


def test_modules_beside_the_file_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "hooks.py").write_text(
        "from __future__ import annotations\n"
        "import json\n"
        "from typing import TYPE_CHECKING\n"
        "from prices import in_euro\n"
        "from chatwheel.extension import chat\n"
        "try:\n    import speedups_nobody_has\nexcept ImportError:\n    pass\n"
        "if TYPE_CHECKING:\n    import types_nobody_has\n"
        "@chat.before_send\ndef price(message): return in_euro(message.text)\n"
    )
    (tmp_path / "prices.py").write_text("import signs\ndef in_euro(text): return signs.EURO + text\n")
    (tmp_path / "signs.py").write_text("EURO = '€'\n")
    for sign in "€$":
        (tmp_path / "signs.py").write_text(f"EURO = {sign!r}\n")
        with Rehearsal(tmp_path / "hooks.py") as widget:
            widget.write("5")
            assert widget.sent == [f"{sign}5"]
            assert [r.url.rpartition("/")[2] for r in widget.server.requests[:3]] == [
                "hooks.py",
                "prices.py",
                "signs.py",
            ]


def test_what_happens_while_the_file_is_loaded_is_heard_afterwards(hooks: Hooks) -> None:
    widget = hooks(
        """
        @chat.on("connected")
        def hello(payload): chat.say("hello " + payload.customer.id)
        @chat.on("*")
        def everything(name, payload): seen.append(name)
        seen = []
        chat.before_send(lambda message: " ".join(seen))
        """
    )
    assert widget.shown == ["hello customer-1"]
    widget.write("?")
    assert widget.sent == ["customer_id connected"]


def test_a_file_that_never_comes_is_done_without(tmp_path: Path) -> None:
    class Silent(Rehearsal):
        async def _http(self, request: object) -> HttpResponse:
            if str(getattr(request, "url", "")).endswith(".py"):
                await asyncio.Future()
            return await super()._http(request)  # type: ignore[arg-type]

    (tmp_path / "hooks.py").touch()
    widget = Silent(tmp_path / "hooks.py")
    widget.write("Hello")
    assert widget.sent == []
    widget.wait(10)
    assert widget.sent == ["Hello"]
    assert "hooks.py did not come within 10 seconds. The chat works on" in widget.failures[0]
    widget.close()
