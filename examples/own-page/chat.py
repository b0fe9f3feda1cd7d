"""The chat of worker.html; what the page may call is put into `xworker.sync`."""

from __future__ import annotations

from polyscript import xworker

import chatwheel


class Chat:
    async def open(self, address: str) -> None:
        self.sdk = chatwheel.init(
            organization_id="demo-organization",
            client_id="demo-client",
            api_url=address,
            accounts_url=address,
            redirect_uri=address,
        )
        self.heard = self.sdk.stream("incoming_event")
        connected = await self.sdk.wait_for("connected")
        self.chats = [chat.id for chat in connected.chats if chat.active]
        self.sdk.on("incoming_chat", lambda payload: self.chats.append(payload.chat.id))

    async def say(self, text: str) -> None:
        if not self.chats:
            self.chats.append((await self.sdk.start_chat()).chat.id)
        await self.sdk.send_event(chat_id=self.chats[-1], event={"type": "message", "text": text})

    async def hear(self) -> str:
        event = (await anext(self.heard)).event
        author = "You" if event.author_id == self.sdk.customer_id else "Agent"  # in another tab
        return f"{author}: {event.to_js().get('text', event.type)}"


chat = Chat()
xworker.sync.open, xworker.sync.say, xworker.sync.hear = chat.open, chat.say, chat.hear
