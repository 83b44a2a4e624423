"""The published search snapshot: fetched from S3 once a container, then checked for a newer one every minute."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from chalicelib.catalogue.search import Snapshot
from chalicelib.catalogue.snapshot import SnapshotUnreadable
from chalicelib.shared.aws import Clients, unavailable_when_down
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.texts import Text

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

POINTER_KEY: Final = "catalogue/current.json"
POLL_SECONDS: Final = 60
_GONE: Final = frozenset({"NoSuchKey", "NoSuchBucket", "404", "AccessDenied"})

_NOT_PUBLISHED: Final = Text("服务目录尚未发布。", "The catalogue has not been published yet.")


class Pointer(BaseModel):
    """Which snapshot is the current one: what `current.json` holds."""

    version: str
    key: str
    sha256: str
    byte_count: int
    item_count: int
    published_at: str


class PublishedSnapshot:
    """The current snapshot. What it holds stays usable while S3 does not answer."""

    def __init__(
        self, clients: Clients, bucket: str, scratch: Path, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._clients = clients
        self._bucket = bucket
        self._scratch = scratch
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._etag: str | None = None
        self._asked_at = 0.0

    def current(self) -> Snapshot:
        """Return the snapshot, at most a minute behind; raise `Unavailable` if there is none to be had."""
        snapshot = self._snapshot
        if snapshot is not None and self._monotonic() - self._asked_at < POLL_SECONDS:
            return snapshot
        with self._lock:
            if self._snapshot is None or self._monotonic() - self._asked_at >= POLL_SECONDS:
                self._refresh()
            if self._snapshot is None:
                raise Unavailable(_NOT_PUBLISHED)
            return self._snapshot

    def _refresh(self) -> None:
        try:
            self._fetch_newer()
        except (Unavailable, SnapshotUnreadable, ValidationError, OSError) as failed:
            if self._snapshot is None:
                raise Unavailable(_NOT_PUBLISHED) from failed
        self._asked_at = self._monotonic()

    def _fetch_newer(self) -> None:
        reply = self._get_pointer()
        if reply is None:
            return
        with unavailable_when_down():
            pointer = Pointer.model_validate_json(reply["Body"].read())
        if self._snapshot is None or pointer.version != self._snapshot.version:
            self._snapshot = Snapshot.open(self._download(pointer))
        self._etag = reply["ETag"]

    def _get_pointer(self) -> GetObjectOutputTypeDef | None:
        from botocore.exceptions import ClientError

        unless: Any = {} if self._etag is None else {"IfNoneMatch": self._etag}
        with unavailable_when_down():
            try:
                return self._clients.s3.get_object(Bucket=self._bucket, Key=POINTER_KEY, **unless)
            except ClientError as refused:
                code = refused.response["Error"]["Code"]
                if code in {"304", "NotModified", "PreconditionFailed"}:
                    return None
                if code in _GONE:
                    raise Unavailable(_NOT_PUBLISHED) from refused
                raise

    def _download(self, pointer: Pointer) -> Path:
        """Fetch the snapshot's file unless this machine has it; a file that is not what was published is refused."""
        path = self._scratch / f"yima-catalogue-{pointer.sha256}.sqlite"
        if path.exists() and path.stat().st_size == pointer.byte_count:
            return path
        from botocore.exceptions import ClientError

        with unavailable_when_down():
            try:
                body = self._clients.s3.get_object(Bucket=self._bucket, Key=pointer.key)["Body"].read()
            except ClientError as refused:
                if refused.response["Error"]["Code"] not in _GONE:
                    raise
                # A newer one was published, and this one swept, since the pointer was read.
                raise Unavailable(_NOT_PUBLISHED) from refused
        if hashlib.sha256(body).hexdigest() != pointer.sha256:
            raise SnapshotUnreadable("the downloaded snapshot is not the published one")
        partial = path.with_suffix(f".{threading.get_ident()}.partial")
        partial.write_bytes(body)
        partial.replace(path)
        return path
