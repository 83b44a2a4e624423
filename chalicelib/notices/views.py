"""Notices and preferences as the person sees them."""

from __future__ import annotations

from typing import Self

from chalicelib.notices.model import Notice, Preferences
from chalicelib.notices.service import words_of
from chalicelib.shared.codes import show_code
from chalicelib.shared.texts import Language
from chalicelib.web.view import View


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


class PreferencesView(View):
    """How I am told. `always`: events whose message leaves whatever the channels say."""

    language: str
    channels: list[str]
    always: list[str]

    @classmethod
    def of(cls, preferences: Preferences, always: list[str]) -> Self:
        """Return the view of preferences."""
        return cls(language=preferences.language, channels=list(preferences.channels), always=always)
