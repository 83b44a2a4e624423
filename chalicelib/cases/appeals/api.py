"""HTTP routes of appeals."""

from __future__ import annotations

from chalicelib.cases.appeals.contract import DecideAppeal, FileAppeal
from chalicelib.cases.appeals.service import AppealService
from chalicelib.cases.appeals.views import AppealDrawing, AppealList, AppealView
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/cases/{code}/appeals", methods=["POST"])
@endpoint(body=FileAppeal, status=201, problems=(BadCode, NotFound, NotAllowed))
def file_appeal(
    viewer: Viewer,
    code: str,
    *,
    body: FileAppeal,
    key: IdempotencyKey,
    language: Language,
    appeals: AppealService,
    drawing: AppealDrawing,
) -> AppealView:
    """Appeal against how a case was handled, or against its outcome."""
    draw = drawing.in_language(language)
    return draw(appeals.file(viewer, code, body.kind, body.text, key.answering(draw)))


@routes.route("/v1/cases/{code}/appeals")
@endpoint(problems=(BadCode, NotFound, NotAllowed))
def list_appeals(
    viewer: Viewer, code: str, language: Language, appeals: AppealService, drawing: AppealDrawing
) -> AppealList:
    """List the appeals of a case."""
    return AppealList(items=[drawing.draw(one, language) for one in appeals.list_appeals(viewer, code)])


@routes.route("/v1/cases/{code}/appeals/{appeal_id}/decision", methods=["POST"])
@endpoint(body=DecideAppeal, problems=(BadCode, NotFound, NotAllowed))
def decide_appeal(
    viewer: Viewer,
    code: str,
    appeal_id: str,
    *,
    body: DecideAppeal,
    key: IdempotencyKey,
    language: Language,
    appeals: AppealService,
    drawing: AppealDrawing,
) -> AppealView:
    """Decide an appeal; upheld, the case is reopened with another mediator."""
    draw = drawing.in_language(language)
    return draw(appeals.decide(viewer, code, appeal_id, body.reason, key.answering(draw), upheld=body.upheld))
