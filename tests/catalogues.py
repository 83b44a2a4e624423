"""Catalogues to test with: the bundled sample, and the real one where it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from chalicelib.catalogue.model import Bundle, ItemState, ServiceItem
from chalicelib.catalogue.search import Snapshot
from chalicelib.catalogue.store import CatalogueStore
from infra.catalogue.importer import ImportRules
from infra.catalogue.readers import open_source
from infra.search.builder import build_snapshot
from infra.search.synonyms import DEFAULT_SYNONYMS_PATH, load_synonyms

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "infra" / "sample"
REAL = ROOT.parent / "shared" / "data" / "services_guangan.json"


@cache
def sample_items() -> list[ServiceItem]:
    listed = TypeAdapter(list[ServiceItem])
    return [
        item
        for path in sorted((SAMPLE / "services").glob("*.json"))
        for item in listed.validate_json(path.read_bytes())
    ]


@cache
def sample_bundles() -> list[Bundle]:
    return TypeAdapter(list[Bundle]).validate_json((SAMPLE / "bundles.json").read_bytes())


def real_path() -> Path:
    """The real catalogue's file; skips loudly where it is absent."""
    if not REAL.exists():
        pytest.skip(f"NOT TESTED on real data: {REAL} is absent")
    return REAL


@cache
def real_items() -> list[ServiceItem]:
    from infra.catalogue.commands import import_source

    store = MemoryStore()
    import_source(open_source(real_path()), store, ImportRules())
    return list(store.items.values())


def build(items: Iterable[ServiceItem], folder: Path, bundles: Sequence[Bundle] = (), version: str = "v1") -> Snapshot:
    path = folder / "snapshot.sqlite"
    build_snapshot(items, bundles, path, synonyms=load_synonyms(DEFAULT_SYNONYMS_PATH), version=version)
    return Snapshot.open(path)


class MemoryStore(CatalogueStore):
    """A catalogue in memory, as far as guides and imports go."""

    def __init__(self, items: Iterable[ServiceItem] = ()) -> None:
        self.items = {item.code: item for item in items}

    def find_item(self, code: str) -> ServiceItem | None:
        return self.items.get(code)

    def find_states(self, codes: Sequence[str]) -> dict[str, ItemState]:
        return {}

    def list_codes(self) -> Iterator[str]:
        return iter(self.items)

    def put_items(self, items: Sequence[ServiceItem]) -> None:
        self.items.update({item.code: item for item in items})

    def withdraw(self, codes: Sequence[str]) -> None:
        for code in codes:
            self.items.pop(code, None)
