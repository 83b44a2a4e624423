"""What clients send about appeals."""

from __future__ import annotations

from typing import Literal

from chalicelib.cases.fields import Reason, text_field
from chalicelib.web.request import RequestBody


class FileAppeal(RequestBody):
    """An appeal against how the case was handled, or against its outcome."""

    kind: Literal["process", "outcome"]
    text: text_field(5000)  # type: ignore[valid-type]


class DecideAppeal(RequestBody):
    """The reviewer's decision."""

    upheld: bool
    reason: Reason
