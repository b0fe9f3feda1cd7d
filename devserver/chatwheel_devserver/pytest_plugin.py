"""Fixtures for the test suite of any site with a chat: ``chat_server``, ``chat_agent`` and ``chat_extension``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from chatwheel.extension.testing import Rehearsal

    from .threaded import ChatAgent, ThreadedServer


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project name its configuration file."""
    parser.addini("chat_server_config", "TOML file that configures the chat_server fixture", default="")


@pytest.fixture
def chat_server_settings(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Settings of ``chat_server``; override this fixture to change them."""
    name = str(pytestconfig.getini("chat_server_config"))
    if not name:
        return {}
    from .config_file import load_config

    return {"config": load_config(pytestconfig.rootpath / name)}


@pytest.fixture
def chat_server(chat_server_settings: dict[str, Any]) -> Iterator[ThreadedServer]:
    """A fresh chat server on a free port of this machine, in a thread of its own."""
    # Imported late: a run without these fixtures does not pay for the server's modules.
    from .threaded import ThreadedServer

    with ThreadedServer(**chat_server_settings) as server:
        yield server


@pytest.fixture
def chat_agent(chat_server: ThreadedServer) -> ChatAgent:
    """An agent who is online and whom the test plays."""
    return chat_server.connect_agent()


@pytest.fixture
def chat_extension() -> Iterator[Callable[..., Rehearsal]]:
    """Makes a widget with an extension, ``chat_extension("chat_hooks.py")``: no server, no browser, no time passes.

    Needs the ``chatwheel`` package. What the extension does wrong, and the test does not look at, fails the test.
    """
    from chatwheel.extension.testing import rehearsals

    with rehearsals() as rehearse:
        yield rehearse
