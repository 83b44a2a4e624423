"""What those who handle bad ratings send: bodies and queries, closed and strict."""

from __future__ import annotations

from typing import Literal

from chalicelib.ratings.rating.contract import Words
from chalicelib.web.request import ListQuery, RequestBody


class Note(RequestBody):
    """What was done."""

    note: Words | None = None


class Reply(RequestBody):
    """The official reply, which is public."""

    reply: Words


class Hide(RequestBody):
    """Why a rating's text is hidden; the reason is public."""

    reason: Words


class ListBad(ListQuery):
    """Which bad ratings."""

    status: Literal["opened", "contacted", "fixing", "replied", "closed"] | None = None
    overdue: bool | None = None
