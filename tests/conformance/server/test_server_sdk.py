"""Our own SDK against the server, over real sockets: every method, every push, and connections that are lost.

The bare client of the other tests follows the sheets by hand; this one is of another make.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

import aiohttp
import pytest

import chatwheel
from chatwheel.sdk import ChatError, CustomerSDK
from chatwheel.sdk.models import FileEvent, MessageEvent
from chatwheel_devserver import Agent, DevServer, Group
from chatwheel_devserver.actions import ACTIONS
from conformance.server import bare
from conformance.server.bare import Bare, message

SAM, LENA = Agent("sam@demo.example", "Sam", group_ids=(0, 1)), Agent("lena@demo.example", "Lena")
FORM: Any = {"id": "form-1", "fields": [{"type": "name", "id": "0", "label": "Name", "required": True}]}
BUTTON = {"type": "message", "text": "S", "value": "S", "postback_id": "s"}
CARD = {
    "type": "rich_message",
    "template_id": "quick_replies",
    "elements": [{"title": "Size?", "buttons": [BUTTON]}],
}
Version = Literal["3.5", "3.6"]
PATIENCE = 5.0


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    groups = (Group(0, "Everybody"), Group(1, "Sales"))
    async with DevServer(groups=groups, agents=(SAM, LENA), forms={(0, "prechat"): FORM}) as server:
        yield server


def client_of(server: DevServer, version: Version = "3.5") -> CustomerSDK:
    return chatwheel.init(
        organization_id="demo-organization",
        client_id="demo-client",
        api_url=server.url,
        accounts_url=server.url,
        api_version=version,
    )


class Diary:
    """Everything that the SDK has emitted."""

    def __init__(self, sdk: CustomerSDK) -> None:
        self.entries: list[tuple[str, Any]] = []
        self._news = asyncio.Event()
        sdk.on("*", self._note)

    def _note(self, name: str, payload: Any) -> None:
        self.entries.append((name, payload))
        self._news.set()

    async def of(self, name: str) -> Any:
        """Take the first entry of this name; wait for it if need be."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for entry in self.entries:
                    if entry[0] == name:
                        self.entries.remove(entry)
                        return entry[1]
                self._news.clear()
                await self._news.wait()


@pytest.mark.parametrize("version", ["3.5", "3.6"])
async def test_a_whole_conversation(server: DevServer, http: aiohttp.ClientSession, version: Version) -> None:
    sam = await bare.agent(server, http)
    async with client_of(server, version) as sdk:
        diary = Diary(sdk)
        connected = await diary.of("connected")
        assert connected.customer.id == await diary.of("customer_id") == sdk.customer_id
        assert connected.availability == "online"
        await before_the_chat(sdk, sam)
        chat_id, thread_id = await the_chat(sdk, diary, sam)
        await properties(sdk, diary, chat_id, thread_id)
        await people(sdk, diary, sam, chat_id)
        await the_end(sdk, diary, sam, chat_id)
        refused = [
            frame for frame in server.frames if frame.direction == "out" and '"success":false' in frame.text
        ]
        assert refused == []
    await sam.close()
    asked = {
        frame.json["action"]
        for frame in server.frames
        if frame.direction == "in" and frame.role == "customer"
    }
    assert asked >= EVERYTHING_SENT


#: What a client of the sheets can ever ask for over the socket.
EVERYTHING_SENT = {"login"} | {
    name for name, action in ACTIONS.items() if action.over_rtm and action.since < "3.6"
}


async def before_the_chat(sdk: CustomerSDK, sam: Bare) -> None:
    form = (await sdk.get_form(group_id=0, type="prechat")).form
    assert form is not None and form.fields[0].label == "Name"
    assert (await sdk.get_predicted_agent(group_id=1)).agent.name == "Sam"
    assert await sdk.list_group_statuses() == {"0": "online", "1": "online"}
    assert (await sdk.get_url_info(url="https://elsewhere.example/")).url == "https://elsewhere.example/"
    await sdk.update_customer(name="Ada", email="ada@mail.example", session_fields={"cart": "42"})
    await sdk.set_customer_session_fields(session_fields={"plan": "gold"})
    known = await sdk.get_customer()
    assert (known.name, known.email) == ("Ada", "ada@mail.example")
    assert known.statistics is not None and known.statistics.chats_count == 0
    sdk.update_customer_page(url="https://shop.example/", title="Shop")
    assert (await sam.push("customer_page_updated"))["title"] == "Shop"


