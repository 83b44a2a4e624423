"""A town in this process: fresh tables for each test, one engine for all of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from chalicelib.shared.aws import Clients
from infra.local.moto_speed import cheap_transactions
from tests.events.town import Town


@pytest.fixture(scope="module")
def town_clients() -> Iterator[Clients]:
    with cheap_transactions(), mock_aws():
        yield Clients()


@pytest.fixture
def town(town_clients: Clients) -> Town:
    return Town(town_clients)
