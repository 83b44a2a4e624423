"""The ops commands' own composition: the same adapters as the app, from the same environment."""

from __future__ import annotations

from chalicelib import bootstrap
from chalicelib.catalogue.store import CatalogueStore
from infra.catalogue.publisher import Publisher


def catalogue_store() -> CatalogueStore:
    """Return the catalogue's table."""
    container = bootstrap.container()
    return CatalogueStore(container.aws, container.settings.catalogue_table)


def publisher() -> Publisher:
    """Return the publisher of the search snapshot."""
    container = bootstrap.container()
    return Publisher(catalogue_store(), container.aws, container.settings.data_bucket, container.clock)
