"""HTTP routes of disputes: filing, the case, its actions, progress and its QR code."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from pydantic import BaseModel

from chalicelib import bootstrap
from chalicelib.cases.lifecycle import contract as schemas
from chalicelib.cases.lifecycle.service import Seen
from chalicelib.cases.lifecycle.transitions import TRANSITIONS, IllegalTransition
from chalicelib.cases.lifecycle.views import CaseLine, CaseList, CaseView, Timeline, TimelineEntry
from chalicelib.cases.progress.qr import draw_qr
from chalicelib.cases.progress.views import Progress
from chalicelib.shared.codes import BadCode, show_code
from chalicelib.shared.errors import NotAllowed, NotFound, Stale
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.answers import PUBLIC_MINUTE, Answer
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Access, Routes
from chalicelib.web.request import ExpectedVersion, RequestBody

routes = Routes(__name__)

_REVALIDATE: Final = "public, no-cache"  # progress must not be shown older than it is; 304 keeps it cheap


def _view_in(language: Language) -> Any:
    container = bootstrap.container()
    rules, bookable = container.deadline_rules, container.bookable
    return lambda seen: CaseView.of(seen, rules, language, bookable=bookable)


def _location(seen: Seen) -> str:
    return f"/v1/cases/{show_code(seen.case.code)}"


@routes.route("/v1/cases", methods=["POST"])
@endpoint(body=schemas.FileCase, status=201)
def file_case(viewer: Viewer, body: schemas.FileCase, key: IdempotencyKey, language: Language) -> Answer:
    """File a dispute: it is routed to an organisation, and gets its mediation code."""
    idempotency = key.answering(_view_in(language), location=_location)
    seen = bootstrap.container().cases.file(viewer, body.model_dump(), idempotency)
    first = idempotency.render(seen)
    return Answer(first.body, status=first.status, headers=first.headers)


@routes.route("/v1/cases")
@endpoint(query=schemas.ListCases)
def list_cases(viewer: Viewer, query: schemas.ListCases, page: Page, language: Language) -> CaseList:
    """List my cases, or those of my role, newest first."""
    found, position = bootstrap.container().cases.list_cases(
        viewer, query.role, query.status, page.position, page.limit
    )
    return CaseList(items=[CaseLine.of(one, language) for one in found], next_cursor=page.cursor_after(position))


@routes.route("/v1/cases/{code}")
@endpoint(query=schemas.ReadCase, problems=(BadCode, NotFound))
def get_case(viewer: Viewer, code: str, query: schemas.ReadCase, language: Language) -> CaseView:
    """Show a case as I may see it, with what I can do now."""
    view: CaseView = _view_in(language)(bootstrap.container().cases.get(viewer, code, purpose=query.purpose))
    return view


@routes.route("/v1/cases/{code}/timeline")
@endpoint(problems=(BadCode, NotFound))
def timeline(viewer: Viewer, code: str, language: Language) -> Timeline:
    """Show what happened in a case, oldest first."""
    seen, events = bootstrap.container().cases.timeline(viewer, code)
    return Timeline(items=[TimelineEntry.of(event, seen, language) for event in events])


@routes.route("/v1/cases/{code}/join", methods=["POST"])
@endpoint(body=schemas.Join, problems=(BadCode, NotFound))
def join(viewer: Viewer, code: str, body: schemas.Join, key: IdempotencyKey, language: Language) -> CaseView:
    """Join a case as the respondent whose invite code I hold."""
    view = _view_in(language)
    seen: Seen = bootstrap.container().cases.join(viewer, code, body.invite_code, key.answering(view))
    answer: CaseView = view(seen)
    return answer


@routes.route("/v1/progress/{code}")
@endpoint(access=Access.PUBLIC, cache=_REVALIDATE, problems=(BadCode, NotFound))
def progress(code: str, language: Language) -> Progress:
    """Show what scanning a mediation code shows: stage, colour, next step, due date; no personal data."""
    container = bootstrap.container()
    return Progress.of(container.cases.progress(code), container.deadline_rules, language, container.clock.now())


@routes.route("/v1/progress/{code}/qr.svg")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, media_type="image/svg+xml", problems=(BadCode, NotFound))
def progress_qr(code: str) -> Answer:
    """Draw the mediation code as a QR code in the colour of its stage."""
    container = bootstrap.container()
    case = container.cases.progress(code)
    return Answer(draw_qr(container.settings.public_url, case), media_type="image/svg+xml")


_BODIES: Final[dict[str, type[RequestBody]]] = {
    "accept": schemas.NoDetails,
    "refuse": schemas.Refuse,
    "consent": schemas.Consent,
    "decline": schemas.OptionalReason,
    "mark_unreachable": schemas.MarkUnreachable,
    "assign": schemas.Assign,
    "take": schemas.NoDetails,
    "pass": schemas.Refuse,
    "draft_agreement": schemas.Draft,
    "sign": schemas.Sign,
    "refuse_to_sign": schemas.OptionalReason,
    "end": schemas.End,
    "extend": schemas.Extend,
    "withdraw": schemas.OptionalReason,
    "apply_confirmation": schemas.NoDetails,
    "confirm": schemas.Confirm,
    "dismiss": schemas.Refuse,
    "fulfil": schemas.NoDetails,
}


def _details(body: BaseModel) -> dict[str, Any]:
    details = body.model_dump()
    if isinstance(body, schemas.Extend):
        details["until"] = date.fromisoformat(body.until)
    return details


def _add_action(action: str, model: type[RequestBody]) -> None:
    """Make one action its own operation, with its own body."""

    @endpoint(
        body=model,
        name=f"{action}_case",
        summary=f"{TRANSITIONS[action].name.en}.",
        problems=(BadCode, NotFound, NotAllowed, IllegalTransition, Stale),
    )
    def act(
        viewer: Viewer, code: str, body: Any, key: IdempotencyKey, expected: ExpectedVersion, language: Language
    ) -> CaseView:
        view = _view_in(language)
        seen: Seen = bootstrap.container().cases.act(
            viewer, code, action, _details(body), key.answering(view), expected_version=expected.version
        )
        answer: CaseView = view(seen)
        return answer

    routes.route(f"/v1/cases/{{code}}/actions/{action}", methods=["POST"])(act)


for _action, _model in _BODIES.items():
    _add_action(_action, _model)
