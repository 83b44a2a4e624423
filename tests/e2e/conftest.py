"""One server with the sample catalogue, and one with the real one where it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.catalogues import real_path
from tests.e2e.server import Server, running


@pytest.fixture(scope="session")
def sample_server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def real_server() -> Iterator[Server]:
    with running("--catalogue", str(real_path())) as server:
        yield server
