"""What a login would be answered now: the answer of the one connection, kept up to date by what came over it since."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class LoginAnswer:
    """The payload of a successful login, and what has changed since."""

    def __init__(self, payload: Any) -> None:
        self.payload: Json = dict(payload) if isinstance(payload, dict) else {}
        chats = self.payload.get("chats")
        active = bool(self.payload.get("has_active_thread"))
        self._chats: dict[str, Json] = {
            str(chat["chat_id"]): {"has_active_thread": active, **chat}
            for chat in (chats if isinstance(chats, list) else [])
            if isinstance(chat, dict) and chat.get("chat_id")
        }
        self._show_chats()

    def note(self, action: str, payload: Any) -> None:
        """A push came; one that cannot be read changes nothing."""
        if not isinstance(payload, dict):
            return
        chat_id = payload.get("chat_id")
        chat = payload.get("chat")
        if action == "incoming_chat" and isinstance(chat, dict) and isinstance(chat.get("id"), str):
            thread = chat.get("thread")
            active = thread.get("active", True) if isinstance(thread, dict) else True
            self._change_chat(chat["id"], has_active_thread=bool(active))
        elif action == "chat_deactivated" and isinstance(chat_id, str):
            self._change_chat(chat_id, has_active_thread=False)
        elif action == "incoming_event" and isinstance(chat_id, str):
            event = payload.get("event")
            author = event.get("author_id") if isinstance(event, dict) else None
            if author != self.payload.get("customer_id"):
                self._change_chat(chat_id, has_unread_events=True)
        elif action == "events_marked_as_seen" and isinstance(chat_id, str):
            if payload.get("user_id") == self.payload.get("customer_id"):
                self._change_chat(chat_id, has_unread_events=False)
        else:
            self._note_rest(action, payload)

    def _note_rest(self, action: str, payload: Json) -> None:
        if action == "customer_updated":
            self.payload["customer"] = {**(self.payload.get("customer") or {}), **payload}
        elif action == "incoming_greeting":
            self.payload["greeting"] = payload
        elif action in ("greeting_accepted", "greeting_canceled"):
            self.payload.pop("greeting", None)
        elif action == "groups_status_updated":
            self._note_groups(payload.get("groups"))

    def _note_groups(self, groups: Any) -> None:
        config = self.payload.get("__priv_dynamic_config")
        if not isinstance(config, dict) or not isinstance(groups, list):
            return
        online = list(config.get("online_groups_ids") or [])
        for group in groups:
            if isinstance(group, dict):
                online = [known for known in online if known != group.get("id")]
                online += [group.get("id")] if group.get("status") != "offline" else []
        self.payload["__priv_dynamic_config"] = {**config, "online_groups_ids": online}

    def _change_chat(self, chat_id: str, **members: bool) -> None:
        self._chats[chat_id] = {
            "chat_id": chat_id,
            "has_unread_events": False,
            "has_active_thread": False,
            **self._chats.get(chat_id, {}),
            **members,
        }
        self._show_chats()

    def _show_chats(self) -> None:
        chats = list(self._chats.values())
        self.payload["chats"] = chats
        self.payload["has_active_thread"] = any(chat["has_active_thread"] for chat in chats)
