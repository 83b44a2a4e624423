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
