"""Triage: deterministic, explained by rules that are published, careful with negation, never deaf to danger."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.triage.model import OTHER, Triage, triage
from chalicelib.triage.rules import RuleSet
from chalicelib.triage.types import DisputeTypes
from chalicelib.triage.writing import Writing

DISPUTE_TYPES = (
    "marriage_family",
    "neighbour",
    "housing_homestead",
    "contract_loan",
    "consumer",
    "labour",
    "property_management",
    "traffic_accident",
    "medical",
    "damage_compensation",
    "land_forestry",
    "expropriation_demolition",
    "environment",
    "production_business",
    "commercial",
    "intellectual_property",
    "other",
)
"""The main dispute types, as the contract names them."""

FOLDER = Path(__file__).parent.parent.parent
RULES = RuleSet.load()


def about(text: str, **answers: str) -> Triage:
    return triage(text, answers, RULES)


def words_of(found: Triage) -> set[str]:
    """Every word by which something was decided."""
    said = {word for one in (found.best, *found.alternatives) for hit in one.matched for word in hit.words}
    return said if found.alarm is None else said | {word for hit in found.alarm.touched for word in hit.words}


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
    other = about("老闆拖欠工資，５０００元不給")
    best = (plain.best.type, plain.best.subtype, plain.best.score)
    assert (other.best.type, other.best.subtype, other.best.score) == best
    assert "老板" in words_of(plain)
    assert "老闆" in words_of(other)  # explained in the person's own words


def test_nothing_known_is_other_and_asks() -> None:
    found = about("嗯嗯啊啊")
    assert (found.best.type, found.best.score, found.unsure) == (OTHER, 0.0, True)


def test_an_answer_to_the_question_counts() -> None:
    assert about("他一直不给我钱").best.type != "labour"
    assert about("他一直不给我钱", relationship="employer").best.type == "labour"


@given(st.text(max_size=400))
def test_any_text_gets_an_answer_and_the_same_one_twice(text: str) -> None:
    first, second = about(text), about(text)
    assert first == second
    assert 0 <= first.best.score < 1
    scores = [one.score for one in first.alternatives]
    assert scores == sorted(scores, reverse=True)


PUBLISHED: Any = RULES.published
WORDS = sorted({word.rstrip("*") for rule in PUBLISHED["rules"] for one in ("zh", "en") for word in rule["words"][one]})
TRADITIONAL: dict[int, str] = {
    ord(simple): char
    for char, simple in json.loads((FOLDER / "chalicelib/rules/traditional.json").read_text("utf-8"))[
        "characters"
    ].items()
}
WAYS: dict[str, Callable[[str], str]] = {
    "as published": lambda word: word,
    "upper case": str.upper,
    "full width": lambda word: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word),
    "traditional": lambda word: word.translate(TRADITIONAL),
    "with ligatures": lambda word: word.replace("ff", "ﬀ").replace("fi", "ﬁ").replace("st", "ﬆ"),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_published_word_is_explained_as_it_is_written(way: str) -> None:
    for word in WORDS:
        text = f"㍻ {WAYS[way](word)} ﬀ"
        found = about(text)
        assert all(said in text for said in words_of(found)), (text, words_of(found))
        plain = about(f"平成 {word} ff")
        assert [one.type for one in (found.best, *found.alternatives)] == [
            one.type for one in (plain.best, *plain.alternatives)
        ], text


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.sampled_from(sorted(WAYS)), st.text(max_size=8))
def test_an_explanation_names_published_rules_and_words_of_the_text(words: list[str], way: str, more: str) -> None:
    known = {rule["id"] for name in ("rules", "combinations", "urgent") for rule in PUBLISHED[name]}
    text = more.join(WAYS[way](word) for word in words)
    found = about(text)
    assert all(said in text for said in words_of(found))
    assert {one.rule for candidate in (found.best, *found.alternatives) for one in candidate.matched} <= known
    assert found.alarm is None or {one.rule for one in found.alarm.touched} <= known


@given(st.text(max_size=60))
def test_plain_text_knows_where_each_character_comes_from(text: str) -> None:
    for writing in (Writing.of(text), Writing.of(text).without_noise()):
        assert len(writing.plain) == len(writing.begins) == len(writing.ends)
        assert list(writing.begins) == sorted(writing.begins)
        for place, (begin, end) in enumerate(zip(writing.begins, writing.ends, strict=True)):
            assert 0 <= begin < end <= len(text)
            assert writing.written(place, place + 1) == text[begin:end]
