"""The benchmarks. For now: the bytes of what a site serves."""

from tools.console import Console


def bench(console: Console) -> int:
    """Prints a table and writes dist/bench.json."""
    console.say("Nothing is measured yet.")
    return 0
