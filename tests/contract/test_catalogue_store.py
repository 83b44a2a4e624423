from __future__ import annotations

import pytest

from chalicelib.catalogue.model import Bundle, BundleStep, ItemState, Limit, ServiceItem
from chalicelib.catalogue.store import CatalogueStore
from chalicelib.shared.aws import Clients

ITEMS = [
    ServiceItem(code=f"C-{n:03}", name=f"事项{n}", promised_limit=Limit(value=n, unit="hours")) for n in range(130)
]


@pytest.fixture
def store(clients: Clients, table: str) -> CatalogueStore:
    return CatalogueStore(clients, table)


def test_an_item_is_found_as_it_was_put(store: CatalogueStore) -> None:
    store.put_items(ITEMS[:3])
    assert store.find_item("C-001") == ITEMS[1]
    assert store.find_item("C-099") is None


def test_states_tell_what_is_new(store: CatalogueStore) -> None:
    store.put_items(ITEMS)
    store.withdraw(["C-002"])
    states = store.find_states([item.code for item in ITEMS] + ["absent"])
    assert len(states) == len(ITEMS)
    assert states["C-001"] == ItemState(ITEMS[1].digest(), withdrawn=False)
    assert states["C-002"] == ItemState(ITEMS[2].digest(), withdrawn=True)


def test_a_withdrawn_item_is_gone_until_it_is_put_again(store: CatalogueStore) -> None:
    store.put_items(ITEMS[:3])
    store.withdraw(["C-001", "absent"])
    assert store.find_item("C-001") is None
    assert sorted(store.list_codes()) == ["C-000", "C-002"]
    store.put_items(ITEMS[1:2])
    assert store.find_item("C-001") == ITEMS[1]


def test_every_live_item_is_listed_once(store: CatalogueStore) -> None:
    store.put_items(ITEMS)
    assert sorted(store.list_items(), key=lambda item: item.code) == ITEMS
    assert sorted(store.list_codes()) == [item.code for item in ITEMS]


def test_bundles_are_listed(store: CatalogueStore) -> None:
    bundle = Bundle(id="birth", name="出生", steps=[BundleStep(title="一"), BundleStep(title="二")])
    store.put_bundles([bundle])
    store.put_bundles([bundle])
    assert store.list_bundles() == [bundle]


def test_a_guide_is_one_read(store: CatalogueStore, clients: Clients) -> None:
    store.put_items(ITEMS[:1])
    calls: list[str] = []
    clients.dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    store.find_item("C-000")
    assert calls == ["GetItem"]
