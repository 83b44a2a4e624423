"""What clients send when they write a message."""

from __future__ import annotations

from typing import Literal

from chalicelib.cases.fields import text_field
from chalicelib.web.request import RequestBody


class SendMessage(RequestBody):
    """A message. `for_settlement`: an offer made to settle, which is not evidence against who made it."""

    text: text_field(5000)  # type: ignore[valid-type]
    to: Literal["all", "mediator"] = "all"
    for_settlement: bool = False
