"""Organisations in DynamoDB.

| access pattern | table | key condition |
| --- | --- | --- |
| the city's directory, mediators included | OrganisationsTable | `pk = DIRECTORY` |
| one organisation | OrganisationsTable | `pk = DIRECTORY`, `sk = <id>` |

A city has some tens of organisations: one bounded partition, read by one Query.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from chalicelib.organisations.model import Organisation
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table

_DIRECTORY = "DIRECTORY"


class OrganisationStore:
    """The directory of organisations."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._table = Table(clients, table)

    def list_all(self) -> Iterator[Organisation]:
        """Yield every organisation, by id."""
        return (Organisation.model_validate_json(item["data"]) for item in self._table.list_partition(_DIRECTORY))

    def find(self, organisation_id: str) -> Organisation | None:
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
