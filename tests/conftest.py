"""Fixtures for every suite: AWS on this machine, a clock that stands still, containers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from chalicelib import bootstrap

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
os.environ.pop("AWS_PROFILE", None)


@pytest.fixture(autouse=True)
def _no_container_left() -> Iterator[None]:
    """No test sees the container of another."""
    bootstrap.install(None)
    yield
    bootstrap.install(None)
