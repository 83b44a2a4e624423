"""Organisations and their public roster as clients see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from chalicelib.organisations.model import Mediator, Organisation
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
    """An organisation in a list."""

    id: str
    name: str
    kind: str
    region: str
    covers: list[str]
    dispute_types: list[str]
    address: str | None
    phone: str | None
    hours: str | None
    fee: str | None

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


def _fields(one: Organisation, language: Language) -> dict[str, object]:
    names = ("id", "kind", "region", "address", "phone", "hours", "fee")
    return {
        **{name: getattr(one, name) for name in names},
        "covers": list(one.covers),
        "dispute_types": list(one.dispute_types),
        "name": one.name_en if language == "en" and one.name_en else one.name,
    }
