"""Every job on both engines: one broken item of five, and the other four are done; shards, overlap, reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.appointments.waitlist.service import NewWish
from chalicelib.audit.service import AuditService
from chalicelib.audit.store import PENDING_SHARDS, AuditStore, Signer
from chalicelib.cases.lifecycle.clockwork import CaseClock
from chalicelib.cases.lifecycle.deciding import MAX_DECISIONS
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.cases.progress.views import Progress
from chalicelib.notices.model import Notice, notices_of
from chalicelib.notices.service import words_of
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.clock import format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.due import SHARDS, DueIndex
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.events import GENESIS, Event
from chalicelib.shared.items import from_wire, to_wire
from chalicelib.shared.jobs import Budget, Job, Task
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.test_ratings import Ratings, citizen
from tests.contract.world import FILING, MEDIATOR, WANG, World
from tests.world import NOW

DUE = DueDates(DeadlineRules.load(), work_calendar())
FIVE = range(5)


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients, max_open_per_case=9, daily_cap=20)


@pytest.fixture
def real(dynamodb_local_url: str) -> Bookings:
    return Bookings(local_clients(dynamodb_local_url), max_open_per_case=9, daily_cap=20)


def spoil(world: World, table: str, pk: str, *attributes: str) -> None:
    """Take attributes out of an item, as a fault in an older version might have."""
    names = {f"#a{number}": name for number, name in enumerate(attributes)}
    world.clients.dynamodb.update_item(
        TableName=world.tables[table],
        Key=to_wire({"pk": pk, "sk": "META"}),
        UpdateExpression="REMOVE " + ", ".join(names),
        ExpressionAttributeNames=names,
    )


def item(world: World, table: str, pk: str) -> dict[str, Any]:
    found = Table(world.clients, world.tables[table]).find(pk, "META")
    assert found is not None
    return found


def cases(world: World) -> CaseClock:
    return CaseClock(world.cases, world.store, DUE, world.container.cases.escalation, world.clock)


def overdue(world: World, number: int = 5) -> list[str]:
    """File cases that nobody answers in time; return their codes by the instant at which they fall due."""
    codes = [world.cases.file(WANG, FILING, world.key()).case.code for _ in range(number)]
    world.clock.at += timedelta(days=10)
    return codes


def events(world: World, code: str) -> list[str]:
    return [event.name for event in world.store.list_events(code)]


def failing(original: Callable[..., Any], which: str, error: Exception) -> Callable[..., Any]:
    def find(one: str, *more: Any, **named: Any) -> Any:
        if one == which:
            raise error
        return original(one, *more, **named)

    return find


@pytest.mark.parametrize("field", ["parties", "code", "deadlines", "version"])
def test_a_case_that_lacks_a_field_stops_no_other(world: Bookings, field: str) -> None:
    codes = overdue(world)
    spoil(world, "CasesTable", f"CASE#{codes[2]}", field)
    assert cases(world).run() == {"escalated": 4, "failed": 1}
    assert cases(world).run() == {}
    assert ["escalated" in events(world, code) for code in codes] == [True, True, False, True, True]


def test_a_case_whose_keys_are_lost_moves_with_the_others(world: Bookings) -> None:
    codes = overdue(world)
    keys = Table(world.clients, world.tables["PeopleTable"])
    keys.delete_many([(f"KEYS#{codes[2]}", subject) for subject in ("KEK", "CASE", "p1", "p2")])
    assert cases(world).run() == {"escalated": 5}


@pytest.mark.parametrize("error", [Unavailable(), RuntimeError("a bug")])
def test_a_case_that_cannot_be_read_now_is_done_when_it_can(
    world: Bookings, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    codes = overdue(world)
    with monkeypatch.context() as patch:
        patch.setattr(world.store, "find_case", failing(world.store.find_case, codes[2], error))
        assert cases(world).run() == {"escalated": 4, "failed": 1}
    world.clock.at += timedelta(minutes=10, seconds=1)
    assert cases(world).run() == {"escalated": 1}
    assert world.fault(codes[2]) is None


def test_an_item_that_fails_goes_back_in_its_index_and_stays_as_it_is(
    world: Bookings, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = overdue(world, 1)[0]
    before = item(world, "CasesTable", f"CASE#{code}")
    waits = []
    with monkeypatch.context() as patch:
        patch.setattr(world.store, "find_case", failing(world.store.find_case, code, RuntimeError()))
        for _ in range(10):
            assert cases(world).run() == {"failed": 1}
            place = item(world, "CasesTable", f"CASE#{code}")["gsi1sk"].split("#")[0]
            waits.append((world.clock.at.fromisoformat(place) - world.clock.at) / timedelta(minutes=1))
            assert cases(world).run() == {}
            world.clock.at = world.clock.at.fromisoformat(place) + timedelta(seconds=2)
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]
    after = item(world, "CasesTable", f"CASE#{code}")
    assert {**after, "gsi1sk": ""} == {**before, "gsi1sk": ""}
    world.act(Viewer("clerk", frozenset({"clerk"}), "org-1", None), code, "accept")  # puts it where it belongs
    assert item(world, "CasesTable", f"CASE#{code}")["gsi1sk"].count("#") == 1


def test_an_item_that_moved_on_meanwhile_is_not_moved_back(world: Bookings) -> None:
    code = overdue(world, 1)[0]
    index = world.store.due
    (entry,) = [one for shard in range(SHARDS) for one in index.list_due(shard, "3000", None)[0]]
    assert entry.id == code
    cases(world).run()
    assert not index.postpone(entry, world.clock.at, longer=True)
    assert "gsi1sk" not in item(world, "CasesTable", f"CASE#{code}")


def test_a_case_that_is_always_overtaken_is_given_up_for_now(world: Bookings, monkeypatch: pytest.MonkeyPatch) -> None:
    code = overdue(world, 1)[0]
    tried = []

    def overtaken(*_: Any, **__: Any) -> None:
        tried.append(1)
        raise VersionConflict

    monkeypatch.setattr(world.store, "commit", overtaken)
    assert cases(world).run() == {"failed": 1}
    assert len(tried) == MAX_DECISIONS
    assert events(world, code) == ["submitted"]


def test_a_case_that_never_ends_does_not_keep_the_run(world: Bookings, monkeypatch: pytest.MonkeyPatch) -> None:
    code = overdue(world, 1)[0]
    job = cases(world)
    monkeypatch.setattr(job, "_decide", lambda case, now: Outcome(case, "escalated", {}))
    assert job.run() == {"escalated": 12}
    assert world.fault(code) is None


def sessions(world: Bookings, *, confirmed: bool) -> list[str]:
    """Book five sessions of one case, tomorrow and the days after; return their ids."""
    code, applicant, _ = world.mediating()
    made = [world.book(applicant, code, TOMORROW + timedelta(hours=hour), 30) for hour in (0, 1, 2, 5, 6)]
    if confirmed:
        for one in made:
            world.do(MEDIATOR, one, "confirm")
    return [one.id for one in made]


def statuses(world: Bookings, ids: Iterable[str]) -> list[str]:
    return [item(world, "AppointmentsTable", f"APPOINTMENT#{one}")["status"] for one in ids]


@pytest.mark.parametrize("field", ["start", "case_code", "persons", "id"])
def test_a_broken_hold_stops_no_other(world: Bookings, field: str) -> None:
    ids = sessions(world, confirmed=False)
    spoil(world, "AppointmentsTable", f"APPOINTMENT#{ids[2]}", field)
    world.clock.at += timedelta(hours=30)
    assert world.run_due() == {"appointment_expired": 4, "failed": 1}
    assert statuses(world, ids) == ["expired", "expired", "requested", "expired", "expired"]


def test_a_broken_reminder_stops_no_other(world: Bookings) -> None:
    ids = sessions(world, confirmed=True)
    spoil(world, "AppointmentsTable", f"APPOINTMENT#{ids[2]}", "accepted")
    world.clock.at = TOMORROW - timedelta(hours=0.5)
    assert world.run_due() == {"appointment_reminder": 4, "failed": 1}


def test_an_appointment_whose_case_is_gone_is_a_failure_and_stops_no_other(world: Bookings) -> None:
    ids = sessions(world, confirmed=False)
    lost, applicant, _ = world.mediating(1, "m-2")
    world.book(applicant, lost, TOMORROW)
    Table(world.clients, world.tables["CasesTable"]).delete_many([(f"CASE#{lost}", "META")])
    world.clock.at += timedelta(hours=30)
    assert world.run_due() == {"appointment_expired": 5, "failed": 1}
    assert set(statuses(world, ids)) == {"expired"}


def test_a_broken_report_stops_no_other(world: Bookings) -> None:
    ids = sessions(world, confirmed=True)
    world.clock.at = TOMORROW + timedelta(hours=12)
    spoil(world, "AppointmentsTable", f"APPOINTMENT#{ids[2]}", "end")
    assert world.run_due() == {"session_report_asked": 4, "failed": 1}
    world.clock.at += timedelta(days=9)
    assert world.run_due() == {"session_unreported": 4, "failed": 1}


def test_a_broken_offer_stops_no_other(world: Bookings) -> None:
    day, start = TOMORROW.date(), TOMORROW + timedelta(days=1)
    holder, hers, _ = world.mediating()
    for number in range(1, 6):
        code, applicant, _ = world.mediating(number)
        wish = NewWish(day, day + timedelta(days=7), ("video",), 30)
        world.waitlist.join(applicant, code, wish, world.key())
        world.clock.at += timedelta(seconds=1)
    for hour in (0, 1, 2, 5, 6):
        one = world.book(hers, holder, start + timedelta(hours=hour), 30)
        world.do(hers, one, "cancel", reason="r")
    world.relay(holder)
    index = world.waitlist_store.due_offers
    offers = [one.id for shard in range(SHARDS) for one in index.list_due(shard, "3000", None)[0]]
    assert len(offers) == 5
    spoil(world, "AppointmentsTable", offers[2], "case_code")
    world.clock.at += timedelta(hours=5)
    assert world.run_offers() == {"offer_lapsed": 4, "failed": 1}


def test_a_broken_bad_rating_stops_no_other(clients: Clients) -> None:
    world = Ratings(clients)
    bad = []
    for number in FIVE:
        world.invite(citizen(number))
        bad.append(world.rate(citizen(number), 1).id)
    spoil(world, "RatingsTable", f"RATING#{bad[2]}", "judgements")
    world.clock.at += timedelta(days=5)
    assert world.handling.run() == {"bad_rating_escalated": 4, "failed": 1}


class Signing(Signer):
    def __init__(self) -> None:
        self.key_id = "key"

    def sign(self, text: str) -> str:
        return "signed"


def test_a_leaf_that_cannot_be_read_stops_no_other_and_is_signed_later(clients: Clients) -> None:
    world = World(clients)
    store = AuditStore(clients, world.tables["AuditTable"], world.committer)
    audit = AuditService(store, world.store, Signing(), world.clock)
    happened = [
        Event.happened(
            f"CASE{number}",
            1,
            world.clock.at,
            "e",
            actor="a",
            actor_role="r",
            status="s",
            data={},
            prev_hash=GENESIS,
            audience=[],
        )
        for number in FIVE
    ]
    for event in happened:
        audit.on_event(event)
    table = Table(clients, world.tables["AuditTable"])
    (pending,) = [
        one
        for shard in range(PENDING_SHARDS)
        for one in table.list_partition(f"PENDING#{shard}")
        if "CASE2" in one["sk"]
    ]
    table.put_many([{**pending, "hash": "not hexadecimal"}])
    assert audit.run() == {"checkpoints": 1, "failed": 1}
    table.put_many([pending])
    assert audit.run() == {"checkpoints": 1}
    signed = store.list_checkpoints(None, 10).items
    assert [one.count for one in signed] == [1, 4]


def test_parts_of_the_job_do_not_stop_each_other(world: Bookings, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = sessions(world, confirmed=False)
    codes = overdue(world)

    def unreadable(*_: Any) -> None:
        raise RuntimeError

    parts = (cases(world).part, *world.due_appointments.parts, world.offers.part)
    monkeypatch.setattr(world.store, "due", DueIndex(Table(world.clients, "no-such-table")))
    monkeypatch.setattr(world.waitlist_store.due_offers, "list_due", unreadable)
    lost = cases(world).part
    answer = Job("deadlines", (lost, *parts[1:]), world.clock).run()
    assert answer == {"appointment_expired": 5, "failed": 2 * SHARDS}
    assert set(statuses(world, ids)) == {"expired"}
    answer = Job("deadlines", parts, world.clock).run()
    assert answer["escalated"] >= len(codes)


def test_two_runs_of_the_same_shards_at_once_act_once(real: Bookings) -> None:
    codes = overdue(real, 16)
    job = Job("deadlines", [cases(real).part], real.clock)
    until = format_instant(real.clock.at)
    messages = [Task("cases", shard, until).to_json() for shard in range(SHARDS)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: job.resume(messages, Budget()), range(4)))
    assert sum((Counter(one) for one in answers), Counter()) == {"escalated": 16}
    for code in codes:
        assert events(real, code) == ["submitted", "escalated"]
        assert real.fault(code) is None


def test_two_runs_at_once_expire_each_hold_and_ask_for_each_report_once(real: Bookings) -> None:
    ids = sessions(real, confirmed=False)
    code, applicant, _ = real.mediating(1, "m-2")
    for hour in (0, 1, 2):
        real.do(
            Viewer("m-2", frozenset({"mediator"}), "org-1", None),
            real.book(applicant, code, TOMORROW + timedelta(hours=hour), 30),
            "confirm",
        )
    real.clock.at = TOMORROW + timedelta(hours=12)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: Job("deadlines", real.due_appointments.parts, real.clock).run(), range(4)))
    total = sum((Counter(one) for one in answers), Counter())
    assert {name: count for name, count in total.items() if name != "failed"} == {
        "appointment_expired": 5,
        "session_report_asked": 3,
    }
    assert set(statuses(real, ids)) == {"expired"}
    assert events(real, code).count("session_report_asked") == 3
    real.check_cells()


def test_due_cases_are_spread_over_the_shards(world: Bookings) -> None:
    keys = [world.store.due.keys(f"CODE{number}", "2026-11-24T15:59:59.000Z")["gsi1pk"] for number in range(400)]
    counted = Counter(keys)
    assert len(counted) == SHARDS
    assert max(counted.values()) < 2 * 400 / SHARDS


def progress(world: Bookings, code: str) -> Progress:
    return Progress.of(world.cases.get_progress(code), DeadlineRules.load(), "zh", world.clock.at)


def notices(world: Bookings, code: str, event: str) -> list[Notice]:
    return [notice for one in world.store.list_events(code) if one.name == event for notice in notices_of(one)]


def test_a_session_that_nobody_reports_is_asked_for_once_then_closed(clients: Clients) -> None:
    world = Bookings(clients)
    code, applicant, _ = world.mediating()
    made = [world.book(applicant, code, TOMORROW + timedelta(hours=hour), 30) for hour in (0, 1)]
    for one in made:
        world.do(MEDIATOR, one, "confirm")
    world.clock.at = TOMORROW + timedelta(minutes=20)
    assert "session_report_asked" not in world.run_due()
    assert progress(world, code).current.appointment is not None
    world.clock.at = TOMORROW + timedelta(hours=2)
    assert world.run_due()["session_report_asked"] == 2
    assert "session_report_asked" not in world.run_due()
    assert [event for one in made for event in world.due_appointments.act_on(one.id)] == []  # the index may be behind
    asked = notices(world, code, "session_report_asked")
    person = Pseudonyms(b"root").of("m-1")
    assert [(one.person, one.relation) for one in asked] == [(person, "mediator")] * 2
    assert "2026-11-30 23:59" in words_of(asked[0], "zh")[1]
    assert "2026-11-30 23:59" in words_of(asked[0], "en")[1]
    assert progress(world, code).current.appointment is None
    world.clock.at = TOMORROW + timedelta(days=1)
    assert world.book(applicant, code, TOMORROW + timedelta(days=5)).status == "requested"  # nothing blocks the case
    world.clock.at = TOMORROW + timedelta(days=5, hours=14, minutes=59, seconds=59)  # the last second that is in time
    assert "session_unreported" not in world.run_due()
    world.clock.at += timedelta(seconds=1)
    assert world.run_due()["session_unreported"] == 2
    assert world.run_due() == {}
    assert statuses(world, [one.id for one in made]) == ["unreported", "unreported"]
    case = world.store.find_case(code)
    assert case is not None
    assert [one["id"] for one in case.appointments if one["id"] in {made[0].id, made[1].id}] == []
    assert world.fault(code) is None
    told = {(one.person, one.relation) for one in notices(world, code, "session_unreported")}
    assert {relation for _, relation in told} == {"applicant", "respondent", "mediator"}


def test_a_session_that_was_reported_is_neither_asked_for_nor_closed(world: Bookings) -> None:
    ids = sessions(world, confirmed=True)
    world.clock.at = TOMORROW + timedelta(minutes=40)
    one, two, three, four, five = (found for one in ids if (found := world.appointment_store.find(one)) is not None)
    world.do(MEDIATOR, one, "complete", minutes=30)
    world.clock.at = TOMORROW + timedelta(hours=12)
    assert world.run_due() == {"session_report_asked": 4}
    world.do(MEDIATOR, two, "no_show", party_id="p2")
    world.do(MEDIATOR, three, "complete", minutes=20)
    world.clock.at += timedelta(days=10)
    assert world.run_due() == {"session_unreported": 2}
    assert statuses(world, ids) == ["held", "no_show", "held", "unreported", "unreported"]
    for closed in (four, five):
        with pytest.raises(Exception, match=r".*") as refused:
            world.do(MEDIATOR, closed, "complete", minutes=30)
        assert getattr(refused.value, "status", None) == 409


def test_nobody_is_asked_to_be_in_time_when_the_time_is_over(world: Bookings) -> None:
    ids = sessions(world, confirmed=True)
    world.clock.at = TOMORROW + timedelta(days=365)
    assert world.run_due() == {"session_unreported": 5}
    assert set(statuses(world, ids)) == {"unreported"}


def test_on_a_provisional_date_the_closing_waits_until_no_calendar_can_move_it(world: Bookings) -> None:
    code, applicant, _ = world.mediating()
    start = TOMORROW + timedelta(days=35)  # 30 December 2026: the days that count are in 2027
    one = world.do(MEDIATOR, world.book(applicant, code, start, 30), "confirm")
    assert DUE.due("session_report", one.ends).provisional
    world.clock.at = start + timedelta(hours=2)
    assert world.run_due()["session_report_asked"] == 1
    world.clock.at = DUE.due("session_report", one.ends).at + timedelta(days=1)
    assert world.run_due() == {}
    world.clock.at += timedelta(days=14)
    assert world.run_due() == {"session_unreported": 1}


def test_an_unreported_session_invites_nobody_to_rate(clients: Clients) -> None:
    ratings = Ratings(clients)
    for name in ("session_report_asked", "session_unreported"):
        event = Event.happened(
            "CASE1",
            1,
            NOW,
            name,
            actor="clock",
            actor_role="clock",
            status="mediating",
            data={"mediator": "m-1", "organisation": "org-1"},
            prev_hash=GENESIS,
            audience=[{"person": "x", "relation": "applicant"}],
        )
        assert ratings.ratings.on_case_event(event) == 0


def test_the_index_holds_keys_and_no_more_for_jobs(world: Bookings) -> None:
    sessions(world, confirmed=True)
    pages = world.clients.dynamodb.scan(TableName=world.tables["AppointmentsTable"], ConsistentRead=True)
    due = [from_wire(one) for one in pages["Items"] if "gsi1pk" in one and one["sk"] == {"S": "META"}]
    assert {one["gsi1pk"].partition("#")[0] for one in due} == {"DUE"}
    world.clock.at = TOMORROW - timedelta(hours=0.5)
    world.run_due()
    pages = world.clients.dynamodb.scan(TableName=world.tables["AppointmentsTable"], ConsistentRead=True)
    due = [from_wire(one) for one in pages["Items"] if "gsi1pk" in one and one["sk"] == {"S": "META"}]
    kinds = Counter(one["gsi1pk"].partition("#")[0] for one in due)
    assert kinds["REPORTS"] >= 1
