"""The directory as one process reads it: every organisation, and lists of them that are made once and read by page."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Final

from chalicelib.organisations.model import Organisation
from chalicelib.shared.clock import SHANGHAI

_BY_ID: Final = attrgetter("id")

Filter = tuple[str | None, str | None, str | None]
"""Kind, main type and region; None: any. Without a kind, organisations that mediate."""


class Directory:
    """The organisations of one reading, by id. A list is filtered once, when it is first asked for."""

    def __init__(self, organisations: Iterable[Organisation], read_at: datetime) -> None:
        self.read_at = read_at
        self.everybody = tuple(sorted(organisations, key=_BY_ID))
        self._today = read_at.astimezone(SHANGHAI).date()
        self._by_id = {one.id: one for one in self.everybody}
        self._lists: dict[Filter, tuple[Organisation, ...]] = {}
        self._lock = threading.Lock()

    def find(self, organisation_id: str) -> Organisation | None:
        """Return one, or None."""
        return self._by_id.get(organisation_id)

    def every(self, kind: str | None, main_type: str | None, region: str | None) -> tuple[Organisation, ...]:
        """Return those of a kind (None: all that mediate) that take the main type and cover the region, by id.

        Who is not in use yet, or any more, can be found by id only.
        """
        wanted = (kind, main_type, region)
        with self._lock:
            known = self._lists.get(wanted)
        if known is None:
            known = tuple(one for one in self.everybody if one.exists_on(self._today) and _fits(one, *wanted))
            with self._lock:
                if known:  # what anybody may make up, and finds nothing, is not kept
                    self._lists[wanted] = known
        return known

    def page(self, found: tuple[Organisation, ...], after: str | None, limit: int) -> tuple[Organisation, ...]:
        """Return at most `limit` of a list of `every`, after an id that may be gone by now."""
        start = 0 if after is None else bisect_right(found, after, key=_BY_ID)
        return found[start : start + limit]


def _fits(one: Organisation, kind: str | None, main_type: str | None, region: str | None) -> bool:
    return (
        (one.mediates if kind is None else one.kind == kind)
        and (main_type is None or one.takes(main_type))
        and (region is None or region in one.covers)
    )
