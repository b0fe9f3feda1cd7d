"""The Web API: the same actions over HTTP, and uploads."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NoReturn

from aiohttp import web

from .calls import Call
from .config import DEFAULT_VERSION, SUPPORTED_VERSIONS
from .core import Core, as_api_error, find_action, perform
from .errors import ApiError, validation
from .faults import Fault
from .http_record import BODY, USER
from .identity import Bearer
from .lens import AgentLens, CustomerLens, Json
from .recorder import Role
from .rtm import CORE, parse_frame
from .uploads import file_path, receive_file, serve_file
from .web_only import GET_ACTIONS, Query


def add_web_routes(app: web.Application) -> None:
    """Serve actions, uploads and uploaded files."""
    for role in ("customer", "agent"):
        app.router.add_post(rf"/v{{version:\d+\.\d+}}/{role}/action/upload_file", _uploader(role))
        app.router.add_post(rf"/{role}/action/upload_file", _uploader(role))
        app.router.add_route("*", rf"/v{{version:\d+\.\d+}}/{role}/action/{{action}}", _actor(role))
        app.router.add_route("*", rf"/{role}/action/{{action}}", _actor(role))
    app.router.add_get("/files/{id}/{name}", serve_file)


def _actor(role: Role) -> Any:
    async def act(request: web.Request) -> web.Response:
        core = request.app[CORE]
        try:
            fault = await meddle(request, role, request.match_info["action"])
            answer = await _act(core, request, role)
            if fault is not None and fault.kind == "lose_answer":
                cut(request)
            return web.json_response(answer)
        except Exception as error:
            return _failure(as_api_error(error))

    return act


def _uploader(role: Role) -> Any:
    async def upload(request: web.Request) -> web.Response:
        core = request.app[CORE]
        try:
            fault = await meddle(request, role, "upload_file")
            _version(request)
            bearer = _authenticate(core, request, role)
            _admit(core, bearer.user_id, role, "upload_file")
            file = await receive_file(core, request, bearer.user_id)
            request[BODY] = json.dumps({"name": file.name, "size": file.size})
            if fault is not None and fault.kind == "lose_answer":
                cut(request)
        except Exception as error:
            return _failure(as_api_error(error))
        return web.json_response({"url": base_url(request) + file_path(file)})

    return upload


async def meddle(request: web.Request, role: Role, name: str) -> Fault | None:
    """Let happen what a test has ordered for this request, as far as it happens before the answer."""
    fault = request.app[CORE].faults.take(role, name)
    if fault is None:
        return None
    if fault.error is not None:
        raise fault.error
    await asyncio.sleep(fault.seconds)
    if fault.kind == "ignore":
        cut(request)
    return fault


def cut(request: web.Request) -> NoReturn:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError


def base_url(request: web.Request) -> str:
    """Return the address under which this client reaches the server."""
    return f"{request.scheme}://{request.host}"


def _failure(error: ApiError) -> web.Response:
    return web.json_response({"error": error.as_json()}, status=error.status)


async def _act(core: Core, request: web.Request, role: Role) -> Any:
    version = _version(request)
    name = request.match_info["action"]
    if role == "customer" and name in GET_ACTIONS:
        return _answer_get(core, request, name, version)
    action = find_action(role, name, version, over_web=True)
    if request.method != "POST":
        raise ApiError("validation", f"method: {name} is called with POST")
    bearer = _authenticate(core, request, role)
    payload = await _payload(core, request)
    _admit(core, bearer.user_id, role, name)
    lens: CustomerLens | AgentLens
    if role == "customer":
        lens = CustomerLens(core.config, base_url(request), version, bearer.user_id)
        core.hub.note_activity(bearer.user_id, core.clock.time())
    else:
        lens = AgentLens(core.config, base_url(request), version, bearer.user_id)
    call = Call(core.desk, bearer.user_id, lens)
    async with asyncio.timeout(core.config.limits.request_seconds):
        answer = await perform(core, action, call, payload)
    core.hub.flush(call.outbox)
    for callback in call.afterwards:
        callback()
    return answer


def _answer_get(core: Core, request: web.Request, name: str, version: str) -> Json:
    if request.method != "GET":
        raise ApiError("validation", f"method: {name} is called with GET")
    _check_organization(core, request)
    return GET_ACTIONS[name](Query(core, version, request.query))


def _admit(core: Core, user_id: str, role: Role, action: str) -> None:
    """Refuse who is banned, who asks too often, and whom the action is not for."""
    core.rates.check(user_id, action)
    if role == "customer":
        _check_customer(core, user_id, action)


def _check_customer(core: Core, customer_id: str, action: str) -> None:
    if core.desk.customer(customer_id).banned_until > core.clock.time():
        raise ApiError("customer_banned", "Customer is banned")
    if action == "check_goals" and core.hub.is_online(customer_id):
        raise ApiError("validation", "check_goals is for customers who are not connected")


def _version(request: web.Request) -> str:
    version = request.match_info.get("version") or request.headers.get("X-API-Version") or DEFAULT_VERSION
    if version not in SUPPORTED_VERSIONS:
        raise ApiError("unsupported_version", "Cannot call unsupported API versions.")
    return version


def _authenticate(core: Core, request: web.Request, role: Role) -> Bearer:
    """Return who asks; the organization must be ours."""
    if role == "customer":
        _check_organization(core, request)
    authorization = request.headers.get("Authorization", "")
    identity = core.identity
    bearer = identity.customer(authorization) if role == "customer" else identity.agent(authorization)
    if bearer is None:
        raise ApiError("authentication", "Invalid access token")
    request[USER] = bearer.user_id
    return bearer


def _check_organization(core: Core, request: web.Request) -> None:
    if request.query.get("organization_id") != core.config.organization_id:
        raise ApiError("license_not_found", "License not found")


async def _payload(core: Core, request: web.Request) -> Json:
    body = await request.content.read(core.config.limits.frame_bytes + 1)
    while len(body) <= core.config.limits.frame_bytes and not request.content.at_eof():
        body += await request.content.read(core.config.limits.frame_bytes + 1)
    if len(body) > core.config.limits.frame_bytes:
        raise ApiError("entity_too_large", "The request is too large")
    request[BODY] = body.decode(errors="replace")
    if not body.strip():
        return {}
    try:
        return parse_frame(body.decode())
    except UnicodeDecodeError as error:
        raise validation("body", "is not UTF-8") from error
