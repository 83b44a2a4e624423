"""The app with its storage stubbed, for figures about everything else."""

from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.store import CaseStore
from chalicelib.catalogue.model import ServiceItem
from chalicelib.catalogue.service import CatalogueService
from chalicelib.catalogue.store import CatalogueStore
from chalicelib.composition.container import Container
from chalicelib.ratings.rating.service import RatingService
from chalicelib.ratings.rating.tallies import Summary, summarise
from chalicelib.settings import Settings, variable_of
from chalicelib.web import injection

_MADE_UP: Final = ("_table", "_bucket", "_arn")


class OneItem(CatalogueStore):
    """A catalogue of one item."""

    def __init__(self, item: ServiceItem) -> None:
        self._item = item

    def find_item(self, code: str) -> ServiceItem | None:
        """Return the item."""
        return self._item if code == self._item.code else None


def stub_settings() -> Settings:
    """Return settings that name nothing real: tables, buckets and keys are called as their settings are."""
    names = (one.name for one in fields(Settings))
    made_up = {variable_of(name): name.removesuffix("_table") for name in names if name.endswith(_MADE_UP)}
    given = Settings.from_env({**made_up, "YIMA_OIDC_ISSUER": "https://id.example.cn", "YIMA_OIDC_AUDIENCE": "yima"})
    scratch = Path(tempfile.gettempdir())
    return replace(given, stage="bench", cors_origins=("https://app.example.cn",), scratch=scratch)


class OneCase:
    """A store of one case, without DynamoDB."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def find_case(self, code: str) -> Case:  # noqa: ARG002
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
