"""The examples, against the local server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import chatwheel
from chatwheel_devserver import DevServer
from conformance.server import bare
from examples import bot, export, load

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    async with DevServer() as server:
        yield server


def customer(server: DevServer) -> chatwheel.CustomerSDK:
    """A client of the kind that the examples make."""
    return chatwheel.init(
        organization_id="demo-organization",
        client_id="demo-client",
        api_url=server.url,
        accounts_url=server.url,
    )


async def test_the_bot_answers(server: DevServer) -> None:
    """An agent greets it, asks its name, closes the chat: then the bot is gone."""
    async with aiohttp.ClientSession() as http:
        agent = await bare.agent(server, http)
        running = asyncio.ensure_future(bot.run(server.url))
        chat = (await agent.push("incoming_chat"))["chat"]
        await agent.request(
            "add_user_to_chat",
            {"chat_id": chat["id"], "user_id": server.config.console_agent, "user_type": "agent"},
        )
        said = []
        for text in ("Hello", "What is your name?", "Bye", "Still there?"):
            await agent.request("send_event", {"chat_id": chat["id"], "event": bare.message(text)})
            frame = await agent.frame(
                lambda f: (
                    f["action"] == "incoming_event"
                    and f["payload"]["event"].get("author_id") != server.config.console_agent
                    and f["payload"]["event"]["type"] == "message"
                )
            )
            agent.frames.remove(frame)
            said.append(frame["payload"]["event"]["text"])
        assert said == [
            "Hello! What can you do for me?",
            "I am a bot.",
            "Goodbye!",
            "You said: Still there?",
        ]
        await agent.request("deactivate_chat", {"id": chat["id"], "ignore_requester_presence": True})
        await asyncio.wait_for(running, 10)
        await agent.close()
    await bare.gone(server)


async def test_two_hundred_customers(server: DevServer) -> None:
    """All of them get through, and every message is there once."""
    fared, seconds = await load.run(server.url, 200)
    assert fared == {"done": 200}
    assert len(seconds) == 200 * load.MESSAGES
    await bare.gone(server)


async def test_a_history_is_exported(server: DevServer) -> None:
    """Sixty messages in two threads, in order, complete; as a program that is run."""
    async with customer(server) as sdk:
        chat_id = (await sdk.start_chat(continuous=True)).chat.id
        for number in range(60):
            if number == 30:
                await sdk.deactivate_chat(id=chat_id)
                await sdk.resume_chat(chat={"id": chat_id}, continuous=True)
            await sdk.send_event(chat_id=chat_id, event={"type": "message", "text": f"Number {number}"})
        token = (await sdk.auth.get_token()).model_dump_json()
    events = [json.loads(line) async for line in export.export(server.url, token)]
    assert [e["text"] for e in events if e["type"] == "message"] == [f"Number {n}" for n in range(60)]
    assert {event["chatId"] for event in events} == {chat_id}


async def test_the_first_one_of_the_document(server: DevServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `docs/sdk.md` begins with, but for whom it talks to."""
    document = (ROOT / "docs" / "sdk.md").read_text(encoding="utf-8")
    program = document.split("```python\n")[1].split("```")[0].replace("asyncio.run(main())", "")
    real = chatwheel.init
    names = {"organization_id": "demo-organization", "client_id": "demo-client"}
    urls = {"api_url": server.url, "accounts_url": server.url}
    monkeypatch.setattr(chatwheel, "init", lambda **given: real(**{**given, **names, **urls}))
    printed: list[object] = []
    scope: dict[str, Any] = {"print": printed.append}
    exec(program, scope)
    async with aiohttp.ClientSession() as http:
        agent = await bare.agent(server, http)
        running = asyncio.ensure_future(scope["main"]())
        chat = (await agent.push("incoming_chat"))["chat"]
        while (await agent.push("incoming_event"))["event"].get("text") != "Anybody there?":
            pass
        await agent.request("deactivate_chat", {"id": chat["id"], "ignore_requester_presence": True})
        await asyncio.wait_for(running, 10)
        await agent.close()
    assert printed, "it heard that the chat was closed"
    await bare.gone(server)


async def test_they_are_programs(server: DevServer, tmp_path: Path) -> None:
    """From the command line, as their first lines say."""
    async with customer(server) as sdk:
        chat_id = (await sdk.start_chat(continuous=True)).chat.id
        await sdk.send_event(chat_id=chat_id, event={"type": "message", "text": "Käse"})
        (tmp_path / "token.json").write_text((await sdk.auth.get_token()).model_dump_json(), "utf-8")
    said = await program("export.py", server.url, str(tmp_path / "token.json"))
    assert "Käse" in [json.loads(line).get("text") for line in said.splitlines()]
    assert "{'done': 2}; 10 messages" in await program("load.py", server.url, "2")


async def program(name: str, *arguments: str) -> str:
    """What an example prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "examples" / name),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "widget"), "PYTHONUTF8": "1"},
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode("utf-8")


def test_a_chat_of_ones_own_takes_thirty_lines() -> None:
    page = (ROOT / "examples" / "own-page" / "index.html").read_text(encoding="utf-8")
    assert len(page.splitlines()) == 30
