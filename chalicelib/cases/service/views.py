"""Attempts, letters and invitations as they are shown."""

from __future__ import annotations

from typing import Final, Literal, Self

from chalicelib.cases.service.attempts import Shown
from chalicelib.cases.service.letters import Letter
from chalicelib.cases.service.words import DECLINE, JOIN, Particulars
from chalicelib.shared.texts import Language, Text
from chalicelib.web.view import View

State = Literal["queued", "sent", "delivered", "failed", "opened"]

_STATES: Final = {
    "queued": Text("待发送", "waiting to leave"),
    "sent": Text("已发出", "sent"),
    "delivered": Text("已送达", "delivered"),
    "failed": Text("未送达", "not delivered"),
    "opened": Text("已打开", "opened"),
}
_CHANNELS: Final = {
    "text": Text("短信", "text"),
    "phone": Text("电话", "phone call"),
    "visit": Text("上门", "visit"),
    "letter": Text("函件", "letter"),
}
_OUTCOMES: Final = {
    "no_answer": Text("无人接听", "nobody answered"),
    "wrong_number": Text("号码有误", "wrong number"),
    "left_message": Text("已留言", "a message was left"),
    "nobody_home": Text("家中无人", "nobody was at home"),
    "returned": Text("退回", "returned"),
    "delivered": Text("已投递", "delivered"),
    "signed_for": Text("已签收", "signed for"),
    "reached": Text("已联系到本人", "reached"),
    "answered": Text("已接听", "answered"),
    "spoken_to": Text("已当面告知", "spoken to"),
}
"""What outcomes are called that have a code; others are in the clerk's own words."""


class AttemptView(View):
    """An attempt to reach a party. `by`: `system`, or the function of who made it; `at`: when it was made.

    `delivered_at`, `opened_at`, `failed_at`: as a city's gateway, or the opening of the link, says.
    """

    id: str
    party_id: str
    channel: Literal["text", "phone", "visit", "letter"]
    channel_name: str
    at: str
    state: State
    state_name: str
    outcome: str | None
    outcome_name: str | None
    note: str | None
    by: str
    sent_at: str | None
    delivered_at: str | None
    failed_at: str | None
    opened_at: str | None

    @classmethod
    def of(cls, shown: Shown, language: Language) -> Self:
        """Return the view of an attempt."""
        one = shown.attempt
        outcome = None if shown.outcome is None else _OUTCOMES.get(shown.outcome)
        return cls(
            id=one.id,
            party_id=one.party,
            channel=one.channel,
            channel_name=_CHANNELS[one.channel].text(language),
            at=one.at,
            state=one.state,
            state_name=_STATES[one.state].text(language),
            outcome=shown.outcome,
            outcome_name=shown.outcome if outcome is None else outcome.text(language),
            note=shown.note,
            by=one.by,
            sent_at=one.sent_at,
            delivered_at=one.delivered_at,
            failed_at=one.failed_at,
            opened_at=one.opened_at,
        )


class AttemptList(View):
    """A page of attempts, as they were recorded."""

    items: list[AttemptView]
    next_cursor: str | None


class OfficeView(View):
    """The organisation, and how to reach it."""

    id: str
    name: str
    phone: str | None
    address: str | None


class WordsView(View):
    """A text in both languages."""

    zh: str
    en: str


class LetterView(View):
    """The letter to a respondent, to be printed. `code`: their invite code; `qr`: the link as an SVG."""

    party_id: str
    case_code: str
    recipient: str | None
    title: WordsView
    text: WordsView
    code: str
    link: str
    qr: str
    until: str
    provisional: bool
    expires_at: str
    organisation: OfficeView

    @classmethod
    def of(cls, letter: Letter, language: Language) -> Self:
        """Return the view of a letter."""
        return cls(
            party_id=letter.party_id,
            case_code=letter.case_code,
            recipient=letter.recipient,
            title=WordsView(zh=letter.title.zh, en=letter.title.en),
            text=WordsView(zh=letter.text.zh, en=letter.text.en),
            code=letter.invite_code,
            link=letter.link,
            qr=letter.qr,
            until=letter.particulars.until,
            provisional=letter.particulars.provisional,
            expires_at=letter.expires_at,
            organisation=office_view(letter.particulars, language),
        )


class MeaningView(View):
    """What it means to join, to decline, not to answer."""

    join: str
    decline: str
    silence: str


class InvitationView(View):
    """An invitation, as far as it may be shown to somebody who is not known yet. `until`: when to answer."""

    case_kind: str
    applicant_masked: str
    respondent_masked: str
    organisation: OfficeView
    meaning: MeaningView
    until: str
    provisional: bool

    @classmethod
    def of(cls, said: Particulars, language: Language) -> Self:
        """Return the view of an invitation."""
        return cls(
            case_kind=said.kind.text(language),
            applicant_masked=said.applicant.text(language),
            respondent_masked=said.respondent.text(language),
            organisation=office_view(said, language),
            meaning=MeaningView(
                join=JOIN.text(language), decline=DECLINE.text(language), silence=said.silence.text(language)
            ),
            until=said.until,
            provisional=said.provisional,
        )


class ReceiptResult(View):
    """What was made of one receipt. `late`: the message is further on already; `try_again`: send it once more."""

    id: str
    result: Literal["applied", "repeated", "late", "unknown", "try_again"]


class ReceiptResults(View):
    """What was made of a batch, in its order."""

    items: list[ReceiptResult]


def office_view(said: Particulars, language: Language) -> OfficeView:
    """Return the view of the organisation that invites."""
    return OfficeView(
        id=said.organisation_id, name=said.organisation.text(language), phone=said.phone, address=said.address
    )
