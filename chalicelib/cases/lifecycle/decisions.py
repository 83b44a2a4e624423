"""What an action does to a case: one pure function, decided by the transitions table and a few effects of its own."""
# ruff: noqa: ARG001 - effects have one signature, and not every one needs all of it

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from chalicelib.cases.lifecycle.confirmation import check_confirmable
from chalicelib.cases.lifecycle.model import Case, Deadline, Party
from chalicelib.cases.lifecycle.refusals import AgreementChanged, AlreadyDone, ConsentMissing, WindowClosed
from chalicelib.cases.lifecycle.transitions import TRANSITIONS, IllegalTransition
from chalicelib.shared.clock import format_instant
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.errors import InvalidRequest, Violation
from chalicelib.shared.texts import Text


@dataclass(frozen=True, slots=True)
class Command:
    """One action as asked for: by whom (`person`: pseudonym), as what, with which details."""

    action: str
    details: Mapping[str, Any]
    person: str
    relation: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case after it, and what the event says. `free_text` is sealed before it is stored.

    `words_of`: the data subject whose words they are; None for the party who acts, or the case if none does.
    """

    case: Case
    event: str
    data: dict[str, Any] = field(default_factory=dict)
    free_text: str | None = None
    words_of: str | None = None


MAX_EXTENSION_DAYS: Final = 180
"""How far ahead a longer period may end."""


def decide(case: Case, command: Command, due_dates: DueDates) -> Outcome:
    """Return what the action does; raise the refusal if the case's state does not allow it. Changes nothing."""
    row = TRANSITIONS[command.action]
    if case.status not in row.sources:
        raise IllegalTransition
    changed, data, free_text = _EFFECTS.get(command.action, _nothing)(case, command, due_dates)
    target, event, starts = row.target, row.event, row.starts
    if row.collective is not None and not _all_have(changed, command.action):
        target, event, starts = None, row.collective, ()
    elif command.action == "consent":
        changed = replace(changed, deadlines=tuple(one for one in changed.deadlines if one.rule != "invite"))
    elif command.action == "extend":
        changed = changed.with_all_parties(extend_until=None)  # a new period: each may propose once in it
    elif command.action == "fulfil" and case.status == "confirmed":
        target = None
    if target is not None and target != case.status:
        changed = changed.moved(target, command.now)
    changed = start_deadlines(changed, starts, command.now, due_dates)
    return Outcome(changed, event, data, free_text)


def start_deadlines(case: Case, rules: Iterable[str], now: datetime, due_dates: DueDates) -> Case:
    """Return the case with the deadlines of these rules, each in place of an earlier one of the same rule.

    A rule that does not hold for the case starts none.
    """
    for rule in rules:
        begins = now
        if rule == "court_decide":  # counted from the court's acceptance, at the latest (法释〔2011〕5号 art. 4, 5)
            begins = due_dates.due("court_accept", now, case.scope).at
        due = due_dates.find(rule, begins, case.scope)
        others = tuple(one for one in case.deadlines if one.rule != rule)
        running = () if due is None else (Deadline.of(due, now, counted_from=begins),)
        case = replace(case, deadlines=(*others, *running))
    return case


Effect = Callable[[Case, Command, DueDates], tuple[Case, dict[str, Any], str | None]]


