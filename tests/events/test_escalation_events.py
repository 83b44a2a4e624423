"""What is overdue: on one desk after the other, told once, however often, late or side by side it comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from chalicelib.cases.lifecycle.views import TimelineEntry
from chalicelib.desk.model import DeskItem
from chalicelib.desk.service import DeskFilter
from chalicelib.notices.service import words_of
from chalicelib.shared.viewer import Viewer
from tests.contract.world import CLERK, FILING, WANG
from tests.events.town import Town, changes_nothing

SUPERVISOR = Viewer("boss", frozenset({"supervisor"}), None, None)


def desk(town: Town, viewer: Viewer, kind: str = "escalation") -> list[DeskItem]:
    return town.desk.list_items(viewer, DeskFilter(kind=kind), None, 50).page.items


def overdue(town: Town, days: int = 4) -> str:
    code = town.cases.file(WANG, FILING, town.key()).case.code
    town.clock.at += timedelta(days=days)
    town.case_clock.run()
    return code


def test_the_citizen_reads_who_has_it_and_is_told_once(town: Town) -> None:
    code = overdue(town)
    event = town.last(code, "escalated")
    seen = town.cases.get_case(WANG, code)
    assert TimelineEntry.of(event, seen, "zh").text == "期限已过，已提醒调解组织一尽快办理"
    assert town.notices.on_case_event(event) == 1
    changes_nothing(town, town.notices.on_case_event, [event, event])
    (notice,) = town.notices.list_notices(WANG, None, 10).items
    title, text = words_of(notice, "zh")
    assert (title, text.partition("已过")[2]) == ("期限已过", "，已提醒调解组织一尽快办理。")
    assert words_of(notice, "en")[1].endswith("has passed; 调解组织一 was reminded to act.")


def test_a_message_about_what_is_done_by_now_does_not_leave(town: Town) -> None:
    code = overdue(town)
    town.act(CLERK, code, "accept")
    town.notices.on_case_event(town.last(code, "escalated"))
    assert town.told("escalated") == []
    assert [one.sent for one in town.notices.list_notices(WANG, None, 10).items] == ["overtaken"]


def test_an_escalation_to_a_higher_desk_leaves_the_first_message_true(town: Town) -> None:
    code = overdue(town)
    first = town.last(code, "escalated")
    town.clock.at += timedelta(days=9)
    town.case_clock.run()
    second = town.last(code, "escalated")
    for event in (second, first, second):  # out of order, and twice
        town.notices.on_case_event(event)
    assert len(town.told("escalated")) == 2
    assert [len(desk(town, viewer)) for viewer in (CLERK, SUPERVISOR)] == [1, 1]


def test_an_event_of_before_there_were_desks_claims_none(town: Town) -> None:
    code = overdue(town)
    event = town.last(code, "escalated")
    data = {name: value for name, value in event.data.items() if name != "to"}
    old = type(event).happened(
        code,
        99,
        town.clock.now(),
        "escalated",
        actor="clock",
        actor_role="clock",
        status="submitted",
        data=data,
        prev_hash=event.hash,
        audience=event.audience,
    )
    assert TimelineEntry.of(old, town.cases.get_case(WANG, code), "zh").text == "期限已过"
    town.notices.on_case_event(old)
    assert "督办" not in words_of(town.notices.list_notices(WANG, None, 10).items[0], "zh")[1]


def test_jobs_that_overlap_escalate_once(town: Town) -> None:
    codes = [town.cases.file(WANG, FILING, town.key()).case.code for _ in range(3)]
    town.clock.at += timedelta(days=4)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: town.case_clock.run(), range(4)))
    assert sum(one.get("escalated", 0) for one in done) == 3
    assert sorted(one.case_code or "" for one in desk(town, CLERK)) == sorted(codes)
    for code in codes:
        assert [event.name for event in town.events(code)].count("escalated") == 1


def test_the_duty_done_before_the_job_comes_is_never_escalated(town: Town) -> None:
    code = town.cases.file(WANG, FILING, town.key()).case.code
    town.clock.at += timedelta(days=4)
    town.act(CLERK, code, "refuse", reason="not_civil")
    assert "escalated" not in town.case_clock.run()
    assert desk(town, CLERK) == desk(town, SUPERVISOR) == []
