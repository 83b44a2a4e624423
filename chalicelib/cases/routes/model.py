"""Routes: where people can go at a refusal or an end, until when, by which article, with what. Rules as data; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, Self

from chalicelib.cases.type_scope import TypeScope
from chalicelib.shared.rule_files import read_rules
from chalicelib.shared.texts import Text


class Clock(Protocol):
    """A running due date."""

    @property
    def at(self) -> str:
        """The last instant that is in time (RFC 3339)."""
        ...

    @property
    def provisional(self) -> bool:
        """Whether it was counted before that year's calendar was published."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """A way that is open.

    `until_rule`: the case's clock that says until when, if there is one; `until_note`: the time limit in words; `rule`:
    the rule that sets it, or None; `when`: a condition that nobody here can know, shown beside it; `interruption`: what
    applying for mediation did to the time limit.
    """

    id: str
    kind: str
    kind_name: Text
    where: Text
    until_rule: str | None
    until_note: Text | None
    rule: str | None
    source: Text
    bring: tuple[Text, ...]
    when: Text | None
    interruption: Text | None
    types: TypeScope
    grounds: frozenset[str]

    def fits(self, dispute_type: str, ground: str) -> bool:
        """Tell whether it is open in a type of dispute, on a ground such as `failed:period_expired`."""
        status = ground.partition(":")[0]
        return not self.grounds.isdisjoint({ground, f"{status}:*"}) and self.types.covers(dispute_type)


@dataclass(frozen=True, slots=True)
class Offered:
    """A route in one case. `until`: the last instant, or None where no clock of the case says it."""

    route: Route
    until: str | None
    provisional: bool


class RouteRules:
    """Every route, in the order in which they are shown, and every ground there is."""

    def __init__(self, version: str, grounds: Sequence[str], routes: Sequence[Route]) -> None:
        self.version = version
        self.grounds = tuple(grounds)
        self.routes = tuple(routes)

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the routes that ship; read once a process."""
        return cls.of(read_rules("routes"))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the routes of a document such as `routes.json`."""
        return cls(document["version"], document["grounds"], [_route(one, document) for one in document["routes"]])

    def routes_for(self, dispute_type: str, ground: str, clocks: Mapping[str, Clock]) -> list[Offered]:
        """Return the routes of a case. `clocks`: its running due dates, by rule.

        Raises `KeyError` for a ground that the rules do not know.
        """
        if ground not in self.grounds:
            raise KeyError(ground)
        found = []
        for route in self.routes:
            if route.fits(dispute_type, ground):
                clock = None if route.until_rule is None else clocks.get(route.until_rule)
                found.append(
                    Offered(route, None if clock is None else clock.at, clock is not None and clock.provisional)
                )
        return found


def _route(one: Mapping[str, Any], document: Mapping[str, Any]) -> Route:
    said, until, when = document["interruption"][one["interruption"]], one["until_rule"], one.get("when")
    return Route(
        id=one["id"],
        kind=one["kind"],
        kind_name=Text(**(one.get("name") or document["kinds"][one["kind"]])),
        where=Text(**one["where"]),
        until_rule=None if until is None else until["id"],
        until_note=None if one["until_note"] is None else Text(**one["until_note"]),
        rule=one["rule"],
        source=Text(**one["source"]),
        bring=tuple(Text(**each) for each in one["bring"]),
        when=None if when is None else Text(**when),
        interruption=None if said is None else Text(**said),
        types=TypeScope.of(one, "types", "except_types"),
        grounds=frozenset(one["grounds"]),
    )
