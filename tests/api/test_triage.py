"""Dispute types and triage at the API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.composition.container import Container
from chalicelib.organisations.service import OrganisationService
from tests.api.conftest import Caller


@dataclass
class Organisation:
    id: str = "o1"
    name: str = "调委会"
    name_en: str | None = "Committee"
    address: str | None = None
    phone: str | None = None


class Organisations:
    def __init__(self) -> None:
        self.asked: list[Any] = []

    def list_organisations(self, dispute_type: str | None, region: str | None) -> list[Organisation]:
        self.asked.append((dispute_type, region))
        return [Organisation()] * 9


@pytest.fixture
def organisations(container: Container) -> Organisations:
    made = Organisations()
    container.override(OrganisationService, made)
    return made


def post(caller: Caller, body: Any, **headers: str) -> Any:
    response = caller.ask(
        "POST", "/v1/triage", body=json.dumps(body).encode(), content_type="application/json", **headers
    )
    return response.status_code, json.loads(response.body)


def test_types_are_listed_in_the_callers_language(anyone: Caller) -> None:
    zh, en = (anyone.read("/v1/dispute-types", accept_language=language) for language in ("zh-CN", "en"))
    assert len(zh["items"]) == 17
    first = zh["items"][0]
    assert {"code", "name", "children", "accepted", "not_accepted", "path", "evidence"} <= set(first)
    assert (first["name"], en["items"][0]["name"]) == ("婚姻家庭", "Marriage and family")
    assert first["children"][0]["code"].startswith(first["code"])


def test_a_text_is_sorted_with_reasons_and_takers(anyone: Caller, organisations: Organisations) -> None:
    body = {"text": "老板拖欠工资，我不想活了", "answers": {"region": "210202"}}
    status, found = post(anyone, body)
    assert (status, found["dispute_type"], found["name"]) == (200, "labour", "劳动")
    assert found["matched"][0]["words"]
    assert len(found["organisations"]) == 5
    assert organisations.asked == [("labour", "210202")]
    assert found["urgent"]["level"] == "critical"
    assert "12356" in {line["number"] for line in found["urgent"]["hotlines"]}
    assert found["ruleset_version"] == anyone.read("/v1/transparency/triage")["version"]
    assert post(anyone, body, accept_language="en")[1]["name"] == "Labour"
    assert post(anyone, {"text": "楼上太吵"})[1]["urgent"] is None


def test_an_unclear_text_brings_a_question(anyone: Caller, organisations: Organisations) -> None:
    _, found = post(anyone, {"text": "有点事想问问"})
    assert (found["dispute_type"], found["score"]) == ("other", 0.0)
    assert found["questions"][0]["answers"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": " "},
        {"text": "x" * 5001},
        {"text": 5},
        {"text": "a\u202eb"},
        {"text": "a", "more": 1},
        {"text": "a", "answers": []},
        {"text": "a", "answers": {"x": 1}},
    ],
)
def test_bad_input_is_refused(anyone: Caller, organisations: Organisations, body: Any) -> None:
    status, problem = post(anyone, body)
    assert (status, problem["type"]) == (400, "/problems/invalid-request")
    assert organisations.asked == []


def test_the_whole_rule_set_is_public(anyone: Caller) -> None:
    rules = anyone.read("/v1/transparency/triage")
    assert len(rules["rules"]) > 100
    assert {"version", "scoring", "rules", "combinations", "urgent", "negations", "questions"} <= set(rules)


URGENT = [
    ("邻居威胁要杀我", "threat", "110"),
    ("继父摸我", "minor", "12355"),
    ("我爸天天打我，我15岁", "minor", "12355"),
    ("孩子被继父打", "minor", "12355"),
    ("同学欺负我家孩子，逼他脱衣服", "minor", "12355"),
    ("孩子被老师打了", "minor", "12355"),
    ("学校有人欺负我孩子", "minor", "12355"),
    ("想死", "self_harm", "12356"),
    ("网贷逼得我想死", "self_harm", "12356"),
    ("老公动手打人了", "domestic_violence", "12338"),
    ("前男友跟踪我骚扰我", "stalking", "110"),
    ("我去要钱被他打了", "violence", "120"),
    ("老人被保姆打", "elder_abuse", "110"),
    ("被跟踪", "stalking", "110"),
    ("My husband hits me", "domestic_violence", "12338"),
    ("I want to die", "self_harm", "12356"),
]


@pytest.mark.parametrize(("text", "kind", "number"), URGENT)
def test_who_writes_of_danger_gets_help_at_once(
    anyone: Caller, organisations: Organisations, text: str, kind: str, number: str
) -> None:
    rules = {rule["id"] for rule in anyone.read("/v1/transparency/triage")["urgent"]}
    said = {}
    for language in ("zh-CN", "en"):
        status, found = post(anyone, {"text": text}, accept_language=language)
        urgent = said[language] = found["urgent"]
        assert (status, urgent["kind"], urgent["kinds"][0]) == (200, kind, kind)
        assert number in {line["number"] for line in urgent["hotlines"]}
        assert urgent["text"]
        assert all(line["name"] for line in urgent["hotlines"])
        assert {one["rule"] for one in urgent["matched"]} <= rules
        assert urgent["words"]
        assert all(word in text for word in urgent["words"])
    assert said["zh-CN"]["text"] != said["en"]["text"]
    assert said["zh-CN"]["hotlines"] != said["en"]["hotlines"]
    assert said["en"]["text"].isascii()


@pytest.mark.parametrize("text", ["老公没有打我", "楼上太吵", "打电话没人接", "He never hit me"])
def test_others_are_left_in_peace(anyone: Caller, organisations: Organisations, text: str) -> None:
    assert post(anyone, {"text": text})[1]["urgent"] is None


def test_an_explanation_keeps_the_persons_own_words(anyone: Caller, organisations: Organisations) -> None:
    _, found = post(anyone, {"text": "KTV消费不退，老闆拖欠工資"})
    words = {word for one in found["matched"] for word in one["words"]}
    words |= {word for other in found["alternatives"] for one in other["matched"] for word in one["words"]}
    assert {"KTV消费", "老闆"} <= words


def test_the_published_rules_explain_kinds_numbers_negation_and_words(anyone: Caller) -> None:
    rules = anyone.read("/v1/transparency/triage")
    assert {"id", "kind", "why", "pattern"} <= set(rules["urgent"][0])
    lines = rules["red_lines"]
    assert {"how", "kinds", "negation", "settled", "elsewhere", "no_acts", "classes"} <= set(lines)
    assert {one["code"] for one in lines["kinds"]} == {rule["kind"] for rule in rules["urgent"]}
    for kind in lines["kinds"]:
        assert set(kind["hotlines"]) <= set(rules["hotlines"])
