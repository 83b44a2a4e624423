"""What usually happens next in a case, by what is stored of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from chalicelib.cases.lifecycle.stages.in_force import end_of
from chalicelib.shared.items import Item

Steps = list[tuple[str, str]]
"""Role and action; for what is said of a duty the action is `<name>#<number of the duty>`."""

_SIDES: Final = ("applicant", "respondent")


def usual_steps(item: Item, now: datetime, *, joined: bool) -> Steps:
    """Return what usually happens next. `joined`: whether the respondent has an account in the case."""
    if item["status"] == "accepted" and not joined:
        return [("join", "")]
    made = _BY_STATUS.get(item["status"])
    return [] if made is None else made(item, now)


def _submitted(_item: Item, _now: datetime) -> Steps:
    return [*[("clerk", "accept")] * 6, ("clerk", "refuse"), ("clerk", "transfer"), ("applicant", "withdraw")]


def _accepted(item: Item, _now: datetime) -> Steps:
    parties = _parties(item)
    if not parties["respondent"].get("consented_at"):
        return [("respondent", "consent")]
    undecided = [(side, "choose_mediator") for side in _SIDES if parties[side].get("choice") is None]
    if undecided:
        return [*undecided * 3, ("clerk", "assign")]
    return [*[("clerk", "assign")] * 6, *[(side, "choose_mediator") for side in _SIDES], ("clerk", "transfer")]


def _assigned(item: Item, _now: datetime) -> Steps:
    return [*[("mediator", "take")] * 6, ("mediator", "pass"), ("clerk", "replace"), *_challenge(item)]


def _mediating(item: Item, _now: datetime) -> Steps:
    paused = [("mediator", "resume")] * 4 if item.get("suspended_at") else [("mediator", "pause")]
    return [
        *[("mediator", "draft_agreement")] * 5,
        ("applicant", "extend"),
        ("respondent", "extend"),
        *paused,
        ("mediator", "recuse"),
        *_challenge(item),
    ]


def _challenge(item: Item) -> Steps:
    state = (item.get("challenge") or {}).get("state")
    if state in {"open", "with_reviewer"}:
        return [("clerk" if state == "open" else "reviewer", "answer_challenge")] * 4
    return [("applicant", "challenge"), ("respondent", "challenge")]


def _agreed(item: Item, _now: datetime) -> Steps:
    unsigned = [(side, "sign") for side, one in sorted(_parties(item).items()) if not one.get("signed_at")]
    if unsigned:
        return [*unsigned * 3, ("applicant", "request_changes"), (unsigned[0][0], "refuse_to_sign")]
    return _staff_acts(item)


def _staff_acts(item: Item) -> Steps:
    acts = (("mediator", "countersign", "countersigned_at"), ("clerk", "seal", "sealed_at"))
    return [(role, action) for role, action, done in acts if not item.get(done)]


def _signed(item: Item, now: datetime) -> Steps:
    unapplied = [(side, "apply_confirmation") for side, one in _parties(item).items() if not one.get("applied_at")]
    again = [(side, "resume_mediation") for side in _SIDES] if item.get("dismissed_at") else []
    return [*unapplied * 3, *_staff_acts(item), *again, *_performance(item, now)]


def _confirming(item: Item, now: datetime) -> Steps:
    if not item.get("received_at"):
        return [*[("court", "receive")] * 6, ("court", "dismiss"), ("applicant", "withdraw_application")]
    if item.get("supplement"):
        return [(side, "answer_supplement") for side, one in _parties(item).items() if not one.get("supplemented_at")]
    if not item.get("asked_at"):
        return [*[("court", "ask")] * 3, ("court", "supplement"), ("court", "extend_ruling")]
    unanswered = [(side, "answer_enquiry") for side, one in _parties(item).items() if not one.get("enquiry")]
    return unanswered or [*[("court", "confirm")] * 3, ("court", "dismiss"), *_performance(item, now)]


def _confirmed(item: Item, now: datetime) -> Steps:
    return _performance(item, now)


def _defaulted(item: Item, now: datetime) -> Steps:
    return [*[(side, "resume_mediation") for side in _SIDES] * 2, *_performance(item, now)]


def _performance(item: Item, now: datetime) -> Steps:
    """Return what is said of duties, late ones as not performed; without duties, that all was carried out."""
    if not item.get("duties"):
        return [(side, "fulfil") for side in _SIDES]
    roles = {one["id"]: role for role, one in _parties(item).items()}
    steps: Steps = []
    for duty in item["duties"]:
        number, state = int(duty["n"]), duty.get("state", "open")
        payer, payee = roles[duty["payer"]], roles[duty["payee"]]
        if state == "acknowledged":
            continue
        steps.append((payee, f"acknowledge#{number}"))
        if state in {"open", "defaulted"}:
            steps.append((payer, f"report_performed#{number}"))
        late = duty.get("due_on") is None or now > end_of(duty["due_on"])
        if state in {"open", "reported"} and late:
            steps += [(payee, f"report_default#{number}")] * 2
    return steps


def _parties(item: Item) -> dict[str, dict[str, Any]]:
    return {one["role"]: one for one in item["parties"]}


_BY_STATUS: Final[dict[str, Callable[[Item, datetime], Steps]]] = {
    "submitted": _submitted,
    "accepted": _accepted,
    "assigned": _assigned,
    "mediating": _mediating,
    "agreed": _agreed,
    "signed": _signed,
    "confirming": _confirming,
    "confirmed": _confirmed,
    "defaulted": _defaulted,
}
