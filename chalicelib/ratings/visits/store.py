"""Visits, and by which numbers staff at windows find a person, in DynamoDB.

| access pattern | table | key condition |
| --- | --- | --- |
| a visit | RatingsTable | `pk = VISIT#<id>`, `sk = META` |
| who is known by a reference, or shows a one-time code | RatingsTable | `pk = REFERENCE#<blind index>`, `sk = PERSON` |
| by which references a person is known | RatingsTable | `pk = PERSON#<pseudonym>`, `sk = KNOWN#<blind index>` |

References are blind indexes. Each is noted with the person too, so that erasure finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from chalicelib.ratings.rating.model import Invitation
from chalicelib.ratings.rating.writes import put_invitation
from chalicelib.ratings.visits.refusals import CitizenUnknown, ContactTaken
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.transactions import Committer, Transaction, Write

_NOTE: Final = "KNOWN#"


class VisitStore:
    """Visits, and who is known by which reference."""

    def __init__(self, clients: Clients, table: str, committer: Committer) -> None:
        self._table = Table(clients, table)
        self._committer = committer

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
            put_invitation(transaction, self._table.name, one)
        if code_digest is not None:
            transaction.delete(
                self._table.name,
                _key_of(code_digest),
                condition="attribute_exists(pk)",
                refusal=lambda _: CitizenUnknown(),
            )
        self._committer.commit(transaction, idempotency=idempotency, result=result)

    def know(self, reference: str, person: str) -> bool:
        """Keep by which reference (a blind index) a person is known; tell whether that holds now."""
        try:
            self._committer.commit(Transaction(_claims_of(self._table, reference, person)))
        except ContactTaken:
            return False
        return True

    def know_writes(self, references: Sequence[str], person: str) -> list[Write]:
        """Return the writes by which a person is known by references, unless another is."""
        return [write for one in dict.fromkeys(references) for write in _writes_of(self._table, one, person)]

    def forget_writes(self, person: str) -> list[Write]:
        """Return the writes by which a person is known by no reference any more; those of other accounts stay."""
        notes = self._table.list_partition(f"PERSON#{person}", prefix=_NOTE, attributes=("sk",))
        noted = [item["sk"].removeprefix(_NOTE) for item in notes]
        found = self._table.find_many([(f"REFERENCE#{one}", "PERSON") for one in noted])
        theirs = {item["pk"].removeprefix("REFERENCE#") for item in found if item["person"] == person}
        transaction = Transaction()
        for reference in noted:
            if reference in theirs:
                transaction.delete(self._table.name, _key_of(reference))
            transaction.delete(self._table.name, _note_of(person, reference))
        return transaction.writes

    def offer_code(self, digest: str, person: str, expires_at: str, ttl: int) -> None:
        """Keep a one-time code until it runs out."""
        reference = {**_key_of(digest), "person": person}
        self._table.put_many(
            [{**_note_of(person, digest), "ttl": ttl}, {**reference, "expires_at": expires_at, "ttl": ttl}]
        )

    def find_person(self, reference: str, now: str) -> str | None:
        """Return who is known by a reference, or None. One read."""
        item = self._table.find(f"REFERENCE#{reference}", "PERSON")
        if item is None or (now and item.get("expires_at", "~") <= now):
            return None
        return str(item["person"])


def _note_of(person: str, reference: str) -> Item:
    """Return the key of the note that a person is known by a reference."""
    return {"pk": f"PERSON#{person}", "sk": _NOTE + reference}


def _claims_of(table: Table, reference: str, person: str) -> list[Write]:
    """Return the writes by which a person is known by a reference; refused with `ContactTaken` if another is."""
    transaction = Transaction()
    transaction.put(
        table.name,
        {**_key_of(reference), "person": person},
        condition="attribute_not_exists(pk) OR person = :person",
        refusal=lambda _: ContactTaken(),
        values={":person": person},
    )
    transaction.put(table.name, _note_of(person, reference))
    return transaction.writes


def _writes_of(table: Table, reference: str, person: str) -> list[Write]:
    """Return the writes by which a person is known by a reference, unless another is."""
    transaction = Transaction()
    transaction.update(
        table.name,
        _key_of(reference),
        "SET person = if_not_exists(person, :person)",
        values={":person": person},
    )
    transaction.put(table.name, _note_of(person, reference))
    return transaction.writes


def _key_of(reference: str) -> Item:
    return {"pk": f"REFERENCE#{reference}", "sk": "PERSON"}
