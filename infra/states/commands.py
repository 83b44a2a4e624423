"""`python -m infra states`: draw the state diagram of disputes from the transitions table, into the docs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.cases.lifecycle.statuses import STATUSES
from chalicelib.cases.lifecycle.transitions import TRANSITIONS

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

PATH: Final = Path(__file__).parent / "README.md"

_FILLS: Final = {"blue": "#cfe2ff", "yellow": "#fff3c4", "orange": "#ffdcc2", "green": "#cdeed6", "red": "#f9d5d3"}


def add_commands(groups: Groups) -> None:
    """Add `states` to the parser."""
    drawing = groups.add_parser("states", help="draw the state diagram of disputes into infra/states/README.md")
    drawing.set_defaults(run=run_draw)


def run_draw(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - commands have one signature
    """Write the page; return 0."""
    PATH.write_text(draw(), encoding="utf-8")
    print(f"{PATH} is drawn.")
    return 0


def draw() -> str:
    """Return the page: a Mermaid state diagram, and the table it is drawn from."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("# The states of a dispute", "", "Drawn by `python -m infra states`; do not edit.", "", "```mermaid")
    yield from ("stateDiagram-v2", "    [*] --> submitted: submit")
    for row in TRANSITIONS.values():
        for source in (status for status in STATUSES if status in row.sources):
            target = row.target or source
            if row.action == "fulfil" and source == "confirmed":
                target = source
            yield f"    {source} --> {target}: {row.action}"
    for colour, fill in _FILLS.items():
        yield f"    classDef {colour} fill:{fill}"
    for status in STATUSES.values():
        yield f"    class {status.code} {status.colour}"
    yield from ("```", "", "| action | from | to | who | starts |", "| --- | --- | --- | --- | --- |")
    for row in TRANSITIONS.values():
        sources = ", ".join(status for status in STATUSES if status in row.sources)
        who = ", ".join(sorted(row.relations)) or "the clock, or an upheld appeal"
        together = "; all of them" if row.collective else ""
        yield f"| `{row.action}` | {sources} | {row.target or 'stays'} | {who}{together} | {', '.join(row.starts)} |"
