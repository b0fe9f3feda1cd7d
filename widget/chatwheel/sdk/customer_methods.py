"""Methods about the customer, greetings, groups, forms and addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from . import actions
from .caller import Caller
from .models import Customer, FormResult, PredictedAgent, Success, UrlInfo


class CustomerMethods(Caller):
    """The customer and what surrounds a chat."""

    async def get_customer(self) -> Customer:
        """Read the customer's own data, statistics included (Customer Chat API: get_customer).

        Returns:
            The customer, with `statistics`.

        Raises:
            ChatError: what every call may raise; see `Caller`.

        Example:
            customer = await sdk.get_customer()
            print(customer.name, customer.statistics)
        """
        return await self._call(actions.get_customer())

    async def update_customer(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        avatar: str | None = None,
        session_fields: Mapping[str, Any] | None = None,
    ) -> Success:
        """Change the customer's data; what is left out stays (Customer Chat API: update_customer).

        Args:
            name: what to call them.
            email: their address.
            avatar: URL of their picture.
            session_fields: names and values, in order; they last as long as the visit.

        Returns:
            `success`; `customer_updated` follows.

        Raises:
            CustomerSessionFieldsLimitReached: there would be too many session fields.
            Validation: the server refuses a value.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.update_customer(name="Ada", session_fields={"plan": "pro"})
        """
        return await self._call(actions.update_customer(name, email, avatar, session_fields))

    async def set_customer_session_fields(self, *, session_fields: Mapping[str, Any]) -> Success:
        """Set session fields (Customer Chat API: set_customer_session_fields).

        Args:
            session_fields: names and values, in order; they last as long as the visit.

        Returns:
            `success`.

        Raises:
            CustomerSessionFieldsLimitReached: there are too many.
            Validation: the server refuses a value.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.set_customer_session_fields(session_fields={"cart": "42"})
        """
        return await self._call(actions.set_customer_session_fields(session_fields))

    async def accept_greeting(self, *, greeting_id: int, unique_id: str) -> Success:
        """Say that a greeting was seen (Customer Chat API: accept_greeting).

        Args:
            greeting_id: `id` of the greeting.
            unique_id: `unique_id` of this showing of it.

        Returns:
            `success`; `greeting_accepted` follows.

        Raises:
            GreetingNotFound: there is no such greeting now.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.accept_greeting(greeting_id=7, unique_id="G1")
        """
        return await self._call(actions.accept_greeting(greeting_id, unique_id))

    async def cancel_greeting(self, *, unique_id: str) -> Success:
        """Dismiss a greeting (Customer Chat API: cancel_greeting).

        Args:
            unique_id: `unique_id` of this showing of the greeting.

        Returns:
            `success`; `greeting_canceled` follows.

        Raises:
            GreetingNotFound: there is no such greeting now.
            ChatError: what every call may raise; see `Caller`.

        Example:
            await sdk.cancel_greeting(unique_id="G1")
        """
        return await self._call(actions.cancel_greeting(unique_id))

    async def get_form(self, *, group_id: int, type: Literal["prechat", "postchat", "ticket"]) -> FormResult:
        """Read a form of a group (Customer Chat API: get_form).

        Args:
            group_id: the group.
            type: before a chat, after it, or when nobody is there.

        Returns:
            `enabled`, and `form` if it is.

        Raises:
            GroupNotFound: there is no such group.
            ChatError: what every call may raise; see `Caller`.

        Example:
            result = await sdk.get_form(group_id=0, type="prechat")
            fields = result.form.fields if result.form else []
        """
        return await self._call(actions.get_form(group_id, type))

    async def get_predicted_agent(self, *, group_id: int | None = None) -> PredictedAgent:
        """Ask who would answer a chat started now (Customer Chat API: get_predicted_agent).

        Args:
            group_id: the group; the customer's own if left out.

        Returns:
            `agent`, and whether the chat would wait in a `queue`.

        Raises:
            GroupOffline: nobody of the group is online.
            GroupUnavailable: nobody of the group can take a chat.
            GroupNotFound: there is no such group.
            ChatError: what every call may raise; see `Caller`.

        Example:
            predicted = await sdk.get_predicted_agent(group_id=0)
            print(predicted.agent.name)
        """
        return await self._call(actions.get_predicted_agent(group_id))

    async def get_url_info(self, *, url: str) -> UrlInfo:
        """Read title, description and picture of a page (Customer Chat API: get_url_info).

        Args:
            url: address of the page.

        Returns:
            What is known of the page.

        Raises:
            Validation: this is no address of a page.
            ChatError: what every call may raise; see `Caller`.

        Example:
            info = await sdk.get_url_info(url="https://shop.example/")
        """
        return await self._call(actions.get_url_info(url))

    async def list_group_statuses(
        self, *, group_ids: Sequence[int] | None = None
    ) -> dict[str, Literal["online", "online_for_queue", "offline"]]:
        """Ask which groups are online (Customer Chat API: list_group_statuses).

        Args:
            group_ids: the groups; all if left out.

        Returns:
            Status by group id (as a string); unknown groups are missing.

        Raises:
            ChatError: what every call may raise; see `Caller`.

        Example:
            statuses = await sdk.list_group_statuses(group_ids=[0, 3])
            is_open = statuses.get("0") == "online"
        """
        return await self._call(actions.list_group_statuses(group_ids))
