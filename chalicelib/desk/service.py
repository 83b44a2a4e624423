"""The use cases of desks: what waits for me, how much it is, what came new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from chalicelib.desk.model import Arrival, Desk, DeskItem, Wanted
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.desk.store import DeskStore

DueWithin = Literal["overdue", "24h", "week"]
"""When something is due: it was, it will be in a day, in seven days."""

MOST_COUNTED: Final = 1000
"""How much is counted of a desk: what is due first. Nobody works with a larger number."""

FUNCTIONS: Final = ("clerk", "mediator", "court", "reviewer", "supervisor", "window")
"""The functions that have a desk, in the order in which one is taken for somebody who has several."""

_OF_ORGANISATION: Final = {"clerk": "organisation", "window": "organisation", "court": "court"}
_ONLY: Final = {"window": "bad_rating"}
"""What of its organisation's desk a function may see, if not all."""

_LAST_SECOND: Final = timedelta(seconds=1)  # the whole last second is in time
_AHEAD: Final = {"24h": timedelta(hours=24), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class DeskFilter:
    """What of a desk. `role`: None for the viewer's first function that has one."""

    role: str | None = None
    kind: str | None = None
    due: DueWithin | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page of what waits, in front of somebody at the instant `now`."""

    page: Slice[DeskItem]
    now: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits on a desk: by kind; `within_week` holds `within_24h`. `more`: beyond what was counted."""

    total: int
    overdue: int
    within_24h: int
    within_week: int
    by_kind: dict[str, int]
    overdue_by_kind: dict[str, int]
    more: bool


class DeskService:
    """Shows the staff their desks."""

    def __init__(self, store: DeskStore, pseudonyms: Callable[[], Pseudonyms], clock: Clock) -> None:
        self._store = store
        self._pseudonyms = pseudonyms
        self._clock = clock

    def list_items(self, viewer: Viewer, asked: DeskFilter, after: Position | None, limit: int) -> Waiting:
        """Return a page of what waits on the viewer's desk, the first due before the others; raise `NotAllowed`.

        Overdue is what was due before this second; the others are due from now on.
        """
        wanted = self._wanted(viewer, asked.role, asked.kind)
        if wanted is None:
            return Waiting(Slice([]), self._now())
        if asked.due is not None:
            now = self._clock.now()
            late = format_instant(now - _LAST_SECOND)
            if asked.due == "overdue":
                wanted = wanted.due_between(None, late)
            else:
                wanted = wanted.due_between(f"{late}~", format_instant(now + _AHEAD[asked.due]))
        return Waiting(self._store.list_items(wanted, after, limit), wanted.now)

    def count(self, viewer: Viewer, role: str | None) -> Counts:
        """Return how much waits on the viewer's desk, counted to a bound; raise `NotAllowed`. One query."""
        wanted = self._wanted(viewer, role, None)
        items, more = ([], False) if wanted is None else self._store.read_first(wanted, MOST_COUNTED)
        now = self._clock.now()
        late = format_instant(now - _LAST_SECOND)
        overdue = [one for one in items if one.due_at is not None and one.due_at <= late]
        ahead = [one.due_at for one in items if one.due_at is not None and one.due_at > late]
        within = {name: sum(at <= format_instant(now + span) for at in ahead) for name, span in _AHEAD.items()}
        return Counts(
            total=len(items),
            overdue=len(overdue),
            within_24h=within["24h"],
            within_week=within["week"],
            by_kind=dict(Counter(one.kind for one in items)),
            overdue_by_kind=dict(Counter(one.kind for one in overdue)),
            more=more,
        )

    def list_arrivals(
        self, viewer: Viewer, role: str | None, kind: str | None, after: Position | None, limit: int
    ) -> Slice[Arrival]:
        """Return a page of what came on the viewer's desk, newest first; raise `NotAllowed`."""
        wanted = self._wanted(viewer, role, kind)
        return Slice([]) if wanted is None else self._store.list_arrivals(wanted, after, limit)

    def _wanted(self, viewer: Viewer, role: str | None, kind: str | None) -> Wanted | None:
        """Return what the viewer asks of which desk; None: a kind that their function does not get to see."""
        function, desk = self._desk_of(viewer, role)
        only = _ONLY.get(function)
        if only is not None and kind not in {None, only}:
            return None
        return Wanted(str(desk), self._now(), kind=only or kind, hidden_from=f"staff:{viewer.subject}")

    def _desk_of(self, viewer: Viewer, role: str | None) -> tuple[str, Desk]:
        for function in FUNCTIONS if role is None else (role,):
            if function not in viewer.roles:
                continue
            if function == "mediator":
                return function, Desk("mediator", self._pseudonyms().of(viewer.subject))
            if function not in _OF_ORGANISATION:
                return function, Desk(function)
            if viewer.organisation is not None:
                return function, Desk(_OF_ORGANISATION[function], viewer.organisation)
        raise NotAllowed

    def _now(self) -> str:
        return format_instant(self._clock.now())
