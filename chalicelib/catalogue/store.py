"""The catalogue in DynamoDB.

| access pattern | key condition |
| --- | --- |
| one item (the guide) | GetItem `pk = SERVICES#<shard of code>`, `sk = <code>` |
| states of given items (import) | BatchGetItem of those keys, `digest` and `withdrawn` only |
| every item (import with --replace, publishing) | Query `pk = SERVICES#<shard>`, for each of 16 shards, consistent |
| all bundles (publishing) | Query `pk = BUNDLES` |

There is no index: the shard follows from the code, so that a list needs no second copy of the items, and
publishing right after an import sees all of it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from chalicelib.catalogue.model import Bundle, ItemState, ServiceItem
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import Item

SHARDS: Final = 16
_BUNDLES: Final = "BUNDLES"


class CatalogueStore:
    """Reads and writes service items and bundles."""

    def __init__(self, clients: Clients, table_name: str) -> None:
        self._table = Table(clients, table_name)

    def find_item(self, code: str) -> ServiceItem | None:
        """Return the item with the implementation code `code`, unless it is absent or withdrawn. One read."""
        # Eventually consistent: half the price, and a guide that is a second old is still right.
        found = self._table.find(*_key(code), consistent=False)
        if found is None or found["withdrawn"]:
            return None
        return ServiceItem.model_validate_json(found["document"])

    def find_states(self, codes: Sequence[str]) -> Mapping[str, ItemState]:
        """Return what the catalogue holds of the items; absent codes are absent."""
        keys = [_key(code) for code in codes]
        found = self._table.find_many(keys, attributes=("sk", "digest", "withdrawn"))
        return {item["sk"]: ItemState(item["digest"], item["withdrawn"]) for item in found}

    def list_codes(self) -> Iterator[str]:
        """Yield the codes of all items that are not withdrawn."""
        for shard in range(SHARDS):
            for found in self._table.list_partition(_partition(shard), attributes=("sk", "withdrawn")):
                if not found["withdrawn"]:
                    yield found["sk"]

    def list_items(self) -> Iterator[ServiceItem]:
        """Yield all items that are not withdrawn."""
        for shard in range(SHARDS):
            for found in self._table.list_partition(_partition(shard)):
                if not found["withdrawn"]:
                    yield ServiceItem.model_validate_json(found["document"])

    def put_items(self, items: Sequence[ServiceItem]) -> None:
        """Write the items; a withdrawn one is live again."""
        self._table.put_many([_to_row(item) for item in items])

    def withdraw(self, codes: Sequence[str]) -> None:
        """Take the items out of service; what they said is kept."""
        for code in codes:
            self._table.update(
                _key(code), "SET withdrawn = :yes", condition="attribute_exists(pk)", values={":yes": True}
            )

    def list_bundles(self) -> list[Bundle]:
        """Return all bundles, by id."""
        return [Bundle.model_validate_json(found["document"]) for found in self._table.list_partition(_BUNDLES)]

    def put_bundles(self, bundles: Sequence[Bundle]) -> None:
        """Write the bundles."""
        rows: list[Item] = [
            {"pk": _BUNDLES, "sk": bundle.id, "document": bundle.model_dump_json()} for bundle in bundles
        ]
        self._table.put_many(rows)


def _partition(shard: int) -> str:
    return f"SERVICES#{shard:02d}"


def _key(code: str) -> tuple[str, str]:
    return _partition(zlib.crc32(code.encode()) % SHARDS), code


def _to_row(item: ServiceItem) -> Item:
    pk, sk = _key(item.code)
    return {"pk": pk, "sk": sk, "digest": item.digest(), "withdrawn": False, "document": item.model_dump_json()}
