"""Which court or arbitration commission may be asked about an agreement, and why (民事诉讼法 (2023) art. 205). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Protocol, Self

from chalicelib.cases.type_scope import TypeScope
from chalicelib.shared.rule_files import read_rules
from chalicelib.shared.texts import Text

_WHOLE_CITY: Final = "00"
"""How the code of a city or a province ends: too wide to tell a court by."""


class Court(Protocol):
    """A court or an arbitration commission of the directory."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def kind(self) -> str:
        """What it is: `court` or `arbitration`."""
        ...

    @property
    def level(self) -> str | None:
        """What level it is of: `basic`, `intermediate`; a commission: `district`, `city`."""
        ...

    @property
    def covers(self) -> Sequence[str]:
        """Regions whose grounds lead to it."""
        ...

    @property
    def subjects(self) -> Sequence[str]:
        """What it is competent for."""
        ...

    @property
    def dispute_types(self) -> Sequence[str]:
        """Main types that it takes, or `*`."""
        ...


@dataclass(frozen=True, slots=True)
class Matter:
    """An agreement, as far as it decides who is competent. Regions are codes (GB/T 2260).

    `party_regions`: the domiciles that are known; `employer_regions`: those of parties that are organisations;
    `subject_region`: where the immovable or other thing is, in labour the place of work; `invited_by`: courts that the
    directory says invite the organisation; `commissioned_by`: the court that sent this very case.
    """

    dispute_type: str
    case_region: str
    organisation_region: str
    party_regions: tuple[str, ...] = ()
    employer_regions: tuple[str, ...] = ()
    subject_region: str | None = None
    amount_cents: int | None = None
    foreign: bool = False
    invited_by: tuple[str, ...] = ()
    commissioned_by: str | None = None
    commissioned_after_filing: bool = False


@dataclass(frozen=True, slots=True)
class Competent:
    """A court that may be asked. `because`: codes of the reasons, in order; `rule`: the clock to keep."""

    court: Court
    because: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Competence:
    """Who may be asked, the nearest ground first. `notes`: codes of what the parties should know beside."""

    items: tuple[Competent, ...] = ()
    notes: tuple[str, ...] = ()

    def find(self, court_id: str) -> Competent | None:
        """Return the entry of a court, or None if it is not competent."""
        return next((one for one in self.items if one.court.id == court_id), None)


@dataclass(frozen=True, slots=True)
class _Seat:
    """What kind of court: its level, the subject it must have, and why it is this kind (a code, or None)."""

    level: str
    subject: str
    because: str | None = None


@dataclass(slots=True)
class _Found:
    reasons: dict[str, list[str]] = field(default_factory=dict)
    courts: dict[str, Court] = field(default_factory=dict)

    def add(self, court: Court, because: Iterable[str | None]) -> None:
        self.courts[court.id] = court
        known = self.reasons.setdefault(court.id, [])
        known += [one for one in because if one is not None and one not in known]

    def items(self, rule: str) -> tuple[Competent, ...]:
        return tuple(Competent(court, tuple(self.reasons[court.id]), rule) for court in self.courts.values())


