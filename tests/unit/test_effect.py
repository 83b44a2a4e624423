"""When an agreement is in force: by the court's invitation, the type of dispute, the kind of organisation, the day."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.cases.court.effect import EffectRules, Mediation
from chalicelib.organisations.model import MEDIATING
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
