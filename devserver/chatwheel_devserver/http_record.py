"""Remembers requests over HTTP with their answers, as frames of sockets are remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from .recorder import Exchange, Role, size_of
from .rtm import CORE

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: What the handlers leave at a request: the text of its body, and who has made it.
BODY = web.RequestKey("body", str)
USER = web.RequestKey("user", str)


@web.middleware
async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Record what customers and agents ask of the API; pages and files are not of interest."""
    if not _is_api(request.path) or request.method == "OPTIONS":
        return await handler(request)
    response: web.StreamResponse | None = None
    try:
        response = await handler(request)
    finally:
        text = (response.text or "") if isinstance(response, web.Response) else ""
        sent: str = request.get(BODY, "")
        role: Role = "agent" if "/agent/action/" in request.path else "customer"
        exchange = Exchange(
            method=request.method,
            path=request.path_qs,
            action=request.path.rpartition("/")[2],
            role=role,
            user_id=request.get(USER),
            request_text=sent,
            status=None if response is None else response.status,
            answer_text=text,
        )
        request.app[CORE].hub.exchanges.add(exchange, size_of(sent) + size_of(text))
    return response


def _is_api(path: str) -> bool:
    return path.startswith("/v2/customer/") or "/customer/action/" in path or "/agent/action/" in path
