"""How bad ratings are handled: contacted, fixed, replied to, closed. Steps are on the chain; duties have due dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.desk.public import Ladders, is_due
from chalicelib.ratings.rating.model import HANDLED_IN, Handling, Rating
from chalicelib.ratings.rating.recording import Act, recorded
from chalicelib.ratings.rating.refusals import RatingChanged
from chalicelib.ratings.rating.rules import BAD_LEVELS
from chalicelib.ratings.rating.screening import screen
from chalicelib.ratings.rating.worklist import EVERYWHERE, Wanted
from chalicelib.shared.clock import Clock, format_instant, parse_instant
from chalicelib.shared.crypto import Keyring, Pseudonyms
from chalicelib.shared.deciding import decide_anew
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.jobs import Job, Part
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.ratings.rating.store import RatingStore
    from chalicelib.shared.deadlines import DueDates

_LAST_SECOND: Final = timedelta(seconds=1)  # the whole last second is in time
_DONE: Final[Mapping[str, str]] = {"contact": "contacted", "fix": "fix_begun", "reply": "replied", "close": "closed"}


class HandlingService:
    """The loop of bad ratings, for the organisation concerned and for supervisors."""

    def __init__(
        self,
        store: RatingStore,
        due_dates: DueDates,
        ladders: Ladders,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._store = store
        self._ladders = ladders
        self._due_dates = due_dates
        self._pseudonyms = pseudonyms
        self._clock = clock

    def list_bad(
        self,
        viewer: Viewer,
        status: str | None,
        overdue: bool | None,  # noqa: FBT001
        after: Position | None,
        limit: int,
    ) -> Slice[Rating]:
        """Return bad ratings, newest first: a clerk's own organisation's, a supervisor's every one.

        Of a status, or by whether they are overdue: status by status, the first duty before the others.
        """
        if "supervisor" in viewer.roles:
            owner = EVERYWHERE
        elif viewer.roles & {"clerk", "window"} and viewer.organisation is not None:
            owner = viewer.organisation
        else:
            raise NotAllowed
        wanted = Wanted(owner, f"staff:{viewer.subject}", () if status is None else (status,))
        if overdue is not None:
            last_missed = format_instant(self._clock.now() - _LAST_SECOND)
            due = {"due_until": last_missed} if overdue else {"due_after": last_missed}
            wanted = replace(wanted, statuses=wanted.statuses or HANDLED_IN, **due)
        return self._store.list_bad(wanted, after, limit)

    def step(self, viewer: Viewer, rating_id: str, action: str, note: str | None, idempotency: Idempotency) -> Rating:
        """Take the next step; raise `NotFound`, `NotAllowed`, `WrongStep`. The person who is rated takes none."""

        def attempt() -> Rating | None:
            rating = self._get_rating(viewer, rating_id)
            handling = rating.handling
            if handling is None:
                raise NotFound
            role = "supervisor" if "supervisor" in viewer.roles else "clerk"
            now = self._clock.now()
            shown = None if note is None else screen(note)
            after = replace(rating, handling=handling.stepped(action, now, role, shown))
            act = Act(_DONE[action], self._pseudonyms().of(viewer.subject), role, now, {"action": action})
            after, event = recorded(after, act)
            closed = [one.target for one in rating.judgements if one.level in BAD_LEVELS] if action == "close" else []
            try:
                self._store.change(after, rating, event, handled=closed, idempotency=idempotency, result=after)
            except RatingChanged:
                return None
            return after

        return decide_anew(attempt)

    def hide(self, viewer: Viewer, rating_id: str, reason: str, idempotency: Idempotency) -> Rating:
        """Hide a rating's text, with a public reason. Its level still counts: nobody can delete a rating."""
        if "supervisor" not in viewer.roles:
            raise NotAllowed

        def attempt() -> Rating | None:
            rating = self._store.find_rating(rating_id)
            if rating is None:
                raise NotFound
            act = Act("hidden", self._pseudonyms().of(viewer.subject), "supervisor", self._clock.now())
            after, event = recorded(replace(rating, hidden=screen(reason)), act)
            try:
                self._store.change(after, rating, event, idempotency=idempotency, result=after)
            except RatingChanged:
                return None
            return after

        return decide_anew(attempt)

    def reopen(self, viewer: Viewer | None, rating_id: str, subjects: Sequence[str]) -> Keyring | None:  # noqa: ARG002
        """Return the key to a stored answer about a rating, to who may still see it; see `Reopen`."""
        rating = self._store.find_rating(rating_id)
        if viewer is None or rating is None or rating.answer_key is None:
            raise NotFound
        if rating.person != self._pseudonyms().of(viewer.subject):
            self._get_rating(viewer, rating_id)
        return rating.shown().keys

    def list_flags(self, viewer: Viewer, after: Position | None, limit: int) -> Slice[Item]:
        """Return bursts of ratings, newest first; for supervisors."""
        if "supervisor" not in viewer.roles:
            raise NotAllowed
        return self._store.list_flags(after, limit)

    def is_overdue(self, handling: Handling) -> bool:
        """Tell whether the next duty is late."""
        due = handling.due_at
        return due is not None and self._due_dates.is_past(parse_instant(due), self._clock.now())

    def run(self) -> dict[str, int]:
        """Escalate what is overdue, each duty once: part of the scheduled job `deadlines`."""
        return Job("deadlines", [self.part], self._clock).run()

    @property
    def part(self) -> Part:
        """What the job `deadlines` does here."""
        return Part("ratings", self._store.due, self._escalate, patience=timedelta(seconds=1))

    def _escalate(self, rating_id: str) -> Iterator[str]:
        def attempt() -> Sequence[str] | None:
            rating = self._store.find_rating(rating_id)
            handling = None if rating is None else rating.handling
            if rating is None or handling is None or not is_due(handling.acts_at, self._clock.now()):
                return ()
            outcome = self._escalated(handling)
            if outcome is None:
                return ()
            late, function = outcome
            to = {"desk": function} | ({"id": rating.organisation} if function == "organisation" else {})
            data = {"status": handling.status, "due_at": handling.due_at, "to": to}
            act = Act("escalated", "clock", "clock", self._clock.now(), data)
            after, event = recorded(replace(rating, handling=late), act)
            try:
                self._store.change(after, rating, event, idempotency=None)
            except RatingChanged:
                return None
            return ("bad_rating_escalated",)

        yield from decide_anew(attempt)

    def _escalated(self, handling: Handling) -> tuple[Handling, str] | None:
        """Return the handling with its overdue duty on the next desk, and whose that is; None if no desk is left."""
        due, heard, now = handling.due_at, handling.escalated_to, self._clock.now()
        if due is None:
            return None
        raised = self._ladders.raised(
            handling.due_rule[0],
            due,
            tuple(heard),
            lambda target: "organisation" if target == "actor" else target,
            self._due_dates,
            now,
        )
        if raised is None:
            return None
        late = replace(
            handling,
            escalated=tuple(dict.fromkeys((*handling.escalated, handling.status))),
            escalated_to={**heard, **dict.fromkeys(raised.functions, format_instant(now))},
            escalates_at=raised.next_at,
        )
        return late, raised.functions[-1]

    def _get_rating(self, viewer: Viewer, rating_id: str) -> Rating:
        """Return a rating to who may handle it; raise `NotFound`, or `NotAllowed` to whom it is about."""
        rating = self._store.find_rating(rating_id)
        if rating is None:
            raise NotFound
        concerned = viewer.roles & {"clerk", "window"} and viewer.organisation == rating.organisation
        if not ("supervisor" in viewer.roles or concerned):
            raise NotFound
        if self._is_about(viewer, rating):
            raise NotAllowed
        return rating

    def _is_about(self, viewer: Viewer, rating: Rating) -> bool:
        return any(one.target == f"staff:{viewer.subject}" for one in rating.judgements)
