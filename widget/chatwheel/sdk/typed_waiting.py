"""What `sdk.wait_for` and `sdk.stream` give for each event, for type checkers only, like `typed`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Literal, Protocol, TypeVar, overload

from .emitter import EventStream
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
from .typed import (
    AvailabilityUpdatedName,
    ChatDeactivatedName,
    ChatPropertiesChangedName,
    ChatTransferredName,
    ConnectedName,
    CustomerIdName,
    CustomerPageUpdatedName,
    CustomerUpdatedName,
    DisconnectedName,
    EventDeletedName,
    EventPropertiesChangedName,
    EventsMarkedAsSeenName,
    EventUpdatedName,
    GreetingName,
    GreetingReferenceName,
    IncomingChatName,
    IncomingEventName,
    IncomingEventPreviewName,
    IncomingMulticastName,
    IncomingRichMessagePostbackName,
    IncomingThinkingIndicatorName,
    IncomingTypingIndicatorName,
    NothingName,
    QueuePositionUpdatedName,
    ThreadPropertiesChangedName,
    UserAddedToChatName,
    UserName,
    UserRemovedFromChatName,
)

P = TypeVar("P")
Where = Callable[[P], bool] | None
Limit = float | None
Result = Coroutine[Any, Any, P]
Named = tuple[EventName, Any]
"""What `"*"` gives: the event's name and its payload."""


class WaitFor(Protocol):
    """`await sdk.wait_for(name)` gives the payload."""

    @overload
    def __call__(
        self, name: AvailabilityUpdatedName, *, timeout: Limit = ..., where: Where[AvailabilityUpdated] = ...
    ) -> Result[AvailabilityUpdated]: ...
    @overload
    def __call__(
        self, name: ChatDeactivatedName, *, timeout: Limit = ..., where: Where[ChatDeactivated] = ...
    ) -> Result[ChatDeactivated]: ...
    @overload
    def __call__(
        self,
        name: ChatPropertiesChangedName,
        *,
        timeout: Limit = ...,
        where: Where[ChatPropertiesChanged] = ...,
    ) -> Result[ChatPropertiesChanged]: ...
    @overload
    def __call__(
        self, name: ChatTransferredName, *, timeout: Limit = ..., where: Where[ChatTransferred] = ...
    ) -> Result[ChatTransferred]: ...
    @overload
    def __call__(
        self, name: ConnectedName, *, timeout: Limit = ..., where: Where[Connected] = ...
    ) -> Result[Connected]: ...
    @overload
    def __call__(
        self, name: NothingName, *, timeout: Limit = ..., where: Where[None] = ...
    ) -> Result[None]: ...
    @overload
    def __call__(
        self, name: CustomerIdName, *, timeout: Limit = ..., where: Where[str] = ...
    ) -> Result[str]: ...
    @overload
    def __call__(
        self, name: CustomerPageUpdatedName, *, timeout: Limit = ..., where: Where[CustomerPageUpdated] = ...
    ) -> Result[CustomerPageUpdated]: ...
    @overload
    def __call__(
        self, name: CustomerUpdatedName, *, timeout: Limit = ..., where: Where[CustomerUpdated] = ...
    ) -> Result[CustomerUpdated]: ...
    @overload
    def __call__(
        self, name: DisconnectedName, *, timeout: Limit = ..., where: Where[Disconnected] = ...
    ) -> Result[Disconnected]: ...
    @overload
    def __call__(
        self,
        name: EventPropertiesChangedName,
        *,
        timeout: Limit = ...,
        where: Where[EventPropertiesChanged] = ...,
    ) -> Result[EventPropertiesChanged]: ...
    @overload
    def __call__(
        self, name: EventDeletedName, *, timeout: Limit = ..., where: Where[EventDeleted] = ...
    ) -> Result[EventDeleted]: ...
    @overload
    def __call__(
        self,
        name: IncomingEventPreviewName,
        *,
        timeout: Limit = ...,
        where: Where[IncomingEventPreview] = ...,
    ) -> Result[IncomingEventPreview]: ...
    @overload
    def __call__(
        self,
        name: IncomingThinkingIndicatorName,
        *,
        timeout: Limit = ...,
        where: Where[IncomingThinkingIndicator] = ...,
    ) -> Result[IncomingThinkingIndicator]: ...
    @overload
    def __call__(
        self, name: EventUpdatedName, *, timeout: Limit = ..., where: Where[EventUpdated] = ...
    ) -> Result[EventUpdated]: ...
    @overload
    def __call__(
        self, name: EventsMarkedAsSeenName, *, timeout: Limit = ..., where: Where[EventsMarkedAsSeen] = ...
    ) -> Result[EventsMarkedAsSeen]: ...
    @overload
    def __call__(
        self, name: GreetingReferenceName, *, timeout: Limit = ..., where: Where[GreetingReference] = ...
    ) -> Result[GreetingReference]: ...
    @overload
    def __call__(
        self, name: IncomingChatName, *, timeout: Limit = ..., where: Where[IncomingChat] = ...
    ) -> Result[IncomingChat]: ...
    @overload
    def __call__(
        self, name: IncomingEventName, *, timeout: Limit = ..., where: Where[IncomingEvent] = ...
    ) -> Result[IncomingEvent]: ...
    @overload
    def __call__(
        self, name: GreetingName, *, timeout: Limit = ..., where: Where[Greeting] = ...
    ) -> Result[Greeting]: ...
    @overload
    def __call__(
        self, name: IncomingMulticastName, *, timeout: Limit = ..., where: Where[IncomingMulticast] = ...
    ) -> Result[IncomingMulticast]: ...
    @overload
    def __call__(
        self,
        name: IncomingRichMessagePostbackName,
        *,
        timeout: Limit = ...,
        where: Where[IncomingRichMessagePostback] = ...,
    ) -> Result[IncomingRichMessagePostback]: ...
    @overload
    def __call__(
        self,
        name: IncomingTypingIndicatorName,
        *,
        timeout: Limit = ...,
        where: Where[IncomingTypingIndicator] = ...,
    ) -> Result[IncomingTypingIndicator]: ...
    @overload
    def __call__(
        self,
        name: QueuePositionUpdatedName,
        *,
        timeout: Limit = ...,
        where: Where[QueuePositionUpdated] = ...,
    ) -> Result[QueuePositionUpdated]: ...
    @overload
    def __call__(
        self,
        name: ThreadPropertiesChangedName,
        *,
        timeout: Limit = ...,
        where: Where[ThreadPropertiesChanged] = ...,
    ) -> Result[ThreadPropertiesChanged]: ...
    @overload
    def __call__(
        self, name: UserAddedToChatName, *, timeout: Limit = ..., where: Where[UserAddedToChat] = ...
    ) -> Result[UserAddedToChat]: ...
    @overload
    def __call__(self, name: UserName, *, timeout: Limit = ..., where: Where[User] = ...) -> Result[User]: ...
    @overload
    def __call__(
        self, name: UserRemovedFromChatName, *, timeout: Limit = ..., where: Where[UserRemovedFromChat] = ...
    ) -> Result[UserRemovedFromChat]: ...
    @overload
    def __call__(
        self, name: Literal["*"], *, timeout: Limit = ..., where: Where[Named] = ...
    ) -> Result[Named]: ...


