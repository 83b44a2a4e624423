"""Table streams: events as they reach their consumers, at least once and in any order between aggregates."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from chalicelib.shared.events import Event
from chalicelib.shared.items import from_wire

Consumer = Callable[[Event], object]
"""Acts on an event; acts once, however often the event comes."""

_EVENT_SK: Final = "EVENT#"


class SomeNotDelivered(RuntimeError):
    """A consumer failed on an event. The whole batch comes again; consumers that acted on it do not act twice."""


class Relay:
    """Hands the events of a stream to every consumer. One that fails does not hold back the others."""

    def __init__(self, consumers: Sequence[Consumer]) -> None:
        self._consumers = consumers

    def deliver(self, records: Iterable[Mapping[str, Any]]) -> int:
        """Deliver the records of a Lambda event; return how many events; raise `SomeNotDelivered`."""
        delivered, failed = 0, None
        for event in events_in(records):
            for consumer in self._consumers:
                try:
                    consumer(event)
                except Exception as error:  # noqa: BLE001 - whatever it is, the others get theirs; it is raised below
                    failed = error
            delivered += 1
        if failed is not None:
            raise SomeNotDelivered(type(failed).__name__) from failed
        return delivered


def events_in(records: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """Yield the events among stream records: items that were inserted under a sort key `EVENT#…`."""
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        if record["eventName"] == "INSERT" and image.get("sk", {}).get("S", "").startswith(_EVENT_SK):
            yield Event.from_item(from_wire(_decoded(image)))


def _decoded(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes with binaries as bytes: in a Lambda event they are base64."""
    return {name: _decoded_value(value) for name, value in attributes.items()}


def _decoded_value(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, inner),) = value.items()
    if kind == "B" and isinstance(inner, str):
        return {kind: base64.b64decode(inner)}
    if kind == "M":
        return {kind: _decoded(inner)}
    if kind == "L":
        return {kind: [_decoded_value(one) for one in inner]}
    return {kind: inner}
