"""HTTP routes of notices and preferences ("Me")."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from chalicelib.notices.model import Notice, Preferences
from chalicelib.notices.service import NoticeService, words_of
from chalicelib.shared.codes import show_code
from chalicelib.shared.errors import NotFound
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes
from chalicelib.web.request import RequestBody
from chalicelib.web.view import View

routes = Routes(__name__)


class Delivery(View):
    """What became of the message that leaves the system: pending, sent or not_wanted."""

    state: str
    at: str | None


class NoticeView(View):
    """A notice in words. `href`: where to look."""

    id: str
    at: str
    event: str
    case_code: str
    title: str
    text: str
    due_at: str | None
    read_at: str | None
    delivery: Delivery
    href: str

    @classmethod
    def of(cls, notice: Notice, language: Language) -> Self:
        """Return the view of a notice in one language."""
        title, text = words_of(notice, language)
        code = show_code(notice.case_code)
        return cls(
            id=notice.id,
            at=notice.at,
            event=notice.event,
            case_code=code,
            title=title,
            text=text,
            due_at=notice.data.get("due_at"),
            read_at=notice.read_at,
            delivery=Delivery(state=notice.sent, at=notice.sent_at),
            href=f"/v1/cases/{code}",
        )


class NoticeList(View):
    """A page of notices, newest first."""

    items: list[NoticeView]
    next_cursor: str | None


class PreferencesBody(RequestBody):
    """How I want to be told. The inbox shows everything whatever this says."""

    language: Literal["zh", "en"] = "zh"
    channels: list[Literal["sms", "push"]] = Field(default=["sms", "push"], max_length=2)


class PreferencesView(View):
    """How I am told. `always`: events whose message leaves whatever the channels say."""

    language: str
    channels: list[str]
    always: list[str]

    @classmethod
    def of(cls, preferences: Preferences, always: list[str]) -> Self:
        """Return the view of preferences."""
        return cls(language=preferences.language, channels=list(preferences.channels), always=always)


@routes.route("/v1/me/notices")
@endpoint()
def list_notices(viewer: Viewer, page: Page, language: Language, notices: NoticeService) -> NoticeList:
    """List what I was told, newest first."""
    found, position = notices.list_notices(viewer, page.position, page.limit)
    return NoticeList(items=[NoticeView.of(one, language) for one in found], next_cursor=page.cursor_after(position))


@routes.route("/v1/me/notices/{notice_id}/read", methods=["POST"])
@endpoint(problems=(NotFound,))
def read_notice(
    viewer: Viewer, notice_id: str, key: IdempotencyKey, language: Language, notices: NoticeService
) -> NoticeView:
    """Note that I have read a notice."""
    idempotency = key.answering(lambda read: NoticeView.of(read, language))
    return NoticeView.of(notices.read(viewer, notice_id, idempotency), language)


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
