"""Organisations and their public roster as clients see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from chalicelib.organisations.model import KIND_NAMES, Mediator, Organisation
from chalicelib.organisations.regions import District
from chalicelib.shared.texts import Language
from chalicelib.web.view import View


class RosterRating(View):
    """What those who were served said of a mediator; fewer than five ratings show no average."""

    average: float | None = None
    count: int = 0


Ratings = Mapping[str, RosterRating]
"""Ratings by mediator id."""


class MediatorView(View):
    """A mediator on the public roster."""

    id: str
    name: str
    specialties: list[str]
    languages: list[str]
    fee: str | None
    rating: RosterRating

    @classmethod
    def of(cls, mediator: Mediator, rating: RosterRating) -> Self:
        """Return the public view of a mediator."""
        return cls(
            id=mediator.id,
            name=mediator.name,
            specialties=list(mediator.specialties),
            languages=list(mediator.languages),
            fee=mediator.fee,
            rating=rating,
        )


class OrganisationSummary(View):
    """An organisation in a list. `level`, `subjects`: of courts and commissions; `invited_by`: ids of courts."""

    id: str
    name: str
    kind: str
    kind_name: str
    region: str
    covers: list[str]
    dispute_types: list[str]
    address: str | None
    phone: str | None
    hours: str | None
    fee: str | None
    seat_region: str | None
    court_invited: bool
    invited_by: list[str]
    level: str | None
    subjects: list[str]
    valid_from: str | None
    valid_until: str | None

    @classmethod
    def of(cls, one: Organisation, language: Language) -> Self:
        """Return the view of an organisation."""
        return cls(**_fields(one, language))


class OrganisationView(OrganisationSummary):
    """An organisation with its public roster."""

    mediators: list[MediatorView]

    @classmethod
    def with_roster(cls, one: Organisation, ratings: Ratings, language: Language) -> Self:
        """Return the view of an organisation with those of its mediators who are active."""
        roster = [MediatorView.of(each, ratings.get(each.id, RosterRating())) for each in one.mediators if each.active]
        return cls(**_fields(one, language), mediators=roster)


class OrganisationList(View):
    """A page of organisations."""

    items: list[OrganisationView]
    next_cursor: str | None


class DistrictView(View):
    """A district of the city. `name`: null where it is not known, never the code."""

    code: str
    name: str | None


class DistrictList(View):
    """The city's districts, by code."""

    items: list[DistrictView]

    @classmethod
    def of(cls, districts: Sequence[District], language: Language) -> Self:
        """Return the view of the districts."""
        return cls(
            items=[
                DistrictView(code=one.code, name=None if one.name is None else one.name.text(language))
                for one in districts
            ]
        )


def _fields(one: Organisation, language: Language) -> dict[str, object]:
    names = ("id", "kind", "region", "address", "phone", "hours", "fee", "seat_region", "court_invited", "level")
    return {
        **{name: getattr(one, name) for name in names},
        "kind_name": KIND_NAMES[one.kind].text(language),
        "invited_by": list(one.invited_by),
        "subjects": list(one.subjects),
        "valid_from": None if one.valid_from is None else one.valid_from.isoformat(),
        "valid_until": None if one.valid_until is None else one.valid_until.isoformat(),
        "covers": list(one.covers),
        "dispute_types": list(one.dispute_types),
        "name": one.name_en if language == "en" and one.name_en else one.name,
    }
