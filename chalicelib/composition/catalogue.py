"""The catalogue of government services."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.foundation import Foundation

if TYPE_CHECKING:
    from chalicelib.catalogue.service import CatalogueService
    from chalicelib.web.health import HealthChecks


class Catalogue:
    """The catalogue."""

    def __init__(self, base: Foundation) -> None:
        self._base = base

    @cached_property
    def service(self) -> CatalogueService:
        """The catalogue of government services."""
        from chalicelib.catalogue.published import PublishedSnapshot
        from chalicelib.catalogue.service import CatalogueService
        from chalicelib.catalogue.store import CatalogueStore

        store = CatalogueStore(self._base.aws, self._base.settings.catalogue_table)
        return CatalogueService(
            store, PublishedSnapshot(self._base.aws, self._base.settings.data_bucket, self._base.settings.scratch)
        )

    @cached_property
    def health(self) -> HealthChecks:
        """The deep look at what the service depends on."""
        from chalicelib.web.health import HealthChecks

        return HealthChecks(self._base.settings.tables(), self._base.aws.read_table_status, self.service.get_version)
