"""The other side is told by event: once, after the commit, and not when it is no longer so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.service.attempts import NewAttempt
from chalicelib.cases.service.model import Attempt
from chalicelib.cases.service.receipts import Receipt
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.topic import Topic
from chalicelib.shared.viewer import Viewer
from tests.contract.world import CLERK, FILING, LI, WANG
from tests.events.town import Town, changes_nothing

GATEWAY = Viewer("gateway", frozenset({"gateway"}), None, None)
OTHERS: list[dict[str, Any]] = [
    {"name": "李大勇", "phone": "13900139000", "kind": "person"},
    {"name": "赵无机", "phone": None, "kind": "person"},
    {"name": "大连某某建筑公司", "phone": "0411-82345678", "kind": "organisation"},
    {"name": "欧阳锋", "phone": "13700137000", "kind": "person"},
]


def accepted(town: Town, respondents: list[dict[str, Any]] | None = None) -> str:
    code = town.cases.file(WANG, {**FILING, "respondents": respondents or FILING["respondents"]}, town.key()).case.code
    town.act(CLERK, code, "accept")
    return code


def attempts(town: Town, code: str) -> list[Attempt]:
    return list(town.container.service.store.every_attempt(code))


def told(town: Town, code: str) -> list[tuple[str, str]]:
    """Return state and party of each attempt."""
    return sorted((one.state, one.party) for one in attempts(town, code))


def serve(town: Town, code: str, event: str = "accepted") -> int:
    return town.serving.on_case_event(town.last(code, event))


def gateway(town: Town) -> Any:
    return town.container.provide(Topic)


def report(town: Town, message: str, state: str, at: datetime | None = None) -> str:
    (result,) = town.container.service.receipts.take(GATEWAY, [Receipt(message, state, at or town.clock.at)])
    return result


def test_everybody_with_a_mobile_is_written_to_once_however_often_the_event_comes(town: Town) -> None:
    code = accepted(town, OTHERS)
    assert town.texts == []  # nothing before the event
    assert serve(town, code) == 4
    assert [one["to"] for one in town.texts] == ["+8613900139000", "+8613700137000"]
    assert told(town, code) == [("failed", "p3"), ("failed", "p4"), ("sent", "p2"), ("sent", "p5")]
    names = [event.name for event in town.events(code)]
    assert (names.count("served"), names.count("service_failed")) == (2, 2)
    for event in town.events(code):
        if event.name == "service_failed":
            assert event.data["because"] == "no_mobile"
    for message in town.texts:
        assert (message["channel"], message["purpose"]) == ("sms", "service_of_notice")
        assert "王**" in message["text"]
        assert "王小明" not in str(message)
        assert f"/i/{message['link'].rpartition('/')[2]}" in message["text"]
    changes_nothing(town, town.serving.on_case_event, town.events(code))


def test_no_link_is_stored(town: Town) -> None:
    code = accepted(town)
    serve(town, code)
    token = town.texts[0]["link"].rpartition("/")[2]
    assert len(token) * 5 >= 80
    stored = town.snapshot()
    del stored["sent"]
    assert token not in str(stored)


def test_a_text_whose_sending_was_interrupted_leaves_again_with_the_same_id_and_link(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = accepted(town)

    def dies(*_: Any) -> Any:
        raise Unavailable

    with monkeypatch.context() as interrupted:
        interrupted.setattr(town.container.service.recording, "_commit", dies)
        with pytest.raises(Unavailable):
            serve(town, code)
    assert told(town, code) == [("queued", "p2")]
    assert serve(town, code) == 1
    first, second = town.texts
    assert (first["id"], first["link"]) == (second["id"], second["link"])
    assert told(town, code) == [("sent", "p2")]


def test_while_the_topic_is_down_nothing_is_lost_and_nobody_is_held_up(town: Town) -> None:
    code = accepted(town, OTHERS)
    gateway(town).down = True
    with pytest.raises(Unavailable):
        serve(town, code)
    assert told(town, code) == [("failed", "p3"), ("failed", "p4"), ("queued", "p2"), ("queued", "p5")]
    assert "served" not in {event.name for event in town.events(code)}  # nothing claims what did not happen
    gateway(town).down = False
    assert serve(town, code) == 2
    assert told(town, code) == [("failed", "p3"), ("failed", "p4"), ("sent", "p2"), ("sent", "p5")]


@pytest.mark.parametrize("moved_on", ["withdraw", "join", "transfer"])
def test_what_is_no_longer_so_is_not_told(town: Town, moved_on: str) -> None:
    code = accepted(town)
    if moved_on == "join":
        invite = town.cases.get_case(WANG, code).loaded.text_of("p2")["invite_code"]
        town.cases.join(LI, code, invite, town.key())
    elif moved_on == "transfer":
        town.act(CLERK, code, "transfer", organisation_id="org-2", reason="r")
    else:
        town.act(WANG, code, "withdraw")
    changes_nothing(town, town.serving.on_case_event, town.events(code))
    assert town.texts == []


def test_a_late_event_of_an_earlier_acceptance_writes_to_nobody(town: Town) -> None:
    code = accepted(town)
    first = town.last(code, "accepted")
    town.act(CLERK, code, "transfer", organisation_id="org-2", reason="r")
    town.act(replace(CLERK, organisation="org-2"), code, "accept")
    assert town.serving.on_case_event(first) == 0
    assert serve(town, code) == 1
    assert len(town.texts) == 1


def test_who_has_joined_is_not_served_again_by_a_reopening_and_who_has_not_is(town: Town) -> None:
    code = accepted(town, [OTHERS[0], OTHERS[3]])
    serve(town, code)
    invite = town.cases.get_case(WANG, code).loaded.text_of("p2")["invite_code"]
    town.cases.join(LI, code, invite, town.key())
    town.act(LI, code, "decline", reason="r")
    town.clock.at += timedelta(days=1)
    town.appeal_upheld(code, WANG)
    assert serve(town, code, "reopened") == 1
    assert [one["to"] for one in town.texts] == ["+8613900139000", "+8613700137000", "+8613700137000"]
    assert town.texts[1]["link"] != town.texts[2]["link"]


def test_who_has_not_answered_is_reminded_once_a_working_day_before(town: Town) -> None:
    code = accepted(town, OTHERS)
    serve(town, code)
    town.clock.at += timedelta(days=2)
    town.case_clock.run()
    assert "invite_reminded" not in [event.name for event in town.events(code)]
    town.clock.at += timedelta(days=1)
    town.case_clock.run()
    before = len(town.texts)
    assert serve(town, code, "invite_reminded") == 2
    assert [one["to"] for one in town.texts[before:]] == ["+8613900139000", "+8613700137000"]
    assert "提醒" in town.texts[-1]["title"]
    town.case_clock.run()
    assert [event.name for event in town.events(code)].count("invite_reminded") == 1
    changes_nothing(town, town.serving.on_case_event, town.events(code))


def test_nobody_is_reminded_of_days_that_are_over(town: Town) -> None:
    code = accepted(town)
    serve(town, code)
    town.clock.at += timedelta(days=20)
    town.case_clock.run()
    changes_nothing(town, town.serving.on_case_event, [town.last(code, "invite_reminded")])


def test_receipts_come_twice_late_and_in_any_order(town: Town) -> None:
    code = accepted(town)
    serve(town, code)
    message = town.texts[0]["id"]
    assert [report(town, message, state) for state in ("failed", "failed")] == ["applied", "repeated"]
    assert town.last(code, "service_failed").data["because"] == "not_delivered"
    assert [report(town, message, state) for state in ("delivered", "failed")] == ["applied", "late"]
    assert [report(town, message, state) for state in ("opened", "delivered")] == ["applied", "late"]
    assert told(town, code) == [("opened", "p2")]
    (one,) = attempts(town, code)
    assert one.delivered_at is not None
    changes_nothing(town, town.serving.on_case_event, town.events(code))


def test_a_receipt_that_is_faster_than_our_own_note_stays(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    code = accepted(town)
    send = gateway(town).send

    def send_and_report(message: dict[str, Any], channel: str) -> None:
        send(message, channel)
        assert report(town, message["id"], "delivered") == "applied"

    monkeypatch.setattr(gateway(town), "send", send_and_report)
    assert serve(town, code) == 1
    assert told(town, code) == [("delivered", "p2")]


@pytest.mark.parametrize("message", ["", "x", "code-1", "service-", "service-A", "service-A-B", "20261124-ab#person"])
def test_a_receipt_of_no_text_of_ours_is_unknown(town: Town, message: str) -> None:
    assert report(town, message, "delivered") == "unknown"


def test_a_delivered_text_that_stays_unanswered_counts_as_one_attempt(town: Town) -> None:
    code = accepted(town)
    serve(town, code)
    town.clock.at += timedelta(hours=1)
    assert report(town, town.texts[0]["id"], "delivered") == "applied"
    town.clock.at += timedelta(days=1)
    called = NewAttempt("p2", "phone", town.clock.at, "no_answer", None, None)
    town.container.service.attempts.record(CLERK, code, called, town.key())
    seen = town.cases.get_case(CLERK, code)
    assert "mark_unreachable" not in _offered(seen)
    town.clock.at += timedelta(days=6)
    assert town.act(CLERK, code, "mark_unreachable").case.end_reason == "party_unreachable"


def test_a_receipt_after_the_case_has_moved_on_changes_nothing_but_its_record(town: Town) -> None:
    code = accepted(town)
    serve(town, code)
    town.act(WANG, code, "withdraw")
    assert report(town, town.texts[0]["id"], "delivered") == "applied"
    case = town.store.find_case(code)
    assert case is not None
    assert (case.status, case.parties[1].delivered_on) == ("withdrawn", None)


def test_one_receipt_that_cannot_be_noted_does_not_hold_up_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [accepted(town), accepted(town)]
    for code in codes:
        serve(town, code)
    note = town.container.service.recording.note

    def down(code: str, *said: Any) -> Any:
        if code == codes[0]:
            raise Unavailable
        return note(code, *said)

    monkeypatch.setattr(town.container.service.recording, "note", down)
    receipts = [Receipt(one["id"], "delivered", town.clock.at) for one in town.texts]
    assert town.container.service.receipts.take(GATEWAY, receipts) == ["try_again", "applied"]


def test_an_ordered_text_leaves_after_its_event_and_to_the_number_that_staff_gave(town: Town) -> None:
    code = accepted(town, [OTHERS[1]])
    serve(town, code)
    ordered = NewAttempt("p2", "text", None, None, "家属提供", "+8613600136000")
    shown = town.container.service.attempts.record(CLERK, code, ordered, town.key())
    assert (shown.attempt.state, town.texts) == ("queued", [])
    assert serve(town, code, "text_ordered") == 1
    assert [one["to"] for one in town.texts] == ["+8613600136000"]
    changes_nothing(town, town.serving.on_case_event, town.events(code))
    assert "13600136000" not in str({key: value for key, value in town.snapshot().items() if key != "sent"})


def _offered(seen: Any) -> list[str]:
    from chalicelib.cases.lifecycle.policies import actions_of

    return actions_of(seen.relation, seen.person, seen.case, seen.now)
