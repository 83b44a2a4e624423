"""Ratings in DynamoDB.

| access pattern | table or index | key condition |
| --- | --- | --- |
| a person's invitations | RatingsTable | `pk = PERSON#<pseudonym>`, `sk` begins with `INVITATION#`, backwards |
| a person's ratings, newest first | RatingsTable | `pk = PERSON#<pseudonym>`, `sk` begins with `RATING#`, backwards |
| a rating, its events | RatingsTable | `pk = RATING#<id>`, `sk = META`, `EVENT#<n>` |
| public entries of a target | RatingsTable | `pk = TARGET#<target>`, `sk` begins with `ENTRY#`, backwards |
| the counters of a target | RatingsTable | `pk = SUMMARY#<target>#<shard>`, `sk = ALL`: one BatchGetItem |
| every target that was rated | RatingsTable | `pk = TARGETS`, `sk = <target>` |
| a person's invitations that are open, newest first | gsi1 | `gsi1pk = OPEN#<pseudonym>`, by expiry, from now on |
| bad ratings of an organisation, or all, newest first | gsi1 | `gsi1pk = BAD#<organisation or ALL>` |
| those of a status, the first duty first | gsi1 | `gsi1pk = BAD#<organisation or ALL>#<status>` |
| bad ratings with something due | gsi1 | `gsi1pk = DUE#<shard>`, `gsi1sk <= <instant>` |
| who is known by a reference | RatingsTable | `pk = REFERENCE#<blind index>`, `sk = PERSON` |
| bursts, flags | RatingsTable | `pk = BURST#<staff>#<window>`; `pk = FLAGS` |
| the keys of a rating's texts | PeopleTable | `pk = KEYS#RATING-<id>` |
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from chalicelib.ratings import worklist
from chalicelib.ratings.model import Entry, Invitation, Rating, entries_of
from chalicelib.ratings.races import RatingChanged
from chalicelib.ratings.refusals import AlreadyRated, CitizenUnknown
from chalicelib.ratings.tallies import SHARDS, add_up, names_of, names_of_handled
from chalicelib.ratings.worklist import Wanted
from chalicelib.shared.aws import Clients
from chalicelib.shared.crypto import Keys
from chalicelib.shared.dynamo import Table
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.transactions import Committer, Transaction, Write

_DUE_SHARDS: Final = 4
_INVITATION: Final = "INVITATION#"
_ENTRY: Final = "ENTRY#"


class RatingStore:
    """Invitations, ratings, entries, counters."""

    def __init__(self, clients: Clients, table: str, people: str, committer: Committer, keys: Keys) -> None:
        self._table = Table(clients, table)
        self._people = Table(clients, people)
        self._committer = committer
        self._keys = keys

    def invite(self, invitation: Invitation) -> bool:
        """Write an invitation unless it is there; tell whether it was new."""
        return self._table.put_new(_invitation_item(invitation))

    def record_visit(
        self,
        visit_id: str,
        visit: Item,
        invitations: Sequence[Invitation],
        code_digest: str | None,
        *,
        idempotency: Idempotency,
        result: Any,
    ) -> None:
        """Write a visit with the invitations that it earns; a one-time code is used up with it."""
        transaction = Transaction()
        transaction.put(self._table.name, {"pk": f"VISIT#{visit_id}", "sk": "META", **visit})
        for one in invitations:
            transaction.put(self._table.name, _invitation_item(one))
        if code_digest is not None:
            transaction.delete(
                self._table.name,
                {"pk": f"REFERENCE#{code_digest}", "sk": "PERSON"},
                condition="attribute_exists(pk)",
                refusal=lambda _: CitizenUnknown(),
            )
        self._committer.commit(transaction, idempotency=idempotency, result=result)

    def find_invitation(self, person: str, invitation_id: str) -> Invitation | None:
        """Return an invitation, or None. One read."""
        item = self._table.find(f"PERSON#{person}", _INVITATION + invitation_id)
        return None if item is None else Invitation.from_item(item)

    def list_invitations(
        self, person: str, now: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Invitation], Mapping[str, Any] | None]:
        """Return a page of invitations that are open at `now`, newest first. One query and one batch read."""
        start = None if after is None else dict(after)
        rows, last = self._table.query_index(
            f"OPEN#{person}", since=f"{now}~", after=start, limit=limit, newest_first=True
        )
        read = {item["sk"]: item for item in self._table.find_many([(row["pk"], row["sk"]) for row in rows])}
        return [Invitation.from_item(read[row["sk"]]) for row in rows if row["sk"] in read], last

    def rate(self, rating: Rating, event: Event, text: str, *, idempotency: Idempotency, result: Any) -> None:
        """Write a rating, its public entries and counters, and use its invitation up; together, or not at all."""
        aggregate = f"RATING-{rating.id}"
        wrapped_kek, keyring = self._keys.make(aggregate, ["text"])
        transaction = Transaction()
        transaction.update(
            self._table.name,
            {"pk": f"PERSON#{rating.person}", "sk": _INVITATION + rating.invitation},
            "SET rating = :rating REMOVE gsi1pk, gsi1sk",
            condition="attribute_exists(pk) AND attribute_not_exists(rating)",
            refusal=lambda _: AlreadyRated(),
            values={":rating": rating.id},
        )
        self._put_meta(transaction, rating, None)
        self._put_event(transaction, event)
        sealed = keyring.seal("text", "original", text)
        transaction.put(self._table.name, {"pk": f"RATING#{rating.id}", "sk": "TEXT", "text": sealed})
        for subject, wrapped in {"KEK": wrapped_kek, **keyring.wrapped}.items():
            transaction.put(self._people.name, {"pk": f"KEYS#{aggregate}", "sk": subject, "wrapped": wrapped})
        transaction.put(
            self._table.name,
            {"pk": f"PERSON#{rating.person}", "id": rating.id, "sk": f"RATING#{rating.created_at}#{rating.id}"},
        )
        for entry in entries_of(rating):
            transaction.put(self._table.name, {"pk": "TARGETS", "sk": entry.target})
            self._put_entry(transaction, entry)
            self._add(transaction, rating, entry.target, names_of(rating.created_at, entry.level))
        for row in worklist.rows_of(rating):
            transaction.put(self._table.name, row)
        self._committer.commit(transaction, idempotency=idempotency, result=result)

    def change(
        self,
        rating: Rating,
        seen: int,
        event: Event,
        *,
        handled: Sequence[str] = (),
        idempotency: Idempotency | None,
        result: Any = None,
    ) -> None:
        """Write what came of a rating: state, event, public entries; raise `RatingChanged` if it was overtaken.

        `handled`: bad targets whose handling is closed by this.
        """
        transaction = Transaction()
        self._put_meta(transaction, rating, seen)
        self._put_event(transaction, event)
        for row in worklist.rows_of(rating):
            transaction.put(self._table.name, row)
        for entry in entries_of(rating):
            self._put_entry(transaction, entry)
        for target in handled:
            self._add(transaction, rating, target, names_of_handled(rating.created_at))
        self._committer.commit(transaction, idempotency=idempotency, result=result)

    def find(self, rating_id: str) -> Rating | None:
        """Return a rating, or None. One read."""
        item = self._table.find(f"RATING#{rating_id}", "META")
        return None if item is None else Rating.from_item(item)

    def list_mine(
        self, person: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Rating], Mapping[str, Any] | None]:
        """Return a page of a person's ratings, newest first. Two reads."""
        items, last = self._page(f"PERSON#{person}", "RATING#", after, limit)
        return self._many([item["id"] for item in items]), last

    def delete_keys(self, rating_id: str) -> None:
        """Delete the keys of a rating's original words: nobody reads them any more."""
        self._people.delete_many([(f"KEYS#RATING-{rating_id}", subject) for subject in ("KEK", "text")])

    def list_bad(
        self, wanted: Wanted, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Rating], Mapping[str, Any] | None]:
        """Return a page of bad ratings, and the position to go on from; see `worklist`."""
        ids, last = worklist.list_ids(self._table, wanted, after, limit)
        return self._many(ids), last

    def list_due(self, until: str) -> list[str]:
        """Return the ids of bad ratings with something due, from every shard."""
        return [
            item["id"]
            for shard in range(_DUE_SHARDS)
            for item in self._table.list_index(f"DUE#{shard}", until=f"{until}~")
        ]

    def list_entries(
        self, target: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Entry], Mapping[str, Any] | None]:
        """Return a page of a target's public entries, newest first. One query."""
        items, last = self._page(f"TARGET#{target}", _ENTRY, after, limit)
        return [_entry(item) for item in items], last

    def read_counts(self, targets: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return the counters of targets. One read for 25 of them."""
        keys = [(f"SUMMARY#{target}#{shard}", "ALL") for target in targets for shard in range(SHARDS)]
        by_target: dict[str, list[Item]] = {target: [] for target in targets}
        for item in self._table.find_many(keys):
            by_target[item["target"]].append(item)
        return {target: add_up(items) for target, items in by_target.items()}

    def list_targets(self) -> Iterator[str]:
        """Yield every target that was ever rated."""
        return (item["sk"] for item in self._table.list_partition("TARGETS"))

    def list_every_entry(self, target: str) -> Iterator[Entry]:
        """Yield all entries of a target, oldest first."""
        return (_entry(item) for item in self._table.list_partition(f"TARGET#{target}"))

    def know(self, reference: str, person: str) -> bool:
        """Keep by which reference (a blind index) a person is known; tell whether that holds now."""
        if self._table.put_new({"pk": f"REFERENCE#{reference}", "sk": "PERSON", "person": person}):
            return True
        return self.find_person(reference, "") == person

    def know_writes(self, references: Sequence[str], person: str) -> list[Write]:
        """Return the writes by which a person is known by references, unless another is."""
        transaction = Transaction()
        for reference in references:
            transaction.update(
                self._table.name,
                {"pk": f"REFERENCE#{reference}", "sk": "PERSON"},
                "SET person = if_not_exists(person, :person)",
                values={":person": person},
            )
        return transaction.writes

    def offer_code(self, digest: str, person: str, expires_at: str, ttl: int) -> None:
        """Keep a one-time code until it runs out."""
        self._table.put_new(
            {"pk": f"REFERENCE#{digest}", "sk": "PERSON", "person": person, "expires_at": expires_at, "ttl": ttl}
        )

    def find_person(self, reference: str, now: str) -> str | None:
        """Return who is known by a reference, or None. One read."""
        item = self._table.find(f"REFERENCE#{reference}", "PERSON")
        if item is None or (now and item.get("expires_at", "~") <= now):
            return None
        return str(item["person"])

    def count_burst(self, staff: str, window: str, rating_id: str, ttl: int) -> int:
        """Note a rating of a member of staff in a window of time; return how many there are. Twice is once."""
        return self._table.add_to_set(f"BURST#{staff}#{window}", "COUNT", "ratings", rating_id, ttl)

    def flag(self, at: str, staff: str, organisation: str, ratings: int) -> None:
        """Flag a burst of ratings for the supervisor."""
        self._table.put_new(
            {
                "pk": "FLAGS",
                "sk": f"{at}#{staff}",
                "at": at,
                "staff": staff,
                "organisation": organisation,
                "ratings": ratings,
            }
        )

    def list_flags(self, after: Mapping[str, Any] | None, limit: int) -> tuple[list[Item], Mapping[str, Any] | None]:
        """Return a page of flags, newest first."""
        return self._page("FLAGS", "", after, limit)

    def _page(
        self, pk: str, prefix: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Item], Mapping[str, Any] | None]:
        start = None if after is None else {"pk": pk, "sk": after["sk"]}
        items, last = self._table.query(pk, prefix=prefix, after=start, limit=limit, newest_first=True)
        return items, None if last is None else {"sk": last["sk"]}

    def _many(self, ids: Sequence[str]) -> list[Rating]:
        items = self._table.find_many([(f"RATING#{one}", "META") for one in ids])
        found = {item["id"]: Rating.from_item(item) for item in items}
        return [found[one] for one in ids if one in found]

    def _put_meta(self, transaction: Transaction, rating: Rating, seen: int | None) -> None:
        meta: Item = {"pk": f"RATING#{rating.id}", "sk": "META", **rating.to_item()}
        handling = rating.handling
        if handling is not None and handling.due_at is not None and handling.status not in handling.escalated:
            meta |= {"gsi1pk": f"DUE#{_shard(rating.id)}", "gsi1sk": f"{handling.due_at}#{rating.id}"}
        if seen is None:
            transaction.put(
                self._table.name, meta, condition="attribute_not_exists(pk)", refusal=lambda _: RatingChanged()
            )
        else:
            transaction.put(
                self._table.name,
                meta,
                condition="#version = :seen",
                names={"#version": "version"},
                values={":seen": seen},
                refusal=lambda _: RatingChanged(),
            )

    def _put_event(self, transaction: Transaction, event: Event) -> None:
        key = {"pk": f"RATING#{event.aggregate.removeprefix('RATING-')}", "sk": f"EVENT#{event.seq:06d}"}
        transaction.put(
            self._table.name,
            {**key, **event.to_item()},
            condition="attribute_not_exists(pk)",
            refusal=lambda _: RatingChanged(),
        )

    def _put_entry(self, transaction: Transaction, entry: Entry) -> None:
        values = {name: value for name, value in entry._asdict().items() if value is not None}
        transaction.put(
            self._table.name,
            {
                "pk": f"TARGET#{entry.target}",
                "sk": f"{_ENTRY}{entry.at}#{entry.id}",
                **values,
                "tags": list(entry.tags),
            },
        )

    def _add(self, transaction: Transaction, rating: Rating, target: str, counters: Iterable[str]) -> None:
        # The transaction is held to a condition elsewhere, so that no repetition counts twice.
        shard = rating.shards[target]
        names = {f"#c{number}": name for number, name in enumerate(counters)}
        added = ", ".join(f"{name} :one" for name in names)
        transaction.update(
            self._table.name,
            {"pk": f"SUMMARY#{target}#{shard}", "sk": "ALL"},
            f"SET target = :target ADD {added}",
            names=names,
            values={":one": 1, ":target": target},
        )


def choose_shards(targets: Iterable[str]) -> dict[str, int]:
    """Return where a rating is counted for each target: spread at random, so that no partition is hot."""
    return {target: random.randrange(SHARDS) for target in targets}  # noqa: S311 - no secret


def _shard(rating_id: str) -> int:
    return hashlib.sha256(rating_id.encode()).digest()[0] % _DUE_SHARDS


def _entry(item: Item) -> Entry:
    values: dict[str, Any] = {name: item.get(name) for name in Entry._fields}
    return Entry(**values)


def _invitation_item(one: Invitation) -> Item:
    key = {"pk": f"PERSON#{one.person}", "sk": _INVITATION + one.id}
    place = {"gsi1pk": f"OPEN#{one.person}", "gsi1sk": f"{one.expires_at}#{one.id}"}
    return {**key, **place, **one.to_item()}
