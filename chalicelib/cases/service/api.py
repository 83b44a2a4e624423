"""HTTP routes of service: the record of attempts, the letter, the other side's invitation, gateways' receipts."""

from __future__ import annotations

from typing import Final

from chalicelib.cases.lifecycle.refusals import AlreadyParty, CaseEnded, InviteExpired, InviteUsed, PartyJoined
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.cases.lifecycle.views import CaseDrawing, CaseView
from chalicelib.cases.service.attempts import AttemptService, NewAttempt
from chalicelib.cases.service.contract import Receipts, RecordAttempt
from chalicelib.cases.service.invitations import InvitationService
from chalicelib.cases.service.letters import LetterService, draw_letter
from chalicelib.cases.service.page import draw_invitation, draw_no_invitation
from chalicelib.cases.service.receipts import Receipt, ReceiptService
from chalicelib.cases.service.views import (
    AttemptList,
    AttemptView,
    InvitationView,
    LetterView,
    ReceiptResult,
    ReceiptResults,
)
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotAllowed, NotFound, TooManyRequests
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import CONTENT_LANGUAGES, Language
from chalicelib.web.answers import Answer
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.observe import record_note
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)

_PDF: Final = "application/pdf"


@routes.route("/v1/cases/{code}/service")
@endpoint(problems=(BadCode, NotFound, NotAllowed))
def list_service(viewer: Viewer, code: str, *, page: Page, language: Language, attempts: AttemptService) -> AttemptList:
    """List how the other side was told (clerk, mediator): every attempt, and what came of it."""
    found = attempts.list_attempts(viewer, code, page.position, page.limit)
    return AttemptList(
        items=[AttemptView.of(one, language) for one in found.items], next_cursor=page.cursor_after(found.position)
    )


@routes.route("/v1/cases/{code}/service", methods=["POST"])
@endpoint(
    body=RecordAttempt,
    status=201,
    problems=(BadCode, NotFound, NotAllowed, IllegalTransition, PartyJoined, TooManyRequests),
)
def record_service(
    viewer: Viewer,
    code: str,
    *,
    body: RecordAttempt,
    key: IdempotencyKey,
    language: Language,
    attempts: AttemptService,
) -> AttemptView:
    """Record an attempt to reach a respondent (clerk); with channel `text`, have another text sent."""

    def view(shown: object) -> AttemptView:
        return AttemptView.of(shown, language)  # type: ignore[arg-type]  # what `record` returns

    return view(attempts.record(viewer, code, NewAttempt(**body.model_dump()), key.answering(view)))


@routes.route("/v1/cases/{code}/service/{party_id}/letter", methods=["POST"])
@endpoint(problems=(BadCode, NotFound, NotAllowed, IllegalTransition, PartyJoined))
def draw_up_letter(
    viewer: Viewer, code: str, party_id: str, *, key: IdempotencyKey, language: Language, letters: LetterService
) -> LetterView:
    """Draw up the letter to a respondent, with the invite code, for the clerk to print and send."""

    def view(letter: object) -> LetterView:
        return LetterView.of(letter, language)  # type: ignore[arg-type]  # what `draw_up` returns

    return view(letters.draw_up(viewer, code, party_id, key.answering(view)))


@routes.route("/v1/cases/{code}/service/{party_id}/letter")
@endpoint(media_type=_PDF, problems=(BadCode, NotFound, NotAllowed, IllegalTransition, PartyJoined))
def print_letter(viewer: Viewer, code: str, party_id: str, letters: LetterService) -> Answer:
    """Give the clerk the letter that was drawn up, as a PDF to print."""
    letter = letters.get_letter(viewer, code, party_id)
    document = draw_letter(letter)
    body = document.set()
    if document.missing:
        record_note("characters_without_glyph", level="WARN", document="letter", count=document.missing)
    name = f"letter-{letter.case_code}-{letter.party_id}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Language": CONTENT_LANGUAGES["zh"]}
    return Answer(body, media_type=_PDF, headers=headers)


@routes.route("/v1/invitations/{token}")
@endpoint(access=Access.PUBLIC, problems=(NotFound,))
def show_invitation(token: str, language: Language, invitations: InvitationService) -> InvitationView:
    """Show the invitation behind a link, names masked, and note that it was opened."""
    return InvitationView.of(invitations.open(token), language)


@routes.route("/v1/invitations/{token}/join", methods=["POST"])
@endpoint(problems=(NotFound, InviteUsed, InviteExpired, AlreadyParty, CaseEnded))
def join_by_link(
    viewer: Viewer,
    token: str,
    *,
    key: IdempotencyKey,
    language: Language,
    invitations: InvitationService,
    drawing: CaseDrawing,
) -> CaseView:
    """Join a case as the respondent whom the link invites."""
    view = drawing.in_language(language)
    return view(invitations.join(viewer, token, key.answering(view)))


@routes.route("/i/{token}")
@endpoint(access=Access.PUBLIC, media_type="text/html")
def invitation_page(token: str, language: Language, invitations: InvitationService) -> Answer:
    """Show the invitation behind a link as a page."""
    try:
        return draw_invitation(invitations.open(token), language)
    except NotFound:
        return draw_no_invitation(language)


@routes.route("/v1/gateway/receipts", methods=["POST"])
@endpoint(body=Receipts, problems=(NotAllowed,))
def take_receipts(viewer: Viewer, body: Receipts, receipts: ReceiptService) -> ReceiptResults:
    """Take what a city's gateways report of texts that left (role `gateway`), a result for each."""
    taken = [Receipt(one.id, one.state, one.at) for one in body.items]
    results = receipts.take(viewer, taken)
    return ReceiptResults(
        items=[ReceiptResult(id=one.id, result=result) for one, result in zip(taken, results, strict=True)]
    )
