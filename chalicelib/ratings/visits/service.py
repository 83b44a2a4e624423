"""Visits and completions at windows: who was served is found by a reference, never listed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.ratings.rating.model import Invitation, Target
from chalicelib.ratings.rating.refusals import NotInvited
from chalicelib.ratings.rating.service import Earned, RatingService
from chalicelib.ratings.visits.model import Recorded, References, Visit, plain_number
from chalicelib.ratings.visits.refusals import CitizenUnknown, ContactTaken
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.codes import ALPHABET, new_id
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound, Violation
from chalicelib.shared.idempotency import Idempotency, Shown
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.ratings.visits.store import VisitStore

CITY: Final = "city"
"""Whose service it is where the sign-in service names no organisation: bad ratings go to supervisors then."""

_CODE_LENGTH: Final = 8


class VisitService:
    """Visits, and how staff find whom they served."""

    def __init__(
        self,
        store: VisitStore,
        ratings: RatingService,
        references: References,
        has_service: Callable[[str], bool],
        *,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._store = store
        self._ratings = ratings
        self._references = references
        self._has_service = has_service
        self._pseudonyms = pseudonyms
        self._clock = clock

    def offer_code(self, viewer: Viewer) -> tuple[str, datetime]:
        """Return a one-time code for the citizen to show at a window, and until when it holds."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(_CODE_LENGTH))
        expires = self._clock.now() + timedelta(minutes=self._ratings.rules.visit_code_minutes)
        self._store.offer_code(
            self._references.of(code),
            self._person(viewer),
            format_instant(expires),
            int((expires + timedelta(days=1)).timestamp()),
        )
        return code, expires

    def register(self, viewer: Viewer, numbers: list[str]) -> None:
        """Have the viewer be known by these numbers; raise `ContactTaken` if another account is."""
        for number in numbers:
            if not self._store.know(self._references.of(number), self._person(viewer)):
                raise ContactTaken

    def know_writes(self, person: str, numbers: list[str]) -> list[Write]:
        """Return the writes by which a person is known by numbers that they gave, unless another account is."""
        return self._store.know_writes([self._references.of(number) for number in numbers], person)

    def record(self, viewer: Viewer, visit: Visit, idempotency: Idempotency) -> Recorded:
        """Record a visit or a completion; the citizen is invited to rate what it earns.

        At a window: the member of staff after each visit; the service, once it is completed. Fully online: the
        service, once it is completed. Raises `CitizenUnknown`, `NotInvited` if staff would rate themselves.
        """
        if not viewer.roles & {"window", "clerk"}:
            raise NotAllowed
        organisation = viewer.organisation or CITY
        if not self._has_service(visit.service_code):
            said = "没有此事项 / no such service"
            raise InvalidRequest(violations=(Violation("/service_code", "unknown", said),))
        now = self._clock.now()
        reference = self._references.of(visit.citizen_ref)
        person = self._store.find_person(reference, format_instant(now))
        if person is None:
            raise CitizenUnknown
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
        is_code = len(plain_number(visit.citizen_ref)) == _CODE_LENGTH
        self._store.record_visit(
            visit_id, values, invitations, reference if is_code else None, idempotency=claim, result=recorded
        )
        return recorded

    def reopen(self, viewer: Viewer | None, organisation: str, subjects: Sequence[str]) -> None:  # noqa: ARG002
        """Let window staff of an organisation have an answer of theirs again; it names no citizen. See `Reopen`."""
        if viewer is None or not viewer.roles & {"window", "clerk"} or (viewer.organisation or CITY) != organisation:
            raise NotFound

    def forget_writes(self, person: str) -> list[Write]:
        """Return the writes by which a person is known by none of their numbers any more."""
        return self._store.forget_writes(person)

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
