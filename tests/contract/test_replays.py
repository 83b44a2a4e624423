"""An answer is given again byte for byte, to who may still see it, and to nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import Unavailable
from infra.local.moto_speed import cheap_transactions
from tests.contract.city import ORG, Asked, City, city_of
from tests.contract.test_erasure import PHONE, assigned, book, joined, mediating, on


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with mock_aws(), cheap_transactions(), city_of(Clients(), tmp_path) as made:
        yield made


def asked(city: City, ending: str) -> Asked:
    return next(one for one in reversed(city.asked) if one.route.endswith(ending))


def test_everybody_who_may_still_see_it_gets_the_first_answer_byte_for_byte(city: City) -> None:
    code = mediating(city)
    city.post("li", "/v1/cases/{code}/messages", {"text": "你好"}, status=201, code=code)
    book(city, code, "2026-11-25T01:00:00Z")
    for one in city.asked:
        again = city.again(one)
        assert (again.status_code, again.body.decode()) == (one.status, one.answer), one
        assert again.headers["Idempotency-Replayed"] == "true"


def test_an_answer_that_counts_absences_is_the_same_again(city: City) -> None:
    code = mediating(city)
    appointment = book(city, code, "2026-11-25T01:00:00Z")
    on(city, city.mediators[0], appointment, "confirm")
    city.later(hours=25)
    on(city, city.mediators[0], appointment, "no_show", party_id="p2")
    first = asked(city, "/no_show")
    assert [party["no_shows"] for party in json.loads(first.answer)["parties"]] == [0, 1]
    assert city.again(first).body.decode() == first.answer


def test_what_comes_while_somebody_is_erased_is_erased_with_them(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    code = joined(city)
    city.never_held()
    person = city.container.foundation.pseudonyms.of("wang")
    forget = city.container.people.store.forget

    def notices() -> list[Any]:
        return [item for name, item in city.items() if name == "Notices" and item["pk"] == f"PERSON#{person}"]

    def told_first(*arguments: Any) -> None:
        city.relay(code)
        assert notices()
        forget(*arguments)

    monkeypatch.setattr(city.container.people.store, "forget", told_first)
    city.post("wang", "/v1/me/erasure")
    assert notices() == []


def test_a_mediator_who_passed_the_case_on_gets_no_phones_from_an_old_answer(city: City) -> None:
    mediating(city)
    mediator = city.mediators[0]
    took = asked(city, "/take")
    assert PHONE in took.answer
    passed = assigned(city)
    city.act(mediator, passed, "pass", reason="load", note="另有安排")
    again = city.again(asked(city, "/pass"))
    assert (again.status_code, PHONE in again.body.decode()) == (404, False)
    assert city.again(took).status_code == 200
    city.add(mediator)  # the role is lost
    again = city.again(took)
    assert (again.status_code, PHONE in again.body.decode()) == (404, False)
    assert city.again(took, took.body + b" ").status_code == 422


def test_a_clerk_who_went_to_another_organisation_gets_nothing_again(city: City) -> None:
    joined(city)
    accepted = asked(city, "/accept")
    assert city.again(accepted).status_code == 200
    city.add("clerk", "clerk", org="elsewhere")
    assert city.again(accepted).status_code == 404


def test_staff_who_ask_again_are_noted_before_they_are_shown_anything(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(city)
    accepted = asked(city, "/accept")

    def noted() -> list[tuple[str, str]]:
        return [(one["role"], one["what"]) for one in city.read("wang", "/v1/me/access-log")["items"]]

    assert ("clerk", "replay") not in noted()
    assert city.again(accepted).status_code == 200
    assert ("clerk", "replay") in noted()

    def down(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(city.container.people.ledger, "record", down)
    again = city.again(accepted)
    assert (again.status_code, PHONE in again.body.decode()) == (503, False)


def test_a_party_who_asks_again_is_not_noted_and_a_stranger_never_gets_anything(city: City) -> None:
    code = joined(city)
    filed = city.asked[0]
    assert json.loads(city.again(filed).body)["code"] == code
    assert all(one["what"] != "replay" for one in city.read("wang", "/v1/me/access-log")["items"])
    assert city.send("stranger", asked(city, "/accept").path, b"{}", asked(city, "/accept").key).status_code == 404


def test_a_row_that_says_that_it_shows_somebody_else_does_not_open(city: City) -> None:
    joined(city)
    filed = city.asked[0]
    for name, item in list(city.items()):
        if name == "Answers" and item.get("kind") == "case":
            city.clients.dynamodb.update_item(
                TableName=city.tables["Answers"],
                Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}},
                UpdateExpression="SET subjects = :none",
                ExpressionAttributeValues={":none": {"L": []}},
            )
    assert city.again(filed).status_code == 500
    assert ORG not in city.again(filed).body.decode()
