"""Publishing: the catalogue's items become a search snapshot in S3, and the pointer to it is moved.

The order makes it safe at any point of failure: first the snapshot, under a name of its own; then the pointer.
The same catalogue published again changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from chalicelib.catalogue.model import Bundle, ServiceItem
from chalicelib.catalogue.published import POINTER_KEY, Pointer
from chalicelib.catalogue.snapshot import SCHEMA_VERSION
from chalicelib.catalogue.store import CatalogueStore
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import Clock, format_instant
from infra.search.builder import build_snapshot
from infra.search.synonyms import DEFAULT_SYNONYMS_PATH, load_synonyms

_PREFIX: Final = "catalogue/snapshots/"
KEPT_SNAPSHOTS: Final = 5
"""A container that read the pointer just before it moved still finds its snapshot."""


class Published(NamedTuple):
    """What publishing did; `changed` is false if this catalogue was the published one already."""

    pointer: Pointer
    changed: bool


class Publisher:
    """Publishes the catalogue's table as a snapshot."""

    def __init__(self, store: CatalogueStore, clients: Clients, bucket: str, clock: Clock) -> None:
        self._store = store
        self._clients = clients
        self._bucket = bucket
        self._clock = clock

    def current(self) -> Pointer | None:
        """Return the pointer to the published snapshot, or None before the first one."""
        try:
            reply = self._clients.s3.get_object(Bucket=self._bucket, Key=POINTER_KEY)
        except self._clients.s3.exceptions.NoSuchKey:
            return None
        return Pointer.model_validate_json(reply["Body"].read())

    def publish(self, on_progress: Callable[[int], None] | None = None) -> Published:
        """Publish the catalogue as it stands; `on_progress` gets the number of items done so far."""
        items = sorted(self._store.list_items(), key=lambda item: item.code)
        bundles = self._store.list_bundles()
        version = _version_of(items, bundles)
        before = self.current()
        if before is not None and before.version == version:
            return Published(before, changed=False)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "snapshot.sqlite"
            synonyms = load_synonyms(DEFAULT_SYNONYMS_PATH)
            build_snapshot(items, bundles, path, synonyms=synonyms, version=version, on_progress=on_progress)
            body = path.read_bytes()
        pointer = Pointer(
            version=version,
            key=f"{_PREFIX}{version}.sqlite",
            sha256=hashlib.sha256(body).hexdigest(),
            byte_count=len(body),
            item_count=len(items),
            published_at=format_instant(self._clock.now()),
        )
        self._clients.s3.put_object(Bucket=self._bucket, Key=pointer.key, Body=body)
        self._clients.s3.put_object(
            Bucket=self._bucket,
            Key=POINTER_KEY,
            Body=pointer.model_dump_json().encode(),
            ContentType="application/json",
        )
        self._sweep(pointer.key)
        return Published(pointer, changed=True)

    def _sweep(self, current_key: str) -> None:
        """Delete all but the newest snapshots; never the current one."""
        listed = self._clients.s3.list_objects_v2(Bucket=self._bucket, Prefix=_PREFIX).get("Contents", [])
        newest_first = sorted(listed, key=lambda found: found["LastModified"], reverse=True)
        for found in newest_first[KEPT_SNAPSHOTS:]:
            if found["Key"] != current_key:
                self._clients.s3.delete_object(Bucket=self._bucket, Key=found["Key"])


def _version_of(items: Sequence[ServiceItem], bundles: Sequence[Bundle]) -> str:
    """Return a name that two catalogues share only if they, the synonyms and the snapshot's schema are equal."""
    hashed = hashlib.sha256()
    hashed.update(json.dumps([SCHEMA_VERSION, [item.digest() for item in items]]).encode())
    for bundle in bundles:
        hashed.update(bundle.model_dump_json().encode())
    hashed.update(DEFAULT_SYNONYMS_PATH.read_bytes())
    return hashed.hexdigest()[:16]