def _nothing(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    return case, {}, command.details.get("reason")


def _party(case: Case, command: Command) -> Party:
    party = case.party_of(command.person)
    if party is None:
        raise IllegalTransition
    return party


def _accept(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    expires = format_instant(due_dates.due("invite_code_expiry", command.now, case.scope).at)
    for party in case.parties:
        if party.role == "respondent":
            case = case.with_party(replace(party, invite_expires_at=expires))
    return case, {}, None


def _marks(attribute: str) -> Effect:
    def mark(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
        party = _party(case, command)
        if getattr(party, attribute) is not None:
            raise AlreadyDone
        changes: dict[str, Any] = {attribute: format_instant(command.now)}
        if attribute == "consented_at":
            changes["terms_version"] = command.details["terms_version"]
        return case.with_party(replace(party, **changes)), {"party": party.id}, None

    return mark


def _sign(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    if command.details["agreement_sha256"].lower() != case.agreement_sha256:
        raise AgreementChanged
    case, data, _ = _marks("signed_at")(case, command, due_dates)
    if all(party.signed_at for party in case.parties):
        case = replace(case, effective_at=format_instant(command.now))
    return case, {**data, "agreement_sha256": case.agreement_sha256}, None


def _apply(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    check_confirmable(case)
    window = next((one for one in case.deadlines if one.rule == "confirmation_window"), None)
    if window is None or window.is_over(command.now):
        raise WindowClosed
    case, data, _ = _marks("applied_at")(case, command, due_dates)
    return replace(case, before_court=all(party.applied_at for party in case.parties)), data, None


def _extend(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    party = _party(case, command)
    if party.extend_until is not None:
        raise AlreadyDone
    until: date = command.details["until"]
    period = next((one for one in case.deadlines if one.rule == "mediation_period"), None)
    rule = due_dates.rules.describe("mediation_period", None if period is None else period.kept)
    due = due_dates.until(rule, until)
    if (
        period is None
        or due.at <= datetime.fromisoformat(period.at)
        or (due.at - command.now).days > MAX_EXTENSION_DAYS
    ):
        late = Text("须晚于现有期限，且不超过 180 天。", "It must be later than the present date, by 180 days at most.")
        raise InvalidRequest(violations=(Violation("/until", "out_of_range", late.zh),))
    case = case.with_party(replace(party, extend_until=until.isoformat()))
    data = {"party": party.id, "until": until.isoformat()}
    if _all_have(case, "extend"):
        running = replace(
            period, at=format_instant(due.at), provisional=due.provisional, escalated=False, agreed=True, editions={}
        )
        deadlines = tuple(running if one.rule == period.rule else one for one in case.deadlines)
        case = replace(case, deadlines=deadlines)
    return case, data, None


def _assign(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    if not case.all_consented:
        raise ConsentMissing
    mediator = command.details["mediator_id"]
    person = command.details["mediator_person"]
    return replace(case, mediator=mediator, mediator_person=person), {"mediator": mediator}, None


def _release(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    excluded = case.excluded_mediators
    if case.mediator is not None and case.mediator not in excluded:
        excluded = (*excluded, case.mediator)
    data = {"mediator": case.mediator, "code": command.details.get("code", "other")}
    return (
        replace(case, mediator=None, mediator_person=None, excluded_mediators=excluded),
        data,
        command.details.get("reason"),
    )


def _draft(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    sha256 = command.details["sha256"]
    case = replace(
        case.with_all_parties(signed_at=None, applied_at=None),
        agreement_no=case.agreement_no + 1,
        agreement_sha256=sha256,
        effective_at=None,
    )
    return case, {"agreement_no": case.agreement_no, "agreement_sha256": sha256}, None


def _end(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    ground = command.details["ground"]
    return replace(case, end_reason=ground), {"ground": ground}, command.details.get("note")


def _ends_with(reason: str) -> Effect:
    def end(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
        return replace(case, end_reason=reason), {"ground": reason}, command.details.get("reason")

    return end


def _unreachable(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    attempts = command.details["attempts"]
    return replace(case, end_reason="party_unreachable"), {"attempts": len(attempts)}, str(command.details["record"])


def _confirm(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    return (
        replace(case, document_no=command.details["document_no"]),
        {"document_no": command.details["document_no"]},
        None,
    )


def _dismiss(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    return replace(case.with_all_parties(applied_at=None), before_court=True), {}, command.details["reason"]


def _reopen(case: Case, command: Command, due_dates: DueDates) -> tuple[Case, dict[str, Any], str | None]:
    case, data, _ = _release(case, command, due_dates)
    case = case.with_all_parties(
        consented_at=None, signed_at=None, applied_at=None, fulfilled_at=None, extend_until=None
    )
    case = replace(case, agreement_sha256=None, effective_at=None, end_reason=None, before_court=False)
    case, _, _ = _accept(case, command, due_dates)
    return start_deadlines(case, ("invite",), command.now, due_dates), data, command.details.get("reason")


def _all_have(case: Case, action: str) -> bool:
    if action == "consent":
        return case.all_consented
    if action == "extend":
        return len({party.extend_until for party in case.parties}) == 1 and case.parties[0].extend_until is not None
    attribute = {"sign": "signed_at", "apply_confirmation": "applied_at", "fulfil": "fulfilled_at"}[action]
    return all(getattr(party, attribute) for party in case.parties)


_EFFECTS: Final[dict[str, Effect]] = {
    "accept": _accept,
    "consent": _marks("consented_at"),
    "decline": _ends_with("party_declined"),
    "refuse": _ends_with("not_accepted"),
    "withdraw": _ends_with("withdrawn"),
    "mark_unreachable": _unreachable,
    "assign": _assign,
    "pass": _release,
    "lapse": _release,
    "draft_agreement": _draft,
    "sign": _sign,
    "end": _end,
    "extend": _extend,
    "apply_confirmation": _apply,
    "confirm": _confirm,
    "dismiss": _dismiss,
    "fulfil": _marks("fulfilled_at"),
    "reopen": _reopen,
}
