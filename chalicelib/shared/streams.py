"""Table streams: events as they reach their consumers, at least once and in any order between aggregates.

What cannot be done is of two kinds. A record that cannot be read, or that makes a consumer break, will do so
again: it goes to quarantine at once. A service that does not answer now may answer soon: the record is reported
to Lambda, which brings it again; after `PATIENCE` it goes to quarantine too, so that it holds up nobody for long.
Either way the other consumers, and the other records, get theirs. `python -m infra events replay` sends again.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from chalicelib.shared.clock import Clock, format_instant, parse_instant
from chalicelib.shared.errors import Conflict, Unavailable
from chalicelib.shared.events import Event
from chalicelib.shared.items import from_wire
from chalicelib.shared.quarantine import READING, SetAside

Consumer = Callable[[Event], int]
"""Acts on an event; acts once, however often the event comes. Returns how many effects were new."""

NoteSetAside = Callable[[str, str, str], None]
"""Writes a metric: consumer, event name, class of the exception."""

PATIENCE: Final = timedelta(minutes=5)
"""For how long after it happened an event waits for a service that does not answer."""

BUDGET_SECONDS: Final = 40.0
"""How long one batch may take, of the function's 60 seconds; what is left over comes again."""

_EVENT_SK: Final = "EVENT#"
_AGGREGATES: Final = {"CASE#": "", "RATING#": "RATING-"}
"""How an event's partition key begins, and its aggregate: a case's code, or `RATING-<id>`."""


class Quarantine(Protocol):
    """Where events go that could not be handled."""

    def add(self, one: SetAside) -> None:
        """Keep an event and its reason."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of an event: how many effects were new, and which consumers failed on it, and why."""

    effects: int
    failed: Mapping[str, Exception]


class Relay:
    """Hands the events of a stream to every consumer, by name. One that fails does not hold back the others."""

    def __init__(
        self,
        consumers: Mapping[str, Consumer],
        quarantine: Quarantine,
        clock: Clock,
        note: NoteSetAside,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._consumers = consumers
        self._quarantine = quarantine
        self._clock = clock
        self._note = note
        self._seconds = seconds

    def deliver(self, records: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
        """Deliver the records of a Lambda event; return those that are to come again, as Lambda wants it said.

        See "Reporting batch item failures for Lambda functions with a DynamoDB trigger", AWS Lambda developer guide.
        """
        failures: list[dict[str, str]] = []
        until = self._seconds() + BUDGET_SECONDS
        for record in records:
            in_time = self._seconds() < until
            if not in_time or not self._settle(record):
                failures.append({"itemIdentifier": str(record.get("dynamodb", {}).get("SequenceNumber", ""))})
            if not in_time:
                break  # Lambda goes on from the first failure
        return {"batchItemFailures": failures}

    def send(self, event: Event, only: Collection[str] | None = None) -> Sent:
        """Hand an event to its consumers, or to those of `only`."""
        effects, failed = 0, {}
        for name, consumer in self._consumers.items():
            if only is None or name in only:
                try:
                    effects += int(consumer(event))
                except Exception as error:  # noqa: BLE001 - whatever it is, the others get theirs
                    failed[name] = error
        return Sent(effects, failed)

    def set_aside(self, event: Event, consumer: str, error: Exception) -> None:
        """Put an event that a consumer could not handle into quarantine, and say so in a metric."""
        self._keep(self._failed(event, consumer, error))

    def _settle(self, record: Mapping[str, Any]) -> bool:
        """Handle one record; tell whether it need not come again."""
        try:
            event = find_event(record)
        except Exception as unreadable:  # noqa: BLE001 - what cannot be read now cannot be read later
            return self._try_to_keep(self._unreadable(record, unreadable))
        if event is None:
            return True
        settled = True
        for consumer, error in self.send(event).failed.items():
            settled &= not self._may_pass(event, error) and self._try_to_keep(self._failed(event, consumer, error))
        return settled

    def _may_pass(self, event: Event, error: Exception) -> bool:
        fresh = self._clock.now() - parse_instant(event.at) < PATIENCE
        return fresh and isinstance(error, (Unavailable, Conflict))

    def _keep(self, one: SetAside) -> None:
        self._quarantine.add(one)
        self._note(one.consumer, one.event, one.reason)

    def _try_to_keep(self, one: SetAside) -> bool:
        try:
            self._keep(one)
        except Exception:  # noqa: BLE001 - where quarantine is down too, the record comes again: nothing is lost
            return False
        return True

    def _failed(self, event: Event, consumer: str, error: Exception) -> SetAside:
        reason = type(error).__name__
        return SetAside(event.aggregate, event.seq, consumer, event.name, event.at, reason, self._now())

    def _unreadable(self, record: Mapping[str, Any], error: Exception) -> SetAside:
        code, seq = _place_of(record)
        return SetAside(code, seq, READING, "", _created(record), type(error).__name__, self._now())

    def _now(self) -> str:
        return format_instant(self._clock.now())


def find_event(record: Mapping[str, Any]) -> Event | None:
    """Return the event that a stream record holds, an item inserted under a sort key `EVENT#…`; or None.

    Raises whatever reading a broken one comes to; `ValueError` for one that stands under another event's key.
    """
    if record["eventName"] != "INSERT" or not record["dynamodb"]["Keys"]["sk"]["S"].startswith(_EVENT_SK):
        return None
    event = Event.from_item(from_wire(_decoded(record["dynamodb"]["NewImage"])))
    parse_instant(event.at)
    if (event.aggregate, event.seq) != _place_of(record):
        raise ValueError("the key is another event's")
    return event


def _place_of(record: Mapping[str, Any]) -> tuple[str, int]:
    """Return aggregate and number of an event by its key alone; of a record without one, the stream's id and 0."""
    try:
        keys = record["dynamodb"]["Keys"]
        kind, _, name = keys["pk"]["S"].partition("#")
        return _AGGREGATES[f"{kind}#"] + name, int(keys["sk"]["S"].removeprefix(_EVENT_SK))
    except (KeyError, TypeError, ValueError, AttributeError):
        return str(record.get("eventID", "")), 0


def _created(record: Mapping[str, Any]) -> str:
    seconds = record.get("dynamodb", {}).get("ApproximateCreationDateTime", 0)
    return format_instant(datetime.fromtimestamp(float(seconds), UTC))


def _decoded(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes with binaries as bytes: in a Lambda event they are base64."""
    return {name: _decoded_value(value) for name, value in attributes.items()}


def _decoded_value(value: Mapping[str, Any]) -> dict[str, Any]:
    if not value:
        return {"M": {}}  # DynamoDB Local streams an empty map without its type
    ((kind, inner),) = value.items()
    if kind == "B" and isinstance(inner, str):
        return {kind: base64.b64decode(inner)}
    if kind == "M":
        return {kind: _decoded(inner)}
    if kind == "L":
        return {kind: [_decoded_value(one) for one in inner]}
    return {kind: inner}
