"""What each action makes of an appointment: decided from it and its case as they are; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from chalicelib.appointments.booking.cases import Decided, check_goes_on, freed_by, outcome_of, without_deadline
from chalicelib.appointments.booking.model import Appointment, can_check_in, check_can, is_past_cutoff, may_answer
from chalicelib.appointments.booking.refusals import NotNow, TooLate
from chalicelib.appointments.rules import BookingRules
from chalicelib.appointments.slots.sheets import SheetChange
from chalicelib.cases.public import Seen
from chalicelib.shared.clock import format_instant
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound, Violation
from chalicelib.shared.texts import Text

Decide = Callable[[Seen, Appointment, Mapping[str, Any]], Decided]


class AppointmentDecisions:
    """The actions on appointments, but for booking and moving, which look for a slot."""

    def __init__(self, rules: BookingRules) -> None:
        self._rules = rules
        self._decisions: dict[str, Decide] = {
            "confirm": self._confirm,
            "decline": self._decline,
            "accept": self._answer(accepted=True),
            "object": self._answer(accepted=False),
            "cancel": self._cancel,
            "check_in": self._check_in,
            "complete": self._complete,
            "no_show": self._no_show,
        }

    def decide(self, seen: Seen, one: Appointment, action: str, details: Mapping[str, Any]) -> Decided:
        """Return what an action makes of an appointment; raise its refusal."""
        check_can(action, one, seen.relation, seen.now)
        check_goes_on(action, one, seen.case)
        return self._decisions[action](seen, one, details)

    def cancelled(self, seen: Seen, one: Appointment, reason: str | None) -> Decided:
        """Return the appointment cancelled, with its cells given back."""
        after = one.changed(seen.now, status="cancelled", hold_expires_at=None, sequence=one.sequence + 1)
        outcome = outcome_of(seen, after, "appointment_cancelled", free_text=reason, more={"freed": freed_by(one)})
        return Decided(after, outcome, self._releases(seen, one), one)

    def _releases(self, seen: Seen, one: Appointment) -> list[SheetChange]:
        return one.releases(format_instant(seen.now), self._rules.grid_minutes)

    def _confirm(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:  # noqa: ARG002
        now = format_instant(seen.now)
        after = one.changed(seen.now, status="confirmed", hold_expires_at=None)
        firm = [SheetChange(change.key, one.id, now, take=change.give) for change in self._releases(seen, one)]
        deadlines = without_deadline(seen.case, "contact_party")  # the mediator has been in touch with both
        outcome = outcome_of(seen, after, "appointment_confirmed", deadlines=deadlines)
        return Decided(after, outcome, firm, one)

    def _decline(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:
        after = one.changed(seen.now, status="declined", hold_expires_at=None)
        more = {
            "alternatives": [format_instant(start) for start in details.get("alternatives", ())],
            "freed": freed_by(one),
        }
        outcome = outcome_of(seen, after, "appointment_declined", free_text=details["reason"], more=more)
        return Decided(after, outcome, self._releases(seen, one), one)

    def _answer(self, *, accepted: bool) -> Decide:
        def answer(seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:
            party = one.relation_of(seen.person, seen.relation)
            if party is None:
                raise NotFound
            if seen.now >= one.starts or one.accepted.get(party) is accepted:
                raise NotNow
            if not may_answer(one, party, self._rules):
                raise NotNow(
                    Text(
                        "您已多次更改对本次调解的答复，请直接联系调解员。",
                        "You have changed your answer as often as is possible: contact the mediator.",
                    )
                )
            answers = {**one.answers, party: one.answers.get(party, 0) + 1}
            after = one.changed(seen.now, accepted={**one.accepted, party: accepted}, answers=answers)
            event = "appointment_accepted" if accepted else "appointment_objected"
            outcome = outcome_of(seen, after, event, free_text=details.get("reason"), more={"party": party})
            return Decided(after, outcome, before=one)

        return answer

    def _cancel(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:
        if seen.now >= one.starts or (seen.relation != "mediator" and is_past_cutoff(one, seen.now, self._rules)):
            raise TooLate
        return self.cancelled(seen, one, details.get("reason"))

    def _check_in(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:  # noqa: ARG002
        who = one.relation_of(seen.person, seen.relation)
        if who is None:
            raise NotFound
        if who in one.checked_in or not can_check_in(one, seen.now, self._rules):
            raise NotNow(
                Text("开始前 15 分钟起至结束前可以签到。", "Check-in is open from 15 minutes before until the end.")
            )
        after = one.changed(seen.now, checked_in={**one.checked_in, who: format_instant(seen.now)})
        return Decided(after, outcome_of(seen, after, "checked_in", more={"party": who}), before=one)

    def _complete(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:
        if seen.now < one.starts:
            raise NotNow(Text("调解尚未开始。", "The session has not begun."))
        after = one.changed(seen.now, status="held", held_minutes=details["minutes"])
        outcome = outcome_of(seen, after, "session_held", more={"minutes": details["minutes"]})
        return Decided(after, outcome, before=one)

    def _no_show(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:
        if seen.now < one.starts + timedelta(minutes=self._rules.no_show_grace_minutes):
            raise NotNow(Text("开始 15 分钟后方可登记未到场。", "An absence is recorded 15 minutes after the start."))
        absent = "mediator" if details.get("mediator") else details.get("party_id")
        if absent is None or (absent != "mediator" and absent not in one.persons):
            said = Text("请指明未到场的一方。", "Say who did not come: `party_id`, or `mediator: true`.")
            raise InvalidRequest(violations=(Violation("/party_id", "unknown", said.zh),))
        if (seen.relation == "mediator") == (absent == "mediator"):
            raise NotAllowed  # nobody reports themselves away, and parties report the mediator only
        after = one.changed(seen.now, status="no_show", absent=(absent,))
        counts = dict(seen.case.no_shows or {})
        counts[absent] = counts.get(absent, 0) + 1
        outcome = outcome_of(seen, after, "no_show_recorded", more={"party": absent}, no_shows=counts)
        return Decided(after, outcome, before=one)
