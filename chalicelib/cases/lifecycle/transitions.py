"""The state machine: one declared table, and the only way in which a case's status changes (2-domain, "Transitions").

A collective action takes effect when every party has taken it; until then the status stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class IllegalTransition(Conflict):
    """An action that the case's status, or its state, does not allow now."""

    slug = "illegal-transition"
    title = Text("当前阶段不能进行此操作", "This cannot be done at this stage")
    remedy = Text(
        "请刷新案件，按 actions 中列出的操作办理。", "Read the case again; `actions` lists what can be done now."
    )


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: `relations` are those who may act; `starts`: rules whose deadlines begin when it takes effect."""

    action: str
    sources: frozenset[str]
    target: str | None
    relations: frozenset[str]
    event: str
    name: Text
    starts: tuple[str, ...] = ()
    collective: str | None = None  # the event as long as others have yet to act
    by_clock: bool = False


def _row(  # noqa: PLR0917
    action: str,
    sources: str,
    target: str | None,
    relations: str,
    event: str,
    names: tuple[str, str],
    starts: str = "",
    *,
    collective: str | None = None,
    by_clock: bool = False,
) -> Transition:
    return Transition(
        action,
        frozenset(sources.split()),
        target,
        frozenset(relations.split()),
        event,
        Text(*names),
        tuple(starts.split()),
        collective,
        by_clock,
    )


_PARTIES: Final = "applicant respondent"

TRANSITIONS: Final[dict[str, Transition]] = {
    row.action: row
    for row in (
        _row("accept", "submitted", "accepted", "clerk", "accepted", ("受理", "Accept"), "invite"),
        _row("refuse", "submitted", "not_accepted", "clerk", "refused", ("不予受理", "Refuse"), "appeal_window"),
        _row(
            "consent",
            "accepted",
            None,
            "respondent",
            "all_consented",
            ("同意调解", "Agree to mediation"),
            "match",
            collective="consented",
        ),
        _row(
            "decline",
            "accepted assigned mediating",
            "failed",
            "respondent",
            "declined",
            ("不同意调解", "Decline mediation"),
            "appeal_window",
        ),
        _row(
            "mark_unreachable",
            "accepted",
            "failed",
            "clerk",
            "marked_unreachable",
            ("登记无法联系", "Record that the respondent cannot be reached"),
            "appeal_window",
        ),
        _row(
            "assign", "accepted", "assigned", "clerk", "assigned", ("指派调解员", "Assign a mediator"), "mediator_reply"
        ),
        _row(
            "take",
            "assigned",
            "mediating",
            "mediator",
            "taken",
            ("承办", "Take the case"),
            "contact_party mediation_period",
        ),
        _row("pass", "assigned", "accepted", "mediator", "passed", ("退回", "Pass the case on"), "match"),
        _row("lapse", "assigned", "accepted", "", "lapsed", ("逾期未确认", "Lapse"), "match", by_clock=True),
        _row(
            "draft_agreement",
            "mediating",
            "agreed",
            "mediator",
            "agreement_drafted",
            ("拟定协议", "Draft the agreement"),
        ),
        _row(
            "sign",
            "agreed",
            "signed",
            _PARTIES,
            "agreement_effective",
            ("签署协议", "Sign the agreement"),
            "confirmation_window",
            collective="signed",
        ),
        _row("refuse_to_sign", "agreed", "mediating", _PARTIES, "refused_to_sign", ("拒绝签署", "Refuse to sign")),
        _row(
            "end", "mediating agreed", "failed", "mediator", "ended", ("终结调解", "End the mediation"), "appeal_window"
        ),
        _row(
            "extend",
            "mediating",
            None,
            _PARTIES,
            "extended",
            ("同意延长期限", "Agree to a longer period"),
            collective="extension_agreed",
        ),
        _row(
            "withdraw",
            "submitted accepted assigned mediating",
            "withdrawn",
            "applicant",
            "withdrawn",
            ("撤回申请", "Withdraw"),
            "appeal_window",
        ),
        _row(
            "apply_confirmation",
            "signed",
            "confirming",
            _PARTIES,
            "confirmation_applied",
            ("申请司法确认", "Apply for judicial confirmation"),
            "court_accept court_decide",
            collective="confirmation_requested",
        ),
        _row("confirm", "confirming", "confirmed", "court", "confirmed", ("裁定确认", "Confirm")),
        _row("dismiss", "confirming", "signed", "court", "dismissed", ("驳回申请", "Dismiss")),
        _row(
            "fulfil",
            "signed confirmed",
            "settled",
            _PARTIES,
            "fulfilled",
            ("确认已履行", "Confirm it was carried out"),
            collective="fulfilment_stated",
        ),
        _row("close", "signed", "settled", "", "window_ended", ("期满结案", "Close after the window"), by_clock=True),
        _row(
            "reopen",
            "failed settled withdrawn not_accepted",
            "accepted",
            "",
            "reopened",
            ("重新受理", "Reopen"),
            by_clock=True,
        ),
    )
}
"""`lapse` and `close` happen when a deadline is over, `reopen` when an appeal is upheld: nobody can ask for them."""

END_GROUNDS: Final = (
    "agreement_reached",
    "settled_privately",
    "party_unreachable",
    "party_unwilling",
    "positions_too_far",
    "period_expired",
    "refused_to_sign",
    "other",
)
"""The eight grounds for ending a mediation (人民法院在线调解规则, 法释〔2021〕23号, art. 25)."""
