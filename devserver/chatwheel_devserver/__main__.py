"""The command line: ``python -m chatwheel_devserver``."""

from __future__ import annotations

import argparse
import asyncio
import gc
import ipaddress
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from .config import Config
from .config_file import ConfigError, load_config
from .server import DevServer
from .storage.database import DatabaseBusyError


def make_parser() -> argparse.ArgumentParser:
    """Describe the options."""
    parser = argparse.ArgumentParser(
        prog="python -m chatwheel_devserver",
        description="A local Customer Chat API server with an agent console. For development, not for production.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes a free one")
    parser.add_argument("--data", type=Path, help="folder that keeps chats and files (default: none is kept)")
    parser.add_argument("--site", type=Path, help="folder of files to serve at /")
    parser.add_argument(
        "--config", type=Path, help="TOML file with organization, groups, agents, forms, greetings and hours"
    )
    parser.add_argument("--name", help="what the server calls itself (default: chatwheel demo)")
    parser.add_argument(
        "--bot-delay", type=float, default=1.5, help="seconds the scripted agent takes to answer"
    )
    parser.add_argument("--no-bot", action="store_true", help="leave every chat to people")
    return parser


async def run(options: argparse.Namespace, config: Config) -> int:
    """Serve until a signal comes; return the exit status."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(name, stopped.set)
    server = DevServer(
        data=options.data,
        site=options.site,
        host=options.host,
        port=options.port,
        bot=not options.no_bot,
        bot_delay=options.bot_delay,
        config=config,
    )
    try:
        await server.start()
    except DatabaseBusyError as error:
        return _fail(f"{error}; stop it first, or choose another folder with --data.")
    except OSError as error:
        return _fail(_explain(options, error))
    # What is loaded by now stays; looking through it again and again for garbage would make pauses.
    gc.collect()
    gc.freeze()
    print(f"{config.name}: {server.url}/", flush=True)  # noqa: T201 - this line is the command's output
    # Not on standard output, where programs wait for the line above alone.
    if _is_loopback(options.host):
        _note("for development only: no accounts, no TLS.")
    else:
        _note("listening beyond this machine; this server is for development and has no protection.")
    await stopped.wait()
    await server.stop()
    return 0


def _explain(options: argparse.Namespace, error: OSError) -> str:
    if isinstance(error, PermissionError) and error.filename is None:
        return f"Port {options.port} may not be used by this user; choose another one with --port."
    if error.filename is not None:
        return f"The data folder cannot be used: {error.strerror} ({error.filename})."
    return f"Port {options.port} of {options.host} cannot be used, perhaps by another program's doing; try --port 0."


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _note(text: str) -> None:
    print(f"chatwheel_devserver: {text}", file=sys.stderr, flush=True)  # noqa: T201


def _fail(text: str) -> int:
    _note(text)
    return 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = make_parser().parse_args(arguments)
    if options.site is not None and not options.site.is_dir():
        return _fail(f"There is no folder {options.site}.")
    if not 0 <= options.port <= 65535 or options.bot_delay < 0:
        return _fail("--port must lie between 0 and 65535, and --bot-delay must not be negative.")
    try:
        config = Config() if options.config is None else load_config(options.config)
    except ConfigError as error:
        return _fail(str(error))
    if options.name is not None:
        config = replace(config, name=options.name)
    with suppress(KeyboardInterrupt):
        return asyncio.run(run(options, config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
