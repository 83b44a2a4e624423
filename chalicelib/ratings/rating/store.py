"""Ratings in DynamoDB.

| access pattern | table or index | key condition |
| --- | --- | --- |
| a person's invitations | RatingsTable | `pk = PERSON#<pseudonym>`, `sk` begins with `INVITATION#`, backwards |
| a person's ratings, newest first | RatingsTable | `pk = PERSON#<pseudonym>`, `sk` begins with `RATING#`, backwards |
| a rating, its events | RatingsTable | `pk = RATING#<id>`, `sk = META`, `EVENT#<n>` |
| public entries of a target | RatingsTable | `pk = TARGET#<target>`, `sk` begins with `ENTRY#`, backwards |
| what a case or session earned a person | RatingsTable | `pk = PERSON#<pseudonym>`, `sk = EARNED#<occasion>#<target>` |
| the counters of a target | RatingsTable | `pk = SUMMARY#<target>`, `sk = SHARD#<n>` |
| every target that was rated | gsi1 | `gsi1pk = TARGETS#<list>`, by target; the counters' own items |
| a person's invitations that are open, newest first | gsi1 | `gsi1pk = OPEN#<pseudonym>`, by expiry, from now on |
| bad ratings of an organisation, or all, newest first | gsi1 | `gsi1pk = BAD#<organisation or ALL>` |
| those of a status, the first duty first | gsi1 | `gsi1pk = BAD#<organisation or ALL>#<status>` |
| bad ratings with dates that an older edition of a year counted | gsi1 | see `chalicelib/shared/editions.py` |
| bad ratings with something due | gsi1 | `gsi1pk = DUE#<shard>`, `gsi1sk <= <instant>` |
| what of a bad rating waits on whose desk | DesksTable | see `chalicelib/desk/store.py` |
| bursts, flags | RatingsTable | `pk = BURST#<staff>#<window>`; `pk = FLAGS` |
| the keys of a rating's texts | PeopleTable | `pk = KEYS#RATING-<id>` |
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from chalicelib.desk.public import Desks
from chalicelib.ratings.rating import worklist
from chalicelib.ratings.rating.desks import desk_items
from chalicelib.ratings.rating.earning import earn
from chalicelib.ratings.rating.model import Entry, Invitation, Rating, entries_of
from chalicelib.ratings.rating.refusals import AlreadyRated
from chalicelib.ratings.rating.tallies import add_up, names_of, names_of_handled, shards_of
from chalicelib.ratings.rating.worklist import Wanted
from chalicelib.ratings.rating.writes import (
    ENTRY,
    INVITATION,
    TARGET_LISTS,
    add_counts,
    put_bad,
    put_entry,
    put_event,
    put_meta,
    summary_key,
)
from chalicelib.shared.aws import Clients
from chalicelib.shared.crypto import Keys, Place
from chalicelib.shared.due import DueIndex
from chalicelib.shared.dynamo import Table
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item
from chalicelib.shared.transactions import Committer, Transaction


class RatingStore:
    """Invitations, ratings, entries, counters."""

    def __init__(  # noqa: PLR0917 - what it keeps, and where
        self, clients: Clients, table: str, people: str, committer: Committer, keys: Keys, desks: Desks
    ) -> None:
        self._table = Table(clients, table)
        self.due = DueIndex(self._table)
        self._people = Table(clients, people)
        self._committer = committer
        self._keys = keys
        self._desks = desks

    def invite(self, invitation: Invitation, occasion: str) -> bool:
        """Write an invitation to what a case or session, the `occasion`, lets a person rate; tell whether it was new.

        Each target is rated once for an occasion: see `earning.py`.
        """
        return earn(self._table, self._committer, invitation, occasion)

    def find_invitation(self, person: str, invitation_id: str) -> Invitation | None:
        """Return an invitation, or None. One read."""
        item = self._table.find(f"PERSON#{person}", INVITATION + invitation_id)
        return None if item is None else from_item(Invitation, item)

    def list_invitations(self, person: str, now: str, after: Position | None, limit: int) -> Slice[Invitation]:
        """Return a page of invitations that are open at `now`, newest first. One query and one batch read."""
        start = None if after is None else dict(after)
        rows, last = self._table.query_index(
            f"OPEN#{person}", since=f"{now}~", after=start, limit=limit, newest_first=True
        )
        read = {item["sk"]: item for item in self._table.find_many([(row["pk"], row["sk"]) for row in rows])}
        return Slice([from_item(Invitation, read[row["sk"]]) for row in rows if row["sk"] in read], last)

    def rate(self, rating: Rating, event: Event, text: str, *, idempotency: Idempotency, result: Any) -> None:
        """Write a rating, its public entries and counters, and use its invitation up; together, or not at all."""
        aggregate = f"RATING-{rating.id}"
        wrapped_kek, keyring = self._keys.make(aggregate, ["text"])
        transaction = Transaction()
        transaction.update(
            self._table.name,
            {"pk": f"PERSON#{rating.person}", "sk": INVITATION + rating.invitation},
            "SET rating = :rating REMOVE gsi1pk, gsi1sk",
            condition="attribute_exists(pk) AND attribute_not_exists(rating)",
            refusal=lambda _: AlreadyRated(),
            values={":rating": rating.id},
        )
        put_meta(transaction, self._table.name, rating, None)
        put_event(transaction, self._table.name, event)
        sealed = keyring.seal("text", Place("RatingsTable", "TEXT", "text"), text)
        transaction.put(self._table.name, {"pk": f"RATING#{rating.id}", "sk": "TEXT", "text": sealed})
        for subject, wrapped in {"KEK": wrapped_kek, **keyring.wrapped}.items():
            transaction.put(self._people.name, {"pk": f"KEYS#{aggregate}", "sk": subject, "wrapped": wrapped})
        transaction.put(
            self._table.name,
            {"pk": f"PERSON#{rating.person}", "id": rating.id, "sk": f"RATING#{rating.created_at}#{rating.id}"},
        )
        for entry in entries_of(rating):
            put_entry(transaction, self._table.name, entry)
            add_counts(transaction, self._table.name, rating, entry.target, names_of(rating.created_at, entry.level))
        put_bad(transaction, self._table.name, rating)
        transaction.writes.extend(self._desks.writes((), desk_items(rating), event.at))
        self._committer.commit(transaction, idempotency=idempotency.showing(rating.shown()), result=result)

    def change(
        self,
        rating: Rating,
        before: Rating,
        event: Event,
        *,
        handled: Sequence[str] = (),
        idempotency: Idempotency | None,
        result: Any = None,
    ) -> None:
        """Write what came of a rating: state, event, public entries; raise `RatingChanged` if it was overtaken.

        `before`: the rating that it was decided on; `handled`: bad targets whose handling is closed by this.
        """
        transaction = Transaction()
        put_meta(transaction, self._table.name, rating, before)
        put_event(transaction, self._table.name, event)
        put_bad(transaction, self._table.name, rating)
        for entry in entries_of(rating):
            put_entry(transaction, self._table.name, entry)
        for target in handled:
            add_counts(transaction, self._table.name, rating, target, names_of_handled(rating.created_at))
        transaction.writes.extend(self._desks.writes(desk_items(before), desk_items(rating), event.at))
        claim = None if idempotency is None else idempotency.showing(rating.shown())
        self._committer.commit(transaction, idempotency=claim, result=result)

    def find_rating(self, rating_id: str) -> Rating | None:
        """Return a rating, or None. One read."""
        item = self._table.find(f"RATING#{rating_id}", "META")
        return None if item is None else from_item(Rating, item)

    def find_event(self, rating_id: str, seq: int) -> Event | None:
        """Return one event of a rating, or None. One read."""
        item = self._table.find(f"RATING#{rating_id}", f"EVENT#{seq:06d}")
        return None if item is None else Event.from_item(item)

    def list_events(self, rating_id: str) -> Iterator[Event]:
        """Yield every event of a rating in order."""
        return map(Event.from_item, self._table.list_partition(f"RATING#{rating_id}", prefix="EVENT#"))

    def list_mine(self, person: str, after: Position | None, limit: int) -> Slice[Rating]:
        """Return a page of a person's ratings, newest first. Two reads."""
        page = self._page(f"PERSON#{person}", "RATING#", after, limit)
        return Slice(self._read_ratings([item["id"] for item in page.items]), page.position)

    def delete_keys(self, rating_id: str) -> None:
        """Delete the keys of a rating's original words: nobody reads them any more."""
        self._people.delete_many([(f"KEYS#RATING-{rating_id}", subject) for subject in ("KEK", "text")])

    def list_bad(self, wanted: Wanted, after: Position | None, limit: int) -> Slice[Rating]:
        """Return a page of bad ratings; see `worklist`."""
        page = worklist.list_ids(self._table, wanted, after, limit)
        return Slice(self._read_ratings(page.items), page.position)

    def list_entries(self, target: str, after: Position | None, limit: int) -> Slice[Entry]:
        """Return a page of a target's public entries, newest first. One query."""
        return self._page(f"TARGET#{target}", ENTRY, after, limit).map(lambda item: from_item(Entry, item))

    def read_counts(self, target: str) -> dict[str, int]:
        """Return the counters of a target. One query, whose answer grows with how busy the target is."""
        return add_up(self._table.list_partition(summary_key(target, 0)[0]))

    def read_many_counts(self, targets: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return the counters of several targets. One read for as many as have a hundred shards between them."""
        keys = [summary_key(target, shard) for target in targets for shard in range(shards_of(target))]
        by_target: dict[str, list[Item]] = {target: [] for target in targets}
        for item in self._table.find_many(keys):
            by_target[item["target"]].append(item)
        return {target: add_up(items) for target, items in by_target.items()}

    def list_targets(self) -> Iterator[str]:
        """Yield every target that was ever rated, once. For ops: it reads an index entry for each shard."""
        for number in range(TARGET_LISTS):
            last = None
            for item in self._table.list_index(f"TARGETS#{number}"):
                if item["target"] != last:
                    last = item["target"]
                    yield last

    def list_every_entry(self, target: str) -> Iterator[Entry]:
        """Yield all entries of a target, oldest first."""
        return (from_item(Entry, item) for item in self._table.list_partition(f"TARGET#{target}"))

    def count_burst(self, staff: str, window: str, rating_id: str, ttl: int, enough: int) -> int | None:
        """Note a rating of a member of staff in a window of time; return how many there are. Twice is once.

        None, and nothing is noted, once there are `enough` others: the item stays small however many come.
        """
        return self._table.add_to_set(
            (f"BURST#{staff}#{window}", "COUNT"), "ratings", rating_id, ttl=ttl, at_most=enough
        )

    def flag(self, since: str, at: str, staff: str, organisation: str, ratings: int) -> None:
        """Flag a burst of ratings for the supervisor, once for the window that begins at `since`."""
        self._table.put_new(
            {
                "pk": "FLAGS",
                "sk": f"{since}#{staff}",
                "at": at,
                "staff": staff,
                "organisation": organisation,
                "ratings": ratings,
            }
        )

    def list_flags(self, after: Position | None, limit: int) -> Slice[Item]:
        """Return a page of flags, newest first."""
        return self._page("FLAGS", "", after, limit)

    def _page(self, pk: str, prefix: str, after: Position | None, limit: int) -> Slice[Item]:
        start = None if after is None else {"pk": pk, "sk": after["sk"]}
        items, last = self._table.query(pk, prefix=prefix, after=start, limit=limit, newest_first=True)
        return Slice(items, None if last is None else {"sk": last["sk"]})

    def _read_ratings(self, ids: Sequence[str]) -> list[Rating]:
        items = self._table.find_many([(f"RATING#{one}", "META") for one in ids])
        found = {item["id"]: from_item(Rating, item) for item in items}
        return [found[one] for one in ids if one in found]


def choose_shards(targets: Iterable[str], draw: Callable[[int], int] = random.randrange) -> dict[str, int]:
    """Return where a rating is counted for each target: spread at random, so that no item is hot."""
    return {target: draw(shards_of(target)) for target in targets}
