"""Every store is held to one suite on two engines: moto, and DynamoDB Local, AWS's own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.shared.aws import Clients
from infra.local.stack import read_template


@pytest.fixture(params=["moto", "dynamodb-local"])
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    """Clients of an engine."""
    if request.param == "moto":
        with mock_aws():
            yield Clients()
        return
    yield local_clients(request.getfixturevalue("dynamodb_local_url"))


class _EndpointSession(boto3.session.Session):
    """A session whose clients all go to one address."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def client(self, *arguments: Any, **options: Any) -> Any:
        return super().client(*arguments, **{**options, "endpoint_url": self._url})


def local_clients(url: str) -> Clients:
    return Clients(_EndpointSession(url))


@pytest.fixture
def table(clients: Clients) -> str:
    """A fresh table with the catalogue table's own schema."""
    name = f"test-{uuid.uuid4().hex}"
    properties = read_template()["Resources"]["CatalogueTable"]["Properties"]
    clients.dynamodb.create_table(
        TableName=name,
        **{key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")},
    )
    return name
