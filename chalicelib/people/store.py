"""People in DynamoDB.

| access pattern | table | key condition |
| --- | --- | --- |
| whom a pseudonym stands for | PeopleTable | `pk = PERSON#<pseudonym>`, `sk = PROFILE` |
| who read a person's data | AuditTable | `pk = PERSON#<pseudonym>`, `sk` begins with `ACCESS#`, backwards |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib.people.model import Access
from chalicelib.people.refusals import ProfileChanged
from chalicelib.shared.aws import Clients
from chalicelib.shared.codes import new_id
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.shared.transactions import Committer, Transaction, Write

_ACCESS: Final = "ACCESS#"
_WRITES_AT_ONCE: Final = 90


class PeopleStore:
    """Profiles. The subject is sealed: the table names nobody."""

    def __init__(
        self, clients: Clients, table: str, sealer: Callable[[], AesGcmSealer], committer: Committer | None = None
    ) -> None:
        self._table = Table(clients, table)
        self._sealer = sealer
        self._committer = committer

    def profile_write(self, person: str, subject: str) -> Write:
        """Return the write that keeps whom a pseudonym stands for, to be part of a transaction."""
        transaction = Transaction()
        sealed = self._sealer().seal(subject.encode(), person.encode())
        transaction.update(
            self._table.name,
            _profile(person),
            "SET subject = if_not_exists(subject, :subject) ADD uses :one",
            values={":subject": sealed, ":one": 1},
        )
        return transaction.writes[0]

    def find_subject(self, person: str) -> str | None:
        """Return whom the pseudonym stands for, or None. One read."""
        item = self._table.find(_profile(person)["pk"], _profile(person)["sk"])
        return None if item is None else self._sealer().unseal(item["subject"], person.encode()).decode()

    def find_uses(self, person: str) -> int | None:
        """Return how often the profile came to be needed, or None without one. One consistent read."""
        item = self._table.find(_profile(person)["pk"], _profile(person)["sk"])
        return None if item is None else item.get("uses")

    def forget(self, person: str, uses: int | None, also: Sequence[Write]) -> None:
        """Forget whom a pseudonym stands for, and do `also`, together.

        Raises `ProfileChanged` if the profile came to be needed again since `uses` was read. More than fit into one
        transaction are done in several: what is left after a failure is done by the next attempt.
        """
        if self._committer is None:
            raise TypeError("forgetting needs a committer")
        rest = list(also)
        while len(rest) >= _WRITES_AT_ONCE:
            held = Transaction(rest[:_WRITES_AT_ONCE])
            held.check(self._table.name, _profile(person), **_unless_used(uses))
            self._committer.commit(held)
            rest = rest[_WRITES_AT_ONCE:]
        last = Transaction(rest)
        last.delete(self._table.name, _profile(person), **_unless_used(uses))
        self._committer.commit(last)


class AccessLedger:
    """Who read whose personal data, and why. Nobody can change or remove an entry here."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._table = Table(clients, table)

    def writes(self, accesses: Sequence[Access]) -> list[Write]:
        """Return the writes that note accesses, to be part of a transaction."""
        transaction = Transaction()
        for one in accesses:
            transaction.put(self._table.name, _entry(one))
        return transaction.writes

    def record(self, accesses: Sequence[Access]) -> None:
        """Note accesses now; raise `Unavailable` if they cannot be noted."""
        self._table.put_many([_entry(one) for one in accesses])

    def list_accesses(self, person: str, after: Position | None, limit: int) -> Slice[Access]:
        """Return a page of a person's entries, newest first. One read."""
        pk = f"PERSON#{person}"
        start = None if after is None else {"pk": pk, "sk": after["sk"]}
        items, last = self._table.query(pk, prefix=_ACCESS, after=start, limit=limit, newest_first=True)
        return Slice([from_item(Access, item) for item in items], None if last is None else {"sk": last["sk"]})


def _profile(person: str) -> dict[str, str]:
    return {"pk": f"PERSON#{person}", "sk": "PROFILE"}


def _unless_used(uses: int | None) -> dict[str, Any]:
    """Return the condition that a profile was not needed since, and what its failure means."""
    if uses is None:
        return {"condition": "attribute_not_exists(uses)", "refusal": lambda _: ProfileChanged()}
    return {"condition": "uses = :uses", "values": {":uses": uses}, "refusal": lambda _: ProfileChanged()}


def _entry(access: Access) -> Item:
    values = to_item(replace(access, id=access.id or new_id()))
    return {"pk": f"PERSON#{access.person}", "sk": f"{_ACCESS}{access.at}#{values['id']}", **values}
