"""Events are sent again from the tables: by case, by time, from quarantine; idle when nothing is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chalicelib.shared.events import Event
from chalicelib.shared.quarantine import READING, SetAside
from infra.events.replay import Replay, Tally
from tests.events.test_relay import broken, record_of
from tests.events.town import LATER, M1, Town, changes_nothing
from tests.world import NOW


@pytest.fixture
def said() -> list[str]:
    return []


def replay(town: Town, said: list[str], *, dry_run: bool = False) -> Replay:
    return Replay(town.store.find_event, lambda _: town.stream, town.quarantine, said.append, dry_run=dry_run)


def story(town: Town) -> str:
    code, applicant, _ = town.assigned()
    town.act(M1, code, "take")
    town.book(applicant, code, LATER)
    town.act(M1, code, "end", ground="other")
    return code


def ids(town: Town, code: str) -> list[tuple[str, int]]:
    return [(code, event.seq) for event in town.events(code)]


def test_what_was_never_delivered_is_made_up_for_and_then_there_is_nothing_to_do(town: Town, said: list[str]) -> None:
    code = story(town)
    whole = ids(town, code)
    assert replay(town, said).send(whole) == Tally(events=len(whole), late=len(whole))
    assert town.told("ended")
    before = town.snapshot()
    assert replay(town, said).send(whole) == Tally(events=len(whole))
    assert town.snapshot() == before
    assert said == []


def test_a_span_of_time_is_found_without_reading_what_is_outside(town: Town) -> None:
    town.clock.at = NOW.replace(hour=23, minute=59, second=58)  # the day in UTC ends within the story
    code = story(town)
    other = story_of_another_time(town)
    first, last = (datetime.fromisoformat(town.events(code)[n].at) for n in (0, -1))
    assert sorted(town.store.list_event_ids(first, last)) == ids(town, code)
    cut = datetime.fromisoformat(town.events(code)[3].at)
    inside = [seq for _, seq in sorted(town.store.list_event_ids(cut, last))]
    assert inside == [event.seq for event in town.events(code) if event.at >= town.events(code)[3].at]
    assert {found for found, _ in town.store.list_event_ids(last + timedelta(hours=1), town.clock.at)} == {other}
    assert list(town.store.list_event_ids(last + timedelta(days=30), last + timedelta(days=31))) == []


def story_of_another_time(town: Town) -> str:
    town.clock.at += timedelta(days=2)
    return town.assigned(7)[0]


def test_quarantine_is_sent_to_the_consumers_that_failed_and_cleared(town: Town, said: list[str]) -> None:
    code = story(town)
    working = town.consumers["notices"]

    def breaks(event: Event) -> int:
        if event.name == "ended":
            raise KeyError
        return working(event)

    town.consumers["notices"] = breaks
    town.stream.deliver([record_of(event) for event in town.events(code)])
    seq = town.last(code, "ended").seq
    assert [(one.seq, one.consumer) for one in town.quarantine.list_all()] == [(seq, "notices")]
    assert replay(town, said).send_quarantined(forget=False) == Tally(events=1, failed=1)
    (kept,) = town.quarantine.list_all()
    assert (kept.attempts, kept.reason) == (2, "KeyError")
    assert "notices failed, KeyError" in said[-1]
    town.consumers["notices"] = working
    assert replay(town, said).send_quarantined(forget=False) == Tally(events=1, late=1)
    assert town.quarantine.list_all() == []
    assert len(town.told("ended")) == 2
    assert replay(town, said).send_quarantined(forget=False) == Tally()


def test_what_could_not_be_read_goes_to_everybody(town: Town, said: list[str]) -> None:
    code = story(town)
    events = town.events(code)
    spoilt = record_of(events[-1])
    spoilt["dynamodb"]["NewImage"]["data"] = {"Q": "?"}
    town.stream.deliver([*map(record_of, events[:-1]), spoilt])
    assert [one.consumer for one in town.quarantine.list_all()] == [READING]
    assert town.told("ended") == []
    assert replay(town, said).send_quarantined(forget=False).late == 1
    assert town.told("ended")
    assert town.quarantine.list_all() == []
    changes_nothing(town, lambda event: town.stream.send(event).effects, events)


def test_a_case_sent_again_leaves_quarantine_too(town: Town, said: list[str]) -> None:
    code = story(town)
    town.quarantine.add(SetAside(code, 1, "notices", "submitted", "2026", "KeyError", "2026"))
    town.quarantine.add(SetAside("other", 1, "notices", "submitted", "2026", "KeyError", "2026"))
    replay(town, said).send(ids(town, code))
    assert [one.code for one in town.quarantine.list_all()] == ["other"]


def test_a_dry_run_says_what_would_be_sent_and_changes_nothing(town: Town, said: list[str]) -> None:
    code = story(town)
    town.quarantine.add(SetAside(code, 1, "notices", "submitted", "2026", "KeyError", "2026", attempts=3))
    before = town.snapshot()
    assert replay(town, said, dry_run=True).send(ids(town, code)[:1]).events == 1
    assert "submitted" in said[0]
    assert "notices failed 3 times, KeyError" in said[0]
    replay(town, said, dry_run=True).send_quarantined(forget=True)
    assert town.snapshot() == before


def test_what_stands_in_no_table_is_said_and_forgotten_when_asked(town: Town, said: list[str]) -> None:
    town.stream.deliver([broken("a key of another form")])
    assert replay(town, said).send_quarantined(forget=False) == Tally(events=1, failed=1)
    assert said == ["record id-2: is in no table"]
    assert len(town.quarantine.list_all()) == 1
    replay(town, said).send_quarantined(forget=True)
    assert town.quarantine.list_all() == []


def test_one_event_that_cannot_be_read_from_the_table_does_not_stop_the_others(town: Town, said: list[str]) -> None:
    code = story(town)
    key = {"pk": {"S": f"CASE#{code}"}, "sk": {"S": "EVENT#000002"}}
    town.clients.dynamodb.update_item(
        TableName=town.tables["CasesTable"], Key=key, UpdateExpression="REMOVE actor_role"
    )
    events = [(code, seq) for seq in range(1, 5)]
    assert replay(town, said).send(events) == Tally(events=4, late=3, failed=1)
    assert "cannot be read, TypeError" in said[0]
