"""Desks on both engines: what waits stands on one desk, goes when it is done, and costs one query however much waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases.lifecycle.lists import CaseFilter
from chalicelib.desk.model import DeskItem
from chalicelib.desk.service import DeskFilter
from chalicelib.shared.clock import format_instant
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.records import to_item
from chalicelib.shared.viewer import Viewer
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.test_ratings import CLERK as RATING_CLERK
from tests.contract.test_ratings import Ratings, citizen
from tests.contract.test_reads import Place, check_growth, check_pages, cost_of
from tests.contract.world import CLERK, FILING, LI, MEDIATOR, WANG, World

SUPERVISOR = Viewer("boss", frozenset({"supervisor"}), None, None)
REVIEWER = Viewer("reviewer", frozenset({"reviewer"}), None, None)
WINDOW = Viewer("window", frozenset({"window"}), "org-1", None)
OTHER_CLERK = replace(CLERK, organisation="org-2")


@pytest.fixture
def world(clients: Any) -> Bookings:
    return Bookings(clients)


def desk(world: World, viewer: Viewer, **asked: Any) -> list[DeskItem]:
    return world.desk.list_items(viewer, DeskFilter(**asked), None, 50).page.items


def kinds(world: World, viewer: Viewer, **asked: Any) -> list[tuple[str, str | None]]:
    return [(one.kind, one.rule) for one in desk(world, viewer, **asked)]


def arrivals(world: World, viewer: Viewer) -> list[str]:
    return [one.item.kind for one in world.desk.list_arrivals(viewer, None, None, None, 50).items]


def run(world: World) -> dict[str, int]:
    return world.container.cases.clockwork.run()


def everything(world: World) -> Iterator[tuple[str, str]]:
    for page in world.clients.dynamodb.get_paginator("scan").paginate(TableName=world.tables["DesksTable"]):
        for item in page["Items"]:
            if item["sk"]["S"] == "DESK":
                yield item["pk"]["S"], item["desk"]["S"]


def test_a_case_goes_from_desk_to_desk_and_stands_on_one(world: Bookings) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    (item,) = desk(world, CLERK)
    assert (item.kind, item.case_code, item.rule, item.waiting_for) == ("case", code, "acceptance", "organisation")
    assert desk(world, OTHER_CLERK) == desk(world, MEDIATOR) == []
    world.act(CLERK, code, "accept")
    assert desk(world, CLERK) == []
    invite = world.cases.get_case(WANG, code).loaded.text_of("p2")["invite_code"]
    world.cases.join(LI, code, invite, world.key())
    world.act(LI, code, "consent", terms_version="2026-01")
    world.clock.at += timedelta(minutes=1)
    world.leave_choice(code, WANG, LI)
    assert kinds(world, CLERK) == [("case", "match")]
    world.act(CLERK, code, "assign", mediator_id="m-1")
    assert (kinds(world, CLERK), kinds(world, MEDIATOR)) == ([], [("case", "mediator_reply")])
    world.act(MEDIATOR, code, "take")
    assert kinds(world, MEDIATOR) == [("case", "contact_party")]
    world.act(WANG, code, "challenge", reason="r")
    assert kinds(world, CLERK) == [("challenge", "challenge_reply")]
    world.act(CLERK, code, "answer_challenge", granted=False, reason="r")
    world.act(WANG, code, "challenge", reason="r")
    assert (kinds(world, CLERK), kinds(world, REVIEWER)) == ([], [("challenge", "challenge_reply")])
    world.clock.at += timedelta(minutes=1)
    world.act(REVIEWER, code, "answer_challenge", granted=True, reason="r")
    assert (kinds(world, REVIEWER), kinds(world, MEDIATOR)) == ([], [])
    assert kinds(world, CLERK) == [("case", "match")]
    assert arrivals(world, CLERK) == ["case", "challenge", "case", "case"]
    assert arrivals(world, REVIEWER) == ["challenge"]
    world.act(CLERK, code, "end", ground="other")
    assert list(everything(world)) == []


def test_a_request_waits_for_the_mediator_until_its_hold_is_over_and_a_session_to_be_reported_after_it(
    world: Bookings,
) -> None:
    code, applicant, _ = world.mediating(1)
    one = world.book(applicant, code)
    assert kinds(world, MEDIATOR, kind="appointment") == [("appointment", "appointment_hold")]
    world.clock.at += timedelta(hours=49)
    assert kinds(world, MEDIATOR, kind="appointment") == []  # nobody can answer it, swept or not
    world.clock.at -= timedelta(hours=49)
    world.do(MEDIATOR, one, "confirm")
    assert kinds(world, MEDIATOR, kind="appointment") == []
    world.clock.at = TOMORROW + timedelta(hours=2)
    world.run_due()
    assert kinds(world, MEDIATOR, kind="appointment") == [("appointment", "session_report")]
    world.do(MEDIATOR, one, "complete", minutes=60)
    assert kinds(world, MEDIATOR, kind="appointment") == []


def test_what_is_overdue_climbs_and_goes_when_it_is_done(world: Bookings) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    world.clock.at += timedelta(days=4)
    assert run(world) == {"escalated": 1}
    assert run(world) == {}
    assert kinds(world, CLERK) == [("case", "acceptance"), ("escalation", "acceptance")]
    assert desk(world, SUPERVISOR) == []
    world.clock.at += timedelta(days=5)
    assert run(world) == {"escalated": 1}
    assert run(world) == {}
    (held,) = desk(world, SUPERVISOR)
    assert (held.kind, held.case_code, held.waiting_for) == ("escalation", code, "organisation")
    to = [event.data["to"] for event in world.store.list_events(code) if event.name == "escalated"]
    assert to == [
        {"desk": "organisation", "own": True, "id": "org-1", "name": "调解组织一"},
        {"desk": "supervisor", "own": False},
    ]
    assert arrivals(world, SUPERVISOR) == ["escalation"]
    world.act(CLERK, code, "accept")
    assert (desk(world, CLERK), desk(world, SUPERVISOR)) == ([], [])
    assert arrivals(world, SUPERVISOR) == ["escalation"]  # it came, whatever became of it


def test_what_is_overdue_at_one_organisation_leaves_its_desk_with_the_case(world: Bookings) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    world.clock.at += timedelta(days=4)
    run(world)
    world.act(CLERK, code, "transfer", organisation_id="org-2", reason="r")
    assert desk(world, CLERK) == []
    assert kinds(world, OTHER_CLERK) == [("case", "acceptance")]


def test_due_dates_divide_a_desk(world: Bookings) -> None:
    for _ in range(2):
        world.cases.file(WANG, FILING, world.key())
        world.clock.at += timedelta(days=1)
    world.clock.at = world.clock.at.replace(hour=2) + timedelta(days=1, hours=15)  # the first is over, with its second
    first, second = desk(world, CLERK)
    due = second.due_at
    assert first.due_at is not None
    assert due is not None
    world.clock.at = world.clock.at.fromisoformat(first.due_at)
    found = {one: len(desk(world, CLERK, due=one)) for one in ("overdue", "24h", "week")}
    assert found == {"overdue": 0, "24h": 1 if due > first.due_at else 2, "week": 2}  # the last second is in time
    world.clock.at += timedelta(seconds=1)
    assert len(desk(world, CLERK, due="overdue")) >= 1
    counts = world.desk.count(CLERK, None)
    assert (counts.total, counts.overdue + counts.within_week, counts.more) == (2, 2, False)
    assert counts.by_kind == {"case": 2}


def test_case_lists_by_due_date_say_what_is_next(world: Bookings) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    listed = world.lists.list_cases(WANG, CaseFilter("party", due="week"), None, 10)
    (row,) = listed.page.items
    assert row.next_due is not None
    assert (row.code, row.next_due["rule"], listed.titles) == (code, "acceptance", {code: FILING["title"]})
    assert world.lists.list_cases(CLERK, CaseFilter(due="week"), None, 10).titles == {}
    for wanted, found in (
        (CaseFilter(due="overdue"), 0),
        (CaseFilter(due="week", status="submitted"), 1),
        (CaseFilter(due="week", status="accepted"), 0),
    ):
        assert len(world.lists.list_cases(CLERK, wanted, None, 10).page.items) == found
    world.clock.at += timedelta(days=9)
    assert len(world.lists.list_cases(CLERK, CaseFilter(due="overdue"), None, 10).page.items) == 1
    supervised = world.lists.list_cases(SUPERVISOR, CaseFilter(organisation="org-1"), None, 10)
    assert [one.code for one in supervised.page.items] == [code]
    world.act(CLERK, code, "refuse", reason="not_civil")
    assert world.lists.list_cases(CLERK, CaseFilter(due="overdue"), None, 10).page.items == []
    assert world.lists.list_cases(SUPERVISOR, CaseFilter(organisation="org-2"), None, 10).page.items == []
    with pytest.raises(NotAllowed):
        world.lists.list_cases(SUPERVISOR, CaseFilter(), None, 10)


def test_a_list_shows_the_next_session(world: Bookings) -> None:
    code, applicant, _ = world.mediating(1)
    one = world.book(applicant, code)
    (row,) = world.lists.list_cases(applicant, CaseFilter("party"), None, 10).page.items
    assert [session["id"] for session in row.sessions] == [one.id]


def test_who_has_no_desk_is_told_so(world: Bookings) -> None:
    for viewer in (WANG, Viewer("c", frozenset({"clerk"}), None, None)):
        with pytest.raises(NotAllowed):
            desk(world, viewer)
    with pytest.raises(NotAllowed):
        desk(world, CLERK, role="supervisor")
    both = Viewer("m-1", frozenset({"clerk", "mediator"}), "org-1", None)
    world.assigned(1)
    assert (kinds(world, both), kinds(world, both, role="mediator")) == ([], [("case", "mediator_reply")])


def test_a_window_sees_the_bad_ratings_of_its_organisation_and_no_cases(clients: Any) -> None:
    ratings = Ratings(clients)
    ratings.cases.file(WANG, FILING, ratings.key())
    ratings.invite(citizen(1))
    bad = ratings.rate(citizen(1), 1)
    assert [one.kind for one in desk(ratings, RATING_CLERK)] == ["bad_rating", "case"]
    (item,) = desk(ratings, WINDOW)
    assert (item.kind, item.id, item.rule, item.case_code) == ("bad_rating", bad.id, "bad_rating_contact", None)
    assert desk(ratings, WINDOW, kind="case") == []
    assert arrivals(ratings, WINDOW) == ["bad_rating"]
    ratings.clock.at += timedelta(days=9)
    assert ratings.handling.run() == {"bad_rating_escalated": 1}
    assert ratings.handling.run() == {}
    assert [one.kind for one in desk(ratings, SUPERVISOR)] == ["escalation"]
    assert [one.data["to"] for one in ratings.ratings_store.list_events(bad.id) if one.name == "escalated"] == [
        {"desk": "supervisor"}
    ]
    ratings.handling.step(RATING_CLERK, bad.id, "contact", None, ratings.key())
    assert desk(ratings, SUPERVISOR) == []
    (later,) = desk(ratings, WINDOW)
    assert later.rule == "bad_rating_fix"
    for step in ("reply", "close"):
        assert [one.id for one in desk(ratings, WINDOW)] == [bad.id]
        ratings.handling.step(RATING_CLERK, bad.id, step, "n", ratings.key())
    assert desk(ratings, WINDOW) == []


# ---- what a desk costs


def copies(world: World, count: int, **changes: Any) -> None:
    """Put things of their own on the organisation's desk."""
    table = Table(world.clients, world.tables["DesksTable"])
    made = []
    for number in range(count):
        values: dict[str, Any] = {"due_at": f"2027-01-01T00:00:{number % 60:02d}.000Z", **changes}
        one = replace(_ITEM, id=f"x{number:05d}", **values)
        row = {"pk": f"ITEM#{one.kind}#{one.id}", **to_item(one), "gsi1sk": one.place}
        for sk, owner in (("DESK", one.desk), ("KIND", f"{one.desk}#{one.kind}")):
            made.append({**row, "sk": sk, "gsi1pk": f"DESK#{owner}"})
    table.put_many(made)


