"""A case and its parties, without personal data: what the state machine decides on, and progress shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self

from chalicelib.cases.lifecycle.statuses import STATUSES, Status
from chalicelib.shared.clock import format_instant, parse_instant
from chalicelib.shared.deadline_rules import KeptRule, Scope
from chalicelib.shared.deadlines import Due, is_past
from chalicelib.shared.editions import Editions, oldest_of

WINDOWS: Final = frozenset(
    {
        "confirmation_window",
        "arbitration_review",
        "confirmation_objection",
        "enforcement",
        "appeal_window",
        "expiry_grace",
        "conclude",
    }
)
"""Rules whose end takes a right away, or ends a case: not on a provisional date."""


@dataclass(frozen=True, slots=True)
class Party:
    """One side. `person` is the pseudonym of the account that is bound to it, or None; instants as RFC 3339.

    `choice`: the mediator they choose; empty: they leave it to the organisation. `resumes_at`: when they agreed to
    mediate again. `enquiry`, `supplemented_at`: what they answered the court, and when they gave it further papers.
    `contacted_on`: days (Asia/Shanghai) since acceptance on which somebody tried to reach them and had no answer;
    `delivered_on`: the day on which a text that invites them was delivered.
    """

    id: str
    role: str  # applicant, respondent
    kind: str  # person, organisation
    person: str | None = None
    consented_at: str | None = None
    terms_version: str | None = None
    signed_at: str | None = None
    applied_at: str | None = None
    fulfilled_at: str | None = None
    extend_until: str | None = None
    choice: str | None = None
    resumes_at: str | None = None
    enquiry: Mapping[str, Any] | None = None
    supplemented_at: str | None = None
    invite_digest: str | None = None
    invite_expires_at: str | None = None
    contacted_on: tuple[str, ...] = ()
    delivered_on: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due date: its rule, the last instant that is in time, and whether its calendar is provisional.

    `kept`: the rule as it was when the clock began; None of a deadline that was stored before this was kept.
    `counted_from`: the instant that it is counted from, if that is not when it began. `agreed`: the parties chose the
    day, and no calendar moves it. `added`: days, or working days, that did not count. `about`: what it reminds of.
    `editions`: of the years that it was counted by. `escalated_to`: the functions on whose desks it stands because it
    is overdue, with the instant since when; `escalates_at`: the last second before the next one hears of it.
    """

    rule: str
    at: str
    provisional: bool
    started_at: str
    escalated: bool = False
    kept: KeptRule | None = None
    counted_from: str | None = None
    agreed: bool = False
    added: int = 0
    about: str | None = None
    editions: Editions = field(default_factory=dict)
    escalated_to: Mapping[str, str] = field(default_factory=dict)
    escalates_at: str | None = None

    @property
    def acts_at(self) -> str | None:
        """When something happens by itself next: at its end, or when somebody else is to hear that it is over."""
        return self.at if self.is_waited_for else self.escalates_at

    @property
    def is_waited_for(self) -> bool:
        """Whether something happens at its end by itself. A window does not close on a provisional date."""
        return not self.escalated and not (self.provisional and self.rule in WINDOWS)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it is too late for what has to be done in time.

        Not by a provisional date: the calendar may yet give more days, and nobody's right is lost by a guess.
        """
        return not self.provisional and is_past(parse_instant(self.at), now)

    def renewed(self, now: datetime) -> Self:
        """Return it as one that nobody has heard of, if its date is ahead again."""
        if is_past(parse_instant(self.at), now):
            return self
        return replace(self, escalated=False, escalated_to={}, escalates_at=None)

    def moved(self, due: Due, **changes: Any) -> Self:
        """Return it at another date. `changes`: what else changes."""
        return replace(
            self, at=format_instant(due.at), provisional=due.provisional, **{"editions": due.editions, **changes}
        )

    @classmethod
    def of(cls, due: Due, started: datetime, *, counted_from: datetime | None = None) -> Self:
        """Return the running deadline of a due date."""
        begun = format_instant(started)
        first = None if counted_from is None else format_instant(counted_from)
        first = None if first == begun else first
        return cls(
            due.rule_id,
            format_instant(due.at),
            due.provisional,
            begun,
            kept=due.kept,
            counted_from=first,
            editions=due.editions,
        )


@dataclass(frozen=True, slots=True)
class Duty:
    """What one party owes another by the agreement; its words stand there. `n` from 1; `due_on`: a day, or None."""

    n: int
    payer: str
    payee: str
    amount_cents: int | None = None
    due_on: str | None = None
    state: str = "open"  # reported, acknowledged, defaulted
    defaulted_at: str | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """An organisation's seal on an agreement. `by`: the organisation; `kind`: what it is (`court.seals.KINDS`).

    `signed_text`: what was signed, as it was signed; `signature`: in base64; `key_id`, `algorithm`: to check it by.
    """

    by: str
    kind: str
    signed_text: str
    signature: str
    key_id: str
    algorithm: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case's facts for deciding. `reached`: when each status was first reached; `head`: hash of the last event.

    `appointments`: those that are live, `{id, status, start, end, mode, hold_expires_at}`; `offer`: a slot kept for it
    from the waitlist; `no_shows`: how often each party stayed away. `suspended`: deadlines for which no time counts
    since `suspended_at`. `challenge`: the last request for another mediator, `{party, mediator, at, state}`. `court`:
    the court, or arbitration commission (`court_kind`), that is asked; `received_at`: when it accepted; `asked_at`,
    `supplement`: what it wants of the parties; `dismissed_at`: when it did not confirm; `refused_sha256`: the agreement
    that it examined and did not confirm. `earlier`: the agreement that still binds while another is mediated,
    `{agreement_no, effective_at, document_no}`. `organisation_kind`, `court_invited`: of its organisation when it got
    the case; the rules of its deadlines are chosen by them. `countersigned_by`: the mediator who signed the agreement.
    `recorded_at`: when the mediator recorded an oral agreement; None of a written one.
    """

    code: str
    status: str
    version: int
    dispute_type: str
    region: str
    organisation: str
    parties: tuple[Party, ...]
    deadlines: tuple[Deadline, ...]
    reached: Mapping[str, str]
    since: str
    created_at: str
    updated_at: str
    head: str
    routing: tuple[Mapping[str, Any], ...] = ()
    amount_cents: int | None = None
    mediator: str | None = None
    mediator_person: str | None = None
    excluded_mediators: tuple[str, ...] = ()
    before_court: bool = False
    agreement_no: int = 0
    agreement_sha256: str | None = None
    effective_at: str | None = None
    document_no: str | None = None
    end_reason: str | None = None
    ended_at: str | None = None
    appeal: Mapping[str, Any] | None = None
    evidence_count: int = 0
    appointments: tuple[Mapping[str, Any], ...] = ()
    offer: Mapping[str, Any] | None = None
    no_shows: Mapping[str, int] | None = None
    organisation_extend_until: str | None = None
    suspended: tuple[Deadline, ...] = ()
    suspended_at: str | None = None
    challenge: Mapping[str, Any] | None = None
    countersigned_at: str | None = None
    sealed_at: str | None = None
    countersigned_by: str | None = None
    seal: Seal | None = None
    recorded_at: str | None = None
    duties: tuple[Duty, ...] = ()
    court: str | None = None
    court_kind: str | None = None
    received_at: str | None = None
    asked_at: str | None = None
    supplement: Mapping[str, Any] | None = None
    ruling_extended: bool = False
    dismissed_at: str | None = None
    refused_sha256: str | None = None
    appraisal_excluded: bool = False
    extended_by_organisation: bool = False
    earlier: Mapping[str, Any] | None = None
    organisation_kind: str | None = None
    court_invited: bool = False

    @property
    def scope(self) -> Scope:
        """What the rules of its deadlines are chosen by."""
        return Scope(self.dispute_type, self.organisation_kind, self.court_invited)

    @property
    def editions(self) -> Editions:
        """The oldest edition of each year that its running dates were counted by."""
        return oldest_of(one.editions for one in self.deadlines)

    @property
    def state(self) -> Status:
        """The status with its colour and words."""
        return STATUSES[self.status]

    @property
    def all_consented(self) -> bool:
        """Whether every respondent has agreed to mediation."""
        return all(party.consented_at for party in self.parties if party.role == "respondent")

    @property
    def awaits_confirmation_of_record(self) -> bool:
        """Whether an oral agreement was recorded, and not every party has confirmed the record yet."""
        return self.status == "mediating" and self.recorded_at is not None and self.effective_at is None

    def party_of(self, person: str) -> Party | None:
        """Return the party that this person's account is bound to."""
        return next((party for party in self.parties if party.person == person), None)

    def with_party(self, changed: Party) -> Self:
        """Return the case with this party in the place of the one with its id."""
        return replace(self, parties=tuple(changed if one.id == changed.id else one for one in self.parties))

    def with_all_parties(self, **changes: Any) -> Self:
        """Return the case with the same change made to every party."""
        return replace(self, parties=tuple(replace(one, **changes) for one in self.parties))

    def moved(self, target: str, at: datetime) -> Self:
        """Return the case in status `target`; deadlines that do not run there are dropped."""
        instant = format_instant(at)
        reached = dict(self.reached)
        reached.setdefault(target, instant)
        kept = tuple(one for one in self.deadlines if one.rule in STATUSES[target].deadlines)
        ended = instant if STATUSES[target].ended else None
        return replace(self, status=target, since=instant, reached=reached, deadlines=kept, ended_at=ended)


def lists_of(case: Case) -> Iterator[tuple[str, str]]:
    """Yield kind and owner of every list that the case stands in."""
    yield "ORGANISATION", case.organisation
    if case.mediator_person is not None:
        yield "MEDIATOR", case.mediator_person
    if case.before_court and case.court is not None:
        yield "COURT", case.court
    if case.appeal is not None or (case.challenge or {}).get("state") == "with_reviewer":
        yield "REVIEWER", "ALL"
    for party in case.parties:
        if party.person is not None:
            yield "PARTY", party.person
