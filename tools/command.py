"""The command line of build.py."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import bench, checks, demo
from tools.console import Console
from tools.failure import StepFailed, failing_as
from tools.gallery import GALLERY, gallery
from tools.paths import DATA, SITE, shown
from tools.release import pinned_embed
from tools.setup import only_one, prepare
from tools.site import QUICK, build_site


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="build.py", description="Sets up, builds, tests and runs chatwheel.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run_demo = commands.add_parser("demo", help="build the site and serve it with the local chat server")
    run_demo.add_argument("--port", type=int, default=8000, help="where to serve it (default: 8000)")
    run_demo.add_argument("--no-open", action="store_true", help="do not open the browser")
    run_demo.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="where its chats are kept (default: .data)"
    )
    commands.add_parser("test", help="run all checks and tests; more arguments go to pytest", add_help=False)
    site = commands.add_parser("site", help="write the deployable static site")
    site.add_argument("--out", type=Path, default=SITE, metavar="DIR", help="where to (default: dist/site)")
    run_bench = commands.add_parser("bench", help="run the benchmarks, print a table, write dist/bench.json")
    run_bench.add_argument("--runs", type=int, default=5, help="fresh browsers per measurement (default: 5)")
    run_bench.add_argument("--quick", action="store_true", help="one run, at full speed only")
    names = "server, bytes, start, message, history, echo, frames"
    run_bench.add_argument("--only", nargs="+", metavar="NAME", help=f"just these measurements, of {names}")
    pictures = commands.add_parser("gallery", help="make pictures of the widget in every state")
    pictures.add_argument(
        "--out", type=Path, default=GALLERY, metavar="DIR", help="where to (default: dist/gallery)"
    )
    return top


def main(arguments: Sequence[str]) -> int:
    """Runs a command; a failure is one sentence on stderr, and a status that is not zero."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="replace"
            )  # a terminal without Unicode gets question marks, not a traceback
    options, rest = parser().parse_known_args(arguments)
    if rest and options.command != "test":
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        with failing_as(f"The command {options.command} failed"):
            return _run(options, list(arguments[1:]), Console())
    except StepFailed as failure:
        sys.stdout.flush()
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 130


def _run(options: argparse.Namespace, rest: list[str], console: Console) -> int:
    match options.command:
        case "demo":
            return _demo(options, console)
        case "site":
            return _site(options.out, console)
        case "test":
            return checks.test(rest, console)
        case "gallery":
            return gallery(options.out, console)
        case _:
            return bench.bench(rest, console)


def _demo(options: argparse.Namespace, console: Console) -> int:
    demo.check_port(options.port)
    with only_one(console):
        prepare("demo", console)
        build_site(SITE, console, QUICK)
    return demo.serve(SITE, options.port, options.data.resolve(), not options.no_open)


def _site(out: Path, console: Console) -> int:
    with only_one(console):
        prepare("demo", console)
        build_site(out, console)
    console.say(f"The site is in {shown(out.resolve())}.")
    name, integrity = pinned_embed(out.resolve() / "chatwheel")
    console.say(
        "A page that is to keep this release, whatever is deployed beside it (docs/deploy.md), has the tag\n"
        f'<script async src="https://YOUR-SITE/chatwheel/{name}" integrity="{integrity}" crossorigin="anonymous" …>'
    )
    return 0
