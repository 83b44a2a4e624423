"""The event of each change: who, what, whom it concerns, whose words, and what it means for invitations."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.recording import Actor, items_of, recorded
from chalicelib.cases.lifecycle.records import CASE_SUBJECT, place_of
from chalicelib.shared.clock import format_instant
from chalicelib.shared.crypto import Keyring
from chalicelib.shared.errors import NotFound

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
INSTANT = format_instant(NOW)
KEYS = Keyring("C", {}, {name: name.encode().ljust(32) for name in ("p1", "p2", CASE_SUBJECT)})
PARTIES = (
    Party("p1", "applicant", "person", person="a"),
    Party("p2", "respondent", "person", person="r"),
    Party("p3", "respondent", "person"),
)
BEFORE = Case("C", "mediating", 7, "neighbour", "210202", "o", PARTIES, (), {"accepted": "t"}, "t", "t", "t", "head")


def record(case: Case = BEFORE, *, before: Case | None = BEFORE, person: str = "a", **said: Any) -> tuple[Case, Any]:
    return recorded(before, Outcome(case, "withdrawn", **said), Actor(person, "applicant"), NOW, KEYS)


def test_the_event_continues_the_chain_and_the_case_points_to_it() -> None:
    case, event = record(data={"party": "p1"})
    assert (event.aggregate, event.seq, event.at, event.name, event.prev_hash) == ("C", 8, INSTANT, "withdrawn", "head")
    assert (event.actor, event.actor_role, event.status, event.data) == ("a", "applicant", "mediating", {"party": "p1"})
    assert event.follows("head", 8)
    assert (case.version, case.head, case.updated_at) == (8, event.hash, INSTANT)
    assert event.sealed is None


def test_the_first_event_is_number_one() -> None:
    case, event = record(before=None)
    assert (case.version, event.seq) == (1, 1)


def test_parties_with_an_account_and_the_mediator_are_told() -> None:
    parties = [{"person": "a", "relation": "applicant"}, {"person": "r", "relation": "respondent"}]
    assert list(record()[1].audience) == parties
    _, event = record(replace(BEFORE, mediator_person="pm"))
    assert list(event.audience) == [*parties, {"person": "pm", "relation": "mediator"}]


@pytest.mark.parametrize(
    ("person", "words_of", "subject"),
    [("a", None, "p1"), ("staff", None, CASE_SUBJECT), ("staff", "p2", "p2"), ("a", CASE_SUBJECT, CASE_SUBJECT)],
)
def test_words_are_sealed_for_whose_they_are_at_the_events_place(
    person: str, words_of: str | None, subject: str
) -> None:
    _, event = record(person=person, free_text="我的话", words_of=words_of)
    assert KEYS.unseal(subject, place_of("EVENT#000008", "sealed"), event.sealed) == "我的话"
    assert event.data == ({} if subject == CASE_SUBJECT else {"words_of": subject})


def test_nothing_is_kept_of_words_of_somebody_who_was_erased() -> None:
    with pytest.raises(NotFound):
        record(free_text="x", words_of="p3")


def test_that_the_organisations_work_ends_and_begins_again_is_said_once() -> None:
    working, done = replace(BEFORE, status="mediating"), replace(BEFORE, status="signed", since="t")
    assert record(done, before=working)[1].data == {"closed": True, "organisation": "o"}
    with_mediator = replace(done, mediator="m")
    assert record(with_mediator, before=working)[1].data == {"closed": True, "organisation": "o", "mediator": "m"}
    assert record(replace(done, status="confirmed"), before=done)[1].data == {}
    assert record(working, before=done)[1].data == {"opened": True, "organisation": "o"}
    assert record(working, before=working)[1].data == {}
    assert record(done, before=None)[1].data == {}


def test_the_outcomes_own_data_is_not_changed() -> None:
    data = {"party": "p1"}
    record(replace(BEFORE, ended_at=INSTANT), data=data, free_text="x")
    assert data == {"party": "p1"}


@pytest.mark.parametrize(
    ("status", "since", "reached", "ended"),
    [
        ("failed", INSTANT, {"accepted": "t"}, True),
        ("signed", INSTANT, {"accepted": "t"}, True),
        ("settled", INSTANT, {"accepted": "t"}, True),
        ("withdrawn", INSTANT, {"accepted": "t"}, False),
        ("failed", INSTANT, {}, False),  # never accepted: nobody was mediated
        ("failed", "t", {"accepted": "t"}, False),  # it ended before
        ("mediating", INSTANT, {"accepted": "t"}, False),
    ],
)
def test_the_end_of_a_mediation_earns_invitations_once(
    status: str, since: str, reached: dict[str, str], ended: bool
) -> None:
    after = replace(BEFORE, status=status, since=since, reached=reached)
    _, event = record(after, before=replace(BEFORE, status="mediating"))
    assert (event.data.get("mediation_ended") is True) is ended


def test_an_agreement_that_is_carried_out_ends_no_mediation_a_second_time() -> None:
    settled = replace(BEFORE, status="settled", since=INSTANT, reached={"accepted": "t"})
    assert "mediation_ended" not in record(settled, before=replace(BEFORE, status="signed"))[1].data


def test_only_a_drafted_agreement_is_kept_beside_its_event_sealed_for_its_place() -> None:
    details = {"text": "协议", "terms": [{"what": "x"}]}
    drafted = Outcome(replace(BEFORE, agreement_no=12, agreement_sha256="ab"), "agreement_drafted")
    items = items_of(drafted, details, KEYS)
    assert set(items) == {"AGREEMENT#012", "META#TERMS"}
    terms = KEYS.unseal(CASE_SUBJECT, place_of("META#TERMS", "terms"), items["META#TERMS"]["terms"])
    assert json.loads(terms) == details["terms"]
    item = items["AGREEMENT#012"]
    assert (set(item), item["sha256"]) == ({"agreement", "sha256"}, "ab")
    text = KEYS.unseal(CASE_SUBJECT, place_of("AGREEMENT#012", "agreement"), item["agreement"])
    assert json.loads(text) == details
    assert items_of(Outcome(BEFORE, "agreement_signed"), {}, KEYS) == {}
