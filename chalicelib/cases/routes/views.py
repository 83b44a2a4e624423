"""Routes as people see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from chalicelib.cases.routes.grounds import grounds_of
from chalicelib.cases.routes.model import Offered, RouteRules
from chalicelib.shared.texts import Language, Text
from chalicelib.web.view import View

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.model import Case


class RouteView(View):
    """A way that is open.

    `name`: as `kind_name`; `until`: the last instant, where a clock of this case says it; `until_note`: the limit in
    words; `rule`, `source`: what sets it; `when`: only if this is so; `interruption`: what applying for mediation did
    to the limit.
    """

    id: str
    kind: str
    kind_name: str
    name: str
    where: str
    until: str | None
    provisional: bool
    until_note: str | None
    rule: str | None
    source: str
    bring: list[str]
    when: str | None
    interruption: str | None

    @classmethod
    def of(cls, offered: Offered, language: Language) -> Self:
        """Return the view of a route in one language."""
        route = offered.route
        return cls(
            id=route.id,
            kind=route.kind,
            kind_name=route.kind_name.text(language),
            name=route.kind_name.text(language),
            where=route.where.text(language),
            until=offered.until,
            provisional=offered.provisional,
            until_note=_said(route.until_note, language),
            rule=route.rule,
            source=route.source.text(language),
            bring=[one.text(language) for one in route.bring],
            when=_said(route.when, language),
            interruption=_said(route.interruption, language),
        )


class RoutingRulesView(View):
    """The rule sets by which disputes find their place, as they decide, each with its version.

    `routing`: which organisation; `routes`: where to go at a refusal or an end; `competence`: which court or
    commission; `declarations`: what is declared there; `effect`: when an agreement is in force.
    """

    routing: dict[str, Any]
    routes: dict[str, Any]
    competence: dict[str, Any]
    declarations: dict[str, Any]
    effect: dict[str, Any]


def route_views(case: Case, language: Language) -> list[RouteView]:
    """Return the ways that are open to the parties of a case: none while mediation is the only way."""
    clocks = {one.rule: one for one in case.deadlines}
    rules = RouteRules.load()
    offered = [one for ground in grounds_of(case) for one in rules.routes_for(case.dispute_type, ground, clocks)]
    return [RouteView.of(one, language) for one in {one.route.id: one for one in offered}.values()]


def _said(text: Text | None, language: Language) -> str | None:
    return None if text is None else text.text(language)
