"""What type checkers know. The lines with `type: ignore` are errors: were they none, the comment would be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_overloads, get_type_hints

from chatwheel.sdk import typed, typed_waiting
from chatwheel.sdk.events import EventName

if TYPE_CHECKING:
    from typing import assert_type

    from chatwheel.sdk import CustomerSDK
    from chatwheel.sdk.emitter import EventStream, Unsubscribe
    from chatwheel.sdk.events import Connected, IncomingChat, IncomingEvent
    from chatwheel.sdk.models import Customer, Event, HistoryPage, UploadedFile

    async def check(sdk: CustomerSDK) -> None:
        def right(payload: IncomingEvent) -> None: ...

        def wrong(payload: IncomingChat) -> None: ...

        def everything(name: EventName, payload: Any) -> None: ...

        @sdk.on("incoming_chat")
        async def hear(payload: IncomingChat) -> None: ...

        await hear(IncomingChat.model_validate({}))
        assert_type(sdk.on("incoming_event", right), Unsubscribe)
        sdk.once("incoming_event", right)
        sdk.on("*", everything)
        sdk.on("user_data", lambda payload: payload.id)
        sdk.on("incoming_event", wrong)  # type: ignore[call-overload]
        sdk.on("incoming_event")(wrong)  # type: ignore[type-var]
        sdk.on("incoming_evnt", right)  # type: ignore[call-overload]
        await sdk.wait_for("incoming_evnt")  # type: ignore[call-overload]
        sdk.stream("incoming_evnt")  # type: ignore[call-overload]
        sdk.off("incoming_evnt")  # type: ignore[arg-type]

        assert_type(await sdk.wait_for("connected", timeout=5), Connected)
        assert_type(await sdk.wait_for("connection_unstable"), None)
        assert_type(await sdk.wait_for("*"), tuple[EventName, Any])
        assert_type(sdk.stream("customer_id"), EventStream[str])
        async for payload in sdk.stream("incoming_event"):
            assert_type(payload.event, Event)
        assert_type(await sdk.get_customer(), Customer)
        assert_type(await sdk.start_chat(), IncomingChat)
        assert_type(await sdk.upload_file(file="x"), UploadedFile)
        assert_type(await sdk.get_chat_history(chat_id="C1").next(), HistoryPage)


def calls_of(protocol: type) -> list[dict[str, Any]]:
    """The types of each way to call it."""

    def call() -> None: ...

    call.__module__, call.__qualname__ = protocol.__module__, f"{protocol.__qualname__}.__call__"
    return [get_type_hints(overloaded, include_extras=True) for overloaded in get_overloads(call)]


def payload_types() -> dict[str, Any]:
    """The payload of each event, as the overloads have it."""
    found: dict[str, Any] = {}
    for hints in calls_of(typed_waiting.Stream):
        [payload] = get_args(hints["return"])
        found.update(dict.fromkeys(get_args(hints["name"]), payload))
    return found


def test_every_event_is_typed() -> None:
    names: set[Any] = set()
    for name, value in vars(typed).items():
        if name.endswith("Name") and name != "EventName":
            assert not names & set(get_args(value))
            names |= set(get_args(value))
    assert names == set(get_args(EventName)) == set(payload_types()) - {"*"}
    for protocol in (typed.On, typed_waiting.WaitFor):
        known = {name for hints in calls_of(protocol) for name in get_args(hints["name"])}
        assert known == {*names, "*"}
