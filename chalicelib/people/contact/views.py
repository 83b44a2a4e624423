"""What the signed-in person sees of proving a number."""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field

from chalicelib.people.contact.model import HOW_NAMES, Announced, Contact, How
from chalicelib.shared.texts import Language, Text
from chalicelib.web.view import View

_NOTE: Final = Text(
    "如果该号码可以接收短信，您会收到六位验证码，{minutes} 分钟内有效。"
    "同一号码一小时内能收到的验证码有限；没有收到时，请用最近一次的，或稍后再试。",
    "If this number can get texts, a code of six digits comes to it; it holds for {minutes} minutes. "
    "Only so many codes go to one number in an hour: if none comes, use the last one, or try again later.",
)


class ChallengeView(View):
    """That a code was asked for. It is the same for every number."""

    expires_at: str = Field(description="Until when a code that is sent now holds.")
    note: str

    @classmethod
    def of(cls, announced: Announced, language: Language) -> Self:
        """Return the view of what somebody who asked for a code is told."""
        return cls(expires_at=announced.expires_at, note=_NOTE.format(minutes=announced.minutes).text(language))


class ContactView(View):
    """My number as it was proved. `phone`: masked; it is not kept in readable form."""

    phone: str
    proved: bool
    proved_by: How
    proved_by_name: str
    proved_at: str

    @classmethod
    def of(cls, contact: Contact, language: Language) -> Self:
        """Return the view of a proved number."""
        return cls(
            phone=f"{contact.phone[:6]}****{contact.phone[-4:]}",
            proved=True,
            proved_by=contact.how,
            proved_by_name=HOW_NAMES[contact.how].text(language),
            proved_at=contact.proved_at,
        )
