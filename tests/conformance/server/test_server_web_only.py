"""What exists over HTTP only: configuration, phrases, properties, verification, and the grants without cookies."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from chatwheel_devserver import DevServer, Group, Limits, RateLimit
from conformance.server.bare import Json, message, start
from conformance.server.conftest import Connect

FORM = {"id": "f", "fields": [{"type": "name", "id": "0", "label": "Name", "required": True}]}


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    async with DevServer(
        groups=(Group(0, "Everybody"), Group(1, "Sales")),
        forms={(0, "prechat"): FORM},
        phrases={"start_chat": "Start"},
        license_properties={"shop": {"country": "PL", "open": True}, "other": {"x": 1}},
        group_properties={1: {"shop": {"currency": "EUR"}}},
        rate_limits={"send_sneak_peek": RateLimit(2, 10), "get_customer": RateLimit(1, 10)},
        limits=Limits(users_online=2),
    ) as server:
        yield server


class Web:
    """HTTP by hand."""

    def __init__(self, server: DevServer, http: aiohttp.ClientSession) -> None:
        self.server, self.http = server, http

    async def get(self, action: str, api: str = "3.5", /, **query: str) -> tuple[int, Json]:
        query = {"organization_id": self.server.config.organization_id} | query
        url = f"{self.server.url}/v{api}/customer/action/{action}"
        async with self.http.get(url, params=query) as response:
            return response.status, await response.json()

    async def post(self, path: str, body: Json, token: str | None = None) -> tuple[int, Json]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with self.http.post(self.server.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def act(self, action: str, body: Json, token: str) -> tuple[int, Json]:
        organization = self.server.config.organization_id
        path = f"/v3.5/customer/action/{action}?organization_id={organization}"
        return await self.post(path, body, token)


@pytest.fixture
def web(server: DevServer, http: aiohttp.ClientSession) -> Web:
    return Web(server, http)


async def test_the_dynamic_configuration_is_flat_and_from_36_nested(web: Web) -> None:
    organization = web.server.config.organization_id
    dynamic = {
        "group_id": 1,
        "client_limit_exceeded": False,
        "domain_allowed": True,
        "online_group_ids": [0, 1],
        "config_version": "1",
        "localization_version": "1",
        "language": "en",
    }
    query = {"group_id": "1", "url": "http://shop.example/"}
    flat = await web.get("get_dynamic_configuration", **query)
    assert flat == (200, {"organization_id": organization} | dynamic)
    nested = await web.get("get_dynamic_configuration", "3.6", **query)
    whole = {"organization_id": organization, "default_widget": "livechat", "livechat_active": True}
    assert nested == (200, whole | {"livechat": dynamic})


async def test_configuration_and_localization(web: Web) -> None:
    status, configuration = await web.get("get_configuration", group_id="1", version="1")
    assert status == 200
    assert configuration["prechat_form"] == FORM
    assert configuration["properties"]["group"] == {"shop": {"currency": "EUR"}}
    phrases = await web.get("get_localization", group_id="0", language="en", version="1")
    assert phrases == (200, {"start_chat": "Start"})


async def test_properties_are_chosen_by_namespace_and_name(web: Web) -> None:
    assert (await web.get("list_license_properties"))[1] == dict(web.server.config.license_properties)
    chosen = await web.get("list_license_properties", namespace="shop", name="open")
    assert chosen == (200, {"shop": {"open": True}})
    assert await web.get("list_group_properties", id="1") == (200, {"shop": {"currency": "EUR"}})
    assert await web.get("list_group_properties", id="1", name="none") == (200, {})


@pytest.mark.parametrize(
    ("action", "query", "type", "start"),
    [
        ("get_configuration", {"version": "1"}, "validation", "group_id: is required"),
        ("get_configuration", {"group_id": "x", "version": "1"}, "validation", "group_id: must be"),
        ("get_configuration", {"group_id": "1"}, "validation", "version: is required"),
        ("get_localization", {"group_id": "0", "version": "1"}, "validation", "language: is required"),
        ("list_group_properties", {}, "validation", "id: is required"),
        ("list_group_properties", {"id": "7"}, "group_not_found", "Group 7"),
        ("get_dynamic_configuration", {"organization_id": "none"}, "license_not_found", "License"),
    ],
)
async def test_wrong_parameters_are_named(
    web: Web, action: str, query: dict[str, str], type: str, start: str
) -> None:
    _, answer = await web.get(action, **query)
    assert answer["error"]["type"] == type and answer["error"]["message"].startswith(start)


async def test_they_are_got_not_posted(web: Web) -> None:
    status, answer = await web.act("get_configuration", {}, web.server.customer_token()[0])
    assert (status, answer["error"]["type"]) == (400, "validation")


async def test_an_email_verification_is_recorded_and_nothing_is_sent(web: Web) -> None:
    token, customer_id = web.server.customer_token()
    wish = {"callback_uri": "https://shop.example/verified"}
    assert (await web.act("request_email_verification", wish, token))[1]["error"]["message"].startswith(
        "email"
    )
    await web.act("update_customer", {"email": "ada@shop.example"}, token)
    for number in range(12):
        uri = {"callback_uri": f"https://shop.example/{number}"}
        assert await web.act("request_email_verification", uri, token) == (200, {})
    kept = web.server.core.desk.customers.verifications(customer_id)
    assert kept == [f"https://shop.example/{number}" for number in range(2, 12)]
    for wrong in ({}, {"callback_uri": "mailto:x"}, {"callback_uri": 5}):
        _, answer = await web.act("request_email_verification", wrong, token)
        assert answer["error"]["message"].startswith("callback_uri")


async def test_rate_limits_refuse_and_pass(web: Web, customer: Connect) -> None:
    client = await customer()
    chat_id, _ = await start(client, message())
    peek = {"chat_id": chat_id, "sneak_peek_text": "a"}
    await client.request("send_sneak_peek", peek)
    await client.request("send_sneak_peek", peek)
    assert (await client.refusal("send_sneak_peek", peek)).type == "too_many_requests"
    web.server.advance(10)
    await client.request("send_sneak_peek", peek)
    token, _ = web.server.customer_token()
    assert (await web.act("get_customer", {}, token))[0] == 200
    status, answer = await web.act("get_customer", {}, token)
    assert (status, answer["error"]["type"]) == (429, "too_many_requests")


async def test_the_licence_limits_who_is_online(
    server: DevServer, customer: Connect, connect: Connect
) -> None:
    first = await customer()
    await customer()
    third = await connect()
    refused = await third.refusal("login", {"token": f"Bearer {server.customer_token()[0]}"})
    assert refused.type == "users_limit_reached"
    await customer(same_as=first)


def grant(kind: str, **more: Any) -> Json:
    return {"grant_type": kind, "client_id": "demo-client", "response_type": "token", **more}


async def test_an_agents_token_makes_customers(web: Web, customer: Connect) -> None:
    agent = web.server.agent_token()
    status, made = await web.post("/v2/customer/token", grant("agent_token"), agent)
    assert status == 200 and made["client_id"] == "demo-client"
    _, again = await web.post("/v2/customer/token", grant("agent_token", entity_id=made["entity_id"]), agent)
    assert again["entity_id"] == made["entity_id"] and again["access_token"] != made["access_token"]
    assert (await web.act("list_chats", {}, again["access_token"]))[0] == 200
    status, answer = await web.post("/v2/customer/token", grant("agent_token"), "wrong")
    assert (status, answer["identity_exception"]) == (401, "unauthorized")
    _, answer = await web.post("/v2/customer/token", grant("agent_token", entity_id="nobody"), agent)
    assert answer["oauth_exception"] == "resource_not_found"


async def test_an_identity_moves_to_another_client_once(web: Web) -> None:
    token, customer_id = web.server.customer_token()
    verifier = "correct horse battery staple"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    wish = {"bearer_type": "customer", "client_id": "demo-client", "code_challenge": challenge}
    status, made = await web.post("/v2/customer/identity_transfer", wish, token)
    assert (status, made["expires_in"]) == (200, 3600)
    code = {"code": made["identity_transfer_token"], "code_verifier": verifier}
    _, answer = await web.post("/v2/customer/token", grant("identity_token", **code))
    assert answer["entity_id"] == customer_id
    _, answer = await web.post("/v2/customer/token", grant("identity_token", **code))
    assert answer["oauth_exception"] == "invalid_grant"


async def test_a_transfer_that_proves_nothing_is_refused(web: Web) -> None:
    agent = web.server.agent_token()
    wish = {"bearer_type": "agent", "client_id": "demo-client", "code_challenge": "x"}
    _, made = await web.post("/v2/customer/identity_transfer", wish, agent)
    code = {"code": made["identity_transfer_token"], "code_verifier": "y"}
    _, answer = await web.post("/v2/customer/token", grant("identity_token", **code))
    assert answer["oauth_exception"] == "invalid_grant"
    _, made = await web.post("/v2/customer/identity_transfer", wish | {"code_challenge": None}, agent)
    web.server.advance(3600)
    late = grant("identity_token", code=made["identity_transfer_token"])
    assert (await web.post("/v2/customer/token", late))[1]["oauth_exception"] == "invalid_grant"
    for wrong, token, exception in (
        (wish | {"bearer_type": "other"}, agent, {"oauth_exception": "invalid_request"}),
        (wish | {"client_id": "other"}, agent, {"oauth_exception": "unauthorized_client"}),
        (wish | {"bearer_type": "customer"}, "no", {"identity_exception": "unauthorized"}),
        (wish | {"code_challenge": 5}, agent, {"oauth_exception": "invalid_request"}),
    ):
        status, answer = await web.post("/v2/customer/identity_transfer", wrong, token)
        assert status == 401 and answer.items() >= exception.items()
    _, answer = await web.post("/v2/customer/token", grant("identity_token"))
    assert answer["oauth_exception"] == "invalid_request"
