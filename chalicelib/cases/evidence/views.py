"""Files of evidence as those in the case see them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from chalicelib.cases.evidence.model import Evidence, Upload
from chalicelib.shared.clock import format_instant
from chalicelib.web.view import View


class UploadView(View):
    """Where to upload: an HTML form with these fields, the file last, as `file`."""

    url: str
    method: str
    fields: dict[str, str]
    expires_at: str


class DeclaredView(View):
    """A file that was announced."""

    evidence_id: str
    status: str
    upload: UploadView

    @classmethod
    def of(cls, made: tuple[Evidence, Upload]) -> Self:
        """Return the view of an announced file."""
        evidence, upload = made
        return cls(
            evidence_id=evidence.id,
            status=evidence.status,
            upload=UploadView(
                url=upload.url, method="POST", fields=dict(upload.fields), expires_at=format_instant(upload.expires_at)
            ),
        )


class CheckedView(View):
    """What the check of a file found: available, or rejected with a reason."""

    evidence_id: str
    status: str
    reason: str | None

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """Return the view of a checked file."""
        return cls(evidence_id=evidence.id, status=evidence.status, reason=evidence.reason)


class DownloadView(View):
    """Where to download a file, and until when."""

    url: str
    expires_at: str


class EvidenceView(View):
    """A file of a case."""

    evidence_id: str
    title: str | None
    filename: str | None
    content_type: str
    size: int
    sha256: str
    visibility: str
    status: str
    reason: str | None
    by_party: str | None
    by_role: str
    created_at: str
    yours: bool
    download: DownloadView | None = None

    @classmethod
    def of(cls, evidence: Evidence, download: tuple[str, datetime] | None = None) -> Self:
        """Return the view of a file."""
        values = {name: getattr(evidence, name) for name in cls.model_fields if name not in {"evidence_id", "download"}}
        address = None
        if download is not None:
            address = DownloadView(url=download[0], expires_at=format_instant(download[1]))
        return cls(evidence_id=evidence.id, download=address, **values)


class EvidenceList(View):
    """A page of a case's evidence, oldest first."""

    items: list[EvidenceView]
    next_cursor: str | None
