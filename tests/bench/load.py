"""The local server under load: five hundred customers, fifty messages a second in all, for a minute.

Half of the messages are the customers', half an agent's answers. Measures the time from a request to its answer, and
checks that nothing was lost and nothing came out of order, on either side.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS = 500
PER_SECOND = 50
SECONDS = 60
#: Within this 99 of 100 requests are to be answered.
ANSWER_MS = 100
_LOGIN = {"grant_type": "cookie", "client_id": "demo-client", "organization_id": "demo-organization"}

Json = dict[str, Any]


class Client:
    """One connection: answers by their request ids, and the texts that were pushed, by chat."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count()
        self._answers: dict[str, asyncio.Future[Json]] = {}
        self.heard: dict[str, list[str]] = defaultdict(list)
        self.chat_id = ""
        self.said: list[str] = []
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, url: str, role: str, token: str) -> Client:
        address = f"ws{url[4:]}v3.5/{role}/rtm/ws?organization_id=demo-organization"
        client = cls(await http.ws_connect(address, max_msg_size=0))
        await client.request("login", {"token": f"Bearer {token}"})
        return client

    async def _read(self) -> None:
        async for message in self._socket:
            frame = json.loads(message.data)
            if frame["type"] == "response":
                self._answers.pop(frame["request_id"]).set_result(frame)
            elif frame["action"] == "incoming_event" and frame["payload"]["event"]["type"] == "message":
                payload = frame["payload"]
                self.heard[payload["chat_id"]].append(payload["event"]["text"])

    async def request(self, action: str, payload: Json) -> Json:
        request_id = str(next(self._numbers))
        answer = asyncio.get_running_loop().create_future()
        self._answers[request_id] = answer
        await self._socket.send_str(
            json.dumps({"request_id": request_id, "action": action, "payload": payload})
        )
        frame: Json = await answer
        if not frame["success"]:
            raise RuntimeError(f"{action}: {frame['payload']}")
        result: Json = frame["payload"]
        return result

    async def close(self) -> None:
        await self._socket.close()
        await self._reader


def measure(seconds: int = SECONDS) -> Json:
    """The same in a process of its own, so that what else this one runs takes no time from those who ask."""
    command = [sys.executable, "-m", "bench.load", "--seconds", str(seconds), "--json"]
    done = subprocess.run(command, cwd=ROOT / "tests", stdout=subprocess.PIPE, text=True, check=True)
    result: Json = json.loads(done.stdout)
    return result


def measure_here(customers: int, per_second: int, seconds: int) -> Json:
    """Milliseconds from a request to its answer, and how many messages were sent, lost or out of order."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "chatwheel_devserver", "--port", "0", "--no-bot", "--data", folder]
        path = os.pathsep.join([str(ROOT / "devserver"), os.environ.get("PYTHONPATH", "")])
        environment = os.environ | {"PYTHONPATH": path}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                url = server.stdout.readline().rpartition(": ")[2].strip()
                return asyncio.run(_measure(url, customers, per_second, seconds))
            finally:
                server.terminate()


async def _measure(url: str, customers: int, per_second: int, seconds: int) -> Json:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        async with http.post(f"{url}agent/token") as response:
            agent = await Client.open(http, url, "agent", (await response.json())["access_token"])
        clients = [await _customer(http, url) for _ in range(customers)]
        for client in clients:
            user = {"chat_id": client.chat_id, "user_id": "sam@demo.example", "user_type": "agent"}
            await agent.request("add_user_to_chat", user)
        # The measuring side's own pauses are not the server's.
        gc.disable()
        took, late = await _talk(clients, agent, per_second, seconds)
        # Whatever was pushed before these answers has been read when they are here.
        await asyncio.gather(*(client.request("ping", {}) for client in [*clients, agent]))
        gc.enable()
        result = _verdict(clients, agent, took) | {"late": _percentile(late, 0.99)}
        await asyncio.gather(*(client.close() for client in [*clients, agent]))
    return {"customers": customers, "per_second": per_second, "seconds": seconds} | result


async def _customer(http: aiohttp.ClientSession, url: str) -> Client:
    async with http.post(f"{url}v2/customer/token", json=_LOGIN) as response:
        token = (await response.json())["access_token"]
    http.cookie_jar.clear()
    client = await Client.open(http, url, "customer", token)
    client.chat_id = (await client.request("start_chat", {}))["chat_id"]
    return client


async def _talk(
    clients: list[Client], agent: Client, per_second: int, seconds: int
) -> tuple[list[float], list[float]]:
    """Send at an even pace, whether or not the answers keep up; return how long they took and how late each was sent.

    The lateness is the machine's share: how long this process waits for a processor, without any server in it.
    """
    took: list[float] = []
    late: list[float] = []

    async def send(sender: Client, chat: Client, text: str) -> None:
        begun = time.perf_counter()
        event = {"type": "message", "text": text}
        await sender.request("send_event", {"chat_id": chat.chat_id, "event": event})
        took.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(per_second * seconds):
            chat = clients[number // 2 % len(clients)]
            text = f"message {number}"
            chat.said.append(text)
            group.create_task(send(chat if number % 2 == 0 else agent, chat, text))
            due = begun + (number + 1) / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            late.append((time.perf_counter() - due) * 1000)
    return took, late


def _verdict(clients: list[Client], agent: Client, took: list[float]) -> Json:
    lost = disorder = 0
    for client in clients:
        here, there = client.heard[client.chat_id], agent.heard[client.chat_id]
        lost += len(set(client.said) - set(here)) + len(set(client.said) - set(there))
        # Both sides hear the same order, and each side's own messages in the order in which it said them.
        disorder += here != there
        for side in (0, 1):
            own = [text for text in client.said if _number(text) % 2 == side]
            disorder += own != [text for text in here if _number(text) % 2 == side]
    return {
        "sent": len(took),
        "lost": lost,
        "out_of_order": disorder,
        "median": _percentile(took, 0.5),
        "p99": _percentile(took, 0.99),
        "longest": round(max(took), 1),
    }


def _percentile(values: list[float], share: float) -> float:
    return round(sorted(values)[int(len(values) * share)], 1)


def _number(text: str) -> int:
    return int(text.rpartition(" ")[2])


def words(result: Json) -> str:
    """Two lines for the report."""
    return (
        f"server, {result['customers']} customers, {result['per_second']} messages/s for {result['seconds']} s, "
        f"request to answer, ms: median {result['median']}, 99th of 100 {result['p99']}, longest {result['longest']}\n"
        f"  sent {result['sent']:,}, lost {result['lost']}, out of order {result['out_of_order']}; "
        f"the machine itself was late by {result['late']} ms in one of 100: {verdict(result)}"
    )


def verdict(result: Json) -> str:
    """Say whether the answers come in time; a machine that is itself later than that cannot tell."""
    if result["p99"] < ANSWER_MS:
        return f"in time (99 of 100 within {ANSWER_MS} ms)"
    return "no verdict, the machine was too busy" if result["late"] >= ANSWER_MS / 2 else "TOO SLOW"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    result = measure_here(options.customers, PER_SECOND, options.seconds)
    print(json.dumps(result) if options.json else words(result))
    return 0 if result["lost"] == result["out_of_order"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
