"""Visits and completions at windows: who was served is found by a reference, never listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ratings.rating.model import Invitation, Target
from chalicelib.ratings.rating.refusals import NotInvited
from chalicelib.ratings.rating.service import Earned, RatingService
from chalicelib.ratings.visits.model import Recorded, Visit, VisitCodes, draw_visit_code, read_visit_code
from chalicelib.ratings.visits.refusals import CitizenAmbiguous, CitizenUnknown
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound, Violation
from chalicelib.shared.idempotency import Idempotency, Shown
from chalicelib.shared.phones import read_phone
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.ratings.visits.store import VisitStore

CITY: Final = "city"
"""Whose service it is where the sign-in service names no organisation: bad ratings go to supervisors then."""

FindPeople = Callable[[str], Sequence[str]]
"""Returns who has proved a number (E.164), as pseudonyms: two of them, if they are more."""


class VisitService:
    """Visits, and how staff find whom they served."""

    def __init__(
        self,
        store: VisitStore,
        ratings: RatingService,
        codes: VisitCodes,
        find_people: FindPeople,
        has_service: Callable[[str], bool],
        *,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._store = store
        self._ratings = ratings
        self._codes = codes
        self._find_people = find_people
        self._has_service = has_service
        self._pseudonyms = pseudonyms
        self._clock = clock

    def offer_code(self, viewer: Viewer) -> tuple[str, datetime]:
        """Return a one-time code for the citizen to show at a window, and until when it holds."""
        code = draw_visit_code()
        expires = self._clock.now() + timedelta(minutes=self._ratings.rules.visit_code_minutes)
        self._store.offer_code(
            self._codes.of(code),
            self._person(viewer),
            format_instant(expires),
            int((expires + timedelta(days=1)).timestamp()),
        )
        return code, expires

    def record(self, viewer: Viewer, visit: Visit, idempotency: Idempotency) -> Recorded:
        """Record a visit or a completion; the citizen is invited to rate what it earns.

        At a window: the member of staff after each visit; the service, once it is completed. Fully online: the
        service, once it is completed. Raises `CitizenUnknown`, `CitizenAmbiguous`, `NotInvited` if staff would rate
        themselves.
        """
        if not viewer.roles & {"window", "clerk"}:
            raise NotAllowed
        organisation = viewer.organisation or CITY
        if not self._has_service(visit.service_code):
            said = "没有此事项 / no such service"
            raise InvalidRequest(violations=(Violation("/service_code", "unknown", said),))
        now = self._clock.now()
        person, code = self._find(visit.citizen_ref, now)
        if person in {self._person(viewer), self._pseudonyms().of(visit.staff_id)}:
            raise NotInvited
        visit_id = new_id(12)
        invitations = tuple(self._earned(visit, visit_id, person, organisation, now))
        recorded = Recorded(visit_id, format_instant(now), invitations)
        values: dict[str, Any] = {
            "at": recorded.at,
            "service": visit.service_code,
            "channel": visit.channel,
            "staff": visit.staff_id,
            "completed": visit.completed,
            "person": person,
            "organisation": organisation,
        }
        claim = idempotency.showing(Shown("visit", organisation))
        self._store.record_visit(visit_id, values, invitations, code, idempotency=claim, result=recorded)
        return recorded

    def reopen(self, viewer: Viewer | None, organisation: str, subjects: Sequence[str]) -> None:  # noqa: ARG002
        """Let window staff of an organisation have an answer of theirs again; it names no citizen. See `Reopen`."""
        if viewer is None or not viewer.roles & {"window", "clerk"} or (viewer.organisation or CITY) != organisation:
            raise NotFound

    def forget_writes(self, person: str) -> list[Write]:
        """Return the writes by which none of a person's codes finds them any more."""
        return self._store.forget_writes(person)

    def _find(self, reference: str, now: datetime) -> tuple[str, str | None]:
        """Return who was served, and the digest of the one-time code that this uses up, if it was one."""
        code = read_visit_code(reference)
        if code is not None:
            digest = self._codes.of(code)
            person = self._store.find_person(digest, format_instant(now))
            if person is None:
                raise CitizenUnknown
            return person, digest
        phone = read_phone(reference)
        people = () if phone is None else self._find_people(phone)
        if not people:
            raise CitizenUnknown
        if len(people) > 1:
            raise CitizenAmbiguous
        return people[0], None

    def _earned(self, visit: Visit, visit_id: str, person: str, organisation: str, now: datetime) -> list[Invitation]:
        subject = {"type": "service", "code": visit.service_code}
        earned = []
        if visit.channel == "window":
            earned.append(("visit", [Target(f"staff:{visit.staff_id}", "staff")]))
        if visit.completed:
            earned.append(
                (
                    "service_completed",
                    [
                        Target(f"service:{visit.service_code}", "service"),
                        Target(f"organisation:{organisation}", "overall"),
                        Target(f"channel:{visit.channel}", "channel"),
                    ],
                )
            )
        return [
            self._ratings.invitation(
                f"{visit_id}{number}", person, Earned(because, subject, targets, organisation, visit.channel, now)
            )
            for number, (because, targets) in enumerate(earned)
        ]

    def _person(self, viewer: Viewer) -> str:
        return self._pseudonyms().of(viewer.subject)
