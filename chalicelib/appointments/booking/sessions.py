"""The use cases of appointments: see, confirm, answer, cancel, check in, report what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from chalicelib.appointments.booking.cases import check_goes_on, outcome_of, without_clock
from chalicelib.appointments.booking.model import (
    Appointment,
    can_check_in,
    check_can,
    check_version,
    is_past_cutoff,
    may_answer,
)
from chalicelib.appointments.booking.ports import Store
from chalicelib.appointments.booking.refusals import NotNow, TooLate
from chalicelib.appointments.booking.rules import BookingRules
from chalicelib.appointments.booking.sheets import SheetChange
from chalicelib.appointments.booking.upkeep import Shown, Upkeep
from chalicelib.cases.public import Outcome, Seen
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound, Unavailable, Violation, YimaError
from chalicelib.shared.idempotency import Idempotency, Replayed, StoredAnswer
from chalicelib.shared.idempotency import Shown as Answered
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

_LATEST: Final = "9999"


@dataclass(frozen=True, slots=True)
class Decided:
    """What an action makes of an appointment."""

    after: Appointment
    outcome: Outcome
    changes: Sequence[SheetChange] = ()


Decision = Callable[[Seen, Appointment, Mapping[str, Any]], Decided]


class AppointmentService:
    """Appointments once they are asked for."""

    def __init__(
        self, store: Store, upkeep: Upkeep, rules: BookingRules, pseudonyms: Callable[[], Pseudonyms], clock: Clock
    ) -> None:
        self._store = store
        self._upkeep = upkeep
        self._rules = rules
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._decisions: dict[str, Decision] = {
            "confirm": self._confirm,
            "decline": self._decline,
            "accept": self._answer(accepted=True),
            "object": self._answer(accepted=False),
            "cancel": self._cancel,
            "check_in": self._check_in,
            "complete": self._complete,
            "no_show": self._no_show,
        }

    def get(self, viewer: Viewer, appointment_id: str) -> Shown:
        """Return an appointment to somebody of its case; raise `NotFound`."""
        seen, found = self._upkeep.look(viewer, appointment_id)
        return Shown(found, seen)

    def act(  # noqa: PLR0917
        self,
        viewer: Viewer,
        appointment_id: str,
        action: str,
        details: Mapping[str, Any],
        idempotency: Idempotency,
        expected_version: int | None = None,
    ) -> Shown:
        """Take one action.

        Raises `NotFound`, `NotAllowed`, `HoldExpired`, `NotNow`, `NotBookable`, `TooLate`; `Stale` if the appointment
        is no longer at `expected_version`.
        """
        look = self._upkeep.read if details.get("reason") else self._upkeep.look

        def attempt() -> Shown | None:
            seen, before = look(viewer, appointment_id)
            check_version(before, expected_version)
            decided = self.decide(seen, before, action, details)
            writes = self._store.sheet_writes(decided.changes)
            return self._upkeep.try_commit(seen, decided.outcome, decided.after, before, writes, idempotency)

        return self._upkeep.decide(attempt)

    def decide(self, seen: Seen, one: Appointment, action: str, details: Mapping[str, Any]) -> Decided:
        """Return what an action makes of an appointment, without writing anything; raise its refusal."""
        check_can(action, one, seen.relation, seen.now)
        check_goes_on(action, one, seen.case)
        return self._decisions[action](seen, one, details)

    def confirm_many(
        self, viewer: Viewer, ids: Sequence[str], whole: Idempotency, render: Callable[[Shown], StoredAnswer]
    ) -> StoredAnswer:
        """Confirm each of several requests by itself; return the answer to all: `whole` of pairs of id and answer.

        Each confirmation keeps an answer of its own under a key that follows from the request's, and the whole answer
        is kept at the end. A retry of a request that was cut off goes on where it stopped, and says `confirmed` of
        what it confirmed before. Raises `Replayed`; `IdempotencyKeyReused` for other ids before anything is done;
        `Unavailable` if one could not be decided.
        """
        known = self._store.find_answer(whole)
        if known is not None:
            raise Replayed(known)
        begun_before = self._begin(whole)
        answers = [(one, self._confirm_one(viewer, one, whole.part(f"id:{one}", render), begun_before)) for one in ids]
        confirmed = [one for one, answer in answers if isinstance(answer, StoredAnswer)]
        if confirmed:
            # Given again only to a mediator who may still see each of these cases.
            codes = sorted({one.case_code for one in self._store.find_many(confirmed)})
            whole = whole.showing(Answered("cases", ",".join(codes)))
        return self._store.remember(whole, answers)

    def list_appointments(  # noqa: PLR0917
        self,
        viewer: Viewer,
        role: str | None,
        status: str | None,
        first: str,
        last: str,
        after: Mapping[str, Any] | None,
        limit: int,
        *,
        case_code: str | None = None,
    ) -> tuple[list[Appointment], str, Mapping[str, Any] | None]:
        """Return the viewer's appointments in a role, or those of a case of theirs, by start.

        Open requests come by the end of their hold. Also returns the relation that the viewer has to each of them.
        """
        now = self._clock.now()
        if case_code is not None:
            seen = self._upkeep.cases.get_state(viewer, case_code)
            kind, owner, relation = "CASE", seen.case.code, seen.relation
        else:
            kind, owner, relation = self._list_of(viewer, role)
        if status == "requested":
            ids, more = self._store.list_requested(
                kind, owner, now=format_instant(now), first=first, last=last, after=after, limit=limit
            )
        else:
            ids, more = self._store.list_ids(
                kind, owner, first=first, last=f"{last or _LATEST}~", after=after, limit=limit, status=status
            )
        # The index follows a moment later: what moved on meanwhile is no longer what was asked for.
        found = [one for one in self._store.find_many(ids) if status in {None, one.status_at(now)}]
        return found, relation, more

    def _list_of(self, viewer: Viewer, role: str | None) -> tuple[str, str, str]:
        """Return kind and owner of the list that a viewer has in a role, and their relation to what stands there."""
        person = self._pseudonyms().of(viewer.subject)
        if role is None:
            role = next((one for one in ("mediator", "clerk") if one in viewer.roles), "party")
        if role in {"clerk", "organisation"}:
            if "clerk" not in viewer.roles or viewer.organisation is None:
                raise NotAllowed
            return "ORGANISATION", viewer.organisation, "clerk"
        if role == "mediator":
            if "mediator" not in viewer.roles:
                raise NotAllowed
            return "MEDIATOR", person, "mediator"
        return "PARTY", person, "party"

    def person_of(self, viewer: Viewer) -> str:
        """Return the viewer's pseudonym."""
        return self._pseudonyms().of(viewer.subject)

    def _begin(self, whole: Idempotency) -> bool:
        """Bind the key to this request's ids; tell whether it was before. Raises `IdempotencyKeyReused`."""
        try:
            self._store.remember(whole.part("begun", lambda _: StoredAnswer(200, {}, b"")), None)
        except Replayed:
            return True
        return False

    def _confirm_one(
        self,
        viewer: Viewer,
        appointment_id: str,
        own: Idempotency,
        begun_before: bool,  # noqa: FBT001
    ) -> StoredAnswer | YimaError:
        try:
            return own.render(self.act(viewer, appointment_id, "confirm", {}, own))
        except Replayed as replayed:
            return replayed.answer
        except Unavailable:
            raise  # not decided: the retry goes on here
        except YimaError as refused:
            # What the first attempt confirmed is refused now; its answer still holds.
            return (self._store.find_answer(own) if begun_before else None) or refused

    def _confirm(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:  # noqa: ARG002
        now = format_instant(seen.now)
        after = one.changed(seen.now, status="confirmed", hold_expires_at=None)
        firm = [SheetChange(change.key, one.id, now, take=change.give) for change in self._upkeep.releases(one, now)]
        clocks = without_clock(seen.case, "contact_party")  # the mediator has been in touch with both
        return Decided(after, outcome_of(seen, after, "appointment_confirmed", deadlines=clocks), firm)

    def _decline(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:
        after = one.changed(seen.now, status="declined", hold_expires_at=None)
        more = {
            "alternatives": [format_instant(start) for start in details.get("alternatives", ())],
            "freed": _freed(one),
        }
        outcome = outcome_of(seen, after, "appointment_declined", free_text=details["reason"], more=more)
        return Decided(after, outcome, self._upkeep.releases(one, format_instant(seen.now)))

    def _answer(self, *, accepted: bool) -> Decision:
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
            return Decided(after, outcome)

        return answer

    def _cancel(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:
        if seen.now >= one.starts or (seen.relation != "mediator" and is_past_cutoff(one, seen.now, self._rules)):
            raise TooLate
        return self.cancelled(seen, one, details.get("reason"))

    def cancelled(self, seen: Seen, one: Appointment, reason: str | None) -> Decided:
        """Return the appointment cancelled, with its cells given back."""
        after = one.changed(seen.now, status="cancelled", hold_expires_at=None, sequence=one.sequence + 1)
        outcome = outcome_of(seen, after, "appointment_cancelled", free_text=reason, more={"freed": _freed(one)})
        return Decided(after, outcome, self._upkeep.releases(one, format_instant(seen.now)))

    def _check_in(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:  # noqa: ARG002
        who = one.relation_of(seen.person, seen.relation)
        if who is None:
            raise NotFound
        if who in one.checked_in or not can_check_in(one, seen.now, self._rules):
            raise NotNow(
                Text("开始前 15 分钟起至结束前可以签到。", "Check-in is open from 15 minutes before until the end.")
            )
        after = one.changed(seen.now, checked_in={**one.checked_in, who: format_instant(seen.now)})
        return Decided(after, outcome_of(seen, after, "checked_in", more={"party": who}))

    def _complete(self, seen: Seen, one: Appointment, details: Mapping[str, Any]) -> Decided:
        if seen.now < one.starts:
            raise NotNow(Text("调解尚未开始。", "The session has not begun."))
        after = one.changed(seen.now, status="held", held_minutes=details["minutes"])
        return Decided(after, outcome_of(seen, after, "session_held", more={"minutes": details["minutes"]}))

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
        return Decided(after, outcome_of(seen, after, "no_show_recorded", more={"party": absent}, no_shows=counts))


def _freed(one: Appointment) -> dict[str, Any]:
    return {"start": one.start, "minutes": one.minutes, "mode": one.mode}
