"""Files of evidence in S3: a quarantine that is swept daily, and what is kept, version by version.

A file has one key in each, made of its evidence's id: whoever tries again, or erases, finds what was left there.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from chalicelib.cases.evidence.kinds import is_what_it_says
from chalicelib.cases.evidence.service import Declared, Evidence, Inspection, Upload
from chalicelib.shared.aws import Clients, unavailable_when_down
from chalicelib.shared.errors import Unavailable

UPLOAD_TIME: Final = timedelta(minutes=5)
DOWNLOAD_TIME: Final = timedelta(seconds=60)
_MAX_DELETES: Final = 1000
_GONE: Final = frozenset({"NoSuchKey", "NoSuchVersion"})
_CHUNK_BYTES: Final = 1024 * 1024
_IN_MEMORY_BYTES: Final = 4 * 1024 * 1024


class EvidenceFiles:
    """One bucket."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket

    def start_upload(self, file_id: str, declared: Declared, now: datetime) -> Upload:
        """Return a form for exactly this key, type and size, good for five minutes."""
        posted = self._clients.s3.generate_presigned_post(
            Bucket=self._bucket,
            Key=_quarantined(file_id),
            Fields={"Content-Type": declared.content_type},
            Conditions=[
                {"Content-Type": declared.content_type},
                ["content-length-range", declared.size, declared.size],
            ],
            ExpiresIn=int(UPLOAD_TIME.total_seconds()),
        )
        return Upload(posted["url"], posted["fields"], now + UPLOAD_TIME)

    def inspect(self, file_id: str, content_type: str, size: int, sha256: str) -> Inspection | None:
        """Return what is in quarantine: its version, and whether size, SHA-256 and content are as declared."""
        with unavailable_when_down():
            try:
                found = self._clients.s3.get_object(Bucket=self._bucket, Key=_quarantined(file_id))
            except self._clients.s3.exceptions.NoSuchKey:
                return None
        version = found["VersionId"]  # no default: a bucket without versions pins nothing, and must not seem to
        if found["ContentLength"] != size:
            return Inspection(version, "size_mismatch")
        hashed = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file, unavailable_when_down():
            for chunk in found["Body"].iter_chunks(_CHUNK_BYTES):
                hashed.update(chunk)
                file.write(chunk)
            if hashed.hexdigest() != sha256:
                return Inspection(version, "hash_mismatch")
            if not is_what_it_says(content_type, file):
                return Inspection(version, "type_mismatch")
        return Inspection(version, None)

    def keep(self, file_id: str, version_id: str) -> str | None:
        """Copy the version that was checked; return the version of the copy, or None if it is there no more."""
        source: Any = {"Bucket": self._bucket, "Key": _quarantined(file_id), "VersionId": version_id}
        with unavailable_when_down():
            try:
                copied = self._clients.s3.copy_object(Bucket=self._bucket, Key=_kept(file_id), CopySource=source)
            except self._clients.s3.exceptions.ClientError as refused:
                if refused.response["Error"]["Code"] in _GONE:
                    return None
                raise
        return copied["VersionId"]

    def discard(self, file_id: str, version_id: str) -> None:
        """Remove a version from quarantine, for good; what came after it is gone from sight, and swept in a day."""
        self._delete(_quarantined(file_id), [version_id, None])

    def keep_only(self, file_id: str, version_id: str) -> None:
        """Remove every kept version but this one: copies of attempts that were lost on the way."""
        key = _kept(file_id)
        self._delete(key, [one for one in self._list_versions(key) if one != version_id])

    def unkeep(self, file_id: str, version_id: str) -> None:
        """Remove a kept version, for good."""
        self._delete(_kept(file_id), [version_id])

    def destroy(self, file_id: str) -> bool:
        """Remove every version of a file, kept or in quarantine, and all marks of deletions; tell if there was one."""
        found = False
        for key in (_kept(file_id), _quarantined(file_id)):
            versions = self._list_versions(key)
            self._delete(key, versions)
            found = found or bool(versions)
        return found

    def _list_versions(self, key: str) -> list[str]:
        """Return the id of every version of an object, marks of deletions among them."""
        found: list[str] = []
        place: dict[str, Any] = {}
        while True:
            with unavailable_when_down():
                reply = self._clients.s3.list_object_versions(Bucket=self._bucket, Prefix=key, **place)
            listed = (*reply.get("Versions", ()), *reply.get("DeleteMarkers", ()))
            found += [one["VersionId"] for one in listed if one["Key"] == key]  # not of a longer key
            if not reply.get("IsTruncated"):
                return found
            place = {"KeyMarker": reply["NextKeyMarker"], "VersionIdMarker": reply["NextVersionIdMarker"]}

    def _delete(self, key: str, versions: Sequence[str | None]) -> None:
        """Remove versions of an object for good; None: mark it as deleted, whatever its version."""
        for start in range(0, len(versions), _MAX_DELETES):
            chosen = versions[start : start + _MAX_DELETES]
            objects: Any = [{"Key": key} if one is None else {"Key": key, "VersionId": one} for one in chosen]
            with unavailable_when_down():
                reply = self._clients.s3.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            if reply.get("Errors"):
                raise Unavailable

    def start_download(self, evidence: Evidence, now: datetime) -> tuple[str, datetime]:
        """Return an address for the kept version, as an attachment under its name, good for a minute."""
        name = quote(evidence.filename or f"{evidence.id}", safe="")
        url = self._clients.s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": _kept(evidence.id),
                "VersionId": str(evidence.version_id),
                "ResponseContentType": evidence.content_type,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{name}",  # RFC 6266, 4.3
            },
            ExpiresIn=int(DOWNLOAD_TIME.total_seconds()),
        )
        return url, now + DOWNLOAD_TIME


def _quarantined(file_id: str) -> str:
    return f"evidence/quarantine/{file_id}"


def _kept(file_id: str) -> str:
    return f"evidence/kept/{file_id}"
