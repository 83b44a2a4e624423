"""Event chains are whole, and every event is in a signed checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.audit.model import merkle_root
from chalicelib.shared.events import GENESIS, Event
from chalicelib.shared.items import from_wire
from infra.simulate.story import Story


def check(story: Story) -> None:
    """Check the chains of cases and ratings, and the checkpoints."""
    events = []
    for table in ("cases", "ratings"):
        events += _check_chains(story, table)
    _check_checkpoints(story, events)


def _check_chains(story: Story, table: str) -> list[Event]:
    by_aggregate: dict[str, list[Event]] = {}
    heads: dict[str, tuple[int, str]] = {}
    for item in story.city.table(table).every():
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if sk.startswith("EVENT#"):
            by_aggregate.setdefault(pk, []).append(Event.from_item(from_wire(item)))
        elif sk == "META" and "head" in item and pk.startswith(("CASE#", "RATING#")):
            heads[pk] = int(item["version"]["N"]), item["head"]["S"]
    if set(by_aggregate) != set(heads):
        story.found("chain-broken", f"of {sorted(set(by_aggregate) ^ set(heads))}: only events, or only a state")
    for pk, (version, head) in heads.items():
        chain = by_aggregate.get(pk, [])
        previous = GENESIS
        for seq, event in enumerate(chain, start=1):
            if not event.follows(previous, seq):
                story.found("chain-broken", f"{pk} at event {seq} ({event.name})")
                break
            previous = event.hash
        if chain and (len(chain), chain[-1].hash) != (version, head):
            story.found("chain-broken", f"{pk} ends at {len(chain)}, and the state is at {version}")
    return [event for chain in by_aggregate.values() for event in chain]


def _check_checkpoints(story: Story, events: Iterable[Event]) -> None:
    """Every leaf set that a checkpoint signs is recomputed; an event that is in none of them was not recorded."""
    leaves: dict[str, list[tuple[str, str]]] = {}
    checkpoints: list[dict[str, Any]] = []
    for wired in story.city.table("audit").every():
        item = from_wire(wired)
        if item["pk"].startswith("LEAVES#"):
            leaves.setdefault(item["pk"].split("#")[1], []).append((item["sk"], item["hash"]))
        elif item["pk"] == "CHECKPOINTS":
            checkpoints.append(item)
    signed: set[str] = set()
    for checkpoint in checkpoints:
        found = sorted(leaves.get(checkpoint["day"], []))
        hashes = [leaf for _, leaf in found]
        if checkpoint["count"] == len(hashes) and checkpoint["root"] == merkle_root(hashes):
            signed.update(hashes)
    missing: dict[str, list[Event]] = {}
    for event in events:
        if event.hash not in signed:
            missing.setdefault("of ratings" if event.aggregate.startswith("RATING-") else "of cases", []).append(event)
    for kind, some in missing.items():
        first = some[0]
        story.found("not-in-checkpoint", f"{len(some)} {kind}, such as {first.event_id} ({first.name}, {first.at})")
