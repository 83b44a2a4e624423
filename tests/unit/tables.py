"""Fresh tables on one moto for all of a file: clients are slow to make, tables are not."""

from __future__ import annotations

import uuid

from chalicelib.shared.aws import Clients
from infra.local.stack import read_template


def fresh_table(clients: Clients, name: str) -> str:
    """Make an empty table with the schema of one in the template; return its name."""
    properties = read_template()["Resources"][name]["Properties"]
    wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    made = f"{name}-{uuid.uuid4().hex}"
    clients.dynamodb.create_table(TableName=made, **{one: properties[one] for one in wanted if one in properties})
    return made
