"""HTTP routes inside a case: messages, the agreement, appeals."""

from __future__ import annotations

from typing import Any, Self

from chalicelib import bootstrap
from chalicelib.cases.appeals.service import Appeal
from chalicelib.cases.lifecycle import contract as schemas
from chalicelib.cases.messages.service import Agreement, Message
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes
from chalicelib.web.view import View

routes = Routes(__name__)


class MessageView(View):
    """A message in a case."""

    id: str
    at: str
    from_role: str
    from_party: str | None
    to: str
    text: str | None
    for_settlement: bool
    yours: bool

    @classmethod
    def of(cls, message: Message) -> Self:
        """Return the view of a message."""
        return cls(**{name: getattr(message, name) for name in cls.model_fields})


class MessageList(View):
    """A page of messages, oldest first."""

    items: list[MessageView]
    next_cursor: str | None


class SignatureView(View):
    """One party's signature over the agreement's hash."""

    party_id: str
    signed_at: str | None


class AgreementView(View):
    """The agreement as frozen. `sha256`: of the canonical JSON of `terms` and `text`."""

    text: str
    terms: list[str]
    sha256: str
    signatures: list[SignatureView]
    effective_at: str | None

    @classmethod
    def of(cls, agreement: Agreement) -> Self:
        """Return the view of an agreement."""
        signatures = [
            SignatureView(party_id=party.id, signed_at=party.signed_at)
            for party in agreement.case.parties
            if party.signed_at
        ]
        return cls(
            text=agreement.text,
            terms=agreement.terms,
            sha256=agreement.sha256,
            signatures=signatures,
            effective_at=agreement.case.effective_at,
        )


class AppealView(View):
    """An appeal. `status`: filed, upheld or rejected. `text`, `reason`: null once the appellant was erased."""

    id: str
    kind: str
    status: str
    by_party: str
    text: str | None
    created_at: str
    due_at: str
    upheld: bool | None
    reason: str | None
    decided_at: str | None

    @classmethod
    def of(cls, appeal: Appeal) -> Self:
        """Return the view of an appeal."""
        status = {None: "filed", True: "upheld", False: "rejected"}[appeal.upheld]
        return cls(
            id=appeal.id,
            kind=appeal.kind,
            status=status,
            by_party=appeal.by_party,
            text=appeal.text,
            created_at=appeal.at,
            due_at=appeal.due_at,
            upheld=appeal.upheld,
            reason=appeal.reason,
            decided_at=appeal.decided_at,
        )


class AppealList(View):
    """A case's appeals."""

    items: list[AppealView]
    next_cursor: str | None = None


@routes.route("/v1/cases/{code}/messages", methods=["POST"])
@endpoint(body=schemas.SendMessage, status=201, problems=(BadCode, NotFound, NotAllowed))
def send_message(viewer: Viewer, code: str, body: schemas.SendMessage, key: IdempotencyKey) -> MessageView:
    """Send a message to all in the case, or to the mediator only."""
    message = bootstrap.container().conversations.send(
        viewer, code, body.text, body.to, for_settlement=body.for_settlement, idempotency=key.answering(MessageView.of)
    )
    return MessageView.of(message)


@routes.route("/v1/cases/{code}/messages")
@endpoint(problems=(BadCode, NotFound, NotAllowed))
def list_messages(viewer: Viewer, code: str, page: Page) -> MessageList:
    """List the messages that I may read, oldest first."""
    found, position = bootstrap.container().conversations.list_messages(viewer, code, page.position, page.limit)
    return MessageList(items=[MessageView.of(one) for one in found], next_cursor=page.cursor_after(position))


@routes.route("/v1/cases/{code}/agreement")
@endpoint(problems=(BadCode, NotFound))
def get_agreement(viewer: Viewer, code: str) -> AgreementView:
    """Show the agreement, its hash, and who has signed."""
    return AgreementView.of(bootstrap.container().conversations.get_agreement(viewer, code))


class BundleView(View):
    """What the court gets. `sha256`: of the canonical JSON of `content`; `signature`: over it, in base64 DER."""

    content: dict[str, Any]
    sha256: str
    key_id: str
    algorithm: str = "ECDSA_SHA_256"
    signature: str


@routes.route("/v1/cases/{code}/bundle")
@endpoint(problems=(BadCode, NotFound))
def get_bundle(viewer: Viewer, code: str) -> BundleView:
    """Give the court, or a party, the case's bundle: agreement, signatures, evidence, chain, every hash."""
    bundle = bootstrap.container().bundles.get(viewer, code)
    return BundleView(
        content=dict(bundle.content), sha256=bundle.sha256, key_id=bundle.key_id, signature=bundle.signature
    )


@routes.route("/v1/cases/{code}/appeals", methods=["POST"])
@endpoint(body=schemas.FileAppeal, status=201, problems=(BadCode, NotFound, NotAllowed))
def file_appeal(viewer: Viewer, code: str, body: schemas.FileAppeal, key: IdempotencyKey) -> AppealView:
    """Appeal against how a case was handled, or against its outcome."""
    filed = bootstrap.container().appeals.file(viewer, code, body.kind, body.text, key.answering(AppealView.of))
    return AppealView.of(filed)


@routes.route("/v1/cases/{code}/appeals")
@endpoint(problems=(BadCode, NotFound, NotAllowed))
def list_appeals(viewer: Viewer, code: str) -> AppealList:
    """List the appeals of a case."""
    return AppealList(items=[AppealView.of(one) for one in bootstrap.container().appeals.list_appeals(viewer, code)])


@routes.route("/v1/cases/{code}/appeals/{appeal_id}/decision", methods=["POST"])
@endpoint(body=schemas.DecideAppeal, problems=(BadCode, NotFound, NotAllowed))
def decide_appeal(
    viewer: Viewer, code: str, appeal_id: str, body: schemas.DecideAppeal, key: IdempotencyKey
) -> AppealView:
    """Decide an appeal; upheld, the case is reopened with another mediator."""
    decided = bootstrap.container().appeals.decide(
        viewer, code, appeal_id, body.reason, key.answering(AppealView.of), upheld=body.upheld
    )
    return AppealView.of(decided)
