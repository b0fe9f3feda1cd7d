"""Files: refused, uploaded, cancelled, retried."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatwheel.transport.base import HttpResponse
from chatwheel.transport.memory import HttpRequest, MemoryFile
from chatwheel.ui.components.file import RISKY
from chatwheel.ui.components.window import Place
from chatwheel_devserver.uploads import _EXECUTABLE_SUFFIXES
from unit.ui.pilot import Pilot, event

MEGABYTE = 1024 * 1024


def choose(pilot: Pilot, name: str = "a.pdf", size: int = MEGABYTE, **more: Any) -> str:
    """What the stage reports when a file is chosen."""
    about = {"key": f"file {name}", "at": 0, "name": name, "size": size, "type": "application/pdf", **more}
    pilot.controller.add_file(about, MemoryFile(name, size, "application/pdf"))
    return f"file {name}"


class Uploads:
    """A server that takes a step when it is told to."""

    def __init__(self, pilot: Pilot) -> None:
        self.names: list[str] = []
        self.progress: list[Any] = []
        self.answers: list[asyncio.Future[HttpResponse]] = []
        pilot.server.on_upload = self._take

    async def _take(self, request: HttpRequest, progress: Any) -> HttpResponse:
        assert request.file
        self.names.append(request.file.name)
        self.progress.append(progress)
        answer: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        self.answers.append(answer)
        return await answer


async def test_a_file_goes_up_with_progress_and_is_sent_as_an_event() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        uploads = Uploads(pilot)
        choose(pilot)
        await pilot.settle()
        uploads.progress[0](256, 1024)
        await pilot.settle()
        [bar] = pilot.document.find(Place.LOG, "progress")
        assert bar.attributes["value"] == "25" and bar.attributes["aria-label"] == "Upload of a.pdf"
        assert "25 % of 1.0 MB" in pilot.articles[0].text
        uploads.answers[0].set_result(HttpResponse(200, '{"url": "https://cdn.example/a.pdf"}'))
        await pilot.settle()
        [sent] = pilot.server.sent("send_event")
        assert sent["payload"]["event"]["url"] == "https://cdn.example/a.pdf"
        assert not pilot.document.find(Place.LOG, "progress")


async def test_without_a_connection_a_file_waits() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        uploads = Uploads(pilot)
        pilot.server.set_online(False)
        kept, cancelled = choose(pilot), choose(pilot, "b.pdf")
        await pilot.settle()
        assert pilot.deliveries() == ["waiting", "sending"] and not uploads.names
        await pilot.act("cancel-upload", key=cancelled)
        pilot.server.set_online(True)
        await pilot.settle()
        assert uploads.names == ["a.pdf"] and pilot.deliveries() == ["sending"]
        uploads.answers[0].set_result(HttpResponse(200, '{"url": "https://cdn.example/a.pdf"}'))
        await pilot.settle()
        assert [sent["payload"]["event"]["custom_id"] for sent in pilot.server.sent("send_event")] == [kept]


async def test_too_large_files_are_refused_before_anything_is_sent() -> None:
    async with Pilot() as pilot:
        choose(pilot, "film.mp4", 11 * MEGABYTE)
        await pilot.settle()
        [alert] = pilot.document.find(Place.ALERTS, "div", role="alert")
        assert "“film.mp4” is too large: 11.0 MB. Files can have up to 10.0 MB." in alert.text
        assert not pilot.articles and all("upload" not in request.url for request in pilot.server.requests)
        [dismiss] = pilot.document.find(Place.ALERTS, "button")
        await pilot.act("dismiss", key=dismiss.attributes["data-key"])
        assert not pilot.document.shown(Place.ALERTS).children


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("setup.EXE", ""),
        ("logo.svg", "image/svg+xml"),
        ("page", "text/html"),
        ("a.pdf.js", ""),
        ("run.bat. ", ""),
        ("free-wifi.desktop", ""),
    ],
)
async def test_what_could_run_is_refused_before_anything_is_sent(name: str, kind: str) -> None:
    async with Pilot() as pilot:
        choose(pilot, name, type=kind)
        await pilot.settle()
        [alert] = pilot.document.find(Place.ALERTS, "div", role="alert")
        assert (
            "was not sent: files of this kind are not accepted. Accepted: pictures, documents" in alert.text
        )
        assert not pilot.articles and all("upload" not in request.url for request in pilot.server.requests)


def test_what_the_local_server_takes_for_a_program_is_refused_here() -> None:
    """Nobody should wait for an upload to hear that."""
    assert {ending.removeprefix(".") for ending in _EXECUTABLE_SUFFIXES} <= RISKY


async def test_files_go_up_one_after_the_other_and_a_cancelled_one_makes_room() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        uploads = Uploads(pilot)
        first, second = choose(pilot, "first"), choose(pilot, "second")
        await pilot.settle()
        assert uploads.names == ["first"]
        await pilot.act("cancel-upload", key=first)
        assert uploads.names == ["first", "second"]
        assert [article.attributes["data-key"] for article in pilot.articles] == [second]
        assert not pilot.server.sent("send_event")


async def test_a_failed_upload_says_why_and_can_be_tried_again() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        uploads = Uploads(pilot)
        key = choose(pilot)
        await pilot.settle()
        uploads.answers[0].set_result(
            HttpResponse(500, '{"error": {"type": "internal", "message": "no disk"}}')
        )
        await pilot.settle()
        [alert] = pilot.document.find(Place.LOG, "div", role="alert")
        assert "“a.pdf” was not sent" in alert.text and "no disk" in alert.text
        await pilot.act("retry", key=key)
        uploads.answers[1].set_result(HttpResponse(200, '{"url": "https://cdn.example/a.pdf"}'))
        await pilot.settle()
        assert len(pilot.server.sent("send_event")) == 1
        assert not pilot.document.find(Place.LOG, "div", role="alert")


async def test_a_failed_upload_can_be_deleted() -> None:
    async with Pilot() as pilot:
        uploads = Uploads(pilot)
        key = choose(pilot)
        await pilot.settle()
        uploads.answers[0].set_result(HttpResponse(500, ""))
        await pilot.settle()
        await pilot.act("discard", key=key)
        assert not pilot.articles


async def test_own_pictures_keep_their_preview_and_others_are_shown_in_their_size() -> None:
    async with Pilot() as pilot:
        await pilot.with_chat()
        uploads = Uploads(pilot)
        more: dict[str, Any] = {"type": "image/png", "width": 1000, "height": 500, "preview": "blob:x"}
        choose(pilot, "p.png", **more)
        await pilot.settle()
        uploads.answers[0].set_result(HttpResponse(200, '{"url": "https://cdn.example/p.png"}'))
        await pilot.settle()
        await pilot.answer_last("send_event")
        [picture] = pilot.document.find(Place.LOG, "img", src="blob:x")
        assert picture.attributes["alt"] == "p.png"
        theirs = {
            "id": "T1_9",
            "type": "file",
            "author_id": "grace",
            "created_at": "2026-03-01T10:05:00.000000Z",
            "url": "https://cdn.example/q.png",
            "name": "q\u202egnp.exe",
            "content_type": "image/png",
            "width": 1000,
            "height": 500,
        }
        await pilot.push(theirs)
        [image] = pilot.document.find(Place.LOG, "img", src="https://cdn.example/q.png")
        assert (image.attributes["width"], image.attributes["height"]) == ("260", "130")
        assert image.attributes["alt"] == "qgnp.exe"
        await pilot.push(
            {**theirs, "id": "T1_10", "url": "https://cdn.example/d.svg", "content_type": "image/svg+xml"}
        )
        [card] = pilot.document.find(Place.LOG, "button")
        assert card.attributes["class"] == "card", "it is a document that may hold scripts"


async def test_what_could_run_is_had_only_after_a_warning() -> None:
    def file(name: str, kind: str) -> dict[str, Any]:
        url = f"https://cdn.example/{name}"
        return event(name, type="file", name=name, content_type=kind, size=9, url=url)

    async with Pilot() as pilot:
        await pilot.with_chat(
            file("plan.pdf", "application/pdf"), file("setup.exe", "application/x-msdownload")
        )
        [plan] = pilot.document.find(Place.LOG, "a")
        assert plan.attributes["href"].endswith("plan.pdf")
        [card] = pilot.document.find(Place.LOG, "button")
        assert card.attributes["data-action"] == "unfold" and card.attributes["aria-expanded"] == "false"
        await pilot.act("unfold", key="setup.exe")
        assert "can harm your device" in pilot.articles[1].text
        [_, link] = pilot.document.find(Place.LOG, "a")
        assert link.text == "Download anyway" and link.attributes["download"] == "setup.exe"