_ITEM = DeskItem("case", "x", "ORGANISATION#org-1", "2026-01-01T00:00:00.000Z", "submitted", "organisation", "C", "t")


def test_a_page_of_a_desk_is_whole_and_in_the_order_of_its_dates(world: Bookings) -> None:
    copies(world, 8)
    expected = sorted(f"x{number:05d}" for number in range(8))

    def read(after: Place, limit: int) -> tuple[list[str], Place]:
        page = world.desk.list_items(CLERK, DeskFilter(), after, limit).page
        return [one.id for one in page.items], page.position

    check_pages(read, expected)


@pytest.mark.parametrize(
    "asked", [{}, {"kind": "appeal"}, {"due": "overdue"}, {"due": "24h"}, {"due": "week"}], ids=str
)
def test_a_desk_is_one_query_however_much_waits(world: Bookings, asked: dict[str, Any]) -> None:
    def read(after: Place, limit: int) -> tuple[list[str], Place]:
        page = world.desk.list_items(CLERK, DeskFilter(**asked), after, limit).page
        return [one.id for one in page.items], page.position

    check_growth(world, read, lambda count: copies(world, count))
    assert cost_of(world, read) == 1


def test_a_desk_hides_from_who_is_rated_what_is_said_of_them(world: Bookings) -> None:
    copies(world, 3, kind="bad_rating", about="staff:clerk", dispute_type=None, case_code=None, status="opened")
    assert desk(world, CLERK) == []
    assert len(desk(world, replace(CLERK, subject="another"))) == 3
    assert world.desk.count(CLERK, None).total == 0


def test_counting_ends_at_a_bound_and_says_so(world: Bookings) -> None:
    copies(world, 1005)
    counts = world.desk.count(CLERK, None)
    assert (counts.total, counts.more, counts.overdue) == (1000, True, 0)
    assert cost_of(world, lambda *_: (world.desk.count(CLERK, None), ([], None))[1]) == 1
    late = format_instant(world.clock.at - timedelta(days=1))
    copies(world, 2, due_at=late, kind="challenge")
    assert world.desk.count(CLERK, None).overdue_by_kind == {"challenge": 2}
