"""Notices and preferences. A notice holds codes only; its words are put together when it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.notices.templates import TEMPLATES
from chalicelib.shared.events import Event
from chalicelib.shared.texts import Language

RETENTION: Final = timedelta(days=730)
"""How long a notice is kept: longer than a case and its appeal take."""

CHANNELS: Final = ("sms", "push")
"""Ways out of the system; each city's gateway subscribes to the topic with a filter on its channel."""

_KEPT: Final = (
    "rule",
    "due_at",
    "appointment",
    "start",
    "mode",
    "offer",
    "until",
    "ground",
    "upheld",
    "expires_at",
    "to",
)
"""What a notice takes over from its event: codes and instants that its words need."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One event for one person. `person`: a pseudonym; `sent`: the state of the message that left, if one did."""

    id: str
    person: str
    event_id: str
    event: str
    at: str
    case_code: str
    relation: str
    data: Mapping[str, Any] = field(default_factory=dict)
    read_at: str | None = None
    sent: str = "pending"
    sent_at: str | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody wants to be told. The inbox always shows everything; this is about messages that leave."""

    language: Language = "zh"
    channels: tuple[str, ...] = CHANNELS


def notices_of(event: Event) -> Iterator[Notice]:
    """Yield the notices that an event makes: for everyone it concerns but the one who acted."""
    if event.name not in TEMPLATES:
        return
    told = {}
    for one in event.audience:
        if one["person"] != event.actor:
            told[one["person"]] = one["relation"]
    only = event.data.get("for")  # some events concern one person of the audience alone
    for person, relation in told.items():
        if only is None or person == only:
            yield Notice(
                id=notice_id(event),
                person=person,
                event_id=event.event_id,
                event=event.name,
                at=event.at,
                case_code=event.aggregate,
                relation=relation,
                data={name: event.data[name] for name in _KEPT if event.data.get(name) is not None},
            )


def notice_id(event: Event) -> str:
    """Return the id of an event's notice: it sorts by time, and is the same however often the event comes."""
    digits = "".join(character for character in event.at if character.isdigit())
    return f"{digits}-{hashlib.sha256(event.event_id.encode()).hexdigest()[:12]}"


def expires_at(at: str) -> int:
    """Return when the notice of an instant may go, in Unix seconds."""
    return int((datetime.fromisoformat(at) + RETENTION).timestamp())
