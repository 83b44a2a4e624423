"""The tables: one a context, single-table design inside (`pk`, `sk`, `gsi1pk`, `gsi1sk`, `ttl`)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from chalicelib.settings import Settings
from infra.stack.expressions import Resources, arn, kept

_SUFFIX: Final = "_table"


@dataclass(frozen=True, slots=True)
class Table:
    """What differs between tables.

    `index`: what `gsi1` projects beside the keys, no personal data among it; None: there is no index. `stream`: its
    changes go to a relay. `backups`: point-in-time recovery; of keys it would undo an erasure.
    """

    index: tuple[str, ...] | Literal["ALL"] | None = None
    stream: bool = False
    backups: bool = True


TABLES: Final = {
    "catalogue": Table(stream=True),
    "cases": Table(
        (
            "code",
            "status",
            "dispute_type",
            "region",
            "organisation",
            "created_at",
            "updated_at",
            "next_due",
            "sessions",
            "court",
        ),
        stream=True,
    ),
    "organisations": Table("ALL", stream=True),
    "appointments": Table(
        (
            "id",
            "case_code",
            "status",
            "start",
            "end",
            "mode",
            "mediator_id",
            "room",
            "organisation",
            "hold_expires_at",
            "version",
            "at",
        ),
        stream=True,
    ),
    "ratings": Table(("id", "status", "target", "at", "due_at", "expires_at", "organisation", "overdue"), stream=True),
    "notices": Table(backups=False),
    "audit": Table(),
    "people": Table(backups=False),
    "answers": Table(backups=False),
    "rules": Table(),
    "desks": Table("ALL"),
}
"""By the name of their setting without `_table`."""


def logical_id(table: str) -> str:
    """Return the name in the template of a table such as `cases`; raise `KeyError` for one that there is not."""
    if table not in TABLES:
        raise KeyError(table)
    return f"{table.capitalize()}Table"


def table_settings() -> dict[str, str]:
    """Return the logical id of every table by its setting, such as `cases_table`."""
    names = [field.name for field in fields(Settings) if field.name.endswith(_SUFFIX)]
    return {name: logical_id(name.removesuffix(_SUFFIX)) for name in names}


def declare_tables() -> Resources:
    """Return the tables."""
    return {logical_id(name): kept("AWS::DynamoDB::Table", **_properties(table)) for name, table in TABLES.items()}


def _properties(table: Table) -> dict[str, Any]:
    keys = ("pk", "sk") if table.index is None else ("pk", "sk", "gsi1pk", "gsi1sk")
    properties: dict[str, Any] = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
        "KeySchema": _key("pk", "sk"),
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": table.backups},
        "DeletionProtectionEnabled": True,
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn("DataKey")},
    }
    if table.stream:
        properties["StreamSpecification"] = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    properties["TimeToLiveSpecification"] = {"AttributeName": "ttl", "Enabled": True}
    if table.index is not None:
        index = {"IndexName": "gsi1", "KeySchema": _key("gsi1pk", "gsi1sk"), "Projection": _projection(table.index)}
        properties["GlobalSecondaryIndexes"] = [index]
    return properties


def _key(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def _projection(index: tuple[str, ...] | Literal["ALL"]) -> dict[str, Any]:
    if index == "ALL":
        return {"ProjectionType": "ALL"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index)}