class CompetenceRules:
    """The rules of competence, as data, with their words."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.version: str = document["version"]
        self._document = document
        self._because = {code: Text(**words) for code, words in document["because"].items()}
        self._notes = {code: Text(**words) for code, words in document["notes"].items()}
        property_rights = document["intellectual_property"]
        self._ip = TypeScope(frozenset(property_rights["types"]))
        self._technical = TypeScope(frozenset(property_rights["technical"]))
        self._may_be_technical = TypeScope(frozenset(property_rights["may_be_technical"]))
        self._immovable = TypeScope(frozenset(document["immovable_types"]))
        self._maritime = TypeScope(frozenset(document["maritime_types"]))
        self._labour = TypeScope.of(document["labour"], "types", "except_types")

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship; read once a process."""
        return cls(read_rules("competence"))

    def because(self, code: str) -> Text:
        """Return a reason in words."""
        return self._because[code]

    def note(self, code: str) -> Text:
        """Return a note in words."""
        return self._notes[code]

    def competent(self, matter: Matter, directory: Iterable[Court]) -> Competence:
        """Return who may be asked about an agreement that is in force, courts before commissions."""
        places = tuple(directory)
        if matter.commissioned_after_filing:
            return Competence(notes=("after_filing",))
        courts, notes = self._courts(matter, [one for one in places if one.kind == "court"])
        commissions: tuple[Competent, ...] = ()
        if self._labour.covers(matter.dispute_type):
            commissions = self._commissions(matter, [one for one in places if one.kind == "arbitration"])
        if courts and commissions:
            notes = (*notes, "one_of_two")
        if not courts and not commissions:
            notes = ("none_here", *(one for one in notes if one != "elsewhere"))
        return Competence((*courts, *commissions), notes)

    def _courts(self, matter: Matter, courts: Sequence[Court]) -> tuple[tuple[Competent, ...], tuple[str, ...]]:
        rule, found = self._document["rules"]["court"], _Found()
        commissioned = next((one for one in courts if one.id == matter.commissioned_by), None)
        if commissioned is not None:
            found.add(commissioned, ["invited"])
            return found.items(rule), ()
        for court in courts:
            if court.id in matter.invited_by:
                found.add(court, ["invites_organisation"])
        notes = ["maritime"] if self._maritime.covers(matter.dispute_type) else []
        seats = self._seats(matter)
        for because, region in self._grounds(matter):
            here = [
                (court, seat) for seat in seats for court in courts if _sits(court, seat, region, matter.dispute_type)
            ]
            for court, seat in here:
                found.add(court, [because, seat.because])
            if not here and "elsewhere" not in notes and because in {"party_domicile", "subject_matter"}:
                notes.append("elsewhere")
        return found.items(rule), tuple(notes)

    def _grounds(self, matter: Matter) -> Iterator[tuple[str, str]]:
        """Yield why a region counts, and the region: the subject matter first for immovables."""
        subject = [] if matter.subject_region is None else [("subject_matter", matter.subject_region)]
        if self._labour.covers(matter.dispute_type):
            subject = []  # there it is the place of work, which counts for commissions
        precise = [region for region in dict.fromkeys(matter.party_regions) if not region.endswith(_WHOLE_CITY)]
        homes = [("party_domicile", region) for region in precise]
        if not homes:
            homes = [("case_region", matter.case_region)]
        yield from (*subject, *homes) if self._immovable.covers(matter.dispute_type) else (*homes, *subject)
        yield "organisation", matter.organisation_region

    def _seats(self, matter: Matter) -> list[_Seat]:
        high = self._is_large(matter)
        if not self._ip.covers(matter.dispute_type):
            if not high:
                return [_Seat("basic", "civil")]
            return [_Seat("intermediate", "foreign" if matter.foreign else "civil", "level")]
        technical = _Seat("intermediate", "ip_technical", "technical_ip")
        if self._technical.covers(matter.dispute_type):
            return [technical]
        if high:
            return [_Seat("intermediate", "intellectual_property", "level")]
        designated = _Seat("basic", "intellectual_property", "designated_ip")
        return [designated, technical] if self._may_be_technical.covers(matter.dispute_type) else [designated]

    def _is_large(self, matter: Matter) -> bool:
        province: str = self._document["home_province"]
        sides = {region.startswith(province) for region in matter.party_regions}
        facts = {"foreign": matter.foreign, "one_side_outside": len(sides) > 1}
        for level in self._document["levels"]:
            if all(level[name] == value for name, value in facts.items() if name in level):
                return (matter.amount_cents or 0) >= int(level["from_cents"])
        return False

    def _commissions(self, matter: Matter, commissions: Sequence[Court]) -> tuple[Competent, ...]:
        grounds = [] if matter.subject_region is None else [("place_of_work", matter.subject_region)]
        grounds += [("employer", region) for region in matter.employer_regions]
        found = _Found()
        for because, region in grounds or [("case_region", matter.case_region)]:
            for one in commissions:
                if region in one.covers and "labour" in one.subjects and _takes(one, matter.dispute_type):
                    found.add(one, [because])
        return found.items(self._document["rules"]["arbitration"])


def _sits(court: Court, seat: _Seat, region: str, dispute_type: str) -> bool:
    return (
        court.level == seat.level
        and seat.subject in court.subjects
        and region in court.covers
        and _takes(court, dispute_type)
    )


def _takes(court: Court, dispute_type: str) -> bool:
    types = court.dispute_types
    return "*" in types or TypeScope(frozenset(types)).covers(dispute_type)
