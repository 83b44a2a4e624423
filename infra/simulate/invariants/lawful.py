"""What the law asks of a case at every instant: who acts, what an agreement and a ruling rest on, how a case ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chalicelib.cases.lifecycle.deadlines import find_deadline
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.stages.in_force import standing_of
from chalicelib.shared.events import Event
from chalicelib.shared.items import from_wire
from chalicelib.shared.records import from_item
from infra.simulate.engine.tables import Change
from infra.simulate.people import INVITED
from infra.simulate.story import Story

_IN_FORCE: Final = frozenset({"signed", "confirming", "confirmed", "defaulted"})
_QUIET: Final = frozenset({"signed", "confirmed"})
_BINDING: Final = ("confirmed", "agreement_effective")
_FINAL_BY: Final = {"concluded": "conclude", "expired": "expiry_grace"}
"""Events of the clock that end a case, and the date that each waits for."""


class Watch:
    """Looks at each change of a case as it is made, with the event that says so."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._heard: dict[str, list[Event]] = {}

    def __call__(self, changes: Sequence[Change]) -> None:
        """Check what was changed."""
        events = [
            Event.from_item(from_wire(one.new))
            for one in changes
            if one.new is not None and one.old is None and one.key[0].startswith("CASE#") and one.key[1][:6] == "EVENT#"
        ]
        for change in changes:
            if change.key[0].startswith("CASE#") and change.key[1] == "META" and change.new is not None:
                before = None if change.old is None else from_item(Case, from_wire(change.old))
                after = from_item(Case, from_wire(change.new))
                self._check(before, after, [one for one in events if one.aggregate == after.code])

    def _check(self, before: Case | None, after: Case, events: Sequence[Event]) -> None:
        for event in events:
            self._heard.setdefault(event.aggregate, []).append(event)
            self._check_actor(before or after, after, event)
            if event.name == "confirmed":
                self._check_ruling(after)
        if before is not None:
            self._check_agreement(before, after)
            self._check_end(before, after)

    def _check_actor(self, case: Case, after: Case, event: Event) -> None:
        """Check that who acts is what they act as: a party, the mediator, the clerk, the court that is asked."""
        person, role = self._story.person_of(event.actor), event.actor_role
        if person is None or role in {"clock", "system"}:
            return
        staff = {
            "mediator": case.mediator == person.subject,
            "clerk": "clerk" in person.roles and case.organisation == person.organisation,
            "court": "court" in person.roles and case.before_court and case.court == person.organisation,
            "reviewer": "reviewer" in person.roles,
        }
        party = after.party_of(event.actor)
        if not staff.get(role, party is not None and party.role == role):
            self._found(after, "acted-without-part", f"{event.name} by {person.subject} as {role}")

    def _check_ruling(self, case: Case) -> None:
        """Check that the court accepted the application, then asked, and that every party answered it."""
        names = [one.name for one in self._heard[case.code]]
        at = len(names) - 1 - names[::-1].index("confirmation_applied")
        for name in ("received", "asked"):
            if name not in names[at:]:
                self._found(case, "ruled-unasked", f"{case.document_no} without {name}")
                return
            at = len(names) - 1 - names[::-1].index(name)
        if names[at:].count("enquiry_answered") < len(case.parties):
            self._found(case, "ruled-unasked", f"{case.document_no} without an answer of everybody")

    def _check_agreement(self, before: Case, after: Case) -> None:
        """Check that all have signed whom the law names, that a ruling is of this agreement, and that the case ends."""
        if after.status not in _IN_FORCE:
            return
        staff = after.organisation == INVITED or (after.countersigned_at and after.sealed_at)
        if after.effective_at is None or not staff or not all(one.signed_at for one in after.parties):
            self._found(after, "in-force-unsigned", f"{after.status} after {before.status}")
        names = [one.name for one in self._heard[after.code]]
        ruled, bound = (max((n for n, one in enumerate(names) if one == name), default=-1) for name in _BINDING)
        if (after.status == "confirmed" or after.document_no is not None) and ruled < bound:
            self._found(after, "ruling-of-another", f"{after.document_no} is of an earlier agreement")
        if after.status not in _QUIET:
            return
        if find_deadline(after, "conclude") is None:
            self._found(after, "no-quiet-end", f"{after.status} after {before.status}, and no date to conclude")
        if standing_of(after) == "defaulted":
            self._found(after, "default-hidden", f"{after.status} after {before.status}")

    def _check_end(self, before: Case, after: Case) -> None:
        """Check that no case is settled or closed quietly with an open default, nor ended on a provisional date."""
        if before.status == after.status:
            return
        defaults = [one.n for one in after.duties if one.defaulted_at is not None and one.state != "acknowledged"]
        if after.status in {"settled", "concluded"} and before.status in _IN_FORCE and defaults:
            self._found(after, "default-hidden", f"{after.status} with {defaults} unacknowledged")
        rule = _FINAL_BY.get(self._heard[after.code][-1].name)
        due = None if rule is None else find_deadline(before, rule)
        if due is not None and due.provisional:
            self._found(after, "final-on-provisional", f"{after.status} by {rule} of {due.at}")

    def _found(self, case: Case, name: str, what: str) -> None:
        self._story.found(name, f"{case.code}: {what}")