async def the_chat(sdk: CustomerSDK, diary: Diary, sam: Bare) -> tuple[str, str]:
    started = await sdk.start_chat(chat={"thread": {"events": [message("Hello", "c-1")]}})
    chat, thread = started.chat, started.chat.thread
    assert thread is not None and thread.active and thread.events[0].custom_id == "c-1"
    user = {"chat_id": chat.id, "user_id": SAM.email, "user_type": "agent"}
    await sam.request("add_user_to_chat", user)
    assert (await diary.of("chat_transferred")).reason == "assigned"
    assert (await diary.of("user_added_to_chat")).user.name == "Sam"
    sent = await sdk.send_event(chat_id=chat.id, event=message("Is the M there?"))
    assert isinstance(sent, MessageEvent)
    assert (sent.text, sent.author_id) == ("Is the M there?", sdk.customer_id)
    sdk.set_sneak_peek(chat_id=chat.id, sneak_peek_text="I wo")
    assert (await sam.push("incoming_sneak_peek"))["sneak_peek"]["text"] == "I wo"
    await sam.request("send_typing_indicator", {"chat_id": chat.id, "is_typing": True})
    assert (await diary.of("incoming_typing_indicator")).typing_indicator.is_typing
    answer = await sam.request("send_event", {"chat_id": chat.id, "event": CARD})
    while (pushed := (await diary.of("incoming_event")).event).type != "rich_message":
        pass
    assert pushed.id == answer["event_id"]
    postback = {"id": "s", "toggled": True}
    await sdk.send_rich_message_postback(
        chat_id=chat.id, thread_id=thread.id, event_id=pushed.id, postback=postback
    )
    assert (await diary.of("incoming_rich_message_postback")).postback.toggled
    assert (await diary.of("event_updated")).event.elements[0].buttons[0].user_ids == [sdk.customer_id]
    await sdk.mark_events_as_seen(chat_id=chat.id, seen_up_to=pushed.created_at)
    assert (await diary.of("events_marked_as_seen")).user_id == sdk.customer_id
    uploaded = await sdk.upload_file(file=("plan.txt", b"A plan"))
    file = await sdk.send_event(chat_id=chat.id, event={"type": "file", "url": uploaded.url})
    assert isinstance(file, FileEvent)
    assert (file.name, file.content_type) == ("plan.txt", "text/plain")
    return chat.id, thread.id


async def properties(sdk: CustomerSDK, diary: Diary, chat_id: str, thread_id: str) -> None:
    values, names = {"test": {"int_property": 7}}, {"test": ["int_property"]}
    await sdk.update_chat_properties(id=chat_id, properties=values)
    assert (await diary.of("chat_properties_updated")).properties == values
    await sdk.delete_chat_properties(id=chat_id, properties=names)
    assert (await diary.of("chat_properties_deleted")).properties == names
    thread = {"chat_id": chat_id, "thread_id": thread_id}
    await sdk.update_thread_properties(chat_id=chat_id, thread_id=thread_id, properties=values)
    assert (await diary.of("thread_properties_updated")).thread_id == thread_id
    await sdk.delete_thread_properties(chat_id=chat_id, thread_id=thread_id, properties=names)
    await diary.of("thread_properties_deleted")
    event = thread | {"event_id": f"{thread_id}_1"}
    await sdk.update_event_properties(**event, properties=values)
    assert (await diary.of("event_properties_updated")).event_id == event["event_id"]
    await sdk.delete_event_properties(**event, properties=names)
    await diary.of("event_properties_deleted")


async def people(sdk: CustomerSDK, diary: Diary, sam: Bare, chat_id: str) -> None:
    target = {"type": "agent", "ids": [LENA.email]}
    transfer = {"id": chat_id, "target": target, "ignore_agents_availability": True}
    await sam.request("transfer_chat", transfer)
    moved = await diary.of("chat_transferred")
    assert (moved.reason, moved.transferred_to.agent_ids) == ("manual", [LENA.public_id])
    assert (await diary.of("user_removed_from_chat")).user_id == SAM.public_id
    while (await diary.of("user_added_to_chat")).user.name != "Lena":
        pass


