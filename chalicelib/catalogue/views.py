"""The catalogue as clients see it: the contract's "Public" services part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field

from chalicelib.catalogue.model import (
    Limit,
    ServiceItem,
)
from chalicelib.catalogue.search import Hit, Suggestion
from chalicelib.catalogue.service import Home, SearchPage
from chalicelib.catalogue.terms import AUDIENCES, CHANNELS, SERVICE_TYPES, THEMES
from chalicelib.shared.texts import Language, Text
from chalicelib.web.view import View

_FACET_NAMES: dict[str, dict[str, Text]] = {
    "theme": THEMES,
    "type": SERVICE_TYPES,
    "audience": AUDIENCES,
    "channel": CHANNELS,
}


_DISPUTES = Text("纠纷化解", "Resolve a dispute")


_DISPUTES_SAID = Text(
    "遇到纠纷？说说情况，我们告诉您可以去哪里、怎么办。",
    "In a dispute? Say what happened, and see where to turn and what comes next.",
)


DISPUTE_ROUTE = "/v1/triage"


class ServiceSummary(View):
    """A service as a list shows it."""

    code: str
    name: str
    name_en: str | None
    department: str | None
    department_code: str | None
    region: str | None
    type: str | None
    type_name: str | None
    themes: list[str]
    audience: list[str]
    bookable: bool | None
    channels: list[str]
    promised_limit: Limit | None
    visits: int | None
    sample: bool
    highlights: list[str] = Field(description="The parts of the name that matched the query.")

    @classmethod
    def of(cls, summary: Mapping[str, Any], language: Language, highlights: list[str] | None = None) -> Self:
        """Return the view of a snapshot's summary."""
        return cls(
            **{name: summary[name] for name in _SUMMARY_FIELDS},
            type_name=_type_name(summary["type"], language),
            highlights=highlights or [],
        )

    @classmethod
    def of_hit(cls, hit: Hit, language: Language) -> Self:
        """Return the view of a search's hit."""
        return cls.of(hit.summary, language, hit.highlights)


_SUMMARY_FIELDS = tuple(name for name in ServiceSummary.model_fields if name not in {"type_name", "highlights"})


class FacetValue(View):
    """One value to narrow a search by, and how many of the matches have it."""

    value: str
    name: str
    count: int


class ServicePage(View):
    """One page of services."""

    items: list[ServiceSummary]
    total: int
    facets: dict[str, list[FacetValue]]
    next_cursor: str | None

    @classmethod
    def of(cls, page: SearchPage, language: Language, next_cursor: str | None) -> Self:
        """Return the view of a search's page."""
        return cls(
            items=[ServiceSummary.of_hit(hit, language) for hit in page.found.hits],
            total=page.found.total,
            facets={facet: _facet_values(facet, counts, language) for facet, counts in page.found.facets.items()},
            next_cursor=next_cursor,
        )


class SuggestionView(View):
    """One completion: the text to show, and the item it leads to."""

    text: str
    code: str


class Suggestions(View):
    """Completions, best first."""

    suggestions: list[SuggestionView]

    @classmethod
    def of(cls, suggestions: list[Suggestion]) -> Self:
        """Return the view of `suggestions`."""
        return cls(suggestions=[SuggestionView(text=one.text, code=one.code) for one in suggestions])


class RatingFigure(View):
    """What those who were served said of the item: level to number of ratings."""

    average: float | None = None
    count: int = 0
    distribution: dict[str, int | None] = Field(default={"5": 0, "4": 0, "3": 0, "2": 0, "1": 0})


_UNRATED = RatingFigure()


class ServiceGuide(ServiceItem):
    """A service with everything a citizen needs to know to apply for it."""

    type_name: str | None
    highlights: list[str] = Field(default=[])
    rating: RatingFigure = _UNRATED

    @classmethod
    def of_item(cls, item: ServiceItem, language: Language, rating: RatingFigure = _UNRATED) -> ServiceGuide:
        """Return the view of `item` with what those who were served said of it."""
        # The item was checked when it was read; every field is given, because defaults would be deep-copied.
        return cls.model_construct(
            **item.__dict__, type_name=_type_name(item.type, language), highlights=[], rating=rating
        )


