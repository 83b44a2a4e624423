"""Attempts and links in DynamoDB.

| access pattern | table | key condition |
| --- | --- | --- |
| the attempts in a case, by when they were recorded | CasesTable | `pk = CASE#<code>`, `sk` begins with `SERVICE#` |
| one attempt | CasesTable | `pk = CASE#<code>`, `sk = SERVICE#<id>` |
| whom a link invites | CasesTable | `pk = INVITATION#<SHA-256 of its token>`, `sk = TOKEN` |

The token itself is nowhere: who reads the table cannot follow a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.cases.service.model import Attempt, Invitation
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import parse_instant
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.transactions import Committer, Transaction, Write

_PREFIX: Final = "SERVICE#"
_KEPT_SECONDS: Final = 90 * 86_400
"""For how long a link that has run out is still known: until then it is told apart from one that never was."""


class ServiceStore:
    """The attempts to reach respondents, and their links."""

    def __init__(self, clients: Clients, cases: str, committer: Committer) -> None:
        self._table = Table(clients, cases)
        self._committer = committer

    def find_attempt(self, code: str, attempt_id: str) -> Attempt | None:
        """Return an attempt, or None. One read."""
        item = self._table.find(f"CASE#{code}", _PREFIX + attempt_id)
        return None if item is None else from_item(Attempt, item)

    def every_attempt(self, code: str) -> Iterator[Attempt]:
        """Yield every attempt in a case, by when it was recorded."""
        return (from_item(Attempt, item) for item in self._table.list_partition(f"CASE#{code}", prefix=_PREFIX))

    def list_attempts(self, code: str, after: Position | None, limit: int) -> Slice[Attempt]:
        """Return a page of the attempts in a case. One query."""
        pk = f"CASE#{code}"
        start = None if after is None else {"pk": pk, "sk": after["sk"]}
        items, last = self._table.query(pk, prefix=_PREFIX, after=start, limit=limit)
        return Slice([from_item(Attempt, item) for item in items], None if last is None else {"sk": last["sk"]})

    def add(self, code: str, attempt: Attempt, invitation: Invitation) -> None:
        """Write an attempt and its link, unless they are there already."""
        transaction = Transaction([self.invitation_write(invitation)])
        transaction.put(
            self._table.name,
            {"pk": f"CASE#{code}", "sk": _PREFIX + attempt.id, **to_item(attempt)},
            condition="attribute_not_exists(pk)",
            refusal=lambda _: VersionConflict(),
        )
        self._committer.commit(transaction)

    def attempt_write(self, code: str, attempt: Attempt) -> Write:
        """Return the write of an attempt, for a transaction that is held to the case's version."""
        transaction = Transaction()
        transaction.put(self._table.name, {"pk": f"CASE#{code}", "sk": _PREFIX + attempt.id, **to_item(attempt)})
        return transaction.writes[0]

    def invitation_write(self, invitation: Invitation) -> Write:
        """Return the write of a link, for a transaction."""
        ttl = int(parse_instant(invitation.expires_at).timestamp()) + _KEPT_SECONDS
        transaction = Transaction()
        transaction.put(self._table.name, {**_key(invitation.digest), **to_item(invitation), "ttl": ttl})
        return transaction.writes[0]

    def find_invitation(self, digest: str) -> Invitation | None:
        """Return whom a link invites, or None. One read."""
        item = self._table.find(*_key(digest).values())
        return None if item is None else from_item(Invitation, item)


def _key(digest: str) -> Item:
    return {"pk": f"INVITATION#{digest}", "sk": "TOKEN"}
