"""The web application: all routes of the server."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from .console_page import add_console_routes
from .core import Core
from .cors import cors
from .http_record import record
from .identity_routes import add_identity_routes
from .rtm import CORE, add_rtm_routes
from .static_site import StaticSite
from .web_api import add_web_routes

_LANDING = """{name}

This is a local Customer Chat API server, for development.

  Customers   ws{origin}/v3.5/customer/rtm/ws?organization_id={organization}
  Tokens      POST http{origin}/v2/customer/token
  Console     http{origin}/agent/

No site is served; give one with --site DIR.
"""


def make_app(core: Core, site: Path | None) -> web.Application:
    """Build the application around a core."""
    app = web.Application(middlewares=[cors, record], client_max_size=core.config.limits.file_bytes)
    app[CORE] = core
    add_rtm_routes(app)
    add_web_routes(app)
    add_identity_routes(app)
    add_console_routes(app)
    if site is None:
        app.router.add_get("/", _landing)
    else:
        app.router.add_get("/{path:.*}", StaticSite(site).serve)
    return app


async def _landing(request: web.Request) -> web.Response:
    core = request.app[CORE]
    origin = f"{'s' if request.scheme == 'https' else ''}://{request.host}"
    text = _LANDING.format(name=core.config.name, origin=origin, organization=core.config.organization_id)
    return web.Response(text=text)
