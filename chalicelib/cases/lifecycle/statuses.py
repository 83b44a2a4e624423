"""The statuses of a case: their colour, their words, who acts next, which deadlines run in them (2-domain)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from chalicelib.shared.texts import Text

Colour = Literal["blue", "yellow", "orange", "green", "red"]


@dataclass(frozen=True, slots=True)
class Status:
    """One status.

    `percent`: of the happy path, rising along it; `waiting_for`: who acts next; `deadlines`: the rules that run in it.
    """

    code: str
    colour: Colour
    name: Text
    percent: int
    waiting_for: str | None
    next_step: Text
    deadlines: frozenset[str]
    ended: bool = False


def _status(  # noqa: PLR0917
    code: str,
    colour: Colour,
    names: tuple[str, str],
    percent: int,
    waiting_for: str | None,
    step: tuple[str, str],
    deadlines: str = "",
    *,
    ended: bool = False,
) -> Status:
    return Status(code, colour, Text(*names), percent, waiting_for, Text(*step), frozenset(deadlines.split()), ended)


_PERIOD: Final = "mediation_period period_notice expiry_grace enforcement"
"""Enforcement of an earlier agreement goes on running while another is mediated."""
_PERFORMANCE: Final = "conclude duty_reminder duty_due"

STATUSES: Final[dict[str, Status]] = {
    status.code: status
    for status in (
        _status(
            "submitted",
            "blue",
            ("已提交", "Submitted"),
            10,
            "organisation",
            ("调解组织审查是否受理。", "The organisation decides whether to accept the case."),
            "acceptance",
        ),
        _status(
            "accepted",
            "blue",
            ("已受理", "Accepted"),
            25,
            "respondent",
            (
                "请被申请人答复是否同意调解；各方同意后共同选择调解员，或由组织指派。",
                "The respondent says whether they take part; then all choose a mediator, or leave it to the office.",
            ),
            f"invite invite_notice choose_mediator match {_PERIOD}",
        ),
        _status(
            "assigned",
            "yellow",
            ("已指派", "Mediator assigned"),
            40,
            "mediator",
            (
                "调解员确认是否承办，并说明有无利害关系。",
                "The mediator takes the case or not, and states any ties.",
            ),
            f"mediator_reply challenge_reply {_PERIOD}",
        ),
        _status(
            "mediating",
            "yellow",
            ("调解中", "In mediation"),
            55,
            "parties",
            (
                "调解员组织各方协商；任何一方可以随时不再参加。",
                "The mediator brings the parties together; anybody may stop at any time.",
            ),
            f"contact_party challenge_reply {_PERIOD}",
        ),
        _status(
            "agreed",
            "orange",
            ("待签署", "Agreement awaiting signatures"),
            70,
            "parties",
            (
                "请阅读协议：可以签署、提出修改，或者不签。",
                "Read the agreement: sign it, ask for changes, or refuse.",
            ),
            f"challenge_reply {_PERIOD}",
        ),
        _status(
            "signed",
            "orange",
            ("协议生效", "Agreement in force"),
            85,
            "parties",
            (
                "请按协议履行；在期限内可以共同申请司法确认，经确认的可以申请强制执行。",
                "Perform as agreed; within the window you may ask a court together to make it enforceable.",
            ),
            f"confirmation_window arbitration_review {_PERFORMANCE}",
        ),
        _status(
            "confirming",
            "orange",
            ("司法确认中", "Before the court"),
            92,
            "court",
            ("人民法院审查调解协议；结果由法院决定。", "The court examines the agreement, and decides."),
            "court_accept court_decide court_supplement duty_reminder duty_due",
        ),
        _status(
            "confirmed",
            "green",
            ("已司法确认", "Confirmed by the court"),
            100,
            "parties",
            (
                "请按约定履行；一方不履行的，对方可以在二年内申请强制执行。",
                "Perform as agreed; if a party does not, the other may apply for enforcement within two years.",
            ),
            f"enforcement confirmation_objection {_PERFORMANCE}",
        ),
        _status(
            "settled",
            "green",
            ("已化解", "Settled"),
            100,
            None,
            ("纠纷已化解。", "The dispute is settled."),
            "appeal_window",
            ended=True,
        ),
        _status(
            "concluded",
            "green",
            ("已办结：协议有效，平台未收到违约报告", "Closed: agreement in force, no default reported"),
            100,
            None,
            (
                "这不表示协议已经履行。对方没有履行的，仍可以起诉；经司法确认的，可以申请强制执行。",
                "This does not say that it was performed: if not, sue, or, if confirmed, apply for enforcement.",
            ),
            "appeal_window",
            ended=True,
        ),
        _status(
            "defaulted",
            "red",
            ("未履行", "Not performed"),
            100,
            "parties",
            (
                "一方报告协议到期未履行；平台只作记录，不认定谁违约。可以重新调解、起诉或者申请强制执行。",
                "A party reports a default: recorded, not judged. Mediate again, sue, or apply for enforcement.",
            ),
            "enforcement confirmation_objection confirmation_window arbitration_review duty_reminder duty_due",
        ),
        _status(
            "failed",
            "red",
            ("调解终结", "Ended without settlement"),
            100,
            None,
            (
                "调解没有成功，您的权利不受影响：可以申请仲裁、提起诉讼，或在期限内申诉。",
                "Mediation did not settle it. Your rights are untouched: go to arbitration or court, or appeal.",
            ),
            "appeal_window enforcement",
            ended=True,
        ),
        _status(
            "withdrawn",
            "red",
            ("已撤回", "Withdrawn"),
            100,
            None,
            ("申请已由申请人撤回，可以重新申请。", "The applicant withdrew; a new application may be made."),
            "appeal_window enforcement",
            ended=True,
        ),
        _status(
            "not_accepted",
            "red",
            ("不予受理", "Not accepted"),
            100,
            None,
            (
                "请按案件页面所列的其他途径办理，或在期限内申诉。",
                "Take one of the other routes that the case page shows, or appeal within the window.",
            ),
            "appeal_window",
            ended=True,
        ),
    )
}

HAPPY_PATH: Final = ("submitted", "accepted", "assigned", "mediating", "agreed", "signed", "confirming", "confirmed")
"""The stages that the mediation code shows."""

WAITING_FOR: Final[dict[str, str]] = {
    "acceptance": "organisation",
    "invite": "respondent",
    "invite_notice": "respondent",
    "choose_mediator": "parties",
    "match": "organisation",
    "mediator_reply": "mediator",
    "contact_party": "mediator",
    "challenge_reply": "organisation",
    "mediation_period": "mediator",
    "period_notice": "mediator",
    "expiry_grace": "mediator",
    "confirmation_window": "parties",
    "arbitration_review": "parties",
    "court_accept": "court",
    "court_decide": "court",
    "court_supplement": "parties",
    "confirmation_objection": "parties",
    "enforcement": "parties",
    "conclude": "parties",
    "duty_reminder": "parties",
    "duty_due": "parties",
    "appeal_window": "parties",
    "appeal_reply": "reviewer",
}
"""Who must act before a rule's due date."""

REMINDERS: Final = frozenset({"invite_notice", "period_notice", "duty_reminder"})
"""Dates on which somebody is told of another date; nobody has anything to do by them."""

WORKING: Final = frozenset({"submitted", "accepted", "assigned", "mediating", "agreed"})
"""Statuses in which the organisation's work goes on."""

MEDIATION_ENDS: Final = frozenset({"signed", "settled", "failed"})
"""Entering one of these ends the mediation of an accepted case, and lets the parties rate it (2-domain, "Ratings")."""
