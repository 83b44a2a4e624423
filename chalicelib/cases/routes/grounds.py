"""On which ground a case stands where other ways are open, and its reason in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.cases.type_scope import TypeScope
from chalicelib.shared.texts import Text

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.model import Case

REFUSALS: Final[dict[str, Text]] = {
    "not_covered": Text("不属于本组织的受理范围。", "This organisation does not handle it."),
    "no_jurisdiction": Text(
        "依法只能由专门机关处理，或者不能调解。",
        "By law only a certain authority handles it, or it cannot be mediated.",
    ),
    "already_decided": Text(
        "法院、仲裁机构或者行政机关已经受理或者处理。",
        "A court, arbitration body or authority has it already, or has decided it.",
    ),
    "not_civil": Text(
        "不是民事纠纷（例如对行政决定不服、涉嫌违法犯罪）。",
        "It is no civil dispute (an authority's decision, or a suspected offence).",
    ),
    "abusive": Text("申请明显没有事实依据或者用于骚扰他人。", "It plainly has no basis, or serves to harass."),
    "other": Text("其他原因。", "Another reason."),
}
"""Why an organisation does not take a case, by the code of `refuse`."""

END_REASONS: Final[dict[str, Text]] = {
    "party_declined": Text(
        "对方明确不同意调解。（《人民调解法》第十七条：一方明确拒绝的，不得调解）",
        "The other side declined. (Nobody is mediated who plainly refuses: People's Mediation Law, art. 17)",
    ),
    "party_unreachable": Text(
        "在期限内多次联系，仍未能联系到对方（见送达记录）。",
        "The other side could not be reached in time (see the record of attempts).",
    ),
    "party_unwilling": Text("一方明确表示不愿意继续调解。", "A party plainly does not wish to go on."),
    "positions_too_far": Text("各方分歧较大，难以达成协议。", "The parties are too far apart to agree."),
    "period_expired": Text(
        "调解期限届满，未达成协议，也没有同意延长。",
        "The period ended without an agreement, and was not extended by consent.",
    ),
    "refused_to_sign": Text(
        "一方拒绝在调解协议上签名。协议没有生效。",
        "A party refused to sign. The agreement never took effect.",
    ),
    "other": Text("有其他原因，调解无法进行。", "Something else prevents mediation."),
    "agreement_reached": Text(
        "当事人表示已达成协议（未在本平台签署）。平台不掌握协议内容；不履行时，可以凭协议起诉。",
        "The parties say that they have agreed (not signed here). The platform does not know the terms; if they are "
        "not kept, sue on them.",
    ),
    "settled_privately": Text(
        "当事人表示已自行和解，撤回调解申请。",
        "The parties say that they made up by themselves, and the application is withdrawn.",
    ),
    "unconfirmed": Text("协议有效，平台未收到违约报告。", "The agreement is in force; no default was reported."),
    "confirmed": Text(
        "协议有效并经司法确认，平台未收到违约报告。",
        "The agreement is in force and a court confirmed it; no default was reported.",
    ),
    "performed": Text("各方确认协议已全部履行。", "All parties say that the agreement was performed in full."),
    "withdrawn": Text("申请已由申请人撤回，可以重新申请。", "The applicant withdrew; a new application may be made."),
}
"""Why a case ended, by its code (法释〔2021〕23号 art. 25 and what else ends one)."""

_REFUSED: Final = Text("调解组织没有受理，原因见案件记录。", "The organisation did not take it: the timeline says why.")
_SETTLED: Final = ("agreement_reached", "settled_privately")
_LABOUR_AGREEMENT: Final = Text(
    "当事人表示已达成协议（未在本平台签署）。平台不掌握协议内容；不履行时，可以申请劳动争议仲裁。",
    "The parties say that they have agreed (not signed here). The platform does not know the terms; if they are not "
    "kept, go to labour arbitration.",
)
_MEDICAL_EXPIRY: Final = Text(
    "超过调解期限未达成协议，视为调解不成。（《医疗纠纷预防和处理条例》第三十八条）",
    "The period ended without an agreement: mediation counts as failed. (Regulations on Medical Disputes, art. 38)",
)
_MEDICAL: Final = TypeScope(frozenset({"medical"}))
_LABOUR: Final = TypeScope(frozenset({"labour"}), frozenset({"labour_gig"}))


def ground_of(case: Case) -> str | None:
    """Return the ground of `routes.json` on which a case stands, or None while mediation is the only way."""
    status, reason = case.status, case.end_reason
    if status in {"failed", "settled"} and reason in _SETTLED:
        return f"settled:{reason}"
    confirmed = "unconfirmed" if case.document_no is None else "confirmed"
    grounds = {
        "settled": "settled:performed",
        "failed": f"failed:{reason if reason in END_REASONS else 'other'}",
        "not_accepted": f"not_accepted:{reason if reason in REFUSALS else 'other'}",
        "withdrawn": "withdrawn",
        "confirmed": "confirmed",
        "defaulted": f"defaulted:{confirmed}",
        "concluded": f"concluded:{confirmed}",
        "signed": None if case.dismissed_at is None else f"dismissed:{_dismissed_when(case)}",
        "mediating": "mediating:labour_period_over" if _is_labour_overdue(case) else None,
    }
    return grounds.get(status)


def grounds_of(case: Case) -> list[str]:
    """Return every ground on which a case stands: an earlier agreement still binds where another one failed."""
    ground = ground_of(case)
    if ground is None:
        return []
    if case.earlier is None or case.status not in {"failed", "withdrawn"}:
        return [ground]
    confirmed = "unconfirmed" if case.earlier["document_no"] is None else "confirmed"
    return [f"defaulted:{confirmed}", ground]


def end_reason_name(case: Case) -> Text | None:
    """Return why the case ended in words, or None if it has no such reason."""
    reason = case.end_reason
    if reason is None:
        return None
    if case.status == "not_accepted":
        return REFUSALS.get(reason, _REFUSED)
    if reason == "period_expired" and _MEDICAL.covers(case.dispute_type):
        return _MEDICAL_EXPIRY
    if reason == "agreement_reached" and _LABOUR.covers(case.dispute_type):
        return _LABOUR_AGREEMENT
    return END_REASONS.get(reason, END_REASONS["other"])


def _dismissed_when(case: Case) -> str:
    """Tell whether the court refused before it accepted the application, or after it had examined the agreement."""
    return "after_receipt" if case.refused_sha256 == case.agreement_sha256 else "before_receipt"


def _is_labour_overdue(case: Case) -> bool:
    """Tell whether labour mediation goes on after its period: arbitration is open (劳动争议调解仲裁法 art. 14 ¶3)."""
    over = any(one.rule == "mediation_period" and one.escalated for one in case.deadlines)
    return over and _LABOUR.covers(case.dispute_type)
