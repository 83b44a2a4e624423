"""What an application to a court is held against, and what an agreement needs to be in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.cases.court.choice import Directory, matter_of
from chalicelib.cases.court.competence import CompetenceRules
from chalicelib.cases.court.declarations import Declarations
from chalicelib.cases.court.refusals import CourtNotCompetent
from chalicelib.cases.effect import EffectRules, mediation_of
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import Loaded
from chalicelib.cases.lifecycle.refusals import OralAgreement
from chalicelib.shared.clock import SHANGHAI
from chalicelib.shared.texts import Text


class AgreementRules:
    """The rules of effect, competence and declarations, applied to a case."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def acts_of(self, case: Case, now: datetime) -> tuple[str, ...]:
        """Return what must all be done before an agreement is in force: `sign`, `countersign`, `seal`."""
        return EffectRules.load().rule_for(mediation_of(case), now.astimezone(SHANGHAI).date()).acts or ()

    def check_application(self, loaded: Loaded, court_id: str, declarations: Sequence[str]) -> str:
        """Return what kind of place is asked: `court` or `arbitration`.

        Raises `OralAgreement`, `CourtNotCompetent`, and `DeclarationMissing` or `InvalidRequest` for declarations that
        do not fit it.
        """
        case = loaded.case
        if case.recorded_at is not None:
            raise OralAgreement
        matter = matter_of(loaded, self._directory.find_organisation(case.organisation))
        found = CompetenceRules.load().competent(matter, self._directory.list_courts()).find(court_id)
        if found is None:
            raise CourtNotCompetent
        Declarations.load().check(found.court.kind, case.dispute_type, declarations)
        return found.court.kind

    def name_of(self, court_id: str) -> Text:
        """Return what a court is called; its id, if it is no longer in the directory."""
        court = next((one for one in self._directory.list_courts() if one.id == court_id), None)
        return Text(court_id, court_id) if court is None else Text(court.name, court.name_en or court.name)
