"""The use cases of actions on an appointment: confirm, decline, answer, cancel, check in, report what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.appointments.booking.case_appointments import CaseAppointments, Shown
from chalicelib.appointments.booking.decisions import AppointmentDecisions
from chalicelib.appointments.booking.model import check_version
from chalicelib.shared.errors import Unavailable, YimaError
from chalicelib.shared.idempotency import Idempotency, Replayed, StoredAnswer
from chalicelib.shared.idempotency import Shown as Answered
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.appointments.booking.store import AppointmentStore


@dataclass(frozen=True, slots=True)
class Asked:
    """An action that somebody asks for. `details`: its body, checked by the contract.

    `expected_version`: the version of the appointment that the caller saw; None if they do not mind which.
    """

    appointment_id: str
    action: str
    details: Mapping[str, Any]
    expected_version: int | None = None


class AppointmentActions:
    """Actions on appointments that were asked for."""

    def __init__(
        self, appointments: CaseAppointments, store: AppointmentStore, decisions: AppointmentDecisions
    ) -> None:
        self._appointments = appointments
        self._store = store
        self._decisions = decisions

    def act(self, viewer: Viewer, asked: Asked, idempotency: Idempotency) -> Shown:
        """Take one action.

        Raises `NotFound`, `NotAllowed`, `HoldExpired`, `NotNow`, `NotBookable`, `TooLate`; `Stale` if the appointment
        is no longer at the expected version.
        """
        with_text = bool(asked.details.get("reason"))
        get = self._appointments.get_with_texts if with_text else self._appointments.get_appointment

        def attempt() -> Shown | None:
            shown = get(viewer, asked.appointment_id)
            check_version(shown.appointment, asked.expected_version)
            decided = self._decisions.decide(shown.seen, shown.appointment, asked.action, asked.details)
            return self._appointments.try_commit(shown.seen, decided, idempotency)

        return self._appointments.decide(attempt)

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
        answers: list[tuple[str, StoredAnswer | YimaError]] = []
        for one in ids:
            own = whole.part(f"id:{one}", render)
            answer = self._confirm(viewer, one, own)
            if begun_before and isinstance(answer, YimaError):
                # What the first attempt confirmed is refused now; its answer still holds.
                answer = self._store.find_answer(own) or answer
            answers.append((one, answer))
        confirmed = [one for one, answer in answers if isinstance(answer, StoredAnswer)]
        if confirmed:
            # Given again only to a mediator who may still see each of these cases.
            codes = sorted({one.case_code for one in self._store.find_many(confirmed)})
            whole = whole.showing(Answered("cases", ",".join(codes)))
        return self._store.remember(whole, answers)

    def _begin(self, whole: Idempotency) -> bool:
        """Bind the key to this request's ids; tell whether it was before. Raises `IdempotencyKeyReused`."""
        try:
            self._store.remember(whole.part("begun", lambda _: StoredAnswer(200, {}, b"")), None)
        except Replayed:
            return True
        return False

    def _confirm(self, viewer: Viewer, appointment_id: str, own: Idempotency) -> StoredAnswer | YimaError:
        try:
            return own.render(self.act(viewer, Asked(appointment_id, "confirm", {}), own))
        except Replayed as replayed:
            return replayed.answer
        except Unavailable:
            raise  # not decided: the retry goes on here
        except YimaError as refused:
            return refused