class ThemeView(View):
    """A life event, and how many services belong to it."""

    code: str
    name: str
    count: int


class BundleSummary(View):
    """A bundle as a list shows it."""

    id: str
    name: str
    summary: str | None
    theme: str | None
    audience: list[str]
    step_count: int
    sample: bool

    @classmethod
    def of(cls, bundle: Mapping[str, Any], language: Language) -> Self:
        """Return the view of a snapshot's bundle."""
        return cls(**_bundle_head(bundle, language), step_count=len(bundle["steps"]))


class BundleStepView(View):
    """One step; `service` is null where this catalogue has no such item."""

    number: int
    title: str
    department: str | None
    note: str | None
    service: ServiceSummary | None


class BundleMaterial(View):
    """One document of the bundle, named once, with the services that ask for it."""

    name: str
    necessity: str | None
    form: str | None
    copies: int | None
    source: str | None
    note: str | None
    services: list[str]


class BundleGuide(BundleSummary):
    """A whole bundle: its steps in order, and every document once."""

    steps: list[BundleStepView]
    materials: list[BundleMaterial]

    @classmethod
    def of(cls, bundle: Mapping[str, Any], language: Language) -> Self:
        """Return the view of a snapshot's bundle."""
        steps = [
            BundleStepView(
                number=number,
                title=_in_language(step, "title", language),
                department=step["department"],
                note=step["note"],
                service=step["service"] and ServiceSummary.of(step["service"], language),
            )
            for number, step in enumerate(bundle["steps"], start=1)
        ]
        materials = [BundleMaterial(**material) for material in bundle["materials"]]
        return cls(**_bundle_head(bundle, language), step_count=len(steps), steps=steps, materials=materials)


class BundleList(View):
    """All bundles; there are few."""

    items: list[BundleSummary]
    next_cursor: None = None


class DisputeEntry(View):
    """The way into dispute resolution; `href` is null where this deployment has none."""

    name: str
    description: str
    href: str | None


class HomeView(View):
    """The first screen in one answer."""

    themes: list[ThemeView]
    popular: list[ServiceSummary]
    bundles: list[BundleSummary]
    dispute_entry: DisputeEntry

    @classmethod
    def of(cls, home: Home, language: Language) -> Self:
        """Return the view of `home`."""
        return cls(
            themes=[ThemeView(code=code, name=THEMES[code].text(language), count=count) for code, count in home.themes],
            popular=[ServiceSummary.of(summary, language) for summary in home.popular],
            bundles=[BundleSummary.of(bundle, language) for bundle in home.bundles],
            dispute_entry=DisputeEntry(
                name=_DISPUTES.text(language),
                description=_DISPUTES_SAID.text(language),
                href=DISPUTE_ROUTE,
            ),
        )


def _bundle_head(bundle: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {
        "id": bundle["id"],
        "name": _in_language(bundle, "name", language),
        "summary": _in_language(bundle, "summary", language),
        "theme": bundle["theme"],
        "audience": bundle["audience"],
        "sample": bundle["sample"],
    }


def _in_language(values: Mapping[str, Any], field: str, language: Language) -> Any:
    return (values[f"{field}_en"] if language == "en" else None) or values[field]


def _type_name(code: str | None, language: Language) -> str | None:
    return SERVICE_TYPES[code].text(language) if code in SERVICE_TYPES else None


def _facet_values(facet: str, counts: list[tuple[str, int]], language: Language) -> list[FacetValue]:
    names = _FACET_NAMES.get(facet, {})
    return [
        FacetValue(value=value, name=names[value].text(language) if value in names else value, count=count)
        for value, count in counts
    ]
