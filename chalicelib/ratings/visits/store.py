"""Visits, and the one-time codes by which staff at windows find a person, in DynamoDB.

| access pattern | table | key condition |
| --- | --- | --- |
| a visit | RatingsTable | `pk = VISIT#<id>`, `sk = META` |
| who shows a one-time code | RatingsTable | `pk = REFERENCE#<digest>`, `sk = PERSON` |
| which codes a person has | RatingsTable | `pk = PERSON#<pseudonym>`, `sk = KNOWN#<digest>` |

Each code is noted with the person too, so that erasure finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from chalicelib.ratings.rating.model import Invitation
from chalicelib.ratings.rating.writes import put_invitation
from chalicelib.ratings.visits.refusals import CitizenUnknown
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.transactions import Committer, Transaction, Write

_NOTE: Final = "KNOWN#"


class VisitStore:
    """Visits, and who shows which code."""

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

    def forget_writes(self, person: str) -> list[Write]:
        """Return the writes by which no code finds a person any more; those of other accounts stay."""
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
        code = {**_key_of(digest), "person": person, "expires_at": expires_at, "ttl": ttl}
        self._table.put_many([{**_note_of(person, digest), "ttl": ttl}, code])

    def find_person(self, digest: str, now: str) -> str | None:
        """Return whose one-time code this is, or None if it is nobody's, or has run out. One read."""
        item = self._table.find(f"REFERENCE#{digest}", "PERSON")
        if item is None or item["expires_at"] <= now:
            return None
        return str(item["person"])


def _note_of(person: str, reference: str) -> Item:
    """Return the key of the note that a code is a person's."""
    return {"pk": f"PERSON#{person}", "sk": _NOTE + reference}


def _key_of(reference: str) -> Item:
    return {"pk": f"REFERENCE#{reference}", "sk": "PERSON"}
