"""HTTP routes of notices and preferences ("Me")."""

from __future__ import annotations

from chalicelib.notices.contract import PreferencesBody
from chalicelib.notices.model import Preferences
from chalicelib.notices.service import NoticeService
from chalicelib.notices.views import NoticeList, NoticeView, PreferencesView
from chalicelib.shared.errors import NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/me/notices")
@endpoint()
def list_notices(viewer: Viewer, page: Page, language: Language, notices: NoticeService) -> NoticeList:
    """List what I was told, newest first."""
    found = notices.list_notices(viewer, page.position, page.limit)
    return NoticeList(
        items=[NoticeView.of(one, language) for one in found.items], next_cursor=page.cursor_after(found.position)
    )


@routes.route("/v1/me/notices/{notice_id}/read", methods=["POST"])
@endpoint(problems=(NotFound,))
def read_notice(
    viewer: Viewer, notice_id: str, key: IdempotencyKey, language: Language, notices: NoticeService
) -> NoticeView:
    """Note that I have read a notice."""
    idempotency = key.answering(lambda read: NoticeView.of(read, language))
    return NoticeView.of(notices.mark_read(viewer, notice_id, idempotency), language)


@routes.route("/v1/me/preferences")
@endpoint()
def get_preferences(viewer: Viewer, notices: NoticeService) -> PreferencesView:
    """Show how I am told."""
    return PreferencesView.of(*notices.get_preferences(viewer))


@routes.route("/v1/me/preferences", methods=["PUT"])
@endpoint(body=PreferencesBody)
def put_preferences(viewer: Viewer, body: PreferencesBody, notices: NoticeService) -> PreferencesView:
    """Say how I want to be told."""
    wanted = Preferences(body.language, tuple(dict.fromkeys(body.channels)))
    return PreferencesView.of(*notices.put_preferences(viewer, wanted))
