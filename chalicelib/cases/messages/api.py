"""HTTP routes of messages in a case."""

from __future__ import annotations

from chalicelib.cases.messages.contract import SendMessage
from chalicelib.cases.messages.service import MessageService
from chalicelib.cases.messages.views import MessageList, MessageView
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/cases/{code}/messages", methods=["POST"])
@endpoint(body=SendMessage, status=201, problems=(BadCode, NotFound, NotAllowed))
def send_message(
    viewer: Viewer, code: str, body: SendMessage, key: IdempotencyKey, messages: MessageService
) -> MessageView:
    """Send a message to all in the case, or to the mediator only."""
    message = messages.send(
        viewer, code, body.text, body.to, for_settlement=body.for_settlement, idempotency=key.answering(MessageView.of)
    )
    return MessageView.of(message)


@routes.route("/v1/cases/{code}/messages")
@endpoint(problems=(BadCode, NotFound, NotAllowed))
def list_messages(viewer: Viewer, code: str, page: Page, messages: MessageService) -> MessageList:
    """List the messages that I may read, oldest first."""
    found = messages.list_messages(viewer, code, page.position, page.limit)
    return MessageList(
        items=[MessageView.of(one) for one in found.items], next_cursor=page.cursor_after(found.position)
    )
