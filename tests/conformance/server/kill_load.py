"""The load under which servers are killed: people who do everything that writes, and remember what was acknowledged."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from chatwheel_devserver import Agent, Config, Group
from conformance.server.bare import Bare, Json, Refused, message
from conformance.server.killable import socket_of, token_of

SAM = Agent("sam@demo.example", "Sam", group_ids=(0, 1), max_chats=1, token="secret")
#: One agent who may have one chat: the others wait in the queue.
CONFIG = Config(groups=(Group(0, "Everybody"), Group(1, "Sales", routing="automatic")), agents=(SAM,))
LOST = (ConnectionError, aiohttp.ClientError)


@dataclass
class Acknowledged:
    """What the server has said is done, by everybody together."""

    #: By custom id.
    events: dict[str, str] = field(default_factory=dict)
    #: Identifiers of threads: that were opened, and that are over.
    opened: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    #: Size by the file's identifier.
    files: dict[str, int] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    #: The last number written into a thread, and the highest that was perhaps written since.
    numbers: dict[str, tuple[int, int]] = field(default_factory=dict)
    count: int = 0


class Person:
    """Somebody who is connected while there is a server, and does one thing after the other."""

    role = "customer"

    def __init__(self, name: str, done: Acknowledged) -> None:
        self.name = name
        self.done = done
        self.dice = random.Random(name)
        self.chat_id = ""
        self.thread_id = ""
        self._counter = 0
        #: Sent, but not answered: said again under the same custom id.
        self._open: Json | None = None

    async def act(self, http: aiohttp.ClientSession, url: str) -> None:
        """Log in and do things until the connection is lost."""
        client: Bare | None = None
        try:
            authorization = await self.authorization(http, url)
            client = await Bare.connect(http, socket_of(url, self.role))
            await client.request("login", {"token": authorization})
            while True:
                try:
                    await self.step(client, http, url)
                    self.done.count += 1
                except Refused as refused:
                    # Others act on the same chat; what they have done may be in the way, but nothing else.
                    assert refused.type in EXPECTED, str(refused)
                client.frames.clear()
        except LOST:
            pass
        finally:
            if client is not None:
                await client.close()

    async def authorization(self, http: aiohttp.ClientSession, url: str) -> str:
        raise NotImplementedError

    async def step(self, client: Bare, http: aiohttp.ClientSession, url: str) -> None:
        raise NotImplementedError

    async def say(self, client: Bare, event: Json | None = None) -> None:
        """Send an event; first the one of which nobody knows whether it has arrived."""
        if self._open is None:
            self._counter += 1
            custom_id = f"{self.name}-{self._counter}"
            self._open = (event or message(custom_id)) | {"custom_id": custom_id}
        sent = self._open
        try:
            answer = await client.request("send_event", {"chat_id": self.chat_id, "event": sent})
        except Refused:
            self._open = None
            raise
        self.done.events[sent["custom_id"]] = answer["event_id"]
        self._open = None


EXPECTED = ("chat_inactive", "chat_already_active", "authorization", "validation", "groups_offline")


class Customer(Person):
    """Writes, uploads, ends the chat, begins again."""

    _token = ""

    async def authorization(self, http: aiohttp.ClientSession, url: str) -> str:
        if not self._token:
            self._token, _ = await token_of(http, url)
            self.done.tokens.append(self._token)
        return f"Bearer {self._token}"

    async def step(self, client: Bare, http: aiohttp.ClientSession, url: str) -> None:
        if not self.thread_id:
            await self._begin(client)
        steps: list[Any] = [self.say, self._number, self._end, self._rename]
        step = self.dice.choices([*steps, self._upload, self._take_token], (8, 3, 2, 1, 6, 1))[0]
        if step in (self._upload, self._take_token):
            await step(client, http, url)
        else:
            await step(client)

    async def _begin(self, client: Bare) -> None:
        first = {"events": [message("Hello")]}
        access = {"access": {"group_ids": [self.dice.choice((0, 1))]}}
        known = (await client.request("list_chats"))["chats_summary"]
        if known:
            self.chat_id = known[0]["id"]
            if known[0]["active"]:
                self.thread_id = known[0]["last_thread_id"]
                return
            chat = {"id": self.chat_id, "thread": first, **access}
            answer = await client.request("resume_chat", {"chat": chat, "continuous": True})
        else:
            answer = await client.request(
                "start_chat", {"chat": {"thread": first, **access}, "continuous": True}
            )
            self.chat_id = answer["chat_id"]
        self.thread_id = answer["thread_id"]
        self.done.opened.add(self.thread_id)

    async def say(self, client: Bare, event: Json | None = None) -> None:
        try:
            await super().say(client, event)
        except Refused as refused:
            if refused.type == "chat_inactive":
                self.thread_id = ""
            raise

    async def _number(self, client: Bare) -> None:
        thread_id = self.thread_id
        last, perhaps = self.done.numbers.get(thread_id, (0, 0))
        number = max(last, perhaps) + 1
        self.done.numbers[thread_id] = (last, number)
        properties = {"test": {"int_property": number}}
        place = {"chat_id": self.chat_id, "thread_id": thread_id}
        await client.request("update_thread_properties", place | {"properties": properties})
        self.done.numbers[thread_id] = (number, number)

    async def _end(self, client: Bare) -> None:
        thread_id, self.thread_id = self.thread_id, ""
        await client.request("deactivate_chat", {"id": self.chat_id})
        self.done.closed.add(thread_id)

    async def _rename(self, client: Bare) -> None:
        await client.request("update_customer", {"name": f"{self.name} {self.dice.randint(0, 9)}"})

    async def _upload(self, client: Bare, http: aiohttp.ClientSession, url: str) -> None:
        content = self.dice.randbytes(self.dice.randint(1, 50_000))
        form = aiohttp.FormData()
        form.add_field("file", content, filename="notes.txt")
        address = f"{url}v3.5/customer/action/upload_file?organization_id=demo-organization"
        headers = {"Authorization": f"Bearer {self._token}"}
        async with http.post(address, data=form, headers=headers) as response:
            link = (await response.json())["url"]
        self.done.files[link.split("/")[4]] = len(content)
        await self.say(client, {"type": "file", "url": link})

    async def _take_token(self, client: Bare, http: aiohttp.ClientSession, url: str) -> None:
        self.done.tokens.append((await token_of(http, url))[0])


class AgentAtWork(Person):
    """Takes chats, answers, transfers, leaves and closes them."""

    role = "agent"

    def __init__(self, name: str, done: Acknowledged, customers: list[Customer]) -> None:
        super().__init__(name, done)
        self._customers = customers

    async def authorization(self, http: aiohttp.ClientSession, url: str) -> str:
        return f"Basic {base64.b64encode(f'{SAM.email}:{SAM.token}'.encode()).decode()}"

    async def step(self, client: Bare, http: aiohttp.ClientSession, url: str) -> None:
        if self._open is None:
            self.chat_id = self.dice.choice(self._customers).chat_id
        if not self.chat_id:
            await client.settle()
            return
        who = {"chat_id": self.chat_id, "user_id": SAM.email, "user_type": "agent"}
        kind = self.dice.choices(("say", "leave", "transfer", "close"), (8, 1, 2, 1))[0]
        await client.request("add_user_to_chat", who)
        if kind == "say" or self._open is not None:
            await self.say(client)
        elif kind == "leave":
            await client.request("remove_user_from_chat", who)
        elif kind == "transfer":
            target = {"type": "group", "ids": [self.dice.choice((0, 1))]}
            await client.request("transfer_chat", {"id": self.chat_id, "target": target})
        else:
            await client.request("deactivate_chat", {"id": self.chat_id})
