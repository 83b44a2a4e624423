"""`python -m infra audit verify`: check the hash chains of cases and ratings, and the checkpoints over all of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.shared.codes import parse_code, show_code
from chalicelib.shared.errors import YimaError
from chalicelib.shared.events import GENESIS, Event
from infra.audit.checkpoints import find_checkpoint_faults, find_leaf_fault, list_aggregates

if TYPE_CHECKING:
    from chalicelib.composition.container import Container

    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

_RATING: Final = "RATING-"


def add_commands(groups: Groups) -> None:
    """Add `audit` and its commands to the parser."""
    group = groups.add_parser("audit", help="check event chains and checkpoints")
    commands = group.add_subparsers(dest="command", required=True, metavar="COMMAND")
    verifying = commands.add_parser("verify", help="check every chain and checkpoint, and say what was touched")
    verifying.add_argument("codes", nargs="*", metavar="CODE", help="only these cases, or ratings (RATING-…)")
    verifying.set_defaults(run=run_verify)
    showing = commands.add_parser("key", help="print the public key of checkpoints, bundles and seals, as PEM")
    showing.set_defaults(run=run_key)
    checking = commands.add_parser("seal", help="check the seal on an agreement, without asking anybody")
    checking.add_argument("agreement", type=Path, help="the JSON that GET /v1/cases/{code}/agreement gave")
    checking.add_argument("--key", type=Path, required=True, help="the public key, as `audit key` prints it")
    checking.set_defaults(run=run_seal)


def run_key(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - commands have one signature
    """Print the public key that signatures are checked with; return 0, or 3 if AWS did not answer."""
    from chalicelib.composition.container import container
    from infra.audit.seals import as_pem

    try:
        print(as_pem(container().foundation.signer.public_key()).decode(), end="")
    except YimaError as unavailable:
        print(f"AWS did not answer ({unavailable.slug}): run the command again", file=sys.stderr)
        return 3
    return 0


def run_seal(arguments: argparse.Namespace) -> int:
    """Check a seal; return 0 if it holds, 1 if not, 2 if a file cannot be read."""
    from infra.audit.seals import find_seal_fault, read_agreement

    try:
        agreement = read_agreement(arguments.agreement.read_text(encoding="utf-8"))
        fault = find_seal_fault(agreement, arguments.key.read_bytes())
    except (OSError, ValueError) as unreadable:
        print(f"cannot be read: {unreadable}", file=sys.stderr)
        return 2
    print("The seal holds." if fault is None else f"The seal does not hold: {fault}.")
    return 0 if fault is None else 1


def run_verify(arguments: argparse.Namespace) -> int:
    """Verify; return 0 if all is whole, 1 if something was touched, 2 for a mistyped code, 3 if AWS did not answer."""
    from chalicelib.composition.container import container

    try:
        named = [one if one.startswith(_RATING) else parse_code(one) for one in arguments.codes]
    except YimaError as mistyped:
        print(f"{mistyped.slug}: compare the code with the original", file=sys.stderr)
        return 2
    try:
        return _verify(container(), named)
    except YimaError as unavailable:
        print(f"AWS did not answer ({unavailable.slug}): run the command again", file=sys.stderr)
        return 3


def _verify(container: Container, named: list[str]) -> int:
    # Checkpoints first: what happens while we look is then in no checkpoint that we saw.
    faulty = signed = 0
    if not named:
        for signed, (checkpoint, fault) in enumerate(  # noqa: B007 - counts them
            find_checkpoint_faults(container.audit.store, container.foundation.signer), start=1
        ):
            if fault is not None:
                faulty += 1
                print(f"checkpoint {checkpoint}: {fault}")
    wanted = named or sorted({*every_case(), *every_rating(), *list_aggregates(container.audit.store)})
    touched = 0
    for aggregate in wanted:
        # What looks broken is read again: an event may have come between the reading of state and chain.
        fault = find_chain_fault(container, aggregate) and find_chain_fault(container, aggregate)
        if fault is not None:
            touched += 1
            print(f"{aggregate if aggregate.startswith(_RATING) else show_code(aggregate)}: {fault}")
    if not named:
        print(f"{signed} checkpoints checked, {faulty} faulty.")
    print(f"{len(wanted)} chains checked, {touched} touched.")
    return 1 if touched or faulty else 0


def find_chain_fault(container: Container, aggregate: str) -> str | None:
    """Return what is wrong with the chain of a case or rating, or between it and its leaves; None if it is whole."""
    if aggregate.startswith(_RATING):
        rating_id = aggregate.removeprefix(_RATING)
        found = container.ratings.store.find_rating(rating_id)
        events = list(container.ratings.store.list_events(rating_id))
    else:
        found = container.cases.store.find_case(aggregate)  # type: ignore[assignment]
        events = list(container.cases.store.list_events(aggregate))
    places = list(container.audit.store.list_places(aggregate))
    if found is None:
        return "its chain was recorded, and is gone" if events or places else "nothing has this code"
    fault = find_fault(events, found.version, found.head)
    return fault or find_leaf_fault(events, places, container.clock.now())


def find_fault(events: Iterable[Event], version: int, head: str) -> str | None:
    """Return what is wrong with a chain that should have `version` events and end in hash `head`, or None."""
    prev_hash, seq = GENESIS, 0
    for seq, event in enumerate(events, start=1):
        if not event.follows(prev_hash, seq):
            return f"event {event.seq} ({event.name}, {event.at}) was touched, or one before it is missing"
        prev_hash = event.hash
    if (seq, prev_hash) != (version, head):
        return f"the chain ends after event {seq}, but its state is at version {version}"
    return None


def every_case() -> Iterator[str]:
    """Yield the code of every case, through the lists of every organisation."""
    from chalicelib.composition.container import container

    made = container()
    for organisation in made.organisations.service.list_organisations(None, None):
        after = None
        while True:
            lists = made.cases.store.lists
            page = lists.list_cases("ORGANISATION", organisation.id, after=after, limit=100, status=None)
            yield from (one.code for one in page.items)
            after = page.position
            if after is None:
                break


def every_rating() -> Iterator[str]:
    """Yield the chain of every rating, through the public entries of every target; some more than once."""
    from chalicelib.composition.container import container

    store = container().ratings.store
    for target in store.list_targets():
        yield from (f"{_RATING}{entry.id}" for entry in store.list_every_entry(target))
