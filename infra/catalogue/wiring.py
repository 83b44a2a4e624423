"""The ops commands' own composition: the same adapters as the app, from the same environment."""

from __future__ import annotations

from chalicelib.catalogue.store import CatalogueStore
from chalicelib.composition.container import container
from infra.catalogue.publisher import Publisher


def catalogue_store() -> CatalogueStore:
    """Return the catalogue's table."""
    base = container().foundation
    return CatalogueStore(base.aws, base.settings.catalogue_table)


def publisher() -> Publisher:
    """Return the publisher of the search snapshot."""
    base = container().foundation
    return Publisher(catalogue_store(), base.aws, base.settings.data_bucket, base.clock)
