"""On whose desk a bad rating stands: its organisation's until it is closed; on others while a duty of it is overdue."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.desk.public import ALL, Desk, DeskItem, Kind
from chalicelib.ratings.rating.model import Handling, Rating

OPEN: tuple[str, ...] = ("opened", "contacted", "fixing", "replied")
"""Statuses in which something is left to do."""


def desk_of(rating: Rating, function: str) -> Desk:
    """Return the desk of a function for a rating."""
    return Desk(function, rating.organisation if function == "organisation" else ALL)


def desk_items(rating: Rating) -> tuple[DeskItem, ...]:
    """Return what of a rating waits on whose desk; nothing of one that is not bad, or closed."""
    handling = rating.handling
    return () if handling is None or handling.status not in OPEN else tuple(_items(rating, handling))


def _items(rating: Rating, handling: Handling) -> Iterator[DeskItem]:
    since = handling.steps[-1].at if handling.steps else rating.created_at
    yield _item(rating, handling, "bad_rating", "organisation", since, rating.id)
    for function, heard in handling.escalated_to.items():
        yield _item(rating, handling, "escalation", function, heard, f"RATING-{rating.id}-{function}")


def _item(  # noqa: PLR0917
    rating: Rating, handling: Handling, kind: Kind, function: str, since: str, item_id: str
) -> DeskItem:
    due = handling.due_at
    return DeskItem(
        kind=kind,
        id=item_id,
        desk=str(desk_of(rating, function)),
        since=since,
        status=handling.status,
        waiting_for="organisation",
        due_at=due,
        provisional=due is not None and handling.provisional,
        rule=None if due is None else handling.due_rule[0],
        about=next((one.target for one in rating.judgements if one.kind == "staff"), None),
    )
