"""Ratings over a real socket: earned, given once, fixed in time or escalated, public without a name, followed up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.server import Server
from tests.e2e.story import Person, Story
from tests.e2e.test_appointments import MovedClock, mediating


def ended(server: Server, name: str) -> Story:
    story = mediating(server, name)
    story.act(story.mediator, "end", {"ground": "positions_too_far", "note": "n"})
    server.console.post("/drain")
    return story


def invitation(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = person.read("/v1/me/invitations")["items"][0]
    return found


def rate(person: Person, level: int, *, status: int = 201, **more: Any) -> dict[str, Any]:
    one = invitation(person)
    rated = [{"target": each["target"], "level": level, "tags": [], **more} for each in one["targets"]]
    reply = person.post("/v1/ratings", {"invitation_id": one["id"], "ratings": rated, "anonymous": True})
    assert reply.status_code == status, reply.text
    made: dict[str, Any] = reply.json()
    return made


def test_both_parties_are_invited_once_and_rate_once(sample_server: Server) -> None:
    story = ended(sample_server, "rated")
    sample_server.console.post("/drain")
    one = invitation(story.applicant)
    assert {each["kind"] for each in one["targets"]} == {"service", "overall", "channel"}
    good = rate(story.applicant, 5, text="很好，电话13800138000")
    assert (good["bad_rating"], good["follow_up"]) == (None, None)
    assert "13800138000" not in str(good)
    assert story.applicant.read("/v1/me/invitations")["items"] == []
    body = {"invitation_id": one["id"], "ratings": [{"target": "service:mediation", "level": 5}], "anonymous": True}
    again = story.applicant.post("/v1/ratings", body)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-rated")
    assert story.stranger.post("/v1/ratings", body).status_code == 404
    bad = rate(story.respondent, 1, text="太慢，没解决")
    assert bad["bad_rating"]["status"] == "opened"
    entries = sample_server.api.get(f"/v1/ratings?target=organisation:{story.case['organisation']}").json()["items"]
    assert {entry["level"] for entry in entries} >= {1, 5}
    assert all(entry["name"] is None for entry in entries)


def test_a_bad_rating_is_contacted_fixed_replied_to_and_closed(sample_server: Server) -> None:
    story = ended(sample_server, "fixed")
    bad = rate(story.respondent, 2, text="流程没讲清楚")
    path = f"/v1/bad-ratings/{bad['id']}/actions"
    clerk = story.clerk
    listed = {one["id"]: one for one in clerk.read("/v1/bad-ratings")["items"]}
    assert listed[bad["id"]]["actions"] == ["contact"]
    assert clerk.post(f"{path}/close", {}).json()["type"] == "/problems/wrong-step"
    for action, body in (("contact", {"note": "已电话联系"}), ("fix", {}), ("reply", {"reply": "已整改，致歉"})):
        done = clerk.post(f"{path}/{action}", body)
        assert done.status_code == 200, done.text
    assert clerk.post(f"{path}/close", {}).json()["status"] == "closed"
    (mine,) = [one for one in story.respondent.read("/v1/me/ratings")["items"] if one["id"] == bad["id"]]
    assert [step["action"] for step in mine["bad_rating"]["steps"]] == ["contact", "fix", "reply", "close"]
    entries = sample_server.api.get(f"/v1/ratings?target=organisation:{story.case['organisation']}").json()["items"]
    (entry,) = [one for one in entries if one["id"] == bad["id"]]
    assert (entry["reply"], entry["rectified"]) == ("已整改，致歉", True)
    other = Person(sample_server, "clerk-9", "clerk", org="city-labour")
    assert other.post(f"{path}/contact", {}).status_code == 404
    assert story.applicant._api.get("/v1/bad-ratings", headers=story.applicant._headers).status_code == 403


def test_an_overdue_bad_rating_is_escalated_and_the_follow_up_is_the_last_word(sample_server: Server) -> None:
    story = ended(sample_server, "overdue")
    bad = rate(story.applicant, 1, text="没人联系我")
    due = datetime.fromisoformat(bad["bad_rating"]["due_at"])
    until = datetime.fromisoformat(bad["follow_up_until"])
    with MovedClock(sample_server) as clock:
        clock.to(due + timedelta(seconds=1))
        overdue = {one["id"] for one in story.clerk.read("/v1/bad-ratings?overdue=true&limit=100")["items"]}
        assert bad["id"] in overdue
        assert sample_server.console.post("/jobs/deadlines").json()["result"]["bad_rating_escalated"] >= 1
        (mine,) = [one for one in story.applicant.read("/v1/me/ratings")["items"] if one["id"] == bad["id"]]
        assert (mine["bad_rating"]["overdue"], mine["bad_rating"]["escalated"]) == (True, True)
        path = f"/v1/ratings/{bad['id']}/follow-up"
        clock.to(until + timedelta(seconds=1))
        late = story.applicant.post(path, {"level": 3, "text": "后来解决了"})
        assert (late.status_code, late.json()["type"]) == (409, "/problems/follow-up-closed")
        clock.to(until)
        assert story.stranger.post(path, {"text": "x"}).status_code == 404
        said = story.applicant.post(path, {"level": 3, "text": "后来解决了"})
        assert said.status_code == 201, said.text
        assert said.json()["follow_up"]["level"] == 3
        twice = story.applicant.post(path, {"text": "再说一次"})
        assert (twice.status_code, twice.json()["type"]) == (409, "/problems/already-followed-up")


def test_a_window_visit_earns_a_rating_of_the_person_and_a_completion_one_of_the_service(sample_server: Server) -> None:
    citizen = Person(sample_server, "window-citizen", name="赵小明")
    staff = Person(sample_server, "window-1", "window", org="hall-1")
    code = sample_server.api.get("/v1/services?limit=1").json()["items"][0]["code"]
    put = sample_server.api.put("/v1/me/visit-code", headers=citizen._headers)
    assert put.status_code == 200, put.text
    visit = {
        "service_code": code,
        "citizen_ref": put.json()["code"],
        "channel": "window",
        "staff_id": "window-1",
        "completed": True,
    }
    recorded = staff.post("/v1/visits", visit)
    assert recorded.status_code == 201, recorded.text
    used = staff.post("/v1/visits", visit)
    assert (used.status_code, used.json()["type"]) == (404, "/problems/citizen-unknown")
    found = citizen.read("/v1/me/invitations")["items"]
    kinds = sorted(tuple(sorted(each["kind"] for each in one["targets"])) for one in found)
    assert kinds == [("channel", "overall", "service"), ("staff",)]
    assert citizen.post("/v1/visits", visit).status_code == 403
    assert staff.post("/v1/visits", {**visit, "service_code": "nothing"}).status_code == 400
    for one in found:
        body = {
            "invitation_id": one["id"],
            "anonymous": False,
            "ratings": [{"target": each["target"], "level": 5} for each in one["targets"]],
        }
        assert citizen.post("/v1/ratings", body).status_code == 201
    (entry,) = sample_server.api.get("/v1/ratings?target=staff:window-1").json()["items"]
    assert entry["name"] is None
    (named,) = sample_server.api.get(f"/v1/ratings?target=service:{code}").json()["items"]
    assert named["name"] == "赵*"
    summary = sample_server.api.get(f"/v1/ratings/summary?target=service:{code}").json()
    assert (summary["count"], summary["average"]) == (1, None)
    guide = sample_server.api.get(f"/v1/services/{code}").json()
    assert guide["rating"]["count"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"level": 0},
        {"level": 6},
        {"level": "5"},
        {"level": 4.5},
        {"level": 1},
        {"level": 5, "text": "x" * 10_000},
        {"level": 5, "text": "a\u200bb"},
        {"level": 5, "text": "a\u202eb"},
        {"level": 5, "tags": ["rude"]},
        {"level": 5, "tags": ["nonsense"]},
    ],
)
def test_a_rating_that_cannot_be_is_refused(sample_server: Server, changes: dict[str, Any]) -> None:
    story = ended(sample_server, f"bad-rating-{abs(hash(str(changes)))}")
    one = invitation(story.applicant)
    body = {
        "invitation_id": one["id"],
        "anonymous": True,
        "ratings": [{"target": "service:mediation", "tags": [], **changes}],
    }
    refused = story.applicant.post("/v1/ratings", body)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/invalid-request"), refused.text
    foreign = {**body, "ratings": [{"target": "staff:somebody", "level": 5}]}
    assert story.applicant.post("/v1/ratings", foreign).json()["type"] == "/problems/not-invited"
