"""What an invitation says: to the other side by text, by letter, on its page; names masked until somebody is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from chalicelib.cases.lifecycle.deadlines import find_deadline
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.records import Loaded
from chalicelib.shared.clock import SHANGHAI, parse_instant
from chalicelib.shared.texts import Text

JOIN: Final = Text(
    "加入后您可以看到申请内容、补充材料、与对方平等协商。加入不等于同意调解，也不等于承认对方的说法。",
    "Once you join, you see what was filed, add your own papers, and take part on equal terms. To join is neither to "
    "agree to mediation nor to admit what the other side says.",
)
DECLINE: Final = Text(
    "加入后可以选择不同意调解，调解随即终结，不需要理由。双方仍可去法院或者仲裁。",
    "After joining you can decline: the mediation then ends, and no reason is needed. Court or arbitration stay open "
    "to both sides.",
)
SILENCE: Final = Text(
    "是否参加由您决定。您可以同意，也可以不同意。不答复不等于同意；到 {until} 仍未答复的，工作人员会再联系您，"
    "两次在不同日期联系不上的，调解可能终结，对方可以去法院或者仲裁。不参加调解本身不会给您带来处罚。",
    "Whether you take part is up to you: yes or no. No answer is not a yes. If there is none by {until}, staff will "
    "try again; if you cannot be reached on two different days, the mediation may end, and the other side may go to "
    "court or arbitration. Not taking part is no offence.",
)
"""民法典 art. 140 (silence counts only by law, agreement or custom), 人民调解法 art. 17, 23 (2)."""

TITLE: Final = Text("调解邀请", "An invitation to mediation")
REMINDER_TITLE: Final = Text("提醒：调解邀请", "A reminder: an invitation to mediation")
TEXT: Final = Text(
    "【一码】{applicant}因{kind}向{organisation}申请调解，您是被申请的一方。查看并决定是否参加：{link} "
    "请在 {until} 前答复；是否参加由您决定，不答复不等于同意。{contact}",
    "[Yima] {applicant} asked {organisation} to mediate ({kind}) with you. See it and decide: {link} "
    "Please answer by {until}. Taking part is up to you; no answer is not a yes. {contact}",
)
REMINDER_TEXT: Final = Text(
    "【一码】提醒：{organisation}发给您的{kind}调解邀请，请在 {until} 前答复：{link} "
    "是否参加由您决定，不答复不等于同意。{contact}",
    "[Yima] A reminder: please answer the invitation of {organisation} ({kind}) by {until}: {link} "
    "Taking part is up to you; no answer is not a yes. {contact}",
)
LETTER: Final = Text(
    "{respondent}：\n{applicant}因{kind}向{organisation}申请调解，您是被申请的一方。案件编号：{case_code}。\n\n"
    "{silence}\n\n加入：{join}\n不同意：{decline}\n\n"
    "打开下面的链接或扫描二维码，登录后即可加入：{link}\n也可以登录后输入案件编号和邀请码：{invite_code}\n"
    "链接和邀请码只供您本人使用，{expires} 前有效。\n{contact}\n\n本函不是法院传票，也不是法律文书。",
    "To {respondent}:\n{applicant} asked {organisation} to mediate a dispute ({kind}) with you. Case: {case_code}.\n\n"
    "{silence}\n\nTo join: {join}\nTo decline: {decline}\n\n"
    "Open this link or scan the code, and sign in to join: {link}\nOr sign in and enter the case's code and this "
    "invite code: {invite_code}\nLink and code are for you alone, and hold until {expires}.\n{contact}\n\n"
    "This is no court summons and no judicial document.",
)

_COMPOUND: Final = frozenset(
    (
        *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"),
        *("长孙", "宇文", "司徒", "夏侯", "端木", "南宫", "独孤", "申屠", "闻人", "澹台"),
    )
)
"""Family names of two characters."""
_HIDDEN: Final = "**"
_NOBODY: Final = Text("有人", "somebody")


class Office(Protocol):
    """An organisation as the directory has it."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def name_en(self) -> str | None:
        """What it is called in English."""
        ...

    @property
    def phone(self) -> str | None:
        """How to call it."""
        ...

    @property
    def address(self) -> str | None:
        """Where it is."""
        ...


FindOffice = Callable[[str], Office | None]
"""Returns an organisation by its id, or None if it is not in the directory."""

NameType = Callable[[str], Text]
"""Returns what a type of dispute is called."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What may be said to somebody who is not known yet. `until`: when an answer is asked for (RFC 3339)."""

    kind: Text
    applicant: Text
    respondent: Text
    organisation_id: str
    organisation: Text
    phone: str | None
    address: str | None
    until: str
    provisional: bool

    @property
    def silence(self) -> Text:
        """What it means not to answer."""
        return SILENCE.format(until=local(self.until))

    def fill(self, text: Text, **more: str) -> Text:
        """Return a text with the particulars filled in."""
        filled = []
        for language in ("zh", "en"):
            values = {
                "kind": self.kind.text(language),
                "applicant": self.applicant.text(language),
                "respondent": self.respondent.text(language),
                "organisation": self.organisation.text(language),
                "until": local(self.until),
                "contact": self._contact.text(language),
                "silence": self.silence.text(language),
                "join": JOIN.text(language),
                "decline": DECLINE.text(language),
            }
            filled.append(text.text(language).format(**values, **more).strip())
        return Text(*filled)

    @property
    def _contact(self) -> Text:
        if self.phone is None:
            return Text("", "")
        return Text(f"咨询：{self.phone}", f"Questions: {self.phone}")


class Describe:
    """Puts the particulars of an invitation together."""

    def __init__(self, find_office: FindOffice, name_type: NameType) -> None:
        self._find_office = find_office
        self._name_type = name_type

    def of(self, loaded: Loaded, party: Party, now: datetime) -> Particulars:
        """Return the particulars of the invitation of a party."""
        case = loaded.case
        office = self._find_office(case.organisation)
        name = case.organisation if office is None else office.name
        until, provisional = _until(case, party, now)
        applicant = case.parties[0]
        return Particulars(
            kind=self._name_type(case.dispute_type),
            applicant=mask(loaded.text_of(applicant.id).get("name"), applicant.kind),
            respondent=mask(loaded.text_of(party.id).get("name"), party.kind),
            organisation_id=case.organisation,
            organisation=Text(name, name if office is None else office.name_en or name),
            phone=None if office is None else office.phone,
            address=None if office is None else office.address,
            until=until,
            provisional=provisional,
        )


def _until(case: Case, party: Party, now: datetime) -> tuple[str, bool]:
    """Return until when an answer is asked for; once that is over, until when the invitation holds."""
    invite = find_deadline(case, "invite")
    if invite is not None and not invite.is_over(now):
        return invite.at, invite.provisional
    return party.invite_expires_at or case.since, False


def mask(name: str | None, kind: str) -> Text:
    """Return a name that does not say who it is: the family name, or the first two characters of an organisation's."""
    if not name:
        return _NOBODY
    family = name[:2] if kind == "organisation" or name[:2] in _COMPOUND else name[:1]
    return Text(family + _HIDDEN, family + _HIDDEN)


def local(instant: str) -> str:
    """Return an instant as people in Asia/Shanghai read it."""
    return f"{parse_instant(instant).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
