"""What staff and gateways send about service: closed and strict."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.cases.fields import text_field
from chalicelib.cases.lifecycle.contract import PartyId
from chalicelib.shared.phones import read_phone, takes_texts
from chalicelib.web.request import RequestBody
from chalicelib.web.times import Instant

MAX_RECEIPTS = 500
"""How many receipts fit into one batch; each is a transaction of its own."""


def _mobile(text: str) -> str:
    number = read_phone(text)
    if number is None:
        raise PydanticCustomError("phone", "not a phone number")
    if not takes_texts(number):
        raise PydanticCustomError("mobile", "no text can be sent to it")
    return number


Mobile = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30), AfterValidator(_mobile)]


class RecordAttempt(RequestBody):
    """An attempt to reach a respondent: when (between acceptance and now), how, and what came of it.

    Channel `text` has another text sent instead: `at` and `outcome` are not needed then, and `phone` may name another
    number than the one that was filed. Outcomes such as `no_answer`, `wrong_number`, `left_message`, `returned` say
    that nobody was reached; `reached`, `answered`, `spoken_to` that somebody was.
    """

    party_id: PartyId
    channel: Literal["phone", "visit", "letter", "text"]
    at: Instant | None = None
    outcome: text_field(200) | None = None  # type: ignore[valid-type]
    note: text_field(500) | None = None  # type: ignore[valid-type]
    phone: Mobile | None = None


class ReceiptBody(RequestBody):
    """What became of one message, by the `id` that it left with."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    state: Literal["delivered", "failed", "opened"]
    at: Instant


class Receipts(RequestBody):
    """A batch of receipts."""

    items: list[ReceiptBody] = Field(min_length=1, max_length=MAX_RECEIPTS)
