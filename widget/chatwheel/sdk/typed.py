"""Which event carries what, for type checkers only: this module is never imported when a program runs.

`On` types `sdk.on` and `sdk.once`; what waits is typed in `typed_waiting`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar, overload

from .emitter import Unsubscribe
from .events import (
    AvailabilityUpdated,
    ChatDeactivated,
    ChatPropertiesChanged,
    ChatTransferred,
    Connected,
    CustomerPageUpdated,
    CustomerUpdated,
    Disconnected,
    EventDeleted,
    EventName,
    EventPropertiesChanged,
    EventsMarkedAsSeen,
    EventUpdated,
    GreetingReference,
    IncomingChat,
    IncomingEvent,
    IncomingEventPreview,
    IncomingMulticast,
    IncomingRichMessagePostback,
    IncomingThinkingIndicator,
    IncomingTypingIndicator,
    QueuePositionUpdated,
    ThreadPropertiesChanged,
    UserAddedToChat,
    UserRemovedFromChat,
)
from .models import Greeting, User

P = TypeVar("P")
Handler = Callable[[P], object]

AvailabilityUpdatedName = Literal["availability_updated"]
ChatDeactivatedName = Literal["chat_deactivated"]
ChatPropertiesChangedName = Literal["chat_properties_deleted", "chat_properties_updated"]
ChatTransferredName = Literal["chat_transferred"]
ConnectedName = Literal["connected"]
NothingName = Literal["connection_recovered", "connection_unstable"]
CustomerIdName = Literal["customer_id"]
CustomerPageUpdatedName = Literal["customer_page_updated"]
CustomerUpdatedName = Literal["customer_updated"]
DisconnectedName = Literal["disconnected"]
EventPropertiesChangedName = Literal["event_properties_deleted", "event_properties_updated"]
EventDeletedName = Literal["event_deleted"]
IncomingEventPreviewName = Literal["incoming_event_preview"]
IncomingThinkingIndicatorName = Literal["incoming_thinking_indicator"]
EventUpdatedName = Literal["event_updated"]
EventsMarkedAsSeenName = Literal["events_marked_as_seen"]
GreetingReferenceName = Literal["greeting_accepted", "greeting_canceled"]
IncomingChatName = Literal["incoming_chat"]
IncomingEventName = Literal["incoming_event"]
GreetingName = Literal["incoming_greeting"]
IncomingMulticastName = Literal["incoming_multicast"]
IncomingRichMessagePostbackName = Literal["incoming_rich_message_postback"]
IncomingTypingIndicatorName = Literal["incoming_typing_indicator"]
QueuePositionUpdatedName = Literal["queue_position_updated"]
ThreadPropertiesChangedName = Literal["thread_properties_deleted", "thread_properties_updated"]
UserAddedToChatName = Literal["user_added_to_chat"]
UserName = Literal["user_data"]
UserRemovedFromChatName = Literal["user_removed_from_chat"]

FAvailabilityUpdated = TypeVar("FAvailabilityUpdated", bound=Handler[AvailabilityUpdated])
FChatDeactivated = TypeVar("FChatDeactivated", bound=Handler[ChatDeactivated])
FChatPropertiesChanged = TypeVar("FChatPropertiesChanged", bound=Handler[ChatPropertiesChanged])
FChatTransferred = TypeVar("FChatTransferred", bound=Handler[ChatTransferred])
FConnected = TypeVar("FConnected", bound=Handler[Connected])
FNothing = TypeVar("FNothing", bound=Handler[None])
FCustomerId = TypeVar("FCustomerId", bound=Handler[str])
FCustomerPageUpdated = TypeVar("FCustomerPageUpdated", bound=Handler[CustomerPageUpdated])
FCustomerUpdated = TypeVar("FCustomerUpdated", bound=Handler[CustomerUpdated])
FDisconnected = TypeVar("FDisconnected", bound=Handler[Disconnected])
FEventPropertiesChanged = TypeVar("FEventPropertiesChanged", bound=Handler[EventPropertiesChanged])
FEventDeleted = TypeVar("FEventDeleted", bound=Handler[EventDeleted])
FIncomingEventPreview = TypeVar("FIncomingEventPreview", bound=Handler[IncomingEventPreview])
FIncomingThinkingIndicator = TypeVar("FIncomingThinkingIndicator", bound=Handler[IncomingThinkingIndicator])
FEventUpdated = TypeVar("FEventUpdated", bound=Handler[EventUpdated])
FEventsMarkedAsSeen = TypeVar("FEventsMarkedAsSeen", bound=Handler[EventsMarkedAsSeen])
FGreetingReference = TypeVar("FGreetingReference", bound=Handler[GreetingReference])
FIncomingChat = TypeVar("FIncomingChat", bound=Handler[IncomingChat])
FIncomingEvent = TypeVar("FIncomingEvent", bound=Handler[IncomingEvent])
FGreeting = TypeVar("FGreeting", bound=Handler[Greeting])
FIncomingMulticast = TypeVar("FIncomingMulticast", bound=Handler[IncomingMulticast])
FIncomingRichMessagePostback = TypeVar(
    "FIncomingRichMessagePostback", bound=Handler[IncomingRichMessagePostback]
)
FIncomingTypingIndicator = TypeVar("FIncomingTypingIndicator", bound=Handler[IncomingTypingIndicator])
FQueuePositionUpdated = TypeVar("FQueuePositionUpdated", bound=Handler[QueuePositionUpdated])
FThreadPropertiesChanged = TypeVar("FThreadPropertiesChanged", bound=Handler[ThreadPropertiesChanged])
FUserAddedToChat = TypeVar("FUserAddedToChat", bound=Handler[UserAddedToChat])
FUser = TypeVar("FUser", bound=Handler[User])
FUserRemovedFromChat = TypeVar("FUserRemovedFromChat", bound=Handler[UserRemovedFromChat])
FEverything = TypeVar("FEverything", bound=Callable[[EventName, Any], object])


class On(Protocol):
    """`sdk.on(name, handler)` gives what unsubscribes; `@sdk.on(name)` decorates."""

    @overload
    def __call__(
        self, name: AvailabilityUpdatedName, handler: Handler[AvailabilityUpdated]
    ) -> Unsubscribe: ...
    @overload
    def __call__(self, name: ChatDeactivatedName, handler: Handler[ChatDeactivated]) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: ChatPropertiesChangedName, handler: Handler[ChatPropertiesChanged]
    ) -> Unsubscribe: ...
    @overload
    def __call__(self, name: ChatTransferredName, handler: Handler[ChatTransferred]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: ConnectedName, handler: Handler[Connected]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: NothingName, handler: Handler[None]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: CustomerIdName, handler: Handler[str]) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: CustomerPageUpdatedName, handler: Handler[CustomerPageUpdated]
    ) -> Unsubscribe: ...
    @overload
    def __call__(self, name: CustomerUpdatedName, handler: Handler[CustomerUpdated]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: DisconnectedName, handler: Handler[Disconnected]) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: EventPropertiesChangedName, handler: Handler[EventPropertiesChanged]
    ) -> Unsubscribe: ...
    @overload
    def __call__(self, name: EventDeletedName, handler: Handler[EventDeleted]) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: IncomingEventPreviewName, handler: Handler[IncomingEventPreview]
    ) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: IncomingThinkingIndicatorName, handler: Handler[IncomingThinkingIndicator]
    ) -> Unsubscribe: ...
    @overload
    def __call__(self, name: EventUpdatedName, handler: Handler[EventUpdated]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: EventsMarkedAsSeenName, handler: Handler[EventsMarkedAsSeen]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: GreetingReferenceName, handler: Handler[GreetingReference]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: IncomingChatName, handler: Handler[IncomingChat]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: IncomingEventName, handler: Handler[IncomingEvent]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: GreetingName, handler: Handler[Greeting]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: IncomingMulticastName, handler: Handler[IncomingMulticast]) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: IncomingRichMessagePostbackName, handler: Handler[IncomingRichMessagePostback]
    ) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: IncomingTypingIndicatorName, handler: Handler[IncomingTypingIndicator]
    ) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: QueuePositionUpdatedName, handler: Handler[QueuePositionUpdated]
    ) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: ThreadPropertiesChangedName, handler: Handler[ThreadPropertiesChanged]
    ) -> Unsubscribe: ...
    @overload
    def __call__(self, name: UserAddedToChatName, handler: Handler[UserAddedToChat]) -> Unsubscribe: ...
    @overload
    def __call__(self, name: UserName, handler: Handler[User]) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: UserRemovedFromChatName, handler: Handler[UserRemovedFromChat]
    ) -> Unsubscribe: ...
    @overload
    def __call__(self, name: Literal["*"], handler: Callable[[EventName, Any], object]) -> Unsubscribe: ...
    @overload
    def __call__(
        self, name: AvailabilityUpdatedName
    ) -> Callable[[FAvailabilityUpdated], FAvailabilityUpdated]: ...
    @overload
    def __call__(self, name: ChatDeactivatedName) -> Callable[[FChatDeactivated], FChatDeactivated]: ...
    @overload
    def __call__(
        self, name: ChatPropertiesChangedName
    ) -> Callable[[FChatPropertiesChanged], FChatPropertiesChanged]: ...
    @overload
    def __call__(self, name: ChatTransferredName) -> Callable[[FChatTransferred], FChatTransferred]: ...
    @overload
    def __call__(self, name: ConnectedName) -> Callable[[FConnected], FConnected]: ...
    @overload
    def __call__(self, name: NothingName) -> Callable[[FNothing], FNothing]: ...
    @overload
    def __call__(self, name: CustomerIdName) -> Callable[[FCustomerId], FCustomerId]: ...
    @overload
    def __call__(
        self, name: CustomerPageUpdatedName
    ) -> Callable[[FCustomerPageUpdated], FCustomerPageUpdated]: ...
    @overload
    def __call__(self, name: CustomerUpdatedName) -> Callable[[FCustomerUpdated], FCustomerUpdated]: ...
    @overload
    def __call__(self, name: DisconnectedName) -> Callable[[FDisconnected], FDisconnected]: ...
    @overload
    def __call__(
        self, name: EventPropertiesChangedName
    ) -> Callable[[FEventPropertiesChanged], FEventPropertiesChanged]: ...
    @overload
    def __call__(self, name: EventDeletedName) -> Callable[[FEventDeleted], FEventDeleted]: ...
    @overload
    def __call__(
        self, name: IncomingEventPreviewName
    ) -> Callable[[FIncomingEventPreview], FIncomingEventPreview]: ...
    @overload
    def __call__(
        self, name: IncomingThinkingIndicatorName
    ) -> Callable[[FIncomingThinkingIndicator], FIncomingThinkingIndicator]: ...
    @overload
    def __call__(self, name: EventUpdatedName) -> Callable[[FEventUpdated], FEventUpdated]: ...
    @overload
    def __call__(
        self, name: EventsMarkedAsSeenName
    ) -> Callable[[FEventsMarkedAsSeen], FEventsMarkedAsSeen]: ...
    @overload
    def __call__(self, name: GreetingReferenceName) -> Callable[[FGreetingReference], FGreetingReference]: ...
    @overload
    def __call__(self, name: IncomingChatName) -> Callable[[FIncomingChat], FIncomingChat]: ...
    @overload
    def __call__(self, name: IncomingEventName) -> Callable[[FIncomingEvent], FIncomingEvent]: ...
    @overload
    def __call__(self, name: GreetingName) -> Callable[[FGreeting], FGreeting]: ...
    @overload
    def __call__(self, name: IncomingMulticastName) -> Callable[[FIncomingMulticast], FIncomingMulticast]: ...
    @overload
    def __call__(
        self, name: IncomingRichMessagePostbackName
    ) -> Callable[[FIncomingRichMessagePostback], FIncomingRichMessagePostback]: ...
    @overload
    def __call__(
        self, name: IncomingTypingIndicatorName
    ) -> Callable[[FIncomingTypingIndicator], FIncomingTypingIndicator]: ...
    @overload
    def __call__(
        self, name: QueuePositionUpdatedName
    ) -> Callable[[FQueuePositionUpdated], FQueuePositionUpdated]: ...
    @overload
    def __call__(
        self, name: ThreadPropertiesChangedName
    ) -> Callable[[FThreadPropertiesChanged], FThreadPropertiesChanged]: ...
    @overload
    def __call__(self, name: UserAddedToChatName) -> Callable[[FUserAddedToChat], FUserAddedToChat]: ...
    @overload
    def __call__(self, name: UserName) -> Callable[[FUser], FUser]: ...
    @overload
    def __call__(
        self, name: UserRemovedFromChatName
    ) -> Callable[[FUserRemovedFromChat], FUserRemovedFromChat]: ...
    @overload
    def __call__(self, name: Literal["*"]) -> Callable[[FEverything], FEverything]: ...
