"""Organisations in DynamoDB.

| access pattern | table | key condition |
| --- | --- | --- |
| the city's directory, mediators included | OrganisationsTable | `pk = DIRECTORY` |
| how many open cases each has | OrganisationsTable | `pk = DIRECTORY`, `sk = ~LOAD#<id>`: in the same Query |
| whether an event was counted | OrganisationsTable | `pk = COUNTED#<event id>`, `sk = EVENT` |
| one organisation | OrganisationsTable | `pk = DIRECTORY`, `sk = <id>` |

A city has some tens of organisations: one bounded partition, read by one Query.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from chalicelib.organisations.model import Organisation
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import Conflict
from chalicelib.shared.transactions import Committer, Transaction

_DIRECTORY: Final = "DIRECTORY"
_LOAD: Final = "~LOAD#"  # sorts after every id


class _Counted(Conflict):
    """The event was counted before."""


class OrganisationStore:
    """The directory of organisations."""

    def __init__(self, clients: Clients, table: str, committer: Committer) -> None:
        self._table = Table(clients, table)
        self._committer = committer

    def list_all(self) -> list[Organisation]:
        """Return every organisation with its load, by id. One query."""
        items = list(self._table.list_partition(_DIRECTORY))
        loads = {item["sk"].removeprefix(_LOAD): item["open_cases"] for item in items if item["sk"].startswith(_LOAD)}
        found = (Organisation.model_validate_json(item["data"]) for item in items if "data" in item)
        return [one.model_copy(update={"open_cases": loads.get(one.id, 0)}) for one in found]

    def count(self, event_id: str, organisation: str, change: int) -> bool:
        """Change an organisation's number of open cases, once for each event; tell whether this was the first time.

        That an event was counted is kept for good: a replay may bring it again after years.
        """
        transaction = Transaction()
        transaction.put(
            self._table.name,
            {"pk": f"COUNTED#{event_id}", "sk": "EVENT"},
            condition="attribute_not_exists(pk)",
            refusal=lambda _: _Counted(),
        )
        transaction.update(
            self._table.name,
            {"pk": _DIRECTORY, "sk": _LOAD + organisation},
            "ADD open_cases :change",
            values={":change": change},
        )
        try:
            self._committer.commit(transaction)
        except _Counted:
            return False
        return True

    def find_organisation(self, organisation_id: str) -> Organisation | None:
        """Return one organisation, or None. One consistent read."""
        item = self._table.find(_DIRECTORY, organisation_id)
        return None if item is None else Organisation.model_validate_json(item["data"])

    def put_all(self, organisations: Iterable[Organisation]) -> None:
        """Write organisations, each in place of the one with its id."""
        self._table.put_many(
            [
                {"pk": _DIRECTORY, "sk": one.id, "data": json.dumps(one.model_dump(mode="json"), ensure_ascii=False)}
                for one in organisations
            ]
        )
