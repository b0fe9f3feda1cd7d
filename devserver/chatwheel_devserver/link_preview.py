"""What a link leads to: title, description and picture out of the page's own metadata.

Pages are fetched only from this server itself and from the hosts that the configuration names; a redirect to any
other place is not followed, and size and time are limited.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp

from .config import Config
from .lens import Json

_REDIRECTS: Final = 3
_LONGEST: Final = 500
_NAMES: Final = {
    "og:title": "title",
    "twitter:title": "title",
    "og:description": "description",
    "twitter:description": "description",
    "description": "description",
    "og:image": "image",
    "og:image:url": "image",
    "twitter:image": "image",
    "og:image:width": "image_width",
    "og:image:height": "image_height",
}


class _Head(HTMLParser):
    """Collects metadata from a page's head; the first value of each kind stays."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self.title = ""
        self.is_over = False
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.is_over = True
        if self.is_over:
            return
        self._in_title = tag == "title" and not self.title
        if tag == "meta":
            values = dict(attrs)
            name = _NAMES.get((values.get("property") or values.get("name") or "").lower())
            content = (values.get("content") or "").strip()
            if name and content:
                self.found.setdefault(name, content[:_LONGEST])

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        self.is_over = self.is_over or tag == "head"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def read_metadata(html: str, url: str) -> Json:
    """Take what a preview shows out of a page."""
    head = _Head()
    head.feed(html)
    found = head.found
    info: Json = {}
    if title := found.get("title") or " ".join(head.title.split())[:_LONGEST]:
        info["title"] = title
    if "description" in found:
        info["description"] = found["description"]
    image = urlsplit(urljoin(url, found.get("image", "")))
    if "image" in found and image.scheme in ("http", "https") and image.netloc:
        # The real service gives the picture's address without a scheme.
        info["image_url"] = image.geturl().partition("://")[2]
        info["image_original_url"] = image.geturl()
        for name in ("image_width", "image_height"):
            if found.get(name, "").isascii() and found.get(name, "").isdigit():
                info[name] = int(found[name][:9])
    return info


def may_fetch(config: Config, own_hosts: frozenset[str], url: str) -> bool:
    """Tell whether a page lies on this server or on a host that the configuration names."""
    try:
        return _may_fetch(_allowed(config, own_hosts), url)
    except ValueError:
        return False


def _allowed(config: Config, own_hosts: frozenset[str]) -> frozenset[str]:
    return own_hosts | set(config.url_info_hosts)


async def fetch_preview(config: Config, own_hosts: frozenset[str], url: str) -> Json:
    """Fetch a page and return its metadata; nothing if it may not or cannot be fetched."""
    limits = config.limits
    allowed = _allowed(config, own_hosts)
    timeout = aiohttp.ClientTimeout(total=limits.url_info_seconds)
    try:
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http:
            return await _follow(http, allowed, url, limits.url_info_bytes)
    except (TimeoutError, aiohttp.ClientError, UnicodeError, ValueError, OSError):
        return {}


async def _follow(
    http: aiohttp.ClientSession, allowed: set[str] | frozenset[str], url: str, size: int
) -> Json:
    for _ in range(_REDIRECTS):
        if not _may_fetch(allowed, url):
            return {}
        headers = {"Accept": "text/html", "User-Agent": "chatwheel-devserver"}
        async with http.get(url, allow_redirects=False, headers=headers) as response:
            if response.status in (301, 302, 303, 307, 308):
                url = urljoin(url, response.headers.get("Location", ""))
                continue
            if response.status != 200 or response.content_type not in ("text/html", "application/xhtml+xml"):
                return {}
            raw = b""
            while len(raw) < size and (chunk := await response.content.read(size - len(raw))):
                raw += chunk
            return read_metadata(raw.decode(_charset(response), errors="replace"), url)
    return {}


def _may_fetch(allowed: set[str] | frozenset[str], url: str) -> bool:
    """Tell whether a page lies on an allowed host, which is named with its port unless that is the usual one."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.username is None and parts.netloc.lower() in allowed


def _charset(response: aiohttp.ClientResponse) -> str:
    try:
        b"".decode(response.charset or "utf-8")
    except LookupError:
        return "utf-8"
    return response.charset or "utf-8"
