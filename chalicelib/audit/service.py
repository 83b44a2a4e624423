"""The use cases of audit: a case's chain, checkpoints, and the job that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Protocol

from chalicelib.audit.model import GENESIS, Checkpoint, merkle_root
from chalicelib.shared.clock import SHANGHAI, Clock, format_instant, parse_instant
from chalicelib.shared.codes import parse_code
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.events import GENESIS as NO_EVENT
from chalicelib.shared.events import Event
from chalicelib.shared.jobs import Failures
from chalicelib.shared.viewer import Viewer

_MAX_DAYS: Final = 31
"""How many days without a checkpoint one run catches up on."""

_RECENT: Final = 100
"""How many of the newest checkpoints are looked at for days that are not signed: four days, at one an hour."""


class Store(Protocol):
    """Where leaves and checkpoints are kept."""

    def add_leaf(self, day: str, event: Event) -> bool:
        """Note an event's hash."""
        ...

    def list_leaves(self, day: str) -> list[tuple[str, str]]:
        """Return event id and hash of a day's events, by id."""
        ...

    def add_checkpoint(self, checkpoint: Checkpoint) -> bool:
        """Keep a checkpoint."""
        ...

    def list_checkpoints(
        self, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Checkpoint], Mapping[str, Any] | None]:
        """Return a page of checkpoints, newest first."""
        ...


class Chains(Protocol):
    """Where event chains are kept."""

    def list_events(self, code: str) -> Iterator[Event]:
        """Yield a chain's events in order."""
        ...


class Signing(Protocol):
    """What signs checkpoints."""

    key_id: str

    def sign(self, text: str) -> str:
        """Return the signature of a text."""
        ...


@dataclass(frozen=True, slots=True)
class Chain:
    """A case's events. `broken_at`: the first one that is not whole or not in its place, or None."""

    code: str
    events: tuple[Event, ...]
    broken_at: int | None


class AuditService:
    """What supervisors see of what happened."""

    def __init__(self, store: Store, chains: Chains, signing: Signing, clock: Clock) -> None:
        self._store = store
        self._chains = chains
        self._signing = signing
        self._clock = clock

    def on_event(self, event: Event) -> bool:
        """Note an event's hash for the day's checkpoint, once."""
        return self._store.add_leaf(_day(event.at), event)

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

    def list_checkpoints(
        self, viewer: Viewer, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Checkpoint], Mapping[str, Any] | None]:
        """Return checkpoints, newest first; for supervisors."""
        _check(viewer)
        return self._store.list_checkpoints(after, limit)

    def run(self) -> dict[str, int]:
        """Sign every day that is over, and today as far as it has gone: the scheduled job `checkpoints`.

        A day that fails stops none of the others; it is counted and named, and tried again as long as its hole is among
        the newest checkpoints.
        """
        found, more = self._store.list_checkpoints(None, _RECENT)
        failures = Failures("checkpoints", self._clock)
        last = found[0] if found else None
        made = 0
        today = date.fromisoformat(_day(format_instant(self._clock.now())))
        for day in _open_days(found, today, is_whole=more is None):
            with failures.isolated("day", day.isoformat()):
                of_day = next((one for one in found if one.day == day.isoformat()), None)
                checkpoint = self._checkpoint(day, last, of_day, closed=day < today)
                if checkpoint is not None and self._store.add_checkpoint(checkpoint):
                    made, last = made + 1, checkpoint
        return {"checkpoints": made, **failures.counted()}

    def _checkpoint(
        self, day: date, last: Checkpoint | None, of_day: Checkpoint | None, *, closed: bool
    ) -> Checkpoint | None:
        """Return the checkpoint that a day needs, if any. `last`: the one made before; `of_day`: the day's own last."""
        leaves = self._store.list_leaves(day.isoformat())
        if not leaves or (of_day is not None and of_day.count == len(leaves) and of_day.closed == closed):
            return None
        unsigned = Checkpoint(
            id=f"{day.isoformat()}#{len(leaves):09d}{'#closed' if closed else ''}",
            day=day.isoformat(),
            at=format_instant(self._clock.now()),
            count=len(leaves),
            root=merkle_root([leaf for _, leaf in leaves]),
            previous_root=GENESIS if last is None else last.root,
            closed=closed,
            key_id=self._signing.key_id,
        )
        return replace(unsigned, signature=self._signing.sign(unsigned.signed_text()))


def _open_days(found: Sequence[Checkpoint], today: date, *, is_whole: bool) -> list[date]:
    """Return the days that are not signed to their end, oldest first: after the newest one, and holes before it.

    `found`: the newest checkpoints, newest first; `is_whole`: whether there are no older ones.
    """
    closed = {one.day for one in found if one.closed}
    first = today - timedelta(days=_MAX_DAYS)
    if found and not is_whole:
        first = max(first, date.fromisoformat(found[-1].day))
    days = (first + timedelta(days=number) for number in range((today - first).days + 1))
    return [day for day in days if day.isoformat() not in closed]


def _check(viewer: Viewer) -> None:
    if "supervisor" not in viewer.roles:
        raise NotAllowed


def _day(instant: str) -> str:
    return parse_instant(instant).astimezone(SHANGHAI).date().isoformat()
