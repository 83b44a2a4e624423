"""Publishing a catalogue, and the containers that read what was published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from moto import mock_aws

from chalicelib.catalogue.filters import Filters
from chalicelib.catalogue.model import ServiceItem
from chalicelib.catalogue.published import POINTER_KEY, POLL_SECONDS, PublishedSnapshot
from chalicelib.catalogue.store import CatalogueStore
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import Unavailable
from infra.catalogue.publisher import KEPT_SNAPSHOTS, Publisher
from infra.local.stack import read_template

BUCKET = "published"


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)


class Seconds:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clients() -> Iterator[Clients]:
    with mock_aws():
        made = Clients()
        made.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"})
        properties = read_template()["Resources"]["CatalogueTable"]["Properties"]
        wanted = {key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")}
        made.dynamodb.create_table(TableName="catalogue", **wanted)
        yield made


@pytest.fixture
def store(clients: Clients) -> CatalogueStore:
    return CatalogueStore(clients, "catalogue")


@pytest.fixture
def publisher(clients: Clients, store: CatalogueStore) -> Publisher:
    return Publisher(store, clients, BUCKET, StillClock())


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def published(clients: Clients, tmp_path: Path, seconds: Seconds) -> PublishedSnapshot:
    return PublishedSnapshot(clients, BUCKET, tmp_path, monotonic=seconds)


def item(n: int) -> ServiceItem:
    return ServiceItem(code=f"C-{n}", name=f"第{n}号事项")


def total(published: PublishedSnapshot) -> int:
    return published.current().search(None, Filters(), limit=1, offset=0).total


def calls_of(clients: Clients) -> list[str]:
    calls: list[str] = []
    for client in (clients.s3, clients.dynamodb):
        client.meta.events.register("before-call", lambda model, **_: calls.append(model.name))
    return calls


def test_before_anything_is_published_it_is_503(published: PublishedSnapshot) -> None:
    with pytest.raises(Unavailable):
        published.current()


def test_what_is_published_is_found_at_once(
    store: CatalogueStore, publisher: Publisher, published: PublishedSnapshot
) -> None:
    with pytest.raises(Unavailable):
        published.current()
    store.put_items([item(1), item(2)])
    publisher.publish()
    assert total(published) == 2


def test_a_running_container_picks_a_new_version_up_within_a_minute_and_asks_no_more_often(
    clients: Clients, store: CatalogueStore, publisher: Publisher, published: PublishedSnapshot, seconds: Seconds
) -> None:
    store.put_items([item(1)])
    publisher.publish()
    assert total(published) == 1
    store.put_items([item(2)])
    publisher.publish()
    calls = calls_of(clients)
    seconds.at = POLL_SECONDS - 1
    assert total(published) == 1
    assert calls == []
    seconds.at = POLL_SECONDS
    assert total(published) == 2
    assert calls == ["GetObject", "GetObject"]
    seconds.at = 2 * POLL_SECONDS
    assert total(published) == 2
    assert calls == ["GetObject"] * 3  # not modified: asked, not fetched


def test_a_warm_search_asks_nobody(
    clients: Clients, store: CatalogueStore, publisher: Publisher, published: PublishedSnapshot
) -> None:
    store.put_items([item(1)])
    publisher.publish()
    published.current()
    calls = calls_of(clients)
    published.current().search("事项", Filters(), limit=10, offset=0)
    assert calls == []


def test_while_storage_is_down_the_old_snapshot_serves(
    clients: Clients, store: CatalogueStore, publisher: Publisher, published: PublishedSnapshot, seconds: Seconds
) -> None:
    store.put_items([item(1)])
    publisher.publish()
    assert total(published) == 1
    clients.s3.delete_object(Bucket=BUCKET, Key=POINTER_KEY)
    seconds.at = POLL_SECONDS
    assert total(published) == 1


def test_a_snapshot_that_is_not_what_was_published_is_not_used(
    clients: Clients, store: CatalogueStore, publisher: Publisher, published: PublishedSnapshot, seconds: Seconds
) -> None:
    store.put_items([item(1)])
    publisher.publish()
    assert total(published) == 1
    store.put_items([item(2)])
    pointer = publisher.publish().pointer
    clients.s3.put_object(Bucket=BUCKET, Key=pointer.key, Body=b"something else")
    seconds.at = POLL_SECONDS
    assert total(published) == 1


def test_the_same_catalogue_is_not_published_twice(store: CatalogueStore, publisher: Publisher) -> None:
    assert publisher.current() is None
    store.put_items([item(1)])
    first = publisher.publish()
    again = publisher.publish()
    assert (first.changed, again.changed) == (True, False)
    assert again.pointer == first.pointer == publisher.current()
    store.withdraw(["C-1"])
    assert publisher.publish().pointer.item_count == 0


def test_old_snapshots_are_swept_but_the_newest_stay(
    clients: Clients, store: CatalogueStore, publisher: Publisher
) -> None:
    for n in range(KEPT_SNAPSHOTS + 3):
        store.put_items([item(n)])
        publisher.publish()
    kept = clients.s3.list_objects_v2(Bucket=BUCKET, Prefix="catalogue/snapshots/")["Contents"]
    current = publisher.current()
    assert current is not None
    assert current.key in {found["Key"] for found in kept}
    assert KEPT_SNAPSHOTS <= len(kept) <= KEPT_SNAPSHOTS + 1


def test_a_snapshot_swept_before_its_download_leaves_the_old_one_in_use(
    clients: Clients,
    store: CatalogueStore,
    publisher: Publisher,
    published: PublishedSnapshot,
    seconds: Seconds,
) -> None:
    store.put_items([item(1)])
    publisher.publish()
    assert total(published) == 1
    store.put_items([item(2)])
    publisher.publish()
    pointer = json.loads(clients.s3.get_object(Bucket=BUCKET, Key=POINTER_KEY)["Body"].read())
    clients.s3.delete_object(Bucket=BUCKET, Key=pointer["key"])
    seconds.at = POLL_SECONDS
    assert total(published) == 1
    with pytest.raises(Unavailable):
        PublishedSnapshot(clients, BUCKET, published._scratch / "another", monotonic=seconds).current()
