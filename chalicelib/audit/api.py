"""HTTP routes of audit, for supervisors."""

from __future__ import annotations

from chalicelib.audit.service import AuditService
from chalicelib.audit.views import AuditChain, CheckpointList, CheckpointView
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/audit/cases/{code}")
@endpoint(problems=(BadCode, NotAllowed, NotFound))
def audit_case(viewer: Viewer, code: str, audit: AuditService) -> AuditChain:
    """Show a case's event chain with its hashes, checked."""
    return AuditChain.of(audit.get_chain(viewer, code))


@routes.route("/v1/audit/checkpoints")
@endpoint(problems=(NotAllowed,))
def checkpoints(viewer: Viewer, page: Page, audit: AuditService) -> CheckpointList:
    """List the signed checkpoints over all event chains, newest first."""
    found = audit.list_checkpoints(viewer, page.position, page.limit)
    return CheckpointList(
        items=[CheckpointView.of(one) for one in found.items], next_cursor=page.cursor_after(found.position)
    )
