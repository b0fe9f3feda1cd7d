"""The accounts endpoints: tokens for customers, by cookie."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from .core import Core
from .errors import OAuthError
from .http_record import BODY, USER
from .identity import TRANSFER_SECONDS, Grant
from .recorder import json_or_none
from .rtm import CORE
from .web_api import cut, meddle

_COOKIE_SECONDS: Final = 63_072_000
_COOKIE_PATH: Final = "/v2/customer"
_MAX_BODY: Final = 16 * 1024


def add_identity_routes(app: web.Application) -> None:
    """Serve tokens."""
    app.router.add_post("/v2/customer/token", create_token)
    app.router.add_delete("/v2/customer/token", revoke_token)
    app.router.add_get("/v2/customer/info", token_info)
    app.router.add_post("/v2/customer/identity_transfer", transfer_identity)
    app.router.add_post("/v2/customer/{organization}/{group}/token", create_token)


async def create_token(request: web.Request) -> web.Response:
    """Answer with a token for the customer of the cookies, or for a new one."""
    core = request.app[CORE]
    try:
        body = await _read_body(request)
        fault = await meddle(request, "customer", "token")
        _check_request(core, body)
        _check_origin(core, request, body)
        if body["grant_type"] != "cookie":
            return _answer(request, body, _grant_without_cookies(core, request, body))
        group_id = _check_place(core, request, body)
    except OAuthError as error:
        return web.json_response(error.body, status=error.status)
    names = _cookie_names(group_id)
    grant = core.identity.grant(
        body["client_id"],
        customer_id=request.cookies.get(names[0]),
        secret=request.cookies.get(names[1]),
        group_id=group_id,
        expires_in=body.get("expires_in"),
    )
    if fault is not None and fault.kind == "lose_answer":
        cut(request)
    response = _answer(request, body, grant)
    _set_cookies(request, response, grant, names, group_id)
    return response


def _answer(request: web.Request, body: dict[str, Any], grant: Grant) -> web.Response:
    request[USER] = grant.customer_id
    core = request.app[CORE]
    return web.json_response(
        {
            "access_token": grant.access_token,
            "entity_id": grant.customer_id,
            "expires_in": grant.expires_in,
            "token_type": "Bearer",
            "client_id": body["client_id"],
            "organization_id": core.config.organization_id,
        },
        headers={"Cache-Control": "no-store"},
    )


def _grant_without_cookies(core: Core, request: web.Request, body: dict[str, Any]) -> Grant:
    """Make a token for whom an agent, or a code made before, vouches."""
    identity, customer_id = core.identity, None
    if body["grant_type"] == "agent_token":
        _need_agent(core, request)
        customer_id = _known_customer(core, body, "entity_id")
    else:
        code, verifier = body.get("code"), body.get("code_verifier")
        if not isinstance(code, str) or not isinstance(verifier, str | None):
            raise OAuthError(
                "invalid_request", "code and code_verifier must be strings, and code is required"
            )
        customer_id = identity.finish_transfer(code, verifier)
        if customer_id is None:
            raise OAuthError("invalid_grant", "the code is not valid, or not any more")
    return identity.grant(
        body["client_id"],
        customer_id=customer_id,
        secret=None,
        expires_in=body.get("expires_in"),
        is_proven=customer_id is not None,
    )


def _need_agent(core: Core, request: web.Request) -> None:
    authorization = request.headers.get("Authorization", "")
    # Personal access tokens are not good for this.
    if not authorization.lower().startswith("bearer ") or core.identity.agent(authorization) is None:
        raise OAuthError("unauthorized", "the agent's token is not valid", is_identity=True)


def _known_customer(core: Core, body: dict[str, Any], field: str) -> str | None:
    customer_id = body.get(field)
    if customer_id is not None and (not isinstance(customer_id, str) or not core.identity.knows(customer_id)):
        raise OAuthError("resource_not_found", f"{field}: there is no such customer")
    return customer_id


async def transfer_identity(request: web.Request) -> web.Response:
    """Answer with a code with which another client takes over a customer's identity."""
    core = request.app[CORE]
    try:
        body = await _read_body(request)
        if body.get("client_id") not in core.config.client_ids:
            raise OAuthError("unauthorized_client", "client_id is unknown")
        customer_id = _bearer_of_transfer(core, request, body)
        challenge = body.get("code_challenge")
        if not isinstance(challenge, str | None):
            raise OAuthError("invalid_request", "code_challenge must be a string")
    except OAuthError as error:
        return web.json_response(error.body, status=error.status)
    code = core.identity.start_transfer(customer_id, challenge)
    return web.json_response({"identity_transfer_token": code, "expires_in": TRANSFER_SECONDS})


def _bearer_of_transfer(core: Core, request: web.Request, body: dict[str, Any]) -> str | None:
    match body.get("bearer_type"):
        case "agent":
            _need_agent(core, request)
            return _known_customer(core, body, "customer_id")
        case "customer":
            bearer = core.identity.customer(request.headers.get("Authorization", ""))
            if bearer is None:
                raise OAuthError("unauthorized", "the token is not valid", is_identity=True)
            return bearer.user_id
        case _:
            raise OAuthError("invalid_request", "bearer_type must be agent or customer")


