"""One server with the sample catalogue on each engine, and one with the real catalogue where it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.catalogues import real_path
from tests.conftest import need_dynamodb_local
from tests.e2e.server import Server, running

STORIES: Final = {
    "test_cases",
    "test_appointments",
    "test_ratings",
    "test_evidence",
    "test_me",
    "test_law",
    "test_contact",
    "test_service",
}
"""Modules whose stories are played on both engines: what moto forgives, DynamoDB Local does not, and its streams differ."""

ENGINES: Final = ("moto", "dynamodb-local")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play the stories on every engine, and everything else on moto."""
    if "sample_server" in metafunc.fixturenames:
        engines = ENGINES if metafunc.module.__name__.rpartition(".")[2] in STORIES else ENGINES[:1]
        metafunc.parametrize("sample_server", engines, indirect=True, scope="session")


@pytest.fixture(scope="session")
def sample_server(request: pytest.FixtureRequest) -> Server:
    """The engine's running server; it goes on running while tests of the other engine come in between."""
    server: Server = request.getfixturevalue("local_server" if request.param == "dynamodb-local" else "moto_server")
    return server


@pytest.fixture(scope="session")
def moto_server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def local_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on DynamoDB Local with a folder of its own; skips loudly where that engine cannot be had."""
    need_dynamodb_local()
    with running("--dynamodb", "local", "--state", str(tmp_path_factory.mktemp("state"))) as server:
        yield server


@pytest.fixture(scope="session")
def real_server() -> Iterator[Server]:
    with running("--catalogue", str(real_path())) as server:
        yield server


@pytest.fixture
def console_clock(sample_server: Server) -> Any:
    """The console's clock, put back afterwards."""
    yield lambda **body: sample_server.console.post("/clock", json=body).raise_for_status()
    sample_server.console.post("/clock", json={"reset": True})
