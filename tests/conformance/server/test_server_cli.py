"""The command: one line when ready, clear words when not, and a clean end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

import chatwheel_devserver
from chatwheel_devserver.__main__ import main
from conformance.server.bare import Bare
from conformance.server.killable import serving, socket_of, token_of

PACKAGE = Path(chatwheel_devserver.__file__).parent.parent


async def launch(*arguments: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "PYTHONUNBUFFERED": ""}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chatwheel_devserver",
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Start the command and yield it with the address that it prints."""
    process = await launch(*arguments)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        assert line.endswith("/\n"), (line, await process.communicate())
        yield process, line.rpartition(": ")[2].strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize(("name", "host"), [(signal.SIGINT, "127.0.0.1"), (signal.SIGTERM, "0.0.0.0")])
async def test_one_line_and_a_clean_end(name: signal.Signals, host: str, http: aiohttp.ClientSession) -> None:
    async with running("--port", "0", "--host", host, "--name", "my shop", "--no-bot") as (process, url):
        assert url.startswith("http://127.0.0.1:")
        async with http.get(url) as response:
            assert (await response.text()).startswith("my shop")
        token, _ = await token_of(http, url)
        client = await Bare.connect(http, socket_of(url))
        await client.request("login", {"token": f"Bearer {token}"})
        process.send_signal(name)
        async with asyncio.timeout(10):
            rest, errors = await process.communicate()
        await client.close()
        assert (process.returncode, rest) == (0, b"")
        # It says what it is for, and beyond this machine more than that.
        assert b"development" in errors and (b"beyond this machine" in errors) == (host != "127.0.0.1")
        assert len(errors.splitlines()) == 1


def fail(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command, which must end with status 1 and one sentence; return that."""
    assert main(["--port", "0", *arguments]) == 1
    out, errors = capsys.readouterr()
    assert out == "" and len(errors.splitlines()) == 1
    return errors


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert port in fail(capsys, "--port", port)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--site", "/no/such/folder"), "/no/such/folder"),
        (("--port", "99999"), "--port"),
        (("--bot-delay", "-1"), "--bot-delay"),
        (("--data", "/proc/nonsense"), "/proc/nonsense"),
    ],
)
def test_bad_options_end_with_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], word: str
) -> None:
    assert word in fail(capsys, *arguments)


def test_a_folder_in_use_is_not_shared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with serving(tmp_path):
        assert "another server" in fail(capsys, "--data", str(tmp_path))