class Stream(Protocol):
    """`async for payload in sdk.stream(name)`."""

    @overload
    def __call__(self, name: AvailabilityUpdatedName) -> EventStream[AvailabilityUpdated]: ...
    @overload
    def __call__(self, name: ChatDeactivatedName) -> EventStream[ChatDeactivated]: ...
    @overload
    def __call__(self, name: ChatPropertiesChangedName) -> EventStream[ChatPropertiesChanged]: ...
    @overload
    def __call__(self, name: ChatTransferredName) -> EventStream[ChatTransferred]: ...
    @overload
    def __call__(self, name: ConnectedName) -> EventStream[Connected]: ...
    @overload
    def __call__(self, name: NothingName) -> EventStream[None]: ...
    @overload
    def __call__(self, name: CustomerIdName) -> EventStream[str]: ...
    @overload
    def __call__(self, name: CustomerPageUpdatedName) -> EventStream[CustomerPageUpdated]: ...
    @overload
    def __call__(self, name: CustomerUpdatedName) -> EventStream[CustomerUpdated]: ...
    @overload
    def __call__(self, name: DisconnectedName) -> EventStream[Disconnected]: ...
    @overload
    def __call__(self, name: EventPropertiesChangedName) -> EventStream[EventPropertiesChanged]: ...
    @overload
    def __call__(self, name: EventDeletedName) -> EventStream[EventDeleted]: ...
    @overload
    def __call__(self, name: IncomingEventPreviewName) -> EventStream[IncomingEventPreview]: ...
    @overload
    def __call__(self, name: IncomingThinkingIndicatorName) -> EventStream[IncomingThinkingIndicator]: ...
    @overload
    def __call__(self, name: EventUpdatedName) -> EventStream[EventUpdated]: ...
    @overload
    def __call__(self, name: EventsMarkedAsSeenName) -> EventStream[EventsMarkedAsSeen]: ...
    @overload
    def __call__(self, name: GreetingReferenceName) -> EventStream[GreetingReference]: ...
    @overload
    def __call__(self, name: IncomingChatName) -> EventStream[IncomingChat]: ...
    @overload
    def __call__(self, name: IncomingEventName) -> EventStream[IncomingEvent]: ...
    @overload
    def __call__(self, name: GreetingName) -> EventStream[Greeting]: ...
    @overload
    def __call__(self, name: IncomingMulticastName) -> EventStream[IncomingMulticast]: ...
    @overload
    def __call__(self, name: IncomingRichMessagePostbackName) -> EventStream[IncomingRichMessagePostback]: ...
    @overload
    def __call__(self, name: IncomingTypingIndicatorName) -> EventStream[IncomingTypingIndicator]: ...
    @overload
    def __call__(self, name: QueuePositionUpdatedName) -> EventStream[QueuePositionUpdated]: ...
    @overload
    def __call__(self, name: ThreadPropertiesChangedName) -> EventStream[ThreadPropertiesChanged]: ...
    @overload
    def __call__(self, name: UserAddedToChatName) -> EventStream[UserAddedToChat]: ...
    @overload
    def __call__(self, name: UserName) -> EventStream[User]: ...
    @overload
    def __call__(self, name: UserRemovedFromChatName) -> EventStream[UserRemovedFromChat]: ...
    @overload
    def __call__(self, name: Literal["*"]) -> EventStream[Named]: ...
