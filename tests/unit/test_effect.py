"""When an agreement is in force: by the court's invitation, the type of dispute, the kind of organisation, the day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.cases.effect import EffectRules, Mediation
from chalicelib.organisations.model import MEDIATING
from chalicelib.shared.rule_files import read_rules
from chalicelib.shared.texts import Text
from chalicelib.triage.public import DisputeTypes

TODAY = date(2026, 11, 25)
RULES = EffectRules.load()
ALL = ("sign", "countersign", "seal")


@pytest.mark.parametrize(
    ("mediation", "rule", "acts", "then"),
    [
        (Mediation("peoples_mediation_committee", "neighbour_noise"), "peoples_mediation", ALL, ()),
        (Mediation("industry", "traffic_accident"), "peoples_mediation", ALL, ()),
        (Mediation("industry", "medical_dental"), "medical", ALL, ()),
        (Mediation("medical", "medical"), "medical", ALL, ()),
        (Mediation("labour", "labour_wages"), "labour", ALL, ()),
        (Mediation("peoples_mediation_committee", "labour_wages"), "labour", ALL, ()),
        (Mediation("peoples_mediation_committee", "labour_gig"), "peoples_mediation", ALL, ()),
        (Mediation("commercial", "commercial"), "commercial", ALL, ()),
        (Mediation("consumer", "consumer_goods"), "general", ALL, ()),
        (Mediation("labour", "labour_gig"), "general", ALL, ()),
        (Mediation("industry", "traffic_accident", court_invited=True), "court_invited", ("sign",), ALL[1:]),
        (Mediation("labour", "labour_wages", court_invited=True), "court_invited", ("sign",), ALL[1:]),
        (Mediation("medical", "medical", court_invited=True), "court_invited", ("sign",), ALL[1:]),
        (
            Mediation("industry", "neighbour", court_invited=True, commissioned_after_filing=True),
            "after_filing",
            None,
            ALL[1:],
        ),
    ],
)
def test_which_acts_make_it_hold(
    mediation: Mediation, rule: str, acts: tuple[str, ...] | None, then: tuple[str, ...]
) -> None:
    found = RULES.rule_for(mediation, TODAY)
    assert (found.id, found.acts, found.then) == (rule, acts, then)
    assert found.source.zh
    assert found.text.en


def test_there_is_a_rule_for_every_kind_and_type_and_all_must_sign() -> None:
    types = DisputeTypes.load()
    for kind in MEDIATING:
        for dispute_type in [*types.mains, *types.subtypes]:
            for invited in (False, True):
                found = RULES.rule_for(Mediation(kind, dispute_type, court_invited=invited), TODAY)
                assert found.acts is not None
                assert found.acts[0] == "sign"
                assert (found.id == "court_invited") is invited
                assert sorted((*found.acts, *found.then)) == sorted(ALL)


def test_a_law_holds_from_its_day() -> None:
    commercial = Mediation("commercial", "commercial")
    assert RULES.rule_for(commercial, date(2026, 5, 1)).id == "commercial"
    assert RULES.rule_for(commercial, date(2026, 4, 30)).id == "general"
    assert (
        RULES.rule_for(Mediation("industry", "neighbour", court_invited=True), date(2021, 12, 31)).id != "court_invited"
    )


def test_rules_are_read_as_they_stand_and_the_newest_that_holds_wins() -> None:
    def rule(name: str, begins: str, ends: str | None = None, **scope: Any) -> dict[str, Any]:
        applies_to = {"dispute_types": "*", "organisation_kinds": "*", **scope}
        said = {"zh": name, "en": name.upper()}
        span = {"valid_from": begins, "valid_until": ends}
        return {"id": name, "applies_to": applies_to, **span, "effective_after": ["sign"], "then": ["seal"]} | {
            "text": said,
            "source": said,
        }

    rules = EffectRules.of(
        {
            "version": "1",
            "rules": [
                rule("new", "2026-01-01", "2026-06-30"),
                rule("old", "2020-01-01"),
                {**rule("labour", "2020-01-01", dispute_types=["labour"]), "effective_after": None},
            ],
            "oral": {},
        }
    )
    mediation = Mediation("industry", "neighbour")
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [rules.rule_for(mediation, day).id for day in days] == ["old", "new", "new", "old"]
    labour = rules.rule_for(Mediation("industry", "labour_gig"), days[1])
    assert (rules.version, labour.id, labour.acts, labour.then) == ("1", "labour", None, ("seal",))
    first = rules.rules[0]
    assert (first.acts, first.text, first.source) == (("sign",), Text("new", "NEW"), Text("new", "NEW"))
    assert (first.valid_from, first.valid_until) == (days[1], days[2])
    assert EffectRules.of(read_rules("effect")).rules == RULES.rules


@pytest.mark.parametrize(
    ("mediation", "allowed"),
    [
        (Mediation("peoples_mediation_committee", "neighbour_noise"), True),
        (Mediation("industry", "property_management"), True),
        (Mediation("peoples_mediation_committee", "labour_gig"), True),
        (Mediation("peoples_mediation_committee", "labour_wages"), False),
        (Mediation("industry", "medical_cosmetic"), False),
        (Mediation("industry", "medical", court_invited=True), False),
        (Mediation("commercial", "commercial"), False),
        (Mediation("commercial", "commercial", court_invited=True), True),
        (Mediation("peoples_mediation_committee", "land_forestry_transfer"), False),
        (Mediation("peoples_mediation_committee", "land_forestry_boundary"), True),
    ],
)
def test_which_agreements_may_be_oral(mediation: Mediation, *, allowed: bool) -> None:
    found = RULES.oral(mediation)
    assert found.allowed is allowed
    assert all((found.reason.zh, found.reason.en, found.source.zh, found.source.en))
