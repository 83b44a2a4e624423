"""Fixtures for every suite: AWS on this machine, DynamoDB engines, containers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure. `make test` asks the same examples on every machine, each time, so that a red run means
# that the code changed; `make test-deep` (`--hypothesis-profile=deep`) looks for new ones.
settings.register_profile("fixed", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile(
    "deep", deadline=None, suppress_health_check=list(HealthCheck), max_examples=1000, print_blob=True
)
settings.load_profile("fixed")

# Before any client is made: no test reaches a real account.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_SESSION_TOKEN="test",
    AWS_DEFAULT_REGION="cn-north-1",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
)
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)

from chalicelib.web import injection  # noqa: E402 - after the environment is safe
from infra.local.dynamodb_local import DynamoDbLocal, DynamoDbLocalMissing, get_engine  # noqa: E402


@pytest.fixture(autouse=True)
def _no_container_left() -> Iterator[None]:
    """No test sees the container of another."""
    injection.install(None)
    yield
    injection.install(None)


@pytest.fixture(scope="session")
def dynamodb_local_url() -> Iterator[str]:
    """DynamoDB Local in memory; skips loudly where it cannot be had, fails where CI demands it."""
    need_dynamodb_local()
    with DynamoDbLocal() as engine:
        yield engine.url


def need_dynamodb_local() -> None:
    """Skip loudly, or fail where CI demands it, unless DynamoDB Local can be had on this machine."""
    try:
        get_engine()
    except DynamoDbLocalMissing as missing:
        if os.environ.get("YIMA_REQUIRE_DYNAMODB_LOCAL"):
            pytest.fail(f"DynamoDB Local is required here: {missing}")
        pytest.skip(f"NOT TESTED on DynamoDB Local: {missing}")
