"""The WebSocket endpoints: frames in, answers out, pushes after them."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Final, NoReturn

from aiohttp import WSMsgType, web

from .calls import Action, Call
from .config import SUPPORTED_VERSIONS, VERSION_STATES
from .connection import Connection
from .core import Core, as_api_error, find_action, perform, perform_now
from .errors import ApiError, validation
from .faults import Fault
from .hub import response_frame
from .lens import Json
from .login import log_in, note_departure
from .recorder import Frame, Role

CORE = web.AppKey("core", Core)
_VERSION: Final = re.compile(r"\d{1,3}\.\d{1,3}", re.ASCII)
#: What a client may do without anybody taking it for a sign of life in the conversation.
_PASSIVE: Final = frozenset({"ping", "login"})


def add_rtm_routes(app: web.Application) -> None:
    """Serve customers and agents."""
    app.router.add_get(r"/v{version:\d+\.\d+}/customer/rtm/ws", customer_socket)
    app.router.add_get(r"/v{version:\d+\.\d+}/agent/rtm/ws", agent_socket)


async def customer_socket(request: web.Request) -> web.StreamResponse:
    """Serve one connection of a customer."""
    return await _serve(request, "customer")


async def agent_socket(request: web.Request) -> web.StreamResponse:
    """Serve one connection of an agent."""
    return await _serve(request, "agent")


async def _serve(request: web.Request, role: Role) -> web.StreamResponse:
    core = request.app[CORE]
    limits = core.config.limits
    origin = request.headers.get("Origin")
    if origin is not None and not core.config.allows_origin(origin):
        raise web.HTTPForbidden(text="This origin is not allowed.")
    socket = web.WebSocketResponse(
        autoping=False,  # a ping is a sign of life: `_read` sees it and answers
        max_msg_size=limits.frame_bytes,
        timeout=2.0,
        compress=False,
    )
    version = request.match_info["version"]
    if version in VERSION_STATES and version in core.config.version_ends:
        socket.headers[VERSION_STATES[version]] = core.config.version_ends[version]
    await socket.prepare(request)
    connection = Connection(core, socket, request, role, version)
    core.connections.add(connection)
    writer = core.spawn(connection.write_queue())
    heartbeat = core.spawn(connection.beat(limits.heartbeat_seconds))
    try:
        if _is_welcome(core, connection, request.query.get("organization_id")):
            await _read(core, connection, socket)
        else:
            await writer
    finally:
        core.connections.discard(connection)
        heartbeat.cancel()
        connection.end()
        _depart(core, connection)
        await asyncio.wait([writer], timeout=5.0)
        writer.cancel()
    return socket


def _is_welcome(core: Core, connection: Connection, organization_id: str | None) -> bool:
    """Turn away who speaks another version or looks for another organization."""
    if connection.version not in SUPPORTED_VERSIONS:
        connection.disconnect("unsupported_version")
        return False
    is_agent = connection.role == "agent"
    if organization_id != core.config.organization_id and not (is_agent and organization_id is None):
        connection.disconnect("license_not_found")
        return False
    strangers = sum(not other.is_logged_in for other in core.connections)
    if strangers > core.config.limits.unauthorized_connections:
        connection.disconnect("too_many_unauthorized_connections")
        return False
    return True


def _depart(core: Core, connection: Connection) -> None:
    if connection.is_logged_in:
        core.hub.detach(connection)
        if connection.role == "customer":
            note_departure(core, connection.user_id)


async def _read(core: Core, connection: Connection, socket: web.WebSocketResponse) -> None:
    async for message in socket:
        connection.is_alive = True
        if message.type is WSMsgType.PONG:
            continue  # it only answers this side's ping
        connection.note_sign_of_life()
        if message.type is WSMsgType.PING:
            await socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            if connection.is_silent:
                continue
            text: str = message.data
            await handle_text(core, connection, text)
            await connection.room()
        elif message.type is WSMsgType.BINARY:
            _refuse(connection, None, None, ApiError("validation", "frame: must be text"))


async def handle_text(core: Core, connection: Connection, text: str) -> None:
    """Answer one frame, whatever it holds."""
    parsed: Any = None
    action_name: str | None = None
    request_id: str | None = None
    try:
        parsed = parse_frame(text)
        request_id = _optional_text(parsed, "request_id")
        action_name = _optional_text(parsed, "action")
        core.hub.record(Frame("in", connection.role, connection.number, connection.user_id or None, text))
        await _handle(core, connection, parsed, action_name, request_id)
    except Exception as error:
        if parsed is None:
            core.hub.record(Frame("in", connection.role, connection.number, None, text))
        _refuse(connection, action_name, request_id, as_api_error(error))


async def _handle(
    core: Core, connection: Connection, frame: Json, name: str | None, request_id: str | None
) -> None:
    if name is None:
        raise validation("action", "is required")
    _check_version(connection, frame)
    payload = frame.get("payload", {})
    if name not in _PASSIVE and connection.role == "customer":
        core.hub.note_activity(connection.user_id, core.clock.time())
    fault = core.faults.take(connection.role, name)
    if fault is not None and fault.kind == "ignore":
        if name not in _PASSIVE and connection.is_logged_in:
            _check_pending(core, connection)
            connection.pending += 1
            core.spawn(_leave_pending(core, connection))
        return
    if fault is not None and fault.error is not None:
        raise fault.error
    if name == "ping":
        if fault is not None and fault.kind == "delay":
            core.spawn(_pong_later(connection, request_id, fault.seconds))
        else:
            _say(connection, "ping", request_id, {}, fault)
    elif name == "login":
        await _log_in(core, connection, request_id, payload, fault)
    elif not connection.is_logged_in:
        raise ApiError("authorization", "Log in first")
    else:
        action = find_action(connection.role, name, connection.version, over_web=False)
        _run(core, connection, action, payload, request_id, fault)


async def _log_in(
    core: Core, connection: Connection, request_id: str | None, payload: object, fault: Fault | None
) -> None:
    if fault is not None:
        await asyncio.sleep(fault.seconds)
    if fault is not None and fault.kind == "lose_answer":
        connection.abort()
    answer = log_in(core, connection, request_id, payload)
    if fault is not None and fault.kind == "duplicate" and answer is not None:
        connection.deliver(response_frame("login", request_id, True, answer))


def _say(
    connection: Connection, name: str, request_id: str | None, answer: Json, fault: Fault | None
) -> None:
    """Give an answer that has no pushes, unless it is to be lost; twice if that is ordered."""
    if fault is not None and fault.kind == "lose_answer":
        connection.abort()
    for _ in range(2 if fault is not None and fault.kind == "duplicate" else 1):
        connection.deliver(response_frame(name, request_id, True, answer))


async def _pong_later(connection: Connection, request_id: str | None, seconds: float) -> None:
    await asyncio.sleep(seconds)
    _say(connection, "ping", request_id, {}, None)


def _check_pending(core: Core, connection: Connection) -> None:
    if connection.pending >= core.config.limits.pending_requests:
        raise ApiError("pending_requests_limit_reached", "Too many requests are waiting for an answer")


async def _leave_pending(core: Core, connection: Connection) -> None:
    """Count a request that gets no answer among those that wait for one, until its time would be over."""
    await asyncio.sleep(core.config.limits.request_seconds)
    connection.pending -= 1


def _run(
    core: Core,
    connection: Connection,
    action: Action,
    payload: object,
    request_id: str | None,
    fault: Fault | None,
) -> None:
    """Answer now, or beside if the action has to wait for something."""
    _check_pending(core, connection)
    core.rates.check(connection.user_id, action.name)
    delay = fault.seconds if fault is not None else 0.0
    if action.is_async or delay:
        connection.pending += 1
        core.spawn(_run_later(core, connection, action, payload, request_id, fault))
        return
    call = Call(core.desk, connection.user_id, connection.lens, connection, connection.group_id)
    answer = perform_now(core, action, call, payload)
    _finish(core, connection, action, call, answer, request_id, fault)


async def _run_later(
    core: Core,
    connection: Connection,
    action: Action,
    payload: object,
    request_id: str | None,
    fault: Fault | None,
) -> None:
    try:
        async with asyncio.timeout(core.config.limits.request_seconds):
            await asyncio.sleep(0.0 if fault is None else fault.seconds)
            call = Call(core.desk, connection.user_id, connection.lens, connection, connection.group_id)
            answer = await perform(core, action, call, payload)
        _finish(core, connection, action, call, answer, request_id, fault)
    except TimeoutError:
        _refuse(connection, action.name, request_id, ApiError("request_timeout", "Request timed out"))
    except Exception as error:
        _refuse(connection, action.name, request_id, as_api_error(error))
    finally:
        connection.pending -= 1


def _finish(
    core: Core,
    connection: Connection,
    action: Action,
    call: Call,
    answer: Any,
    request_id: str | None,
    fault: Fault | None,
) -> None:
    """Answer, unless the answer is to be lost; twice if that is ordered."""
    if fault is not None and fault.kind == "lose_answer":
        connection.abort()
    _answer(core, connection, action, call, answer, request_id)
    if fault is not None and fault.kind == "duplicate":
        _repeat_answer(core, connection, action, call, answer, request_id)


def _answer(
    core: Core, connection: Connection, action: Action, call: Call, answer: Any, request_id: str | None
) -> None:
    """Send the response, then the pushes, with nothing in between."""
    connection.deliver(response_frame(action.name, request_id, True, answer))
    core.hub.flush(call.outbox, connection, request_id)
    for callback in call.afterwards:
        callback()


def _repeat_answer(
    core: Core, connection: Connection, action: Action, call: Call, answer: Any, request_id: str | None
) -> None:
    connection.deliver(response_frame(action.name, request_id, True, answer))
    for push in call.outbox:
        push.only_requester = True
    core.hub.flush(call.outbox, connection, request_id)


def _refuse(connection: Connection, action: str | None, request_id: str | None, error: ApiError) -> None:
    connection.deliver(response_frame(action, request_id, False, {"error": error.as_json()}))


def _check_version(connection: Connection, frame: Json) -> None:
    """Refuse requests that ask for an older version than the connection speaks."""
    version = _optional_text(frame, "version")
    if version is None:
        return
    if not _VERSION.fullmatch(version):
        raise validation("version", "must look like 3.5")
    if _numbers(version) < _numbers(connection.version):
        raise ApiError("unsupported_version", f"This connection speaks {connection.version}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _optional_text(frame: Json, name: str) -> str | None:
    value = frame.get(name)
    if value is not None and not isinstance(value, str):
        raise validation(name, "must be a string")
    return value


def parse_frame(text: str) -> Json:
    """Read a frame: a JSON object without numbers that JSON does not have and without broken characters."""
    try:
        frame = json.loads(text, parse_constant=_no_constant)
        if "\\ud" in text.lower():
            json.dumps(frame, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ApiError("validation", "frame: is not valid JSON") from error
    if not isinstance(frame, dict):
        raise ApiError("validation", "frame: must be a JSON object")
    return frame


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
