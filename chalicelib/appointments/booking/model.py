"""An appointment: its facts, its statuses, and who may do what in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from chalicelib.appointments.booking.refusals import HoldExpired, NotNow
from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.model import cell_names
from chalicelib.appointments.slots.policies import PARTIES
from chalicelib.appointments.slots.sheets import SheetChange, SheetKey
from chalicelib.shared.clock import SHANGHAI, format_instant, parse_instant
from chalicelib.shared.errors import NotAllowed, Stale

LIVE: Final = frozenset({"requested", "confirmed"})

ACTIONS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "confirm": (frozenset({"requested"}), frozenset({"mediator"})),
    "decline": (frozenset({"requested"}), frozenset({"mediator"})),
    "accept": (LIVE, PARTIES),
    "object": (LIVE, PARTIES),
    "reschedule": (LIVE, PARTIES | {"mediator"}),
    "cancel": (LIVE, PARTIES | {"mediator"}),
    "check_in": (frozenset({"confirmed"}), PARTIES | {"mediator"}),
    "complete": (frozenset({"confirmed"}), frozenset({"mediator"})),
    "no_show": (frozenset({"confirmed"}), PARTIES | {"mediator"}),
}
"""What can be done in which statuses, by which relations to the case. The one declared table."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A session, asked for or fixed. Instants as RFC 3339; `persons`: pseudonym of each party by party id.

    `accepted`: each party's answer; `answers`: how often each gave one; `buffer_cells`: cells kept free after it;
    `sequence`: how often it was moved; `report_by`: until when the mediator, who was asked after the end, can say
    what became of it; `report_provisional`: a calendar may yet move that. `case_seq`: the number of the case's event
    that booked it, 0 in what was stored before that was noted.
    """

    id: str
    case_code: str
    organisation: str
    mediator: str
    mediator_person: str
    status: str
    start: str
    end: str
    mode: str
    persons: Mapping[str, str]
    accepted: Mapping[str, bool | None]
    version: int
    created_at: str
    updated_at: str
    room: str | None = None
    hold_expires_at: str | None = None
    buffer_cells: int = 0
    sequence: int = 0
    checked_in: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    reminded: tuple[int, ...] = ()
    held_minutes: int | None = None
    report_by: str | None = None
    answers: Mapping[str, int] = field(default_factory=dict)
    case_seq: int = 0
    report_provisional: bool = False

    @property
    def starts(self) -> datetime:
        """When it begins."""
        return parse_instant(self.start)

    @property
    def ends(self) -> datetime:
        """When it ends."""
        return parse_instant(self.end)

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return int((self.ends - self.starts).total_seconds() // 60)

    @property
    def day(self) -> date:
        """Its day in Asia/Shanghai."""
        return self.starts.astimezone(SHANGHAI).date()

    def status_at(self, now: datetime) -> str:
        """Return the status at an instant: a hold that has run out is expired before the sweep says so."""
        return "expired" if self.hold_is_over(now) else self.status

    def hold_is_over(self, now: datetime) -> bool:
        """Tell whether this is a request whose hold has run out."""
        return (
            self.status == "requested"
            and self.hold_expires_at is not None
            and self.hold_expires_at <= format_instant(now)
        )

    def is_ended_by(self, seq: int, at: str) -> bool:
        """Tell whether what ends a case's sessions, its event `seq` at the instant `at`, ends this one.

        It ends what was booked before it, whenever it comes to be known. A session that had begun by then may have
        been held: what became of it is for its mediator to say.
        """
        before = self.case_seq < seq if self.case_seq else self.created_at < at
        return before and self.status in LIVE and self.start > at

    def relation_of(self, person: str, relation: str) -> str | None:
        """Return the party id of a person, or `mediator`; None for other functions."""
        if relation == "mediator":
            return "mediator"
        return next((party for party, one in self.persons.items() if one == person), None)

    def changed(self, now: datetime, **changes: Any) -> Self:
        """Return the next version."""
        return replace(self, version=self.version + 1, updated_at=format_instant(now), **changes)

    def releases(self, now: str, grid_minutes: int) -> list[SheetChange]:
        """Return the changes that give all of its cells back, which are surely still its own."""
        count = self.minutes // grid_minutes
        cells = tuple(cell_names(self.starts, count, grid_minutes))
        kept = tuple(cell_names(self.starts, count + self.buffer_cells, grid_minutes))
        day = self.day.isoformat()
        changes = [SheetChange(SheetKey.of_person(self.mediator_person, day), self.id, now, give=kept, mediates=True)]
        if self.room is not None:
            key = SheetKey.of_room(self.organisation, day, self.room)
            changes.append(SheetChange(key, self.id, now, give=cells))
        persons = sorted({*self.persons.values()} - {self.mediator_person})  # no item twice in a transaction
        changes.extend(SheetChange(SheetKey.of_person(person, day), self.id, now, give=cells) for person in persons)
        return changes


def check_can(action: str, appointment: Appointment, relation: str, now: datetime) -> None:
    """Raise `NotAllowed` if the action is not this relation's, `HoldExpired` or `NotNow` if not in this status."""
    statuses, relations = ACTIONS[action]
    if relation not in relations:
        raise NotAllowed
    if appointment.hold_is_over(now) or appointment.status == "expired":
        raise HoldExpired
    if appointment.status not in statuses:
        raise NotNow


def check_version(appointment: Appointment, expected: int | None) -> None:
    """Raise `Stale` unless the appointment is at the version that the caller saw; None: whichever it is at."""
    if expected not in {None, appointment.version}:
        raise Stale


def actions_of(appointment: Appointment, relation: str, person: str, now: datetime, rules: BookingRules) -> list[str]:
    """Return what this person can do with the appointment now, as far as the case lets them."""
    who = appointment.relation_of(person, relation)
    if who is None or appointment.hold_is_over(now):
        return []
    return [
        action
        for action, (statuses, relations) in ACTIONS.items()
        if relation in relations
        and appointment.status in statuses
        and _is_time_for(action, appointment, who, now, rules)
    ]


def _is_time_for(action: str, one: Appointment, who: str, now: datetime, rules: BookingRules) -> bool:
    begun = now >= one.starts
    if action in {"accept", "object"}:
        return not begun and one.accepted.get(who) is not (action == "accept") and may_answer(one, who, rules)
    if action == "check_in":
        return can_check_in(one, now, rules) and who not in one.checked_in
    if action == "complete":
        return begun
    if action == "no_show":
        return now >= one.starts + timedelta(minutes=rules.no_show_grace_minutes)
    if action in {"reschedule", "cancel"}:
        return not begun and (who == "mediator" or not is_past_cutoff(one, now, rules))
    return not begun


def may_answer(one: Appointment, who: str, rules: BookingRules) -> bool:
    """Tell whether a party may still accept or object: each may so many times, for one time of the session."""
    return one.answers.get(who, 0) < rules.max_answers_per_party


def can_check_in(one: Appointment, now: datetime, rules: BookingRules) -> bool:
    """Tell whether participants can come in: from some minutes before the start until the end."""
    return one.starts - timedelta(minutes=rules.check_in_minutes) <= now <= one.ends


def is_past_cutoff(one: Appointment, now: datetime, rules: BookingRules) -> bool:
    """Tell whether a party can no longer cancel or move a confirmed session."""
    return one.status == "confirmed" and now > one.starts - timedelta(hours=rules.cancel_cutoff_hours)
