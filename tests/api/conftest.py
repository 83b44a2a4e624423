"""The app behind Chalice's test client, with a catalogue in memory and a sign-in service of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib.catalogue.published import PublishedSnapshot
from chalicelib.catalogue.search import Snapshot
from chalicelib.catalogue.service import CatalogueService
from chalicelib.composition.container import Container
from chalicelib.ratings.rating.service import RatingService
from chalicelib.ratings.rating.tallies import Summary, summarise
from chalicelib.settings import Settings
from chalicelib.web.identity import SigningKeys, TokenVerifier
from infra.local.issuer import AUDIENCE, Issuer, TokenRequest
from infra.local.state import LocalState
from tests.catalogues import MemoryStore, build, sample_bundles, sample_items
from tests.world import StillClock, container_of, settings_of

ISSUER = "https://id.example.cn"


class Snapshots(PublishedSnapshot):
    def __init__(self, snapshot: Snapshot) -> None:
        self._only = snapshot

    def current(self) -> Snapshot:
        return self._only


@pytest.fixture(scope="session")
def sample_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return build(sample_items(), tmp_path_factory.mktemp("snapshot"), sample_bundles())


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(ISSUER, LocalState(tmp_path_factory.mktemp("state")).signing_key(), StillClock())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(
        oidc_issuer=ISSUER,
        oidc_audiences=frozenset({AUDIENCE}),
        oidc_jwks_url=f"{ISSUER}/keys",
        cors_origins=("https://app.example.cn", "https://admin.example.cn"),
        scratch=tmp_path,
    )


class Unrated:
    """Nobody has rated anything."""

    def summarise(self, target: str) -> Summary:
        return summarise({}, 5)

    def summarise_many(self, targets: list[str]) -> dict[str, Summary]:
        return {target: summarise({}, 5) for target in targets}


@pytest.fixture
def container(settings: Settings, sample_snapshot: Snapshot, issuer: Issuer) -> Container:
    clock = StillClock()
    made = container_of(
        settings,
        clock,
        {
            CatalogueService: CatalogueService(MemoryStore(sample_items()), Snapshots(sample_snapshot)),
            TokenVerifier: TokenVerifier(settings, clock, SigningKeys(settings, clock, lambda _: issuer.keys())),
            RatingService: Unrated(),
        },
    )
    made.foundation.root_secret = b"a root secret for tests"
    return made


class Caller:
    """One person at the API."""

    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    def ask(self, method: str, path: str, *, body: bytes = b"", **headers: str) -> HTTPResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.http.request(method, path, headers={**self._headers, **named}, body=body)

    def get(self, path: str, **headers: str) -> HTTPResponse:
        return self.ask("GET", path, body=b"", **headers)

    def read(self, path: str, **headers: str) -> Any:
        response = self.get(path, **headers)
        assert response.status_code == 200, response.body
        return json.loads(response.body)


@pytest.fixture
def client(container: Container) -> Iterator[Client]:
    from app import app

    with Client(app, project_dir=str(Path(__file__).parent.parent.parent)) as made:
        yield made


@pytest.fixture
def anyone(client: Client) -> Caller:
    return Caller(client, {})


@pytest.fixture
def alice(client: Client, issuer: Issuer) -> Caller:
    token = issuer.issue(TokenRequest(sub="alice", roles=["clerk", "wizard"], org="o1", name="爱丽丝"))["access_token"]
    return Caller(client, {"Authorization": f"Bearer {token}"})
