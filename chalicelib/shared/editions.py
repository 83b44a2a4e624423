"""Which running dates were counted by which edition of a year's calendar, so that a newer edition finds them.

Whatever has dates that still run (a case, a bad rating) stands in its table's index once for each year that they were
counted by, under the edition that was known then. When a year arrives, or is corrected, exactly what was counted by an
older edition is listed; counted anew, it stands under the new one, and is not found again.

| access pattern | index | key condition |
| --- | --- | --- |
| what was counted by an older edition of a year | gsi1 | `gsi1pk = YEAR#<year>#<shard>`, `gsi1sk < <edition>` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from chalicelib.shared.calendar import UNPUBLISHED, WorkCalendar
from chalicelib.shared.due import SHARDS, DueEntry, DueIndex
from chalicelib.shared.dynamo import Table
from chalicelib.shared.shards import shard_of
from chalicelib.shared.transactions import Transaction

Editions = Mapping[str, str]
"""The edition of each year (a text, as DynamoDB's keys of maps are) that a date was counted by."""

_PAGE: Final = 500
_AHEAD: Final = 3
"""How many years from the present one on may be published by a redeploy, with a newer library."""


def oldest_of(several: Iterable[Editions]) -> dict[str, str]:
    """Return the oldest edition of each year that any of several dates was counted by."""
    found: dict[str, str] = {}
    for editions in several:
        for year, edition in editions.items():
            found[year] = min(edition, found.get(year, edition))
    return found


def write_rows(  # noqa: PLR0917
    transaction: Transaction, table: str, pk: str, item_id: str, before: Editions, after: Editions
) -> None:
    """Put an item into the index under the years of `after`, and take it out of those that only `before` has."""
    for year, edition in after.items():
        if before.get(year) != edition:
            place = {"gsi1pk": f"YEAR#{year}#{shard_of(item_id, SHARDS)}", "gsi1sk": f"{edition}#{item_id}"}
            transaction.put(table, {"pk": pk, "sk": f"YEAR#{year}", **place})
    for year in before.keys() - after.keys():
        transaction.delete(table, {"pk": pk, "sk": f"YEAR#{year}"})


class OutdatedIndex(DueIndex):
    """What of a table was counted by an older edition than is known now: a part of a job works it off.

    What fails stays where it is, and is tried again by the next run.
    """

    def __init__(self, table: Table, calendar: Callable[[], WorkCalendar], this_year: Callable[[], int]) -> None:
        super().__init__(table, "YEAR")
        self._rows = table
        self._calendar = calendar
        self._this_year = this_year

    def list_due(
        self,
        shard: int,
        until: str,  # noqa: ARG002 - the edition decides
        after: Mapping[str, Any] | None,
    ) -> tuple[list[DueEntry], Mapping[str, Any] | None]:
        """Return a page of what is outdated, year by year, and where to go on. One query for each year without any."""
        calendar = self._calendar()
        for year in self._years(calendar, after):
            pk = f"YEAR#{year}#{shard}"
            start = dict(after) if after is not None and after["gsi1pk"] == pk else None
            items, last = self._rows.query_index(pk, until=calendar.edition_of(year), after=start, limit=_PAGE)
            entries = [DueEntry(*(item[name] for name in DueEntry._fields)) for item in items]
            if entries:
                # The end of a year is where the next one is looked for.
                return entries, last or entries[-1]._asdict()
        return [], None

    def postpone(self, entry: DueEntry, now: Any, *, longer: bool) -> bool:  # noqa: ARG002
        """Leave it where it is: its place says by which edition it was counted, and nothing else."""
        return False

    def _years(self, calendar: WorkCalendar, after: Mapping[str, Any] | None) -> Iterator[int]:
        first = 0 if after is None else int(str(after["gsi1pk"]).split("#")[1])
        this = self._this_year()
        for year in sorted({*calendar.years, *range(this, this + _AHEAD)}):
            if year >= first and calendar.edition_of(year) != UNPUBLISHED:
                yield year
