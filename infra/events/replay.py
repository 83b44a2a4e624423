"""Events sent again from the tables, through the relay's own consumers: who acted before does not act twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.shared.codes import show_code
from chalicelib.shared.events import Event
from chalicelib.shared.quarantine import READING, SetAside
from chalicelib.shared.streams import Relay

EventId = tuple[str, int]
"""Aggregate (a case's code, or `RATING-<id>`) and number."""

FindEvent = Callable[[str, int], Event | None]
"""Returns an event as the table has it, or None."""


class Quarantine(Protocol):
    """Where events are that could not be handled."""

    def list_all(self) -> list[SetAside]:
        """Return everything in quarantine."""
        ...

    def remove(self, done: Sequence[SetAside]) -> None:
        """Forget events that were handled."""
        ...


@dataclass(slots=True)
class Tally:
    """What a replay came to. `late`: events of which something had been missed; `failed`: those that still fail."""

    events: int = 0
    late: int = 0
    failed: int = 0


class Replay:
    """One run of `events replay`.

    `relay_of`: returns the relay of an aggregate's events; `say`: tells the operator, a line for each event that is
    worth one.
    """

    def __init__(
        self,
        find_event: FindEvent,
        relay_of: Callable[[str], Relay],
        quarantine: Quarantine,
        say: Callable[[str], None],
        *,
        dry_run: bool,
    ) -> None:
        self._find_event = find_event
        self._relay_of = relay_of
        self._quarantine = quarantine
        self._say = say
        self._dry_run = dry_run
        self._kept: dict[EventId, list[SetAside]] = defaultdict(list)
        for one in quarantine.list_all():
            self._kept[one.code, one.seq].append(one)

    def send(self, ids: Iterable[EventId]) -> Tally:
        """Send events to every consumer; those that are handled leave the quarantine."""
        tally = Tally()
        for code, seq in ids:
            self._send(tally, code, seq, None)
        return tally

    def send_quarantined(self, *, forget: bool) -> Tally:
        """Send what is in quarantine to the consumers that failed on it.

        `forget`: take out what stands in no table, so that it can never be sent.
        """
        tally = Tally()
        for (code, seq), entries in self._kept.items():
            failed_on = {one.consumer for one in entries}
            found = self._send(tally, code, seq, None if READING in failed_on else failed_on)
            if not found and forget and not self._dry_run:
                self._quarantine.remove(entries)
                self._say(f"{_named(code, seq)}: forgotten")
        return tally

    def _send(self, tally: Tally, code: str, seq: int, only: set[str] | None) -> bool:
        """Send one event; return False if no table has it."""
        tally.events += 1
        try:
            event = self._find_event(code, seq)
        except Exception as broken:  # noqa: BLE001 - one event that cannot be read does not keep back the others
            tally.failed += 1
            self._say(f"{_named(code, seq)}: cannot be read, {type(broken).__name__}")
            return True
        if event is None:
            tally.failed += 1
            self._say(f"{_named(code, seq)}: is in no table")
            return False
        if self._dry_run:
            self._say(f"{_named(code, seq)}: {event.name}, {event.at}{_reasons(self._kept.get((code, seq), ()))}")
            return True
        sent = self._relay_of(event.aggregate).send(event, only)
        tally.late += sent.effects > 0
        tally.failed += bool(sent.failed)
        self._keep(event, sent.failed)
        tried = [one for one in self._kept.get((code, seq), ()) if only is None or one.consumer in only]
        self._quarantine.remove([one for one in tried if one.consumer not in sent.failed])
        return True

    def _keep(self, event: Event, failed: Mapping[str, Exception]) -> None:
        for consumer, error in failed.items():
            self._say(f"{_named(event.aggregate, event.seq)}: {consumer} failed, {type(error).__name__}")
            try:
                self._relay_of(event.aggregate).set_aside(event, consumer, error)
            except Exception as fault:  # noqa: BLE001 - it was said above; the others are still to be sent
                self._say(f"{_named(event.aggregate, event.seq)}: quarantine failed too, {type(fault).__name__}")


def _named(code: str, seq: int) -> str:
    shown = code if code.startswith("RATING-") else show_code(code)
    return f"{shown} event {seq}" if seq else f"record {code}"


def _reasons(entries: Iterable[SetAside]) -> str:
    said = [f"{one.consumer} failed {one.attempts} times, {one.reason}" for one in entries]
    return f" ({'; '.join(said)})" if said else ""
