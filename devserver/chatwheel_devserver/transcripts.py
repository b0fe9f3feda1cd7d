"""Transcripts by e-mail. This server sends no mail: what it would send lies in the data's folder `transcripts`.

A mail program opens such an `.eml` file, and a test reads it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Final

from .calls import Call
from .records import Chat, Event, Thread
from .storage.chats import only_visible

if TYPE_CHECKING:
    from .desk import Desk

_ADDRESS: Final = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}", re.ASCII)


def send_transcript(desk: Desk, call: Call, chat: Chat, thread: Thread) -> None:
    """Write the transcript of an ended thread to whoever asked for it, and say so in the thread."""
    address = str(thread.properties.get("routing", {}).get("transcript_email") or "")
    if thread.active or not _ADDRESS.fullmatch(address):
        return
    message = transcript(desk, chat, thread, address)
    folder = desk.files.folder.parent / "transcripts"
    folder.mkdir(exist_ok=True)
    (folder / f"{thread.id}.eml").write_bytes(message.as_bytes())
    name = desk.customer_name(chat.customer_id)
    values = {"customer": name, "email": address}
    desk.say(call, chat, thread, "transcript_sent", f"A transcript was sent to {address}", values)


def transcript(desk: Desk, chat: Chat, thread: Thread, address: str) -> EmailMessage:
    """Write down what the customer saw of a thread."""
    message = EmailMessage()
    message["From"] = f"{' '.join(desk.config.name.split())} <no-reply@localhost>"
    message["To"] = address
    message["Subject"] = "Your chat with us"
    message["Date"] = datetime.fromtimestamp(desk.clock.time(), UTC)
    events = only_visible(desk.chats.events(thread.id), chat.customer_id)
    message.set_content("\n".join(_line(desk, chat, event) for event in events) + "\n")
    return message


def _line(desk: Desk, chat: Chat, event: Event) -> str:
    time = datetime.fromtimestamp(event.created_at / 1_000_000, UTC).strftime("%H:%M")
    author = event.author_id
    if event.type == "system_message" or author is None:
        return f"{time} * {event.body.get('text', '')}"
    name = desk.customer_name(author) if author == chat.customer_id else desk.agent_name(author)
    return f"{time} {name}: {_words(event.type, event.body)}"


def _words(type: str, body: dict[str, Any]) -> str:
    if type == "message":
        return str(body.get("text", ""))
    if type == "rich_message":
        return ". ".join(str(card["title"]) for card in body.get("elements") or [] if card.get("title"))
    return str(body.get("name") or f"({type.replace('_', ' ')})")
