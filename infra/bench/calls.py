"""What an operation costs in AWS: calls, and DynamoDB capacity units, counted on DynamoDB Local."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.catalogue.filters import Filters
from chalicelib.catalogue.model import ServiceItem
from chalicelib.catalogue.search import Snapshot
from chalicelib.catalogue.store import CatalogueStore
from chalicelib.shared.aws import Clients
from infra.local.dynamodb_local import DynamoDbLocal
from infra.local.stack import read_template


def count_calls(items: Sequence[ServiceItem], snapshot: Snapshot) -> dict[str, dict[str, float]]:
    """Return calls and read units of a guide and of a warm search."""
    import boto3

    with DynamoDbLocal() as engine:
        clients = Clients()
        clients.__dict__["dynamodb"] = boto3.client(
            "dynamodb",
            endpoint_url=engine.url,
            region_name="cn-north-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        properties = read_template()["Resources"]["CatalogueTable"]["Properties"]
        wanted: Any = {key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")}
        clients.dynamodb.create_table(TableName="catalogue", **wanted)
        store = CatalogueStore(clients, "catalogue")
        store.put_items(items)
        tally = Tally(clients)
        store.find_item(items[0].code)
        guide = tally.take()
        snapshot.search("身份证", Filters(), limit=20, offset=0)
        return {"guide": guide, "search_warm": tally.take()}


class Tally:
    """Counts calls, and the units that each one reports."""

    def __init__(self, clients: Clients) -> None:
        self._calls = 0
        self._units = 0.0
        events = clients.dynamodb.meta.events
        events.register("provide-client-params.dynamodb", _ask_for_units)  # type: ignore[arg-type]
        events.register("after-call.dynamodb", self._add)

    def _add(self, parsed: dict[str, Any], **_: Any) -> None:
        self._calls += 1
        consumed = parsed.get("ConsumedCapacity") or []
        for one in consumed if isinstance(consumed, list) else [consumed]:
            self._units += one.get("CapacityUnits", 0.0)

    def take(self) -> dict[str, float]:
        """Return what was counted since the last time."""
        counted = {"calls": float(self._calls), "units": self._units}
        self._calls, self._units = 0, 0.0
        return counted


def _ask_for_units(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {**params, "ReturnConsumedCapacity": "TOTAL"}
