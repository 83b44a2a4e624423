"""Loading a catalogue into the local environment: the bundled sample, or a file of your own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from chalicelib.catalogue.model import Bundle
from infra.catalogue.commands import import_source
from infra.catalogue.importer import ImportRules
from infra.catalogue.readers import open_source
from infra.catalogue.wiring import catalogue_store, publisher

SAMPLE: Final = Path(__file__).parent.parent / "sample"


class CatalogueRefused(RuntimeError):
    """The file has bad rows; they were listed, and nothing was loaded."""


def load_catalogue(path: Path | None) -> int:
    """Load the items of `path` (None: the sample's) and the sample's bundles, publish, return the number of items.

    What an earlier run loaded and this catalogue has not is withdrawn. Raises `CatalogueFileUnreadable` or
    `CatalogueRefused`.
    """
    store = catalogue_store()
    summary = import_source(open_source(path or SAMPLE / "services"), store, ImportRules(replace=True))
    if summary.refused:
        raise CatalogueRefused(f"{path} has {summary.bad} bad rows")
    store.put_bundles(read_sample_bundles())
    return publisher().publish().pointer.item_count


def read_sample_bundles() -> list[Bundle]:
    """Return the bundles of the sample."""
    text = (SAMPLE / "bundles.json").read_text(encoding="utf-8")
    return TypeAdapter(list[Bundle]).validate_python(json.loads(text))
