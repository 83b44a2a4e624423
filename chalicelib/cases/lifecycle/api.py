"""HTTP routes of disputes: filing, the case, its timeline, joining it, its actions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from chalicelib.cases.lifecycle import contract
from chalicelib.cases.lifecycle.contract import ActionBody, FileCase, Join, ReadCase
from chalicelib.cases.lifecycle.list_contract import ListCases
from chalicelib.cases.lifecycle.list_views import CaseLine, CaseList
from chalicelib.cases.lifecycle.lists import CaseFilter, CaseLists
from chalicelib.cases.lifecycle.same_filing import CaseExists
from chalicelib.cases.lifecycle.service import Asked, CaseService, Seen
from chalicelib.cases.lifecycle.stages.duties import DUTY_ACTIONS
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.cases.lifecycle.views import CaseDrawing, CaseView, Timeline, TimelineEntry
from chalicelib.people.public import UnknownTerms
from chalicelib.shared.codes import BadCode, show_code
from chalicelib.shared.errors import NotAllowed, NotFound, Stale
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.answers import Answer
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes
from chalicelib.web.request import ExpectedVersion

routes = Routes(__name__)


def _location(seen: Seen) -> str:
    return f"/v1/cases/{show_code(seen.case.code)}"


@routes.route("/v1/cases", methods=["POST"])
@endpoint(body=FileCase, status=201, problems=(UnknownTerms, CaseExists))
def file_case(
    viewer: Viewer, body: FileCase, *, key: IdempotencyKey, language: Language, cases: CaseService, drawing: CaseDrawing
) -> Answer:
    """File a dispute: it is routed to an organisation, and gets its mediation code."""
    idempotency = key.answering(drawing.in_language(language), location=_location)
    seen = cases.file(viewer, body.model_dump(), idempotency)
    first = idempotency.render(seen)
    return Answer(first.body, status=first.status, headers=first.headers)


@routes.route("/v1/cases")
@endpoint(query=ListCases, problems=(NotAllowed,))
def list_cases(
    viewer: Viewer, query: ListCases, page: Page, *, language: Language, lists: CaseLists, drawing: CaseDrawing
) -> CaseList:
    """List my cases, or those of my role: newest first, or by what is due next."""
    wanted = CaseFilter(query.role, query.status, query.due, query.organisation)
    found = lists.list_cases(viewer, wanted, page.position, page.limit)
    return CaseList(
        items=[CaseLine.of(one, found, drawing.names, language) for one in found.page.items],
        next_cursor=page.cursor_after(found.page.position),
    )


@routes.route("/v1/cases/{code}")
@endpoint(query=ReadCase, problems=(BadCode, NotFound))
def get_case(
    viewer: Viewer, code: str, *, query: ReadCase, language: Language, cases: CaseService, drawing: CaseDrawing
) -> CaseView:
    """Show a case as I may see it, with what I can do now."""
    return drawing.view(cases.get_case(viewer, code, purpose=query.purpose), language)


@routes.route("/v1/cases/{code}/timeline")
@endpoint(problems=(BadCode, NotFound))
def timeline(viewer: Viewer, code: str, language: Language, cases: CaseService) -> Timeline:
    """Show what happened in a case, oldest first."""
    seen, events = cases.get_timeline(viewer, code)
    return Timeline(items=[TimelineEntry.of(event, seen, language) for event in events])


@routes.route("/v1/cases/{code}/join", methods=["POST"])
@endpoint(body=Join, problems=(BadCode, NotFound))
def join(
    viewer: Viewer,
    code: str,
    *,
    body: Join,
    key: IdempotencyKey,
    language: Language,
    cases: CaseService,
    drawing: CaseDrawing,
) -> CaseView:
    """Join a case as the respondent whose invite code I hold."""
    view = drawing.in_language(language)
    return view(cases.join(viewer, code, body.invite_code, key.answering(view)))


_ACTIONS: Final[Mapping[str, type[ActionBody]]] = {
    "accept": contract.NoDetails,
    "refuse": contract.Refuse,
    "transfer": contract.Transfer,
    "consent": contract.Consent,
    "decline": contract.OptionalReason,
    "mark_unreachable": contract.MarkUnreachable,
    "choose_mediator": contract.ChooseMediator,
    "assign": contract.Assign,
    "take": contract.Take,
    "pass": contract.Pass,
    "recuse": contract.BecauseOf,
    "replace": contract.BecauseOf,
    "challenge": contract.BecauseOf,
    "answer_challenge": contract.AnswerChallenge,
    "draft_agreement": contract.Draft,
    "sign": contract.Sign,
    "countersign": contract.Sign,
    "seal": contract.Sign,
    "request_changes": contract.BecauseOf,
    "refuse_to_sign": contract.OptionalReason,
    "record_oral_agreement": contract.Draft,
    "confirm_record": contract.Sign,
    "dispute_record": contract.BecauseOf,
    "end": contract.End,
    "extend": contract.Extend,
    "pause": contract.BecauseOf,
    "resume": contract.NoDetails,
    "withdraw": contract.OptionalReason,
    "apply_confirmation": contract.ApplyConfirmation,
    "withdraw_application": contract.NoDetails,
    "receive": contract.NoDetails,
    "ask": contract.NoDetails,
    "answer_enquiry": contract.AnswerEnquiry,
    "supplement": contract.Supplement,
    "answer_supplement": contract.AnswerSupplement,
    "extend_ruling": contract.BecauseOf,
    "confirm": contract.Confirm,
    "dismiss": contract.BecauseOf,
    "resume_mediation": contract.BecauseOf,
    "fulfil": contract.NoDetails,
}
"""The actions that can be asked for, and the body of each. Who may take one, and when: `transitions.TRANSITIONS`."""


def _open_action(action: str, body_model: type[ActionBody]) -> None:
    """Make an action an operation of its own."""

    @routes.route(f"/v1/cases/{{code}}/actions/{action}", methods=["POST"])
    @endpoint(
        body=body_model,
        name=f"{action}_case",
        summary=f"{TRANSITIONS[action].name.en}.",
        problems=(
            BadCode,
            NotFound,
            NotAllowed,
            IllegalTransition,
            Stale,
            *((UnknownTerms,) if issubclass(body_model, contract.Agreed) else ()),
        ),
    )
    def act(
        viewer: Viewer,
        code: str,
        *,
        body: ActionBody,
        key: IdempotencyKey,
        expected: ExpectedVersion,
        language: Language,
        cases: CaseService,
        drawing: CaseDrawing,
    ) -> CaseView:
        view = drawing.in_language(language)
        asked = Asked(action, body.details(), expected.version)
        return view(cases.act(viewer, code, asked, key.answering(view)))


for _action, _body_model in _ACTIONS.items():
    _open_action(_action, _body_model)


def _open_duty_action(action: str) -> None:
    """Make what is said of a duty an operation of its own."""

    @routes.route(f"/v1/cases/{{code}}/duties/{{n}}/actions/{action}", methods=["POST"])
    @endpoint(
        body=contract.AboutDuty,
        name=f"{action}_duty",
        summary=f"{TRANSITIONS[action].name.en}.",
        problems=(BadCode, NotFound, NotAllowed, IllegalTransition, Stale),
    )
    def act(
        viewer: Viewer,
        code: str,
        n: str,
        *,
        body: ActionBody,
        key: IdempotencyKey,
        expected: ExpectedVersion,
        language: Language,
        cases: CaseService,
        drawing: CaseDrawing,
    ) -> CaseView:
        if not re.fullmatch("[1-9][0-9]{0,2}", n):
            raise NotFound
        view = drawing.in_language(language)
        asked = Asked(action, {**body.details(), "n": int(n)}, expected.version)
        return view(cases.act(viewer, code, asked, key.answering(view)))


for _action in DUTY_ACTIONS:
    _open_duty_action(_action)
