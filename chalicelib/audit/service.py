"""The use cases of audit: a case's chain, checkpoints, and the job that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from chalicelib.audit.model import BLOCK_LEAVES, GENESIS, Checkpoint, Draft, Leaf, id_of, root_of_blocks
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.codes import parse_code
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.events import GENESIS as NO_EVENT
from chalicelib.shared.events import Event
from chalicelib.shared.jobs import Failures
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.audit.store import AuditStore, Signer


class Chains(Protocol):
    """Where event chains are kept."""

    def list_events(self, code: str) -> Iterator[Event]:
        """Yield a chain's events in order."""
        ...


@dataclass(frozen=True, slots=True)
class Chain:
    """A case's events. `broken_at`: the first one that is not whole or not in its place, or None."""

    code: str
    events: tuple[Event, ...]
    broken_at: int | None


class AuditService:
    """What supervisors see of what happened."""

    def __init__(self, store: AuditStore, chains: Chains, signer: Signer, clock: Clock) -> None:
        self._store = store
        self._chains = chains
        self._signer = signer
        self._clock = clock

    def on_event(self, event: Event) -> bool:
        """Note an event for the next checkpoint, once, however late it comes."""
        return self._store.add_leaf(Leaf(event.aggregate, event.seq, event.hash, event.at))

    def get_chain(self, viewer: Viewer, code: str) -> Chain:
        """Return a case's chain, checked; for supervisors. Raises `NotAllowed`, `NotFound`."""
        _check(viewer)
        parsed = parse_code(code)
        events = tuple(self._chains.list_events(parsed))
        if not events:
            raise NotFound
        previous, broken = NO_EVENT, None
        for seq, event in enumerate(events, start=1):
            if broken is None and not event.follows(previous, seq):
                broken = seq
            previous = event.hash
        return Chain(parsed, events, broken)

    def list_checkpoints(self, viewer: Viewer, after: Position | None, limit: int) -> Slice[Checkpoint]:
        """Return checkpoints, newest first; for supervisors."""
        _check(viewer)
        return self._store.list_checkpoints(after, limit)

    def run(self) -> dict[str, int]:
        """Sign every event that stands in no checkpoint yet: the scheduled job `checkpoints`.

        It may be cut off at any point, and run beside another: blocks are drafted under the number of the checkpoint
        that comes next, whoever signs that number first has made it, and the one after it begins when every leaf
        knows its place. The next run goes on where one stopped.
        """
        failures = Failures("checkpoints", self._clock)
        found = self._store.list_checkpoints(None, 1).items
        last = found[0] if found else None
        if last is not None and not last.settled:
            self._settle(last)
        made, more = 0, True
        while more and (draft := self._draft(_next_id(last), failures)) is not None:
            last = self._sign(draft, last)
            if last is None:
                break
            self._settle(last)
            made += 1
            more = last.is_full or draft.resumed  # what comes meanwhile is for the next hour
        return {"checkpoints": made, **failures.counted()}

    def _sign(self, draft: Draft, last: Checkpoint | None) -> Checkpoint | None:
        """Sign a draft and keep it; return None if another run was faster."""
        checkpoint_id = _next_id(last)
        unsigned = Checkpoint(
            id=checkpoint_id,
            at=format_instant(self._clock.now()),
            count=draft.count,
            first_at=draft.first_at,
            last_at=draft.last_at,
            root=root_of_blocks(draft.blocks),
            previous=GENESIS if last is None else last.digest(),
            previous_root=GENESIS if last is None else last.root,
            blocks=tuple(draft.blocks),
            key_id=self._signer.key_id,
        )
        signed = replace(unsigned, signature=self._signer.sign(unsigned.signed_text()))
        if self._store.add_checkpoint(signed):
            return signed
        faster = self._store.find_checkpoint(checkpoint_id)
        if faster is not None:
            self._settle(faster)  # and with it goes what we drafted beyond its last block
        return None

    def _draft(self, checkpoint_id: str, failures: Failures) -> Draft | None:
        """Put pending leaves into blocks, after those that an earlier run left; None without any, or if overtaken."""
        draft, taken = Draft(), set[tuple[str, int]]()
        for leaves in self._store.list_blocks(checkpoint_id):
            draft.add(leaves)
            draft.resumed = True
            taken.update((leaf.aggregate, leaf.seq) for leaf in leaves)
        pending = (leaf for leaf in self._store.list_pending(failures) if (leaf.aggregate, leaf.seq) not in taken)
        while draft.has_room and (leaves := list(islice(pending, BLOCK_LEAVES))):
            if not self._store.add_block(checkpoint_id, len(draft.blocks), leaves):
                return None  # whoever wrote it carries on with it, or the next run does
            draft.add(leaves)
        return draft if draft.blocks else None

    def _settle(self, checkpoint: Checkpoint) -> None:
        for number, leaves in enumerate(self._store.list_blocks(checkpoint.id)):
            if number < len(checkpoint.blocks):
                self._store.settle_block(checkpoint.id, number * BLOCK_LEAVES, leaves)
        self._store.end_settling(checkpoint)


def _next_id(last: Checkpoint | None) -> str:
    return id_of(1 if last is None else int(last.id) + 1)


def _check(viewer: Viewer) -> None:
    if "supervisor" not in viewer.roles:
        raise NotAllowed
