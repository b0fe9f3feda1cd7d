"""The accounts endpoints: tokens by cookie, CORS with credentials, errors in their own shapes."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from yarl import URL

from chatwheel_devserver import DevServer, Group
from conformance.server.bare import customer
from conformance.server.conftest import Connect

BODY = {
    "response_type": "token",
    "grant_type": "cookie",
    "client_id": "demo-client",
    "organization_id": "demo-organization",
    "redirect_uri": "http://shop.example/page",
}
ORIGIN = "http://shop.example"


def jar() -> aiohttp.ClientSession:
    """A browser of its own; unsafe, because cookies of plain addresses are refused otherwise."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def ask(
    http: aiohttp.ClientSession, server: DevServer, path: str = "/v2/customer/token", **change: Any
) -> tuple[int, Any]:
    body = {name: value for name, value in (BODY | change).items() if value is not None}
    async with http.post(server.url + path, data=json.dumps(body), headers={"Origin": ORIGIN}) as response:
        return response.status, await response.json()


async def test_a_plain_text_body_is_enough(server: DevServer, http: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "text/plain;charset=UTF-8", "Origin": ORIGIN}
    async with http.post(
        server.url + "/v2/customer/token", data=json.dumps(BODY), headers=headers
    ) as response:
        token = await response.json()
        assert response.status == 200
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert response.headers["Vary"] == "Origin"
        for name in ("__lc_cid", "__lc_cst"):
            cookie = response.cookies[name]
            assert cookie["httponly"] and not cookie["secure"]
            assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == (
                "Lax",
                "/v2/customer",
                "63072000",
            )
    assert token["access_token"].startswith("dal:")
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 28_800
    assert token["client_id"] == "demo-client"
    assert token["organization_id"] == "demo-organization"
    assert response.cookies["__lc_cid"].value == token["entity_id"]


async def test_cookies_bring_the_same_customer_back(server: DevServer) -> None:
    async with jar() as http, jar() as other:
        _, first = await ask(http, server)
        _, again = await ask(http, server)
        _, stranger = await ask(other, server)
    assert first["entity_id"] == again["entity_id"]
    assert first["access_token"] != again["access_token"]
    assert stranger["entity_id"] != first["entity_id"]


async def test_an_identifier_without_its_secret_proves_nothing(server: DevServer) -> None:
    async with jar() as http:
        _, first = await ask(http, server)
    async with jar() as thief:
        cookies = {"__lc_cid": first["entity_id"], "__lc_cst": "guess"}
        thief.cookie_jar.update_cookies(cookies, URL(server.url + "/v2/customer"))
        _, stolen = await ask(thief, server)
    assert stolen["entity_id"] != first["entity_id"]


async def test_each_group_has_an_identity_of_its_own() -> None:
    groups = (Group(0, "Everybody"), Group(3, "Sales"))
    async with DevServer(groups=groups) as server, jar() as http:
        _, everybody = await ask(http, server)
        path = "/v2/customer/demo-organization/3/token"
        _, sales = await ask(http, server, path)
        _, sales_again = await ask(http, server, path)
        status, unknown = await ask(http, server, "/v2/customer/demo-organization/7/token")
    assert len({everybody["entity_id"], sales["entity_id"]}) == 2
    assert sales["entity_id"] == sales_again["entity_id"]
    assert (status, unknown["oauth_exception"]) == (401, "resource_not_found")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"organization_id": "other"}, "invalid_request"),
        ({"organization_id": None}, "invalid_request"),
        ({"organization_id": 5}, "invalid_request"),
        ({"client_id": "other"}, "unauthorized_client"),
        ({"client_id": None}, "unauthorized_client"),
        ({"client_id": ["demo-client"]}, "unauthorized_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"response_type": "code"}, "invalid_request"),
        ({"redirect_uri": 5}, "invalid_request"),
        ({"expires_in": -1}, "invalid_request"),
        ({"expires_in": True}, "invalid_request"),
        ({"expires_in": 10**9}, "invalid_request"),
    ],
)
async def test_refusals(
    server: DevServer, http: aiohttp.ClientSession, change: dict[str, Any], code: str
) -> None:
    status, body = await ask(http, server, **change)
    assert (status, body["oauth_exception"]) == (401, code)
    assert body["exception_description"]


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"\xff\xfe", b"{" + b" " * 20_000, b"[" * 10_000])
async def test_bodies_that_are_no_object(server: DevServer, http: aiohttp.ClientSession, body: bytes) -> None:
    async with http.post(server.url + "/v2/customer/token", data=body) as response:
        assert response.status == 401
        assert (await response.json())["oauth_exception"] == "bad_request"


async def test_preflights(server: DevServer, http: aiohttp.ClientSession) -> None:
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
        "Access-Control-Request-Private-Network": "true",
    }
    url = f"{server.url}/v3.5/customer/action/upload_file?organization_id=demo-organization"
    async with http.options(url, headers=headers) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert response.headers["Access-Control-Allow-Headers"] == "authorization"
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
        assert response.headers["Access-Control-Allow-Private-Network"] == "true"


async def test_origins_that_are_not_allowed_get_no_cors(http: aiohttp.ClientSession) -> None:
    async with DevServer(origins=("http://shop.example",)) as server:
        headers = {"Origin": "http://evil.example"}
        async with http.post(server.url + "/v2/customer/token", json=BODY, headers=headers) as response:
            assert "Access-Control-Allow-Origin" not in response.headers


async def test_tokens_tell_whose_they_are_and_can_be_revoked(
    server: DevServer, http: aiohttp.ClientSession, customer: Connect
) -> None:
    client = await customer()
    headers = {"Authorization": f"Bearer {client.token}"}
    async with http.get(server.url + "/v2/customer/info", headers=headers) as response:
        info = await response.json()
    assert info["entity_id"] == client.customer_id
    async with http.delete(server.url + "/v2/customer/token", headers=headers) as response:
        assert response.status == 200
    assert await client.push("customer_disconnected") == {"reason": "access_token_revoked"}
    async with http.delete(server.url + "/v2/customer/token", headers=headers) as response:
        assert (response.status, await response.json()) == (
            401,
            {"identity_exception": "unauthorized", "exception_description": "the token is not valid"},
        )


async def test_tokens_survive_a_restart(http: aiohttp.ClientSession, tmp_path: Any) -> None:
    async with DevServer(data=tmp_path) as server:
        client = await customer(server, http)
        await client.close()
    async with DevServer(data=tmp_path) as server:
        again = await customer(server, http, same_as=client)
        await again.close()
