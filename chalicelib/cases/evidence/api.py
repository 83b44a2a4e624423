"""HTTP routes of evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from chalicelib import bootstrap
from chalicelib.cases.evidence.kinds import KINDS, MAX_BYTES, MAX_NAME, fits, is_proper_name
from chalicelib.cases.evidence.service import (
    Declared,
    Evidence,
    EvidenceFinalised,
    EvidenceLimit,
    EvidenceNotUploaded,
    Upload,
)
from chalicelib.cases.messages.service import NothingToSay
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes
from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import RequestBody
from chalicelib.web.view import View

routes = Routes(__name__)


def _proper_name(name: str) -> str:
    if not is_proper_name(name):
        raise PydanticCustomError("filename", "not a plain file name")
    return name


class DeclareEvidence(RequestBody):
    """A file as it is announced."""

    content_type: Literal[tuple(KINDS)]  # type: ignore[valid-type]  # first: the name is held against it
    filename: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), AfterValidator(_proper_name)]
    size: int = Field(ge=1, le=MAX_BYTES)
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
    title: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(plain_text)
    ]
    visibility: Literal["parties", "mediator"] = "parties"

    @field_validator("filename")
    @classmethod
    def _fits_type(cls, name: str, info: ValidationInfo) -> str:
        if "content_type" in info.data and not fits(name, info.data["content_type"]):
            raise PydanticCustomError("filename", "the name does not end as files of this type do")
        return name


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


@routes.route("/v1/cases/{code}/evidence", methods=["POST"])
@endpoint(body=DeclareEvidence, status=201, problems=(BadCode, NotFound, NotAllowed, NothingToSay, EvidenceLimit))
def declare_evidence(viewer: Viewer, code: str, body: DeclareEvidence, key: IdempotencyKey) -> DeclaredView:
    """Announce a file, and learn where to upload it."""
    declared = Declared(**{**body.model_dump(), "sha256": body.sha256.lower()})
    made = bootstrap.container().evidence.declare(viewer, code, declared, key.answering(DeclaredView.of))
    return DeclaredView.of(made)


@routes.route("/v1/cases/{code}/evidence")
@endpoint(problems=(BadCode, NotFound))
def list_evidence(viewer: Viewer, code: str, page: Page) -> EvidenceList:
    """List the evidence that I may see, oldest first."""
    found, position = bootstrap.container().evidence.list_evidence(viewer, code, page.position, page.limit)
    return EvidenceList(items=[EvidenceView.of(one) for one in found], next_cursor=page.cursor_after(position))


@routes.route("/v1/cases/{code}/evidence/{evidence_id}")
@endpoint(problems=(BadCode, NotFound))
def get_evidence(viewer: Viewer, code: str, evidence_id: str) -> EvidenceView:
    """Show one file, and where to download it."""
    return EvidenceView.of(*bootstrap.container().evidence.get(viewer, code, evidence_id))


@routes.route("/v1/cases/{code}/evidence/{evidence_id}/complete", methods=["POST"])
@endpoint(problems=(BadCode, NotFound, NotAllowed, NothingToSay, EvidenceNotUploaded, EvidenceFinalised, EvidenceLimit))
def complete_evidence(viewer: Viewer, code: str, evidence_id: str, key: IdempotencyKey) -> CheckedView:
    """Have the uploaded file checked, and kept if it is what was announced."""
    checked = bootstrap.container().evidence.complete(viewer, code, evidence_id, key.answering(CheckedView.of))
    return CheckedView.of(checked)
