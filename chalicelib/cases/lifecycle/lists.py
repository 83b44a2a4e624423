"""The use case of lists of cases: mine, my organisation's, those assigned to me, a court's, a reviewer's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from chalicelib.cases.lifecycle.records import Listed
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

DueWithin = Literal["overdue", "24h", "week"]
"""When something is due: it was, it will be in a day, in seven days."""

_LAST_SECOND: Final = timedelta(seconds=1)  # the whole last second is in time
_AHEAD: Final = {"24h": timedelta(hours=24), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases. `role`: None for the viewer's first function; `organisation`: whose, to a supervisor."""

    role: str | None = None
    status: str | None = None
    due: DueWithin | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of cases in front of somebody: `titles` of a party's own, by code."""

    page: Slice[Listed]
    now: str
    titles: dict[str, str]


class CaseLists:
    """Lists of cases."""

    def __init__(self, store: CaseStore, pseudonyms: Callable[[], Pseudonyms], clock: Clock) -> None:
        self._store = store
        self._pseudonyms = pseudonyms
        self._clock = clock

    def list_cases(self, viewer: Viewer, wanted: CaseFilter, after: Position | None, limit: int) -> Listing:
        """Return a page of the viewer's cases in one role; raise `NotAllowed` if it is not theirs.

        Newest first; with `due`, the first due before the others. Parties read what they called their cases; for
        staff nothing is opened.
        """
        kind, owner = self._list_of(viewer, wanted)
        now = self._clock.now()
        if wanted.due is None:
            page = self._store.lists.list_cases(kind, owner, after=after, limit=limit, status=wanted.status)
        else:
            late = format_instant(now - _LAST_SECOND)
            due = ("", late) if wanted.due == "overdue" else (f"{late}~", format_instant(now + _AHEAD[wanted.due]))
            page = self._store.lists.list_due_cases(kind, owner, due, after=after, limit=limit, status=wanted.status)
        titles = self._store.lists.read_titles([one.code for one in page.items]) if kind == "PARTY" else {}
        return Listing(page, format_instant(now), titles)

    def _list_of(self, viewer: Viewer, wanted: CaseFilter) -> tuple[str, str]:
        person, role = self._pseudonyms().of(viewer.subject), wanted.role
        if role is None:
            staff = ("clerk", "mediator", "court", "reviewer", "supervisor")
            role = next((one for one in staff if one in viewer.roles), "party")
        if role in {"party", "citizen", "applicant", "respondent"}:
            return "PARTY", person
        if role in {"clerk", "organisation"} and "clerk" in viewer.roles and viewer.organisation:
            return "ORGANISATION", viewer.organisation
        if role == "mediator" and "mediator" in viewer.roles:
            return "MEDIATOR", person
        if role == "court" and "court" in viewer.roles and viewer.organisation:
            return "COURT", viewer.organisation
        if role == "reviewer" and "reviewer" in viewer.roles:
            return "REVIEWER", "ALL"
        if role == "supervisor" and "supervisor" in viewer.roles and wanted.organisation is not None:
            return "ORGANISATION", wanted.organisation
        raise NotAllowed
