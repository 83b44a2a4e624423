"""Appointments over a real socket: booked, confirmed in one tap, seen in progress, in calendars, held; and the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest

from tests.e2e.server import Server
from tests.e2e.story import Person, Story


def mediating(server: Server, name: str) -> Story:
    story = Story(server, name)
    story.act(story.clerk, "accept")
    story.join()
    story.act(story.respondent, "consent", {"terms_version": "2026-01", "honest_mediation": True})
    story.leave_choice()
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id})
    story.act(story.mediator, "take")
    return story


def slots(story: Story, **more: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in {"case": story.code, **more}.items())
    found: list[dict[str, Any]] = story.applicant.read(f"/v1/slots?{query}")["items"]
    return found


def book(story: Story, start: str, *, status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"case_code": story.code, "start": start, "minutes": 60, "mode": "video", **more}
    reply = story.applicant.post("/v1/appointments", body)
    assert reply.status_code == status, reply.text
    made: dict[str, Any] = reply.json()
    return made


def act(person: Person, one: dict[str, Any], action: str, body: Any = None, *, status: int = 200) -> dict[str, Any]:
    reply = person.post(f"/v1/appointments/{one['id']}/actions/{action}", body)
    assert reply.status_code == status, reply.text
    done: dict[str, Any] = reply.json()
    return done


def read_calendar(text: str) -> list[Any]:
    """Return the events, read as calendar programs read them."""
    calendar: Any = icalendar.Calendar.from_ical(text)
    return list(calendar.walk("VEVENT"))


class MovedClock:
    """The server's clock, moved for a while."""

    def __init__(self, server: Server) -> None:
        self._console = server.console

    def to(self, instant: datetime) -> None:
        assert self._console.post("/clock", json={"now": instant.isoformat()}).status_code == 200

    def __enter__(self) -> MovedClock:
        return self

    def __exit__(self, *_: object) -> None:
        self._console.post("/clock", json={"reset": True})


def test_a_session_from_booking_to_held(sample_server: Server) -> None:
    story = mediating(sample_server, "session")
    free = slots(story)
    assert {"start", "end", "mediator_id", "mediator_name", "mode", "room"} <= set(free[0])
    one = book(story, free[-1]["start"])
    assert (one["status"], one["join_url"]) == ("requested", None)
    assert one["start"] not in {slot["start"] for slot in slots(story)}
    waiting = story.mediator.read("/v1/appointments?role=mediator&status=requested")["items"]
    assert one["id"] in {each["id"] for each in waiting}
    tapped = story.mediator.post("/v1/appointments/confirm", {"ids": [one["id"], "nobody"]}).json()["items"]
    assert [each["status"] for each in tapped] == ["confirmed", "refused"]
    assert act(story.respondent, one, "accept")["status"] == "confirmed"
    assert story.progress()["current"]["appointment"]["start"] == one["start"]
    feed_url = story.mediator.read(f"/v1/mediators/{story.mediator_id}/availability")["calendar_url"]
    feed = sample_server.api.get("/v1/calendars/" + feed_url.rsplit("/", 1)[1])
    assert feed.headers["content-type"].startswith("text/calendar")
    events = {str(event["uid"]): event for event in read_calendar(feed.text)}
    assert str(events[f"{one['id']}@yima"]["status"]) == "CONFIRMED"
    start = datetime.fromisoformat(one["start"])
    assert events[f"{one['id']}@yima"].decoded("dtstart") == start
    with MovedClock(sample_server) as clock:
        clock.to(start - timedelta(hours=24))
        assert sample_server.console.post("/jobs/deadlines").json()["result"]["appointment_reminder"] >= 1
        clock.to(start - timedelta(minutes=10))
        shown = story.applicant.read(f"/v1/appointments/{one['id']}")
        assert shown["join_url"].startswith("https://")
        headers = story.clerk._headers
        assert sample_server.api.get(f"/v1/appointments/{one['id']}", headers=headers).json()["join_url"] is None
        act(story.applicant, one, "check_in")
        clock.to(start + timedelta(minutes=55))
        assert act(story.mediator, one, "complete", {"minutes": 55})["status"] == "held"
        sample_server.console.post("/drain")
        (invitation,) = story.applicant.read("/v1/me/invitations")["items"]
        assert invitation["targets"][0]["target"] == f"staff:{story.mediator_id}"


