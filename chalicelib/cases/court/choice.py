"""The choice of a court: who may be asked to confirm a case's agreement, until when, and what is declared there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from chalicelib.cases.court.competence import Competence, CompetenceRules, Competent, Court, Matter
from chalicelib.cases.court.declarations import Caution, Declaration, Declarations
from chalicelib.cases.effect import EffectRules
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import Loaded
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.clock import format_instant, parse_instant
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

_READERS: Final = frozenset({"applicant", "respondent", "mediator", "clerk"})


class NamedCourt(Court, Protocol):
    """A court with its name."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def name_en(self) -> str | None:
        """Its English name."""
        ...


class Mediating(Protocol):
    """An organisation, as far as it decides who is competent."""

    @property
    def region(self) -> str:
        """What it is for."""
        ...

    @property
    def seat_region(self) -> str | None:
        """The district of its office."""
        ...

    @property
    def invited_by(self) -> Sequence[str]:
        """Ids of the courts that invite it."""
        ...


class Directory(Protocol):
    """Where organisations and courts are found."""

    def find_organisation(self, organisation_id: str) -> Mediating | None:
        """Return an organisation, or None."""
        ...

    def list_courts(self) -> Sequence[NamedCourt]:
        """Return the courts and commissions that are in use."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """A court or commission that may be asked. `until`: the last instant, or None if no rule says one."""

    court: NamedCourt
    because: tuple[Text, ...]
    codes: tuple[str, ...]
    rule: str
    until: str | None
    provisional: bool
    bring: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Choices:
    """Who may be asked, what each party declares there, and what they should know before."""

    items: list[Choice]
    declarations: list[Declaration]
    cautions: list[Caution]
    notes: list[Text]


class CourtChoice:
    """Which court may be asked."""

    def __init__(self, cases: CaseService, directory: Directory, due_dates: DueDates) -> None:
        self._cases = cases
        self._directory = directory
        self._due_dates = due_dates

    def list_courts(self, viewer: Viewer, code: str) -> Choices:
        """Return who may be asked about the agreement of a case, to its parties, its mediator and its clerk.

        Where nothing can be confirmed the list is empty, and `notes` say why. Raises `NotFound` for everybody else.
        """
        seen = self._cases.get_case(viewer, code, what="courts")
        if seen.relation not in _READERS:
            raise NotFound
        rules = CompetenceRules.load()
        if seen.case.effective_at is None:
            return Choices([], [], [], [rules.note("not_in_force")])
        if seen.case.recorded_at is not None:
            return Choices([], [], [], [EffectRules.load().oral_confirmation])
        courts = {one.id: one for one in self._directory.list_courts()}
        competence = self._competence(seen, courts.values())
        declarations, kind = Declarations.load(), seen.case.dispute_type
        places = dict.fromkeys(one.court.kind for one in competence.items)
        needed = {one.id: one for place in places for one in declarations.needed(place, kind)}
        return Choices(
            [self._choice(seen.case, one, courts[one.court.id]) for one in competence.items],
            list(needed.values()),
            declarations.warnings(kind) if competence.items else [],
            [rules.note(code) for code in competence.notes],
        )

    def competence(self, seen: Seen) -> Competence:
        """Return who is competent for the agreement of a case that was loaded with its texts."""
        return self._competence(seen, self._directory.list_courts())

    def _competence(self, seen: Seen, courts: Iterable[NamedCourt]) -> Competence:
        return CompetenceRules.load().competent(
            matter_of(seen.loaded, self._directory.find_organisation(seen.case.organisation)), courts
        )

    def _choice(self, case: Case, one: Competent, court: NamedCourt) -> Choice:
        until = self._until(case, one.rule)
        rules = CompetenceRules.load()
        return Choice(
            court,
            tuple(rules.because(code) for code in one.because),
            one.because,
            one.rule,
            None if until is None else until[0],
            until is not None and until[1],
            Declarations.load().bring(court.kind),
        )

    def _until(self, case: Case, rule: str) -> tuple[str, bool] | None:
        """Return the date of the case's clock, or, if it does not run, as counted from the agreement's effect."""
        running = next((one for one in case.deadlines if one.rule == rule), None)
        if running is not None:
            return running.at, running.provisional
        if case.effective_at is None:
            return None
        try:
            due = self._due_dates.due(rule, parse_instant(case.effective_at), case.scope)
        except KeyError:  # a jurisdiction without such a rule
            return None
        return format_instant(due.at), due.provisional


def matter_of(loaded: Loaded, organisation: Mediating | None) -> Matter:
    """Return what decides on the court: domiciles as the filing declares them, amounts as claimed."""
    case, filed = loaded.case, loaded.text_of("p1")
    regions = {party.id: loaded.text_of(party.id).get("region") for party in case.parties}
    employers = [regions[party.id] for party in case.parties if party.kind == "organisation"]
    return Matter(
        dispute_type=case.dispute_type,
        case_region=case.region,
        organisation_region=case.region if organisation is None else organisation.seat_region or organisation.region,
        party_regions=tuple(region for region in regions.values() if region),
        employer_regions=tuple(region for region in employers if region),
        subject_region=filed.get("subject_region"),
        amount_cents=case.amount_cents,
        invited_by=() if organisation is None else tuple(organisation.invited_by),
    )
