"""Where bad ratings stand in lists: all of an organisation's by time, and those of each status by their next duty.

The person who is rated is shown none of what is said of them: rows name that person as `target`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.ratings.rating.model import Rating
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice

EVERYWHERE: Final = "ALL"
"""The owner of the list of the whole city."""

_WITHOUT_DUTY: Final = "~"  # sorts after every instant
_PLACE: Final = ("pk", "sk", "gsi1pk", "gsi1sk")
_READ_PAST: Final = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bad ratings. `owner`: an organisation, or `EVERYWHERE`; `hidden_from`: a target that is left out.

    `statuses`: in this order, the first duty before the others; empty: all, newest first. `due_after`, `due_until`:
    instants between which the next duty is due; those without a duty are due after every instant.
    """

    owner: str
    hidden_from: str
    statuses: Sequence[str] = ()
    due_after: str | None = None
    due_until: str | None = None


def rows_of(rating: Rating) -> list[Item]:
    """Return the rows by which a bad rating stands in lists; none for a rating that is not handled."""
    if rating.handling is None:
        return []
    key: Item = {"pk": f"RATING#{rating.id}", "id": rating.id}
    staff = next((one.target for one in rating.judgements if one.kind == "staff"), None)
    if staff is not None:
        key["target"] = staff
    made, due = f"{rating.created_at}#{rating.id}", rating.handling.due_at or _WITHOUT_DUTY
    rows = []
    for owner in (rating.organisation, EVERYWHERE):
        name = f"BAD#{owner}"
        rows.append({**key, "sk": name, "gsi1pk": name, "gsi1sk": made})
        by_status = {"gsi1pk": f"{name}#{rating.handling.status}", "gsi1sk": f"{due}#{made}"}
        rows.append({**key, "sk": f"STATUS#{owner}", **by_status})
    return rows


def list_ids(table: Table, wanted: Wanted, after: Position | None, limit: int) -> Slice[str]:
    """Return a page of ids of bad ratings. One query for each status that is read."""
    name = f"BAD#{wanted.owner}"
    places = [f"{name}#{status}" for status in wanted.statuses] or [name]
    start = None if after is None else dict(after)
    if start is not None:
        places = places[places.index(start["gsi1pk"]) :]
    rows: list[Item] = []
    for place in places:
        rows += _rows(table, place, wanted, start, limit + 1 - len(rows))
        start = None
        if len(rows) > limit:
            break
    page = rows[:limit]
    position = {part: page[-1][part] for part in _PLACE} if len(rows) > limit else None
    return Slice([row["id"] for row in page], position)


def _rows(table: Table, place: str, wanted: Wanted, after: Item | None, limit: int) -> list[Item]:
    """Return up to `limit` rows of one list."""
    since = "" if wanted.due_after is None else f"{wanted.due_after}~"
    until = None if wanted.due_until is None else f"{wanted.due_until}~"
    found: list[Item] = []
    size = limit
    while True:
        rows, after = table.query_index(
            place, since=since, until=until, after=after, limit=size, newest_first=not wanted.statuses
        )
        found.extend(row for row in rows if row.get("target") != wanted.hidden_from)
        if after is None or len(found) >= limit:
            return found[:limit]
        size = _READ_PAST  # what is said of one person is read past in few reads
