"""A case that waits, and goes overdue: a clerk of its organisation, then a supervisor, has it on their desk."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.server import Server
from tests.e2e.story import Person, Story

ITEM = {
    "kind",
    "id",
    "case_code",
    "title",
    "status_name",
    "due",
    "overdue",
    "since",
    "waiting_for",
    "href",
}


def of_case(story: Story, person: Person, query: str = "") -> list[dict[str, Any]]:
    """Return what of the story's case is on a person's desk, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = person.read(f"/v1/desk?limit=100{query}{cursor}")
        found += [one for one in page["items"] if one["case_code"] == story.code]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def run_deadlines(server: Server) -> None:
    assert server.console.post("/jobs/deadlines").status_code == 200
    assert server.console.post("/drain").status_code == 200


def texts(person: Person, code: str) -> list[str]:
    return [one["text"] for one in person.read("/v1/me/notices?limit=100")["items"] if one["case_code"] == code]


def test_a_case_that_nobody_accepts_reaches_the_clerk_and_then_a_supervisor(
    sample_server: Server, console_clock: Any
) -> None:
    console_clock(now="2026-11-03T02:00:00Z")
    story = Story(sample_server, "desk-overdue")
    supervisor = Person(sample_server, "supervisor-1", "supervisor")
    (item,) = of_case(story, story.clerk)
    assert item.keys() >= ITEM
    assert (item["kind"], item["overdue"], item["waiting_for"]) == ("case", False, "organisation")
    assert item["due"]["rule"] == "acceptance"
    assert item["title"].endswith(story.code)
    assert "噪音" not in str(item)  # nothing that somebody wrote
    assert story.clerk.read(item["href"])["code"] == story.code
    assert of_case(story, supervisor) == []
    name = sample_server.api.get(f"/v1/organisations/{story.case['organisation']}").json()["name"]

    console_clock(now="2026-11-07T02:00:00Z")
    run_deadlines(sample_server)
    found = of_case(story, story.clerk, "&due=overdue")
    assert sorted(one["kind"] for one in found) == ["case", "escalation"]
    assert all(one["overdue"] for one in found)
    assert of_case(story, story.clerk, "&due=week") == []
    assert of_case(story, supervisor) == []
    told = [one["text"] for one in story.applicant.read(f"/v1/cases/{story.code}/timeline")["items"]]
    assert told[-1] == f"期限已过，已提醒{name}尽快办理"
    assert f"已提醒{name}" in texts(story.applicant, story.code)[0]
    assert "escalation" in {one["kind"] for one in story.clerk.read("/v1/desk/notices?limit=100")["items"]}

    console_clock(now="2026-11-14T02:00:00Z")
    run_deadlines(sample_server)
    (held,) = of_case(story, supervisor, "&kind=escalation")
    assert supervisor.read(held["href"])["status"] == "submitted"
    assert supervisor.read("/v1/desk/counts")["overdue"] >= 1
    assert "已提请督办人员督办" in texts(story.applicant, story.code)[0]

    story.act(story.clerk, "accept")
    assert of_case(story, story.clerk) == of_case(story, supervisor) == []


def test_a_list_says_what_comes_next_by_name(sample_server: Server) -> None:
    story = Story(sample_server, "desk-list")
    row = story.applicant.read("/v1/cases")["items"][0]
    assert (row["title"], row["dispute_type_name"], row["region_name"]) == ("楼上夜间噪音", "邻里", "中山区")
    assert row["next_due"]["rule"] == "acceptance"
    assert row["next_step"]
    assert row["appointment"] is None
    assert row["organisation_name"]
    seen = story.clerk.read("/v1/cases?due=week&status=submitted&limit=100")["items"]
    mine = next(one for one in seen if one["code"] == story.code)
    assert mine["title"] == f"邻里 {story.code}"
    story.until_mediating()
    case = story.applicant.read(f"/v1/cases/{story.code}")
    assert case["mediator_name"]
    assert (case["organisation_name"], case["dispute_type_name"]) == (row["organisation_name"], "邻里")
    assert of_case(story, story.mediator)[0]["due"]["rule"] == "contact_party"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("due=tomorrow", 400),
        ("kind=gossip", 400),
        ("role=ops", 400),
        ("limit=0", 400),
        ("cursor=nonsense", 400),
        ("colour=red", 400),
        ("role=supervisor", 403),
    ],
)
def test_bad_questions_get_a_clear_answer(sample_server: Server, query: str, status: int) -> None:
    clerk = sample_server.token("clerk-1", "clerk", org="pmc-zhongshan")
    reply = sample_server.api.get(f"/v1/desk?{query}", headers=clerk)
    assert reply.status_code == status, reply.text
    assert reply.json()["type"].startswith("/problems/")


def test_a_cursor_of_one_desk_opens_no_other(sample_server: Server) -> None:
    for number in range(2):
        Story(sample_server, f"desk-cursor-{number}")
    clerk = Person(sample_server, "clerk-1", "clerk", org="pmc-zhongshan")
    cursor = clerk.read("/v1/desk?limit=1")["next_cursor"]
    assert cursor is not None
    other = sample_server.token("clerk-2", "clerk", org="city-labour")
    reply = sample_server.api.get(f"/v1/desk?limit=1&cursor={cursor}", headers=other)
    assert (reply.status_code, reply.json()["type"]) == (400, "/problems/bad-cursor")
