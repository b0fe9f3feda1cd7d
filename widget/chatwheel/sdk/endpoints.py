"""Where the API lives: addresses for a region, an environment, or a server of one's own.

Does without `urllib`, whose import alone takes a twentieth of a second in a browser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()")
_ORIGIN = re.compile(r"https?://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?")
_USER = re.compile(r"^([\w+.-]+://)[^/@]*@")


@dataclass(frozen=True)
class Endpoints:
    """Addresses of one organization.

    Attributes:
        organization_id: the organization.
        version: of the API, such as `3.5`.
        region: `dal`, `fra`, or `None`.
        env: `production` or the name of another environment.
        api_url: origin to use instead of LiveChat's.
        accounts_url: origin of the accounts server to use instead of LiveChat's.
    """

    organization_id: str
    version: str = "3.5"
    region: str | None = None
    env: str = "production"
    api_url: str | None = None
    accounts_url: str | None = None

    @property
    def _environment(self) -> str:
        return "" if self.env == "production" else f".{self.env}"

    @property
    def _organization(self) -> str:
        return quote(self.organization_id)

    @property
    def api(self) -> str:
        """Origin of the API."""
        region = f"-{self.region}" if self.region else ""
        return self.api_url or f"https://api{region}{self._environment}.livechatinc.com"

    @property
    def socket(self) -> str:
        """Address of the WebSocket."""
        origin = "ws" + self.api.removeprefix("http")
        return f"{origin}/v{self.version}/customer/rtm/ws?organization_id={self._organization}"

    def action(self, name: str) -> str:
        """Address of an action over HTTP."""
        return f"{self.api}/v{self.version}/customer/action/{name}?organization_id={self._organization}"

    def token(self, group_id: int | None = None) -> str:
        """Address of the token endpoint; with a group, of that group's own identity."""
        origin = self.accounts_url or f"https://accounts{self._environment}.livechatinc.com"
        group = "" if group_id is None else f"{self._organization}/{group_id}/"
        return f"{origin}/v2/customer/{group}token"

    def in_region(self, region: str) -> Endpoints:
        """The same organization in another region."""
        return replace(self, region=region)


def quote(text: str) -> str:
    """A text as part of a query, percent-encoded as `encodeURIComponent` does it."""
    return "".join(
        chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in text.encode("utf-8", "replace")
    )


def is_origin(url: object) -> bool:
    """Whether this is an http or https origin: scheme, host, perhaps a port, no path."""
    match = _ORIGIN.fullmatch(url) if isinstance(url, str) else None
    return match is not None and (match[1] is None or 0 < int(match[1]) < 65536)


def is_part(name: object) -> bool:
    """Whether this can be part of a host's name: letters and digits, of ASCII alone."""
    return isinstance(name, str) and name.isascii() and name.isalnum()


def page_address(url: str) -> str:
    """A page's address without query, fragment, and user."""
    return _USER.sub(r"\1", re.split(r"[?#]", url, maxsplit=1)[0])
