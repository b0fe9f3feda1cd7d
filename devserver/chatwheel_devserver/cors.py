"""Cross-origin requests: the widget lives on other sites than the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from .rtm import CORE

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SHARED: Final = ("/v2/customer", "/v", "/customer/action/", "/files/", "/avatars/")


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer preflights and name the exact origin, as credentialed requests need it."""
    origin = request.headers.get("Origin")
    if origin is None or not request.path.startswith(_SHARED) or not _is_api(request.path):
        return await handler(request)
    allowed = request.app[CORE].config.allows_origin(origin)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response: web.StreamResponse = web.Response(status=204 if allowed else 403)
        if allowed:
            _allow_preflight(request, response)
    else:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            if allowed:
                _allow(error.headers, origin)
            raise
    if allowed and not response.prepared:
        _allow(response.headers, origin)
    return response


def _is_api(path: str) -> bool:
    return not path.startswith("/v") or path[2:3].isdigit()


def _allow(headers: object, origin: str) -> None:
    assert hasattr(headers, "__setitem__")
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Allow-Credentials"] = "true"
    headers["Vary"] = "Origin"


def _allow_preflight(request: web.Request, response: web.StreamResponse) -> None:
    headers = response.headers
    headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
    headers["Access-Control-Allow-Headers"] = request.headers.get(
        "Access-Control-Request-Headers", "Authorization, Content-Type"
    )
    headers["Access-Control-Max-Age"] = "600"
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
