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
            ("已受理", "Accepted, respondent invited"),
            25,
            "respondent",
            (
                "请被申请人答复是否同意调解；各方同意后指派调解员。",
                "The respondent answers the invitation; when all have agreed, a mediator is assigned.",
            ),
            "invite match",
        ),
        _status(
            "assigned",
            "yellow",
            ("已指派", "Mediator assigned"),
            40,
            "mediator",
            ("调解员确认承办。", "The mediator confirms that they take the case."),
            "mediator_reply",
        ),
        _status(
            "mediating",
            "yellow",
            ("调解中", "In mediation"),
            55,
            "parties",
            ("调解员组织各方协商。", "The mediator brings the parties together."),
            "contact_party mediation_period",
        ),
        _status(
            "agreed",
            "orange",
            ("待签署", "Agreement awaiting signatures"),
            70,
            "parties",
            ("请各方阅读并签署调解协议。", "Each party reads the agreement and signs it."),
            "mediation_period",
        ),
        _status(
            "signed",
            "orange",
            ("协议生效", "Agreement in force"),
            85,
            "parties",
            (
                "各方可在期限内共同申请司法确认，并按协议履行。",
                "Within the window, the parties may jointly ask the court to confirm it; they carry it out.",
            ),
            "confirmation_window",
        ),
        _status(
            "confirming",
            "orange",
            ("司法确认中", "Before the court"),
            92,
            "court",
            ("人民法院审查调解协议。", "The court examines the agreement."),
            "court_accept court_decide",
        ),
        _status(
            "confirmed",
            "green",
            ("已司法确认", "Confirmed by the court"),
            100,
            None,
            (
                "请按裁定履行；一方不履行的，可申请强制执行。",
                "Carry it out; if a party does not, the court can enforce it.",
            ),
            ended=True,
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
            "failed",
            "red",
            ("调解终结", "Ended without settlement, other routes shown"),
            100,
            None,
            (
                "可申请仲裁、提起诉讼，或在期限内申诉。",
                "You may go to arbitration or to court, or appeal within the window.",
            ),
            "appeal_window",
            ended=True,
        ),
        _status(
            "withdrawn",
            "red",
            ("已撤回", "Withdrawn"),
            100,
            None,
            ("申请已撤回；可重新申请。", "The application was withdrawn; you may file again."),
            "appeal_window",
            ended=True,
        ),
        _status(
            "not_accepted",
            "red",
            ("不予受理", "Not accepted, other routes shown"),
            100,
            None,
            (
                "请按告知的其他途径处理，或在期限内申诉。",
                "Take one of the other routes that you were told, or appeal within the window.",
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
    "match": "organisation",
    "mediator_reply": "mediator",
    "contact_party": "mediator",
    "mediation_period": "mediator",
    "confirmation_window": "parties",
    "court_accept": "court",
    "court_decide": "court",
    "appeal_window": "parties",
    "appeal_reply": "reviewer",
}
"""Who must act before a rule's due date."""

MEDIATION_ENDS: Final = frozenset({"signed", "settled", "failed"})
"""Entering one of these ends the mediation of an accepted case, and lets the parties rate it (2-domain, "Ratings")."""
