"""Host pages that a test writes itself."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import BrowserContext

IDS = "data-organization-id='demo-organization' data-client-id='demo-client'"
TAG = f"<script async src='/chatwheel/embed.js' {IDS} data-api-url='/'></script>"
HEAD = "<!doctype html><html lang=en><title>A page</title><link rel=icon href='data:,'>"


def serve(context: BrowserContext, address: str, body: str, headers: Mapping[str, str] | None = None) -> None:
    """Answer requests of this browser for `address`, without its query, with a page."""
    context.route(
        lambda url: url.split("?")[0] == address,
        lambda route: route.fulfill(
            content_type="text/html; charset=utf-8", headers=dict(headers or {}), body=HEAD + body
        ),
    )
