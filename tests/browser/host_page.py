"""Host pages that a test writes itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from typing import Any

from playwright.sync_api import BrowserContext, Page

IDS = "data-organization-id='demo-organization' data-client-id='demo-client'"
TAG = f"<script async src='/chatwheel/embed.js' {IDS} data-api-url='/'></script>"
STUB = "window.chatwheel = function () { (chatwheel.q = chatwheel.q || []).push(arguments); };"
HEAD = "<!doctype html><html lang=en><title>A page</title><link rel=icon href='data:,'>"


def serve(context: BrowserContext, address: str, body: str, headers: Mapping[str, str] | None = None) -> None:
    """Answer requests of this browser for `address`, without its query, with a page."""
    context.route(
        lambda url: url.split("?")[0] == address,
        lambda route: route.fulfill(
            content_type="text/html; charset=utf-8", headers=dict(headers or {}), body=HEAD + body
        ),
    )


@contextmanager
def shop(body: str, headers: Mapping[str, str], reports: SimpleQueue[str] | None = None) -> Iterator[str]:
    """A server of another origin that has one page, at every address; gives its own. What is posted goes to `reports`.

    A page that only the test makes up is of no network, and may not ask the local one for anything.
    """
    page = (HEAD + body).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if reports is not None:
                reports.put(body)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def settled(page: Page, script: str) -> Any:
    """What a promise of the page comes to: its value, or its error's code. `evaluate` would wait for ever."""
    page.evaluate(
        f"() => {{ delete globalThis.came;"
        f"Promise.resolve({script}).catch((error) => error.code ?? String(error))"
        ".then((value) => { globalThis.came = [value]; }); }"
    )
    page.wait_for_function("globalThis.came")
    return page.evaluate("came[0]")
