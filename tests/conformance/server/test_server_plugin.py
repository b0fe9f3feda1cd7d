"""The pytest plugin: servers in threads, agents in scripts and agents whom a test plays."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest
from websockets.sync.client import ClientConnection, connect

from chatwheel_devserver import AgentChat, ApiError, ChatAgent, DevServer, ThreadedServer
from chatwheel_devserver.pytest_plugin import chat_agent, chat_server
from conformance.server.bare import Json, message
from conformance.server.conftest import Connect

__all__ = ["chat_agent", "chat_server"]

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def chat_server_settings() -> dict[str, object]:
    """What a suite overrides; here because this run has not loaded the plugin as one."""
    return {}


class Visitor:
    """A customer over a blocking socket, as a browser would be for the test."""

    def __init__(self, socket: ClientConnection, customer_id: str) -> None:
        self.socket = socket
        self.id = customer_id

    @classmethod
    @contextmanager
    def of(cls, server: ThreadedServer) -> Iterator[Self]:
        token, customer_id = server.call(server.server.customer_token)
        with connect(server.call(server.server.socket_url)) as socket:
            visitor = cls(socket, customer_id)
            visitor.request("login", {"token": f"Bearer {token}"})
            yield visitor

    def request(self, action: str, payload: Json) -> Json:
        self.socket.send(json.dumps({"request_id": action, "action": action, "payload": payload}))
        return self.until(lambda frame: frame.get("request_id") == action and frame["type"] == "response")

    def push(self, action: str) -> Json:
        payload: Json = self.until(lambda frame: frame["type"] == "push" and frame["action"] == action)[
            "payload"
        ]
        return payload

    def until(self, matches: object) -> Json:
        assert callable(matches)
        while True:
            frame: Json = json.loads(self.socket.recv(timeout=5))
            if matches(frame):
                return frame


def test_a_test_plays_the_agent(chat_server: ThreadedServer, chat_agent: ChatAgent) -> None:
    with Visitor.of(chat_server) as visitor:
        answer = visitor.request("start_chat", {"chat": {"thread": {"events": [message("Hello")]}}})
        chat = chat_agent.next_chat()
        assert (chat.id, chat.customer_id) == (answer["payload"]["chat_id"], visitor.id)
        assert chat.next_message() == "Hello"
        chat.mark_as_seen()
        assert visitor.push("events_marked_as_seen")["chat_id"] == chat.id
        chat.typing()
        assert visitor.push("incoming_typing_indicator")["typing_indicator"]["is_typing"] is True
        chat.say("Good morning")
        assert visitor.push("incoming_event")["event"]["text"] == "Good morning"
        visitor.request("send_sneak_peek", {"chat_id": chat.id, "sneak_peek_text": "I wo"})
        chat.wait_for_draft("I wo")
        visitor.request("deactivate_chat", {"id": chat.id})
        chat.wait_until_closed()
        assert not chat.is_active
    assert chat_server.requests("send_sneak_peek") == [{"chat_id": chat.id, "sneak_peek_text": "I wo"}]


def test_a_script_answers(chat_server: ThreadedServer) -> None:
    @chat_server.agent
    async def echo(chat: AgentChat) -> None:
        async for text in chat:
            if text == "bye":
                await chat.close()
            else:
                await chat.say(text.upper())

    with Visitor.of(chat_server) as visitor:
        visitor.request("start_chat", {"chat": {"thread": {"events": [message("hello")]}}})
        assert visitor.push("user_added_to_chat")["user"]["name"] == "Grace"
        while (event := visitor.push("incoming_event")["event"])["type"] != "message":
            pass
        assert event["text"] == "HELLO"
        chat_id = chat_server.call(
            lambda: next(iter(chat_server.server.core.desk.chats.active_threads())).chat_id
        )
        visitor.request("send_event", {"chat_id": chat_id, "event": message("bye")})
        visitor.push("chat_deactivated")


def test_faults_and_the_clock_are_at_hand(chat_server: ThreadedServer, chat_agent: ChatAgent) -> None:
    chat_server.faults.error("start_chat", "internal")
    with Visitor.of(chat_server) as visitor:
        assert visitor.request("start_chat", {"chat": {}})["payload"]["error"]["type"] == "internal"
        chat_agent.accept_chats(False)
        assert visitor.push("groups_status_updated")["groups"][0]["status"] == "offline"
        unique_id = chat_server.greet(visitor.id, "Can I help?")
        assert visitor.push("incoming_greeting")["unique_id"] == unique_id
        chat_server.advance(3600)
        assert visitor.push("customer_disconnected")["reason"] == "inactivity_timeout"
    with pytest.raises(ApiError, match="not_found"):
        chat_agent.request("deactivate_chat", {"id": "NONE"})


async def test_a_script_that_fails_fails_its_test(customer: Connect, server: DevServer) -> None:
    @server.agent("sam@demo.example")
    async def broken(chat: AgentChat) -> None:
        raise LookupError(await chat.next_message())

    client = await customer()
    await client.request("start_chat", {"chat": {"thread": {"events": [message("Where?")]}}})
    await client.request("deactivate_chat", {"id": (await client.push("incoming_chat"))["chat"]["id"]})
    await server.stop()
    with pytest.raises(ExceptionGroup) as caught:
        server.raise_script_errors()
    assert [str(error) for error in caught.value.exceptions] == ["Where?"]


async def test_an_asynchronous_test_plays_the_agent(customer: Connect, server: DevServer) -> None:
    client, sam = await customer(), await server.connect_agent()
    await client.request("start_chat", {"chat": {"thread": {"events": [message("Hi")]}}})
    chat = await sam.next_chat()
    assert await chat.next_message() == "Hi"
    await chat.say("Hello")
    await client.push("user_added_to_chat")
    await chat.transfer(group=0)
    assert (await client.push("chat_transferred", reason="manual"))["transferred_to"] == {"group_ids": [0]}
    sam.leave()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution as pip installs it: built into an archive, and that archive built and installed."""
    folder = tmp_path_factory.mktemp("installed")
    run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)], ROOT / "devserver")
    (archive,) = folder.glob("chatwheel_devserver-*.tar.gz")
    pip = ["install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--no-compile"]
    # Without its check of itself pip does not look into the installed packages, and asks nobody.
    options = ["--disable-pip-version-check", "--target", str(folder / "site")]
    run([sys.executable, "-m", "pip", *pip, *options, str(archive)], folder)
    return folder / "site"


