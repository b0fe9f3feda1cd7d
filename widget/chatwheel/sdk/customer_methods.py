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
        """Read the customer's own data, statistics included (Customer Chat API: get_customer)."""
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

        Raises:
            CustomerSessionFieldsLimitReached: there would be too many session fields.
            Validation: the server refuses a value.
        """
        return await self._call(actions.update_customer(name, email, avatar, session_fields))

    async def set_customer_session_fields(self, *, session_fields: Mapping[str, Any]) -> Success:
        """Replace the session fields (Customer Chat API: set_customer_session_fields).

        Args:
            session_fields: names and values, in order; they last as long as the visit.
        """
        return await self._call(actions.set_customer_session_fields(session_fields))

    async def accept_greeting(self, *, greeting_id: int, unique_id: str) -> Success:
        """Say that a greeting was seen (Customer Chat API: accept_greeting).

        Raises:
            GreetingNotFound: there is no such greeting now.
        """
        return await self._call(actions.accept_greeting(greeting_id, unique_id))

    async def cancel_greeting(self, *, unique_id: str) -> Success:
        """Dismiss a greeting (Customer Chat API: cancel_greeting).

        Raises:
            GreetingNotFound: there is no such greeting now.
        """
        return await self._call(actions.cancel_greeting(unique_id))

    async def get_form(self, *, group_id: int, type: Literal["prechat", "postchat", "ticket"]) -> FormResult:
        """Read a form of a group (Customer Chat API: get_form).

        Returns:
            `enabled`, and `form` if it is.

        Raises:
            GroupNotFound: there is no such group.
        """
        return await self._call(actions.get_form(group_id, type))

    async def get_predicted_agent(self, *, group_id: int | None = None) -> PredictedAgent:
        """Ask who would answer a chat started now (Customer Chat API: get_predicted_agent).

        Raises:
            GroupOffline: nobody of the group is online.
            GroupUnavailable: nobody of the group can take a chat.
        """
        return await self._call(actions.get_predicted_agent(group_id))

    async def get_url_info(self, *, url: str) -> UrlInfo:
        """Read title, description and picture of a page (Customer Chat API: get_url_info)."""
        return await self._call(actions.get_url_info(url))

    async def list_group_statuses(
        self, *, group_ids: Sequence[int] | None = None
    ) -> dict[str, Literal["online", "online_for_queue", "offline"]]:
        """Ask which groups are online (Customer Chat API: list_group_statuses).

        Args:
            group_ids: the groups; all if left out.

        Returns:
            Status by group id (as a string); unknown groups are missing.
        """
        return await self._call(actions.list_group_statuses(group_ids))
