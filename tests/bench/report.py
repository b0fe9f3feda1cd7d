"""What is printed of each measurement."""

from __future__ import annotations

from typing import Any


def sizes(counted: dict[str, Any]) -> list[str]:
    files = counted["widget"]["files"]
    lines = [f"{'first visit, bytes':<72}{'raw':>12}{'brotli':>12}"]
    lines += [
        f"  {path:<70}{file['raw']:>12,}{file['brotli']:>12,}"
        for path, file in sorted(files.items(), key=lambda each: -each[1]["brotli"])
    ]
    for name in ("widget", "stock"):
        total = counted[name]["total"]
        lines.append(f"{f'{name}, all':<72}{total['raw']:>12,}{total['brotli']:>12,}")
    lines.append(f"{'widget, later visit, as sent':<84}{counted['later']:>12,}")
    return lines


def starts(cases: dict[str, Any]) -> list[str]:
    heads = ("usable", "Python up", "connected", "sent", "blocked", "memory/MB", "÷ stock")
    lines = [f"{'start, ms (median)':<50}" + "".join(f"{head:>12}" for head in heads)]
    for case, figures in cases.items():
        stock = cases[case.removesuffix(", in a conversation").replace("widget", "stock")]["up"]
        share = f"{figures['connected'] / stock:.2f}" if "connected" in figures else ""
        cells = [
            f"{figures[key]:,.0f}" if key in figures else ""
            for key in ("usable", "up", "connected", "sent", "blocked", "memory")
        ]
        lines.append(f"{case:<50}" + "".join(f"{cell:>12}" for cell in [*cells, share]))
    return lines


def arrivals(message: dict[str, Any]) -> list[str]:
    return [
        f"one incoming message, frame to row, ms: median {message['median']}, 95th of 100 {message['p95']}"
    ]


def echoes(echo: dict[str, Any]) -> list[str]:
    return [
        f"{echo['keys']} keys while Python is busy, ms to the screen: median {echo['median']}, "
        f"worst {echo['worst']}, later than 50 ms: {echo['late']}"
    ]


def conversations(cases: dict[str, Any]) -> list[str]:
    heads = ("in all", "main thread", "heap, MB", "÷ all", "÷ thread")
    lines = [f"{'conversation, ms (median)':<50}" + "".join(f"{head:>13}" for head in heads)]
    for case, by_who in cases.items():
        for who, figures in by_who.items():
            cells = [f"{figures[key]:,.0f}" for key in ("all", "busy")] + [f"{figures['memory']:,.1f}"]
            if who != "widget":
                cells += [f"{by_who['widget'][key] / figures[key]:.2f}" for key in ("all", "busy")]
            lines.append(f"{f'{case}, {who}':<50}" + "".join(f"{cell:>13}" for cell in cells))
    return [*lines, "  (÷: what the widget takes, divided by what this one takes)"]