def run(command: list[str], folder: Path, path: Path | None = None) -> str:
    """Run something that must succeed; return what it says."""
    environment = {**os.environ, "PYTHONPATH": "" if path is None else str(path)}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_documented_example_runs(tmp_path: Path, installed: Path) -> None:
    """Takes the files out of the documentation and runs them as a site's own suite.

    Nothing names the plugin: pytest finds it because the distribution is installed.
    """
    text = (ROOT / "docs" / "devserver.md").read_text(encoding="utf-8")
    blocks = re.findall(
        r"`(site/\S+|conftest\.py|test_\w+\.py|pytest\.ini|server\.toml)`:\n\n```\w*\n(.*?)```", text, re.S
    )
    assert {name for name, _ in blocks} >= {"site/index.html", "conftest.py", "test_chat.py"}
    for name, content in blocks:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    with (tmp_path / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(machine_of(installed))
    said = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], tmp_path, installed)
    assert "3 passed" in said


def machine_of(installed: Path) -> str:
    """What the suite needs to know of this machine: its browser, and from where the server comes."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    chromium = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, names)), None)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    launch = {"executable_path": chromium, "args": arguments}
    return f"""
import chatwheel_devserver

assert chatwheel_devserver.__file__.startswith({str(installed)!r}), chatwheel_devserver.__file__

@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {launch!r}
"""


def test_the_distribution_has_all_that_it_needs(installed: Path) -> None:
    package = installed / "chatwheel_devserver"
    source = ROOT / "devserver" / "chatwheel_devserver"
    files = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    shipped = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
    assert shipped == {path for path in files if "__pycache__" not in path.parts}
    (facts,) = installed.glob("chatwheel_devserver-*.dist-info")
    entries = (facts / "entry_points.txt").read_text(encoding="utf-8")
    assert "[pytest11]" in entries and "[console_scripts]" in entries
    assert (facts / "licenses" / "LICENSE").read_text(encoding="utf-8") == (ROOT / "LICENSE").read_text()
    assert "chat_server" in (facts / "METADATA").read_text(encoding="utf-8")


def test_the_fixture_has_the_members_of_the_server(chat_server: ThreadedServer) -> None:
    own = {"config", "core", "raise_script_errors"}
    missing = {name for name in dir(DevServer) if not name.startswith("_")} - set(dir(chat_server)) - own
    assert missing == set()
    token, customer_id = chat_server.customer_token()
    assert token and chat_server.agent_token() and chat_server.greet(customer_id, "Hi", greeting_id=3)
    assert chat_server.connection_count == chat_server.push_raw("?") == 0
    assert f":{chat_server.port}/v3.6/agent/" in chat_server.socket_url("agent", "3.6")


async def test_an_agents_own_message_leaves_the_draft(server: DevServer, customer: Connect) -> None:
    client, agent = await customer(), await server.connect_agent()
    answer = await client.request("start_chat", {"chat": {"thread": {"events": [message()]}}})
    chat = await agent.next_chat()
    await client.request("send_sneak_peek", {"chat_id": answer["chat_id"], "sneak_peek_text": "I wo"})
    await chat.wait_for_draft("I wo")
    event_id = await chat.say("Yes?")
    async with asyncio.timeout(5):
        while chat.events[-1]["id"] != event_id:  # noqa: ASYNC110 - the listener announces it to nobody
            await asyncio.sleep(0)
    assert chat.draft == "I wo"
    await client.request("send_event", {"chat_id": answer["chat_id"], "event": message("I would")})
    await chat.wait_for_draft("")
