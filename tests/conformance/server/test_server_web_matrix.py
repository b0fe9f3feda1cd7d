"""What exists over HTTP only, with every field wrong in every way: tokens, uploads, actions of the web alone."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
import pytest

from chatwheel_devserver import DevServer
from chatwheel_devserver.actions import ACTIONS
from conformance.server.bare import Json
from conformance.server.schema_walk import VALUES
from conformance.server.test_server_matrix import requests_of

ORGANIZATION = "organization_id=demo-organization"
#: Of a request for a token: the type of each field; what is of it may be refused as well, but need not be.
FIELDS: dict[str, type] = {
    **dict.fromkeys(("grant_type", "client_id", "organization_id", "redirect_uri", "response_type"), str),
    "expires_in": int,
    "entity_id": str,
    "code": str,
    "code_verifier": str,
}
#: Which fields each grant looks at; it does not read the others.
READ = {
    "cookie": ("grant_type", "client_id", "organization_id", "redirect_uri", "response_type", "expires_in"),
    "agent_token": ("grant_type", "client_id", "redirect_uri", "response_type", "expires_in", "entity_id"),
    "identity_token": (
        *("grant_type", "client_id", "redirect_uri", "response_type", "expires_in"),
        *("code", "code_verifier"),
    ),
}


async def answer_of(http: aiohttp.ClientSession, url: str, **options: Any) -> tuple[int, Any]:
    async with http.post(url, **options) as response:
        return response.status, json.loads(await response.text() or "null")


@pytest.mark.parametrize("grant_type", READ)
async def test_tokens(server: DevServer, http: aiohttp.ClientSession, grant_type: str) -> None:
    right: Json = {
        "grant_type": grant_type,
        "client_id": server.config.client_ids[0],
        "organization_id": server.config.organization_id,
        "redirect_uri": "http://shop.example/",
        "response_type": "token",
        "code": "x",
    }
    headers = {"Authorization": f"Bearer {server.agent_token()}"}
    cases: list[tuple[Any, bool]] = [(value, True) for value in VALUES]
    cases += [({name: value for name, value in right.items() if name != "client_id"}, True)]
    for field in FIELDS:
        for value in VALUES:
            is_wrong = value is not None and type(value) is not FIELDS[field]
            cases.append((right | {field: value}, is_wrong and field in READ[grant_type]))
    for body, must_fail in cases:
        status, answer = await answer_of(http, f"{server.url}/v2/customer/token", json=body, headers=headers)
        case = (grant_type, str(body)[:300], status, answer)
        is_refused = bool({"oauth_exception", "identity_exception"} & set(answer))
        assert (status == 401) == is_refused and (status == 200) == ("access_token" in answer), case
        assert is_refused or not must_fail, case


async def test_actions_of_the_web_alone(server: DevServer, http: aiohttp.ClientSession) -> None:
    token, customer_id = server.customer_token()
    customer = server.core.desk.customer(customer_id)
    customer.email = "ada@shop.example"
    server.core.desk.customers.save(customer)
    headers = {"Authorization": f"Bearer {token}"}
    values = {"page_url": "https://shop.example/", "callback_uri": "https://shop.example/done"}
    count = 0
    for name, action in ACTIONS.items():
        if action.over_rtm:
            continue
        url = f"{server.url}/v3.6/customer/action/{name}?{ORGANIZATION}"
        status, answer = await answer_of(http, url, json=values, headers=headers)
        assert (status, answer) == (200, {}), name
        for _, payload, field in requests_of(name, dict(action.model.model_fields), values):
            status, answer = await answer_of(http, url, json=payload, headers=headers)
            case = (name, str(payload)[:300], status, answer)
            assert status < 500, case
            if field is not None and isinstance(payload, dict):
                error = answer["error"]
                assert error["type"] == "validation", case
                assert error["message"].partition(":")[0].partition(".")[0] == field, case
            count += 1
    assert count > 100


def form(
    name: str = "file", content: bytes | io.BytesIO = b"hello", filename: str = "a.txt"
) -> aiohttp.FormData:
    made = aiohttp.FormData(quote_fields=False)
    made.add_field(name, content, filename=filename)
    return made


async def test_uploads(server: DevServer, http: aiohttp.ClientSession) -> None:
    token, _ = server.customer_token()
    folder = server.core.desk.files.folder
    path, query = "/v3.5/customer/action/upload_file", f"?{ORGANIZATION}"
    mine, nobody = {"Authorization": f"Bearer {token}"}, {"Authorization": "Bearer x"}
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    wrong: list[tuple[str, Json, Any, str]] = [
        (path, mine, form(), "license_not_found"),
        (f"{path}?organization_id=other", mine, form(), "license_not_found"),
        (path + query, {}, form(), "authentication"),
        (path + query, nobody, form(), "authentication"),
        (path + query, {"Authorization": token}, form(), "authentication"),
        (path.replace("3.5", "9.9") + query, mine, form(), "unsupported_version"),
        (path + query, mine, form(name="other"), "validation"),
        (path + query, mine, form(name=""), "validation"),
        (path + query, mine, b"", "validation"),
        (path + query, mine, b"{}", "validation"),
        (path + query, mine | multipart, b"", "validation"),
        (path + query, mine | multipart, b"no parts at all", "validation"),
        (path + query, mine | {"Content-Type": "multipart/form-data"}, b"--x--", "validation"),
        *((path + query, mine, form(filename=f"a{end}"), "validation") for end in (".exe", ".SH", ".jar")),
        *(
            (path + query, mine, form(content=start), "validation")
            for start in (b"MZ", b"#!/bin/sh", b"\x7fELF")
        ),
        (
            path + query,
            mine,
            form(content=io.BytesIO(b"x" * (server.config.limits.file_bytes + 1))),
            "entity_too_large",
        ),
    ]
    for address, headers, data, type in wrong:
        status, answer = await answer_of(http, server.url + address, headers=headers, data=data)
        assert answer["error"]["type"] == type and 400 <= status < 500, (address, str(headers)[:200], answer)
    async with http.get(server.url + path + query, headers=mine) as response:
        assert 400 <= response.status < 500
    assert list(folder.iterdir()) == []
    # Whatever a name holds, the file is served under the address that is answered.
    for name in (
        "a.txt",
        "x" * 300,
        "../../etc/passwd",
        "\u202egnp.txt",
        " ",
        "%2e%2e",
        "a/b\\c",
        "naïve?.txt#",
    ):
        status, answer = await answer_of(
            http, server.url + path + query, headers=mine, data=form(filename=name)
        )
        assert status == 200, (name, answer)
        async with http.get(answer["url"]) as response:
            assert (response.status, await response.read()) == (200, b"hello"), name