def test_moving_cancelling_and_their_refusals(sample_server: Server) -> None:
    story = mediating(sample_server, "mover")
    free = slots(story)
    one = book(story, free[0]["start"])
    moved = act(story.applicant, one, "reschedule", {"start": free[6]["start"]})
    assert (moved["start"], moved["sequence"]) == (free[6]["start"], 1)
    text = sample_server.api.get(f"/v1/appointments/{one['id']}/calendar", headers=story.applicant._headers).text
    (event,) = read_calendar(text)
    assert event["sequence"] > 0
    assert act(story.clerk, one, "confirm", status=403)["type"] == "/problems/not-allowed"
    act(story.stranger, one, "cancel", {"reason": "r"}, status=404)
    assert act(story.applicant, one, "cancel", status=400)["type"] == "/problems/invalid-request"
    assert act(story.applicant, one, "cancel", {"reason": "改天"})["status"] == "cancelled"
    refused = act(story.mediator, one, "confirm", status=409)
    assert refused["type"] == "/problems/appointment-state"
    assert free[6]["start"] in {slot["start"] for slot in slots(story)}


def test_a_request_lapses_and_the_waitlist_gets_the_slot(sample_server: Server) -> None:
    story = mediating(sample_server, "lapsing")
    waiter = mediating(sample_server, "waiting")
    start = slots(story)[-1]["start"]
    one = book(story, start)
    day = start[:10]
    wish = {"case_code": waiter.code, "from": day, "to": day, "modes": ["video"]}
    joined = waiter.applicant.post("/v1/waitlist", wish)
    assert (joined.status_code, joined.json()["position"] >= 1) == (201, True), joined.text
    with MovedClock(sample_server) as clock:
        clock.to(datetime.fromisoformat(one["hold_expires_at"]) + timedelta(seconds=1))
        assert story.applicant.read(f"/v1/appointments/{one['id']}")["status"] == "expired"
        assert act(story.mediator, one, "confirm", status=409)["type"] == "/problems/hold-expired"
        assert sample_server.console.post("/jobs/deadlines").json()["result"]["appointment_expired"] >= 1
        sample_server.console.post("/drain")
        if waiter.mediator_id == story.mediator_id:
            offer = waiter.applicant.read(f"/v1/waitlist?case_code={waiter.code}")["offer"]
            assert offer["start"] == start
            assert book(waiter, start)["status"] == "requested"
    request = sample_server.api.build_request(
        "DELETE", "/v1/waitlist", json={"case_code": story.code}, headers=story.applicant._headers
    )
    assert sample_server.api.send(request).status_code == 404


def test_hours_change_without_breaking_what_is_booked(sample_server: Server) -> None:
    story = mediating(sample_server, "hours")
    one = book(story, slots(story)[0]["start"])
    path = f"/v1/mediators/{story.mediator_id}/availability"
    before = story.mediator.read(path)
    off = {"weekly": {}, "modes": ["video"], "daily_cap": 4}
    changed = sample_server.api.put(path, json=off, headers=story.mediator._headers)
    assert changed.status_code == 200, changed.text
    assert one["id"] in {conflict["appointment_id"] for conflict in changed.json()["conflicts"]}
    assert slots(story) == []
    stranger = sample_server.api.put(path, json=off, headers=story.stranger._headers)
    assert stranger.status_code == 404
    bad = {"weekly": {"mon": [["12:00", "09:00"]]}}
    assert sample_server.api.put(path, json=bad, headers=story.mediator._headers).status_code == 400
    back = {name: before[name] for name in ("weekly", "modes", "daily_cap", "buffer_minutes")}
    assert sample_server.api.put(path, json=back, headers=story.mediator._headers).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"minutes": 0}, 400, "invalid-request"),
        ({"minutes": 15}, 400, "invalid-request"),
        ({"minutes": 600}, 400, "invalid-request"),
        ({"start": "2026-11-30T09:00:00"}, 400, "invalid-request"),
        ({"start": "soon"}, 400, "invalid-request"),
        ({"mode": "telepathy"}, 400, "invalid-request"),
        ({"start": "2020-01-06T01:00:00Z"}, 409, "too-soon"),
        ({"start": "2036-01-07T01:00:00Z"}, 409, "too-far"),
        ({"mediator_id": "city-labour-m1"}, 409, "mediator-not-assignable"),
    ],
)
def test_a_booking_that_cannot_be_is_refused(
    sample_server: Server, changes: dict[str, Any], status: int, problem: str
) -> None:
    story = mediating(sample_server, f"bad-{problem}-{len(str(changes))}")
    refused = book(story, **{"start": slots(story)[0]["start"], "status": status, **changes})
    assert refused["type"] == f"/problems/{problem}"


def test_ranges_that_cannot_be_are_refused(sample_server: Server) -> None:
    story = Story(sample_server, "ranges")
    headers = story.applicant._headers
    for query in ("from=2026-12-05&to=2026-12-01", "from=2026-12-01&to=2026-12-31", "minutes=45", ""):
        path = f"/v1/slots?organisation={story.case['organisation']}&{query}" if query else "/v1/slots"
        assert sample_server.api.get(path, headers=headers).status_code == 400, query
    ids = ["a", "a"]
    assert story.mediator.post("/v1/appointments/confirm", {"ids": ids}).status_code == 400
    assert story.mediator.post("/v1/appointments/confirm", {"ids": [str(n) for n in range(500)]}).status_code == 400
