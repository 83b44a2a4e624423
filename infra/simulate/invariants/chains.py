"""Event chains are whole, and every event is in a signed checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from chalicelib.composition.container import container as made_container
from chalicelib.shared.events import GENESIS, Event
from chalicelib.shared.items import from_wire
from infra.audit.checkpoints import find_checkpoint_faults
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
    """Whatever a checkpoint signs is recomputed; each event stands in exactly one of them, and nothing else does."""
    with story.city.served():
        container = made_container()
        for checkpoint, fault in find_checkpoint_faults(container.audit.store, container.foundation.signer):
            if fault is not None:
                story.found("checkpoint-broken", f"{checkpoint}: {fault}")
        leaves = [
            (leaf.aggregate, leaf.seq, leaf.hash)
            for one in container.audit.store.list_chain()
            for block in islice(container.audit.store.list_blocks(one.id), len(one.blocks))
            for leaf in block
        ]
    signed = set(leaves)
    if len(signed) < len(leaves):
        story.found("checkpoint-broken", f"{len(leaves) - len(signed)} events are in checkpoints twice")
    missing: dict[str, list[Event]] = {}
    for event in events:
        if (event.aggregate, event.seq, event.hash) not in signed:
            missing.setdefault("of ratings" if event.aggregate.startswith("RATING-") else "of cases", []).append(event)
        signed.discard((event.aggregate, event.seq, event.hash))
    for aggregate, seq, _ in sorted(signed)[:1]:
        story.found("checkpoint-broken", f"event {seq} of {aggregate} is signed, and never happened")
    for kind, some in missing.items():
        first = some[0]
        story.found("not-in-checkpoint", f"{len(some)} {kind}, such as {first.event_id} ({first.name}, {first.at})")
