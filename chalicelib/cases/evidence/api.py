"""HTTP routes of evidence."""

from __future__ import annotations

from chalicelib.cases.evidence.contract import DeclareEvidence
from chalicelib.cases.evidence.model import Declared
from chalicelib.cases.evidence.refusals import EvidenceFinalised, EvidenceLimit, EvidenceNotUploaded
from chalicelib.cases.evidence.service import EvidenceService
from chalicelib.cases.evidence.views import CheckedView, DeclaredView, EvidenceList, EvidenceView
from chalicelib.cases.lifecycle.refusals import CaseClosed
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/cases/{code}/evidence", methods=["POST"])
@endpoint(body=DeclareEvidence, status=201, problems=(BadCode, NotFound, NotAllowed, CaseClosed, EvidenceLimit))
def declare_evidence(
    viewer: Viewer, code: str, body: DeclareEvidence, key: IdempotencyKey, evidence: EvidenceService
) -> DeclaredView:
    """Announce a file, and learn where to upload it."""
    declared = Declared(**{**body.model_dump(), "sha256": body.sha256.lower()})
    return DeclaredView.of(evidence.declare(viewer, code, declared, key.answering(DeclaredView.of)))


@routes.route("/v1/cases/{code}/evidence")
@endpoint(problems=(BadCode, NotFound))
def list_evidence(viewer: Viewer, code: str, page: Page, evidence: EvidenceService) -> EvidenceList:
    """List the evidence that I may see, oldest first."""
    found = evidence.list_evidence(viewer, code, page.position, page.limit)
    return EvidenceList(
        items=[EvidenceView.of(one) for one in found.items], next_cursor=page.cursor_after(found.position)
    )


@routes.route("/v1/cases/{code}/evidence/{evidence_id}")
@endpoint(problems=(BadCode, NotFound))
def get_evidence(viewer: Viewer, code: str, evidence_id: str, evidence: EvidenceService) -> EvidenceView:
    """Show one file, and where to download it."""
    return EvidenceView.of(*evidence.get_evidence(viewer, code, evidence_id))


@routes.route("/v1/cases/{code}/evidence/{evidence_id}/complete", methods=["POST"])
@endpoint(problems=(BadCode, NotFound, NotAllowed, CaseClosed, EvidenceNotUploaded, EvidenceFinalised, EvidenceLimit))
def complete_evidence(
    viewer: Viewer, code: str, evidence_id: str, key: IdempotencyKey, evidence: EvidenceService
) -> CheckedView:
    """Have the uploaded file checked, and kept if it is what was announced."""
    return CheckedView.of(evidence.complete(viewer, code, evidence_id, key.answering(CheckedView.of)))
