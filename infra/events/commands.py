"""`python -m infra events replay`: send events again, of a case, of a span of time, or from quarantine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.shared.codes import parse_code
from chalicelib.shared.errors import YimaError

if TYPE_CHECKING:
    from chalicelib.shared.events import Event
    from chalicelib.shared.streams import Relay
    from infra.events.replay import EventId, Tally

    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

DONE, FAILED, UNUSABLE = 0, 1, 2
_RATING = "RATING-"


def add_commands(groups: Groups) -> None:
    """Add `events` and its commands to the parser."""
    group = groups.add_parser("events", help="send events again that did not reach everybody")
    commands = group.add_subparsers(dest="command", required=True, metavar="COMMAND")
    replay = commands.add_parser("replay", help="send again; whoever acted before does not act twice")
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("--case", metavar="CODE", help="every event of a case")
    which.add_argument("--rating", metavar="ID", help="every event of a rating")
    which.add_argument("--from", dest="first", type=_instant, metavar="INSTANT", help="what happened in cases since")
    which.add_argument("--quarantine", action="store_true", help="what the relay set aside")
    replay.add_argument("--to", dest="last", type=_instant, metavar="INSTANT", help="with --from: until then (now)")
    replay.add_argument("--dry-run", action="store_true", help="only say what would be sent")
    replay.add_argument("--forget", action="store_true", help="with --quarantine: forget what stands in no table")
    replay.set_defaults(run=run_replay)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no instant: 2026-11-24T02:00:00Z") from None
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no zone: end it with Z or +08:00")
    return instant


def run_replay(arguments: argparse.Namespace) -> int:
    """Replay; return 0, 1 if an event still fails, 2 if what was asked for is unusable."""
    from chalicelib.composition.container import container
    from infra.events.replay import Replay

    made = container()
    last = arguments.last or made.clock.now()
    if (arguments.last and not arguments.first) or (arguments.forget and not arguments.quarantine):
        print("--to goes with --from, and --forget with --quarantine", file=sys.stderr)
        return UNUSABLE
    if arguments.first and arguments.first > last:
        print("--from comes after --to", file=sys.stderr)
        return UNUSABLE
    replay = Replay(find_event, relay_of, made.events.quarantine, print, dry_run=arguments.dry_run)
    if arguments.quarantine:
        tally = replay.send_quarantined(forget=arguments.forget)
    elif arguments.first:
        tally = replay.send(made.cases.store.list_event_ids(arguments.first, last))
    elif arguments.rating:
        tally = replay.send(_events_of_rating(arguments.rating))
    else:
        try:
            code = parse_code(arguments.case)
        except YimaError as mistyped:
            print(f"{mistyped.slug}: compare the code with the original", file=sys.stderr)
            return UNUSABLE
        tally = replay.send(_events_of(code))
    print(_said(tally, dry_run=arguments.dry_run))
    return FAILED if tally.failed else DONE


def _events_of(code: str) -> Iterator[EventId]:
    from chalicelib.composition.container import container

    case = container().cases.store.find_case(code)
    for seq in range(1, 1 if case is None else case.version + 1):
        yield code, seq


def _events_of_rating(rating_id: str) -> Iterator[EventId]:
    from chalicelib.composition.container import container

    for event in container().ratings.store.list_events(rating_id):
        yield event.aggregate, event.seq


def find_event(aggregate: str, seq: int) -> Event | None:
    """Return an event as the table has it, or None."""
    from chalicelib.composition.container import container

    made = container()
    if aggregate.startswith(_RATING):
        return made.ratings.store.find_event(aggregate.removeprefix(_RATING), seq)
    return made.cases.store.find_event(aggregate, seq)


def relay_of(aggregate: str) -> Relay:
    """Return the relay of an aggregate's events."""
    from chalicelib.composition.container import container

    made = container()
    return made.events.rating_relay if aggregate.startswith(_RATING) else made.events.relay


def _said(tally: Tally, *, dry_run: bool) -> str:
    if not tally.events:
        return "Nothing to send."
    if dry_run:
        return f"{tally.events} events would be sent again."
    if not tally.late and not tally.failed:
        return f"{tally.events} events sent again: nothing had been missed."
    return f"{tally.events} events sent again: {tally.late} had been missed by somebody, {tally.failed} still fail."
