"""`python -m infra audit verify`: check the hash chain of every case, or of those named."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chalicelib.shared.codes import parse_code, show_code
from chalicelib.shared.errors import YimaError
from chalicelib.shared.events import GENESIS, Event

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_commands(groups: Groups) -> None:
    """Add `audit` and its commands to the parser."""
    group = groups.add_parser("audit", help="check the event chains of cases")
    commands = group.add_subparsers(dest="command", required=True, metavar="COMMAND")
    verifying = commands.add_parser("verify", help="check every chain, and say which event was touched")
    verifying.add_argument("codes", nargs="*", metavar="CODE", help="only these cases")
    verifying.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace) -> int:
    """Verify the chains; return 0 if all are whole, 1 if one was touched, 2 for a mistyped code."""
    from chalicelib.composition.container import container

    store = container().cases.store
    try:
        wanted = [parse_code(code) for code in arguments.codes] or sorted(set(every_case()))
    except YimaError as mistyped:
        print(f"{mistyped.slug}: compare the code with the original", file=sys.stderr)
        return 2
    touched = 0
    for code in wanted:
        case = store.find(code)
        fault = "no such case" if case is None else find_fault(store.list_events(code), case.version, case.head)
        if fault is not None:
            touched += 1
            print(f"{show_code(code)}: {fault}")
    print(f"{len(wanted)} chains checked, {touched} touched.")
    return 1 if touched else 0


def find_fault(events: Iterable[Event], version: int, head: str) -> str | None:
    """Return what is wrong with a chain that should have `version` events and end in hash `head`, or None."""
    prev_hash, seq = GENESIS, 0
    for seq, event in enumerate(events, start=1):
        if not event.follows(prev_hash, seq):
            return f"event {event.seq} ({event.name}, {event.at}) was touched, or one before it is missing"
        prev_hash = event.hash
    if (seq, prev_hash) != (version, head):
        return f"the chain ends after event {seq}, but the case is at version {version}"
    return None


def every_case() -> Iterator[str]:
    """Yield the code of every case, through the lists of every organisation."""
    from chalicelib.composition.container import container

    made = container()
    for organisation in made.organisations.service.list_organisations(None, None):
        after = None
        while True:
            found, after = made.cases.store.list_cases(
                "ORGANISATION", organisation.id, after=after, limit=100, status=None
            )
            yield from (one.code for one in found)
            if after is None:
                break
