"""The agent console: its files, its token, and the agents' pictures."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from aiohttp import web

from .config import Agent
from .rtm import CORE
from .static_site import StaticSite

_FOLDER: Final = Path(__file__).parent / "console"
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https: blob: data:; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TRUSTED_SITES: Final = ("same-origin", "none")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def add_console_routes(app: web.Application) -> None:
    """Serve the console and what it needs."""
    site = StaticSite(_FOLDER, csp=_CSP)

    async def page(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/agent/")

    app.router.add_get("/agent", page)
    app.router.add_post("/agent/token", hand_out_token)
    app.router.add_get("/agent/{path:.*}", site.serve)
    app.router.add_get(r"/avatars/{id:[0-9a-f]{32}}.svg", serve_avatar)


async def hand_out_token(request: web.Request) -> web.Response:
    """Give the console its token: to our own page only, never to another site that a developer has open.

    ``as`` names an agent other than the one with the role ``console``.
    """
    core = request.app[CORE]
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _TRUSTED_SITES:
        raise web.HTTPForbidden(text="Only the console itself gets a token.\n")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text="Only the console itself gets a token.\n")
    # A name that another site has pointed at this machine would pass the checks above.
    if request.url.host not in (*_names(request), *(name.strip("[]") for name in _LOOPBACK)):
        raise web.HTTPForbidden(text="Open the console under the address that the server has printed.\n")
    agent = core.config.agent(request.query.get("as") or core.config.console_agent)
    if agent is None:
        raise web.HTTPNotFound(text="There is no agent of this e-mail address.\n")
    return web.json_response(
        {
            "access_token": core.identity.agent_token(agent.email),
            "organization_id": core.config.organization_id,
            "name": core.config.name,
        },
        headers={"Cache-Control": "no-store"},
    )


def _names(request: web.Request) -> tuple[str, ...]:
    """Return the address on which this connection came in."""
    if request.transport is None:
        return ()
    address = request.transport.get_extra_info("sockname")
    return (str(address[0]),) if address else ()


async def serve_avatar(request: web.Request) -> web.Response:
    """Draw an agent's picture."""
    agent = request.app[CORE].config.agent_by_public_id(request.match_info["id"])
    if agent is None:
        raise web.HTTPNotFound
    headers = {
        "Content-Type": "image/svg+xml",
        "Cache-Control": "public, max-age=86400",
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.Response(body=draw_avatar(agent).encode(), headers=headers)


def draw_avatar(agent: Agent) -> str:
    """Draw a head and shoulders in colours of the agent's own."""
    digest = hashlib.sha256(agent.email.encode()).digest()
    hue, skin, hair = digest[0] * 360 // 256, _SKIN[digest[1] % len(_SKIN)], _HAIR[digest[2] % len(_HAIR)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96" role="img">'
        f"<title>{escape(agent.name)}</title>"
        f'<rect width="96" height="96" fill="hsl({hue} 45% 82%)"/>'
        f'<path d="M24 50c-4-30 10-38 24-38s28 8 24 38c-1 10-4 16-6 20H30c-2-4-5-10-6-20z" fill="{hair}"/>'
        f'<path d="M12 96c2-20 16-26 36-26s34 6 36 26z" fill="hsl({(hue + 190) % 360} 38% 42%)"/>'
        f'<path d="M40 58h16v14c0 5-16 5-16 0z" fill="{skin}"/>'
        f'<ellipse cx="48" cy="45" rx="17" ry="20" fill="{skin}"/>'
        f'<path d="M30 42c0-14 8-21 18-21s18 7 18 21c-6-2-10-6-12-11-5 6-14 10-24 11z" fill="{hair}"/>'
        "</svg>"
    )


_SKIN: Final = ("#f2d3bd", "#e3b592", "#c68d64", "#8d5a3c")
_HAIR: Final = ("#2f2521", "#5a3b28", "#8a5a34", "#3b3b46", "#b98550")