async def the_end(sdk: CustomerSDK, diary: Diary, sam: Bare, chat_id: str) -> None:
    await sdk.rate_chat(chat_id=chat_id, rating={"score": 1, "comment": "Quick"})
    await sdk.cancel_rate(chat_id=chat_id)
    await sdk.deactivate_chat(id=chat_id)
    ended = await diary.of("chat_deactivated")
    assert ended.user_id == sdk.customer_id
    unique_id = await greeted(sdk, diary, sam)
    await sdk.accept_greeting(greeting_id=0, unique_id=unique_id)
    assert (await diary.of("greeting_accepted")).unique_id == unique_id
    await sdk.cancel_greeting(unique_id=unique_id)
    assert (await diary.of("greeting_canceled")).unique_id == unique_id
    resumed = await sdk.resume_chat(chat={"id": chat_id, "thread": {"events": [message("Once more")]}})
    summaries = await sdk.list_chats()
    assert summaries.total_chats == 1 and summaries.chats_summary[0].active
    threads = await sdk.list_threads(chat_id=chat_id)
    latest = (await sdk.get_chat(chat_id=chat_id)).thread
    assert latest is not None and resumed.chat.thread is not None
    assert threads.threads[0].id == latest.id == resumed.chat.thread.id and len(threads.threads) == 2
    pages = [page async for page in sdk.get_chat_history(chat_id=chat_id)]
    events = [event for page in pages for thread in page.threads for event in thread.events]
    texts = [event.text for event in events if isinstance(event, MessageEvent)]
    assert sorted(texts) == ["Hello", "Is the M there?", "Once more"]
    await sam.request("set_routing_status", {"status": "not_accepting_chats"})
    assert (await diary.of("availability_updated")).availability == "offline"


async def greeted(sdk: CustomerSDK, diary: Diary, sam: Bare) -> str:
    greeting = {"customer_id": sdk.customer_id, "text": "Something else?"}
    unique_id = str((await sam.request("send_greeting", greeting))["unique_id"])
    assert (await diary.of("incoming_greeting")).unique_id == unique_id
    return unique_id


@pytest.mark.parametrize(
    ("action", "kind", "code"),
    [
        ("start_chat", "groups_offline", "GROUPS_OFFLINE"),
        ("start_chat", "chat_limit_reached", "CHAT_LIMIT_REACHED"),
        ("start_chat", "customer_banned", "CUSTOMER_BANNED"),
        ("start_chat", "too_many_requests", "TOO_MANY_REQUESTS"),
        ("start_chat", "internal", "INTERNAL"),
    ],
)
async def test_refusals_have_their_codes(server: DevServer, action: str, kind: Any, code: str) -> None:
    async with client_of(server) as sdk:
        server.faults.error(action, kind, "No")
        with pytest.raises(ChatError) as caught:
            await sdk.start_chat()
        assert (caught.value.code, caught.value.message) == (code, "No")


async def test_lost_connections_and_new_tokens(server: DevServer, http: aiohttp.ClientSession) -> None:
    """The socket is cut, the token expires, the server says to come again: the conversation goes on as one."""
    sam = await bare.agent(server, http)
    async with client_of(server) as sdk:
        diary = Diary(sdk)
        await diary.of("connected")
        customer_id = sdk.customer_id
        chat_id = (await sdk.start_chat(chat={"thread": {"events": [message("0")]}})).chat.id
        user = {"chat_id": chat_id, "user_id": SAM.email, "user_type": "agent"}
        await sam.request("add_user_to_chat", user)

        server.drop_connections("customer")
        await sam.request("send_event", {"chat_id": chat_id, "event": message("said meanwhile")})
        await diary.of("connected")
        while (await diary.of("incoming_event")).event.text != "said meanwhile":
            pass

        server.disconnect("access_token_expired")
        await diary.of("connected")
        server.disconnect("connection_evicted")
        await diary.of("connected")
        await sdk.send_event(chat_id=chat_id, event=message("1"))
        assert sdk.customer_id == customer_id

        server.disconnect("logged_out_remotely")
        while (await diary.of("disconnected")).reason != "logged_out_remotely":
            pass
        assert sdk.status == "destroyed"
    assert server.core.database.number("SELECT count(*) FROM customers") == 1
    await sam.close()
