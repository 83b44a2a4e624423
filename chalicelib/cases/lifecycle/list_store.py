"""Lists of cases in DynamoDB, as `store.py` says and `listing.py` writes them: read by page."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.cases.lifecycle.records import Listed
from chalicelib.cases.lifecycle.titles import read_titles
from chalicelib.shared.crypto import Keys
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item


class ListStore:
    """The lists of cases."""

    def __init__(self, cases: Table, people: Table, keys: Keys) -> None:
        self._cases = cases
        self._people = people
        self._keys = keys

    def list_cases(
        self, kind: str, owner: str, *, after: Position | None, limit: int, status: str | None
    ) -> Slice[Listed]:
        """Return a page of a list of cases, newest first. One query; by status, one read more."""
        pk = f"LIST#{kind}#{owner}"
        start = None if after is None else dict(after)
        if status is None:
            items, last = self._cases.query_index(pk, after=start, limit=limit, newest_first=True)
            return Slice([from_item(Listed, item) for item in items], last)
        rows, last = self._cases.query_index(f"{pk}#{status}", after=start, limit=limit, newest_first=True)
        return Slice(self._read_listed(rows, pk), last)

    def list_due_cases(
        self, kind: str, owner: str, due: tuple[str, str], *, after: Position | None, limit: int, status: str | None
    ) -> Slice[Listed]:
        """Return a page of a list by the next date of each case, from one instant to another; two reads.

        Of one status: a page may have fewer than `limit` then, for one page of the list is read and no more.
        """
        pk, start = f"LIST#{kind}#{owner}", None if after is None else dict(after)
        rows, last = self._cases.query_index(f"{pk}##DUE", since=due[0], until=f"{due[1]}~", after=start, limit=limit)
        return Slice(self._read_listed([row for row in rows if status in {None, row["status"]}], pk), last)

    def read_titles(self, codes: Sequence[str]) -> dict[str, str]:
        """Return what the applicant called each of the cases, by code; without those who were erased. Two reads."""
        return read_titles(self._cases, self._people, self._keys, codes)

    def _read_listed(self, rows: Sequence[Item], sk: str) -> list[Listed]:
        read = self._cases.find_many([(row["pk"], sk) for row in rows])
        found = {item["pk"]: from_item(Listed, item) for item in read}
        return [found[row["pk"]] for row in rows if row["pk"] in found]
