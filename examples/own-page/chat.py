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
        self.chat_id = next((chat.id for chat in connected.chats if chat.active), None)

    async def say(self, text: str) -> None:
        if self.chat_id is None:
            self.chat_id = (await self.sdk.start_chat()).chat.id
        await self.sdk.send_event(chat_id=self.chat_id, event={"type": "message", "text": text})

    async def hear(self) -> str:
        event = (await anext(self.heard)).event
        return str(event.to_js().get("text", event.type))


chat = Chat()
xworker.sync.open, xworker.sync.say, xworker.sync.hear = chat.open, chat.say, chat.hear
