"""The items that ratings are written as: invitations, state, event, public entries, counters, lists.

Every rating of a target writes to that target's counters, so these are spread over shards; no other item is
written by two ratings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chalicelib.ratings.rating import worklist
from chalicelib.ratings.rating.model import Entry, Invitation, Rating
from chalicelib.ratings.rating.refusals import RatingChanged
from chalicelib.shared.due import due_keys
from chalicelib.shared.editions import write_rows
from chalicelib.shared.events import Event
from chalicelib.shared.items import Item
from chalicelib.shared.records import to_item
from chalicelib.shared.shards import shard_of
from chalicelib.shared.transactions import Transaction

TARGET_LISTS: Final = 4
ENTRY: Final = "ENTRY#"
INVITATION: Final = "INVITATION#"


def put_invitation(transaction: Transaction, table: str, invitation: Invitation) -> None:
    """Write a new invitation; refused with `RatingChanged` if it is there."""
    key = {"pk": f"PERSON#{invitation.person}", "sk": INVITATION + invitation.id}
    open_until = {"gsi1pk": f"OPEN#{invitation.person}", "gsi1sk": f"{invitation.expires_at}#{invitation.id}"}
    transaction.put(
        table,
        {**key, **open_until, **to_item(invitation)},
        condition="attribute_not_exists(pk)",
        refusal=lambda _: RatingChanged(),
    )


def put_meta(transaction: Transaction, table: str, rating: Rating, before: Rating | None) -> None:
    """Write a rating's state over the one that was decided on (None: it is new); refused with `RatingChanged`."""
    meta: Item = {"pk": f"RATING#{rating.id}", "sk": "META", **to_item(rating)}
    handling = rating.handling
    acts_at = None if handling is None else handling.acts_at
    if acts_at is not None:
        meta |= due_keys(rating.id, acts_at)
    if handling is not None:
        counted = {} if handling.due_at is None else handling.editions
        gone = {} if before is None else dict.fromkeys(handling.editions, "")
        write_rows(transaction, table, f"RATING#{rating.id}", rating.id, gone, counted)
    if before is None:
        transaction.put(table, meta, condition="attribute_not_exists(pk)", refusal=lambda _: RatingChanged())
    else:
        transaction.put(
            table,
            meta,
            condition="#version = :seen",
            names={"#version": "version"},
            values={":seen": before.version},
            refusal=lambda _: RatingChanged(),
        )


def put_event(transaction: Transaction, table: str, event: Event) -> None:
    """Write the next event of a rating's chain; refused with `RatingChanged`."""
    key = {"pk": f"RATING#{event.aggregate.removeprefix('RATING-')}", "sk": f"EVENT#{event.seq:06d}"}
    transaction.put(
        table,
        {**key, **event.to_item()},
        condition="attribute_not_exists(pk)",
        refusal=lambda _: RatingChanged(),
    )


def put_entry(transaction: Transaction, table: str, entry: Entry) -> None:
    """Write what the public sees of a rating of one target."""
    transaction.put(table, {"pk": f"TARGET#{entry.target}", "sk": f"{ENTRY}{entry.at}#{entry.id}", **to_item(entry)})


def put_bad(transaction: Transaction, table: str, rating: Rating) -> None:
    """List a bad rating, by its status: for its organisation, and for supervisors. Nothing for one not handled."""
    for row in worklist.rows_of(rating):
        transaction.put(table, row)


def add_counts(transaction: Transaction, table: str, rating: Rating, target: str, counters: Iterable[str]) -> None:
    """Add one to counters of a target, in the shard that the rating drew.

    The transaction is held to a condition elsewhere, so that no repetition counts twice. The first rating in a shard
    lists the target in the index too; later ones change nothing there, for the index holds no counters.
    """
    shard = rating.shards[target]
    names = {f"#c{number}": name for number, name in enumerate(counters)}
    added = ", ".join(f"{name} :one" for name in names)
    key = summary_key(target, shard)
    transaction.update(
        table,
        {"pk": key[0], "sk": key[1]},
        f"SET target = :target, gsi1pk = :list, gsi1sk = :place ADD {added}",
        names=names,
        values={
            ":one": 1,
            ":target": target,
            ":list": f"TARGETS#{shard_of(target, TARGET_LISTS)}",
            ":place": f"{target}#{shard:02d}",
        },
    )


def summary_key(target: str, shard: int) -> tuple[str, str]:
    """Return where a shard of a target's counters is."""
    return f"SUMMARY#{target}", f"SHARD#{shard:02d}"
