"""The app with its storage stubbed, for figures about everything else."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.store import CaseStore
from chalicelib.catalogue.model import ServiceItem
from chalicelib.catalogue.service import CatalogueService
from chalicelib.composition.container import Container
from chalicelib.ratings.rating.service import RatingService
from chalicelib.ratings.rating.tallies import Summary, summarise
from chalicelib.settings import Settings
from chalicelib.web import injection


class OneItem:
    """A catalogue of one item."""

    def __init__(self, item: ServiceItem) -> None:
        self._item = item

    def find_item(self, code: str) -> ServiceItem | None:
        """Return the item."""
        return self._item if code == self._item.code else None


def stub_settings() -> Settings:
    """Return settings that name nothing real."""
    return Settings(
        stage="bench",
        catalogue_table="catalogue",
        cases_table="cases",
        organisations_table="organisations",
        appointments_table="appointments",
        ratings_table="ratings",
        notices_table="notices",
        audit_table="audit",
        people_table="people",
        answers_table="answers",
        rules_table="rules",
        data_bucket="data",
        evidence_bucket="evidence",
        data_key_arn="key",
        signing_key_arn="signing",
        notices_topic_arn="topic",
        root_secret_arn="secret",
        oidc_issuer="https://id.example.cn",
        oidc_audiences=frozenset({"yima"}),
        oidc_client_ids=frozenset(),
        oidc_jwks_url=None,
        oidc_roles_claim="roles",
        public_url="https://yima.example.cn",
        video_url="https://meet.example.cn",
        cors_origins=("https://app.example.cn",),
        scratch=Path(tempfile.gettempdir()),
    )


class OneCase:
    """A store of one case, without DynamoDB."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def find(self, code: str) -> Case:  # noqa: ARG002
        """Return the case, whatever was asked for."""
        return self._case


class Unrated:
    """Ratings of which there are none."""

    def summarise(self, target: str) -> Summary:  # noqa: ARG002
        """Return no figures."""
        return summarise({}, 5)


def install_stubbed_container(item: ServiceItem, case: Case) -> None:
    """Make a container whose catalogue is `item`, and whose only case is `case`, this process's container."""
    container = Container(stub_settings())
    snapshots: Any = None  # the guide does not search
    container.override(CatalogueService, CatalogueService(OneItem(item), snapshots))
    container.override(CaseStore, OneCase(case))
    container.override(RatingService, Unrated())
    injection.install(container)
