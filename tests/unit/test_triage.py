"""Triage: deterministic, explained by rules that are published, careful with negation, never deaf to danger."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.organisations.model import DISPUTE_TYPES
from chalicelib.triage.model import OTHER, Triage, triage
from chalicelib.triage.rules import RuleSet
from chalicelib.triage.types import DisputeTypes

RULES = RuleSet.load()


def about(text: str, **answers: str) -> Triage:
    return triage(text, answers, RULES)


def test_the_taxonomy_has_the_seventeen_main_types_and_subtypes_that_begin_with_their_main() -> None:
    types = DisputeTypes.load()
    assert tuple(types.mains) == DISPUTE_TYPES
    for code, subtype in types.subtypes.items():
        assert code.startswith(f"{subtype.main}_")
        assert subtype.main in types.mains
    for one in types.mains.values():
        assert one.accepted
        assert one.not_accepted
        assert one.evidence
        assert one.children


def test_every_rule_speaks_for_a_type_that_there_is() -> None:
    types = DisputeTypes.load()
    document: Any = RULES.published
    for rule in (*document["rules"], *document["combinations"]):
        assert rule["type"] in types.mains
        assert rule["subtype"] is None or types.subtypes[rule["subtype"]].main == rule["type"]
    ids = [rule["id"] for rule in (*document["rules"], *document["combinations"])]
    assert len(ids) == len(set(ids))
    for line in document["urgent"]:
        assert set(line["hotlines"]) <= set(document["hotlines"])


@pytest.mark.parametrize(
    ("text", "main", "subtype"),
    [
        ("老板拖欠我三个月工资", "labour", "labour_wages"),
        ("楼上漏水把我家天花板泡了", "neighbour", "neighbour_leak"),
        ("My landlord won't return my deposit", "housing_homestead", "housing_homestead_tenancy"),
        ("被狗咬了，对方不出疫苗钱", "damage_compensation", "damage_compensation_animal"),
    ],
)
def test_a_plain_text_finds_its_type_and_subtype(text: str, main: str, subtype: str) -> None:
    best = about(text).best
    assert (best.type, best.subtype) == (main, subtype)


def test_what_is_negated_does_not_count() -> None:
    found = about("不是劳动纠纷，是物业不修电梯")
    assert found.best.type == "property_management"
    assert "labour" not in {one.type for one in found.alternatives}


def test_script_and_width_make_no_difference() -> None:
    plain = about("老板拖欠工资，5000元不给")
    assert about("老闆拖欠工資，５０００元不給") == plain


def test_nothing_known_is_other_and_asks() -> None:
    found = about("嗯嗯啊啊")
    assert (found.best.type, found.best.score, found.unsure) == (OTHER, 0.0, True)


def test_an_answer_to_the_question_counts() -> None:
    assert about("他一直不给我钱").best.type != "labour"
    assert about("他一直不给我钱", relationship="employer").best.type == "labour"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("他又打我，我不想活了", "self_harm"),
        ("老公打我", "domestic_violence"),
        ("他拿刀威胁我", "violence"),
        ("未成年孩子被打", "minors"),
        ("I want to kill myself", "self_harm"),
        ("无故殴打他人", "violence"),
        ("没完没了地威胁我", "violence"),
    ],
)
def test_red_lines_are_heard(text: str, line: str) -> None:
    assert line in {alarm.red_line for alarm in about(text).alarms}


@pytest.mark.parametrize("text", ["没有威胁我", "他没拿刀", "he did not attack anyone", "楼上太吵"])
def test_what_did_not_happen_raises_no_alarm(text: str) -> None:
    assert about(text).alarms == ()


@given(st.text(max_size=400))
def test_any_text_gets_an_answer_and_the_same_one_twice(text: str) -> None:
    first, second = about(text), about(text)
    assert first == second
    assert 0 <= first.best.score < 1
    scores = [one.score for one in first.alternatives]
    assert scores == sorted(scores, reverse=True)


@given(st.sampled_from(sorted(RULES.rules_of)), st.sampled_from(sorted(RULES.rules_of)))
def test_an_explanation_names_published_rules_and_words_of_the_text(one: str, two: str) -> None:
    published: Any = RULES.published
    known = {rule["id"] for rule in (*published["rules"], *published["combinations"])}
    text = f"{one}，{two}"
    for candidate in (about(text).best, *about(text).alternatives):
        for matched in candidate.matched:
            assert matched.rule in known
            assert all(word in text for word in matched.words)