async def _read_body(request: web.Request) -> dict[str, Any]:
    """Read JSON whatever the content type says; a plain text type saves browsers the preflight."""
    raw = await request.content.read(_MAX_BODY + 1)
    while len(raw) <= _MAX_BODY and not request.content.at_eof():
        raw += await request.content.read(_MAX_BODY + 1)
    request[BODY] = raw.decode(errors="replace")
    body = json_or_none(request[BODY]) if len(raw) <= _MAX_BODY else None
    if not isinstance(body, dict):
        raise OAuthError("bad_request", "the body must be a JSON object")
    return body


def _check_place(core: Core, request: web.Request, body: dict[str, Any]) -> int | None:
    """Check the organization and group, in the path or in the body."""
    organization = request.match_info.get("organization", body.get("organization_id"))
    if organization is None:
        raise OAuthError("invalid_request", "organization_id is required")
    if (
        organization != core.config.organization_id
        or body.get("organization_id", organization) != organization
    ):
        raise OAuthError("invalid_request", "organization_id: there is no such organization")
    group = request.match_info.get("group")
    if group is None:
        return None
    if not (group.isascii() and group.isdigit() and core.config.has_group(int(group))):
        raise OAuthError("resource_not_found", "the group does not exist")
    return int(group)


def _check_request(core: Core, body: dict[str, Any]) -> None:
    if body.get("client_id") not in core.config.client_ids:
        raise OAuthError("unauthorized_client", "client_id is unknown")
    if body.get("grant_type") not in ("cookie", "agent_token", "identity_token"):
        raise OAuthError("unsupported_grant_type", "grant_type must be cookie, agent_token or identity_token")
    if body.get("response_type", "token") != "token":
        raise OAuthError("invalid_request", "response_type must be token")
    redirect = body.get("redirect_uri")
    if redirect is not None and not (isinstance(redirect, str) and _is_address(redirect)):
        raise OAuthError("invalid_request", "redirect_uri must be an address")
    seconds = body.get("expires_in")
    if seconds is not None and not (type(seconds) is int and 0 < seconds <= core.config.limits.token_seconds):
        raise OAuthError("invalid_request", "expires_in must be a positive number of seconds")


def _is_address(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def _check_origin(core: Core, request: web.Request, body: dict[str, Any]) -> None:
    """Refuse pages of origins that are not registered, and tokens that would go there."""
    parts = urlsplit(body.get("redirect_uri") or "")
    origins = [request.headers.get("Origin"), f"{parts.scheme}://{parts.netloc}" if parts.netloc else None]
    if not all(origin is None or core.config.allows_origin(origin) for origin in origins):
        raise OAuthError("unauthorized_client", "redirect_uri is not registered")


def _cookie_names(group_id: int | None) -> tuple[str, str]:
    """Name the cookies; each group has an identity of its own, which the organization's cookies must not hide."""
    suffix = "" if group_id is None else f"_{group_id}"
    return f"__lc_cid{suffix}", f"__lc_cst{suffix}"


def _set_cookies(
    request: web.Request, response: web.Response, grant: Grant, names: tuple[str, str], group_id: int | None
) -> None:
    """Remember the customer for two years.

    ``SameSite=None`` needs ``Secure`` and thereby https; over plain http on one's own machine ``Lax`` does
    the same job.
    """
    is_https = request.scheme == "https"
    path = (
        _COOKIE_PATH
        if group_id is None
        else f"{_COOKIE_PATH}/{request.match_info['organization']}/{group_id}"
    )
    for name, value in zip(names, (grant.customer_id, grant.secret), strict=True):
        response.set_cookie(
            name,
            value,
            max_age=_COOKIE_SECONDS,
            path=path,
            httponly=True,
            secure=is_https,
            samesite="None" if is_https else "Lax",
        )


async def revoke_token(request: web.Request) -> web.Response:
    """Make a token worthless and end the connections that have logged in with it."""
    core = request.app[CORE]
    bearer = core.identity.revoke(request.headers.get("Authorization", ""))
    if bearer is None:
        return _unauthorized()
    for connection in list(core.connections):
        if connection.token_hash == bearer.token_hash:
            connection.disconnect("access_token_revoked")
    return web.json_response({})


async def token_info(request: web.Request) -> web.Response:
    """Answer whose token it is."""
    core = request.app[CORE]
    authorization = request.headers.get("Authorization") or f"Bearer {request.query.get('code', '')}"
    bearer = core.identity.customer(authorization)
    if bearer is None:
        return _unauthorized()
    return web.json_response(
        {
            "entity_id": bearer.user_id,
            "expires_in": int(bearer.expires_at - core.clock.time()),
            "token_type": "Bearer",
            "organization_id": core.config.organization_id,
        }
    )


def _unauthorized() -> web.Response:
    error = OAuthError("unauthorized", "the token is not valid", is_identity=True)
    return web.json_response(error.body, status=error.status)
