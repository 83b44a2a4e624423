"""Appointments over a real socket: versions, one tap that counts once, one person at two organisations, ceilings."""

from __future__ import annotations

from typing import Any

import httpx

from tests.e2e.server import Server
from tests.e2e.story import Person, Story
from tests.e2e.test_appointments import act, book, mediating, slots

SHARED = "pmc-zhongshan-m2"


def tap(person: Person, ids: list[str], key: str) -> httpx.Response:
    return person.post("/v1/appointments/confirm", {"ids": ids}, Idempotency_Key=key)


def at_organisation(server: Server, name: str, **filing: Any) -> Story:
    """Bring a case to mediation by the mediator who works for two organisations."""
    story = Story(server, name, **filing)
    story.mediator = Person(server, SHARED, "mediator", org=story.case["organisation"])
    story.act(story.clerk, "accept")
    story.join()
    story.act(story.respondent, "consent", {"terms_version": "2026-01", "honest_mediation": True})
    story.leave_choice()
    story.act(story.clerk, "assign", {"mediator_id": SHARED})
    story.act(story.mediator, "take")
    return story


def test_if_match_is_honoured_on_every_action(sample_server: Server) -> None:
    story = mediating(sample_server, "versions")
    one = book(story, slots(story)[0]["start"])
    path = f"/v1/appointments/{one['id']}"
    read = sample_server.api.get(path, headers=story.mediator._headers)
    old = read.headers["etag"]
    act(story.respondent, one, "accept")
    free = slots(story)[3]["start"]
    bodies: dict[str, Any] = {
        "decline": {"reason": "r"},
        "cancel": {"reason": "r"},
        "complete": {"minutes": 5},
        "no_show": {"party_id": "p1"},
        "reschedule": {"start": free},
    }
    for action in ("confirm", "decline", "accept", "object", "reschedule", "cancel", "check_in", "complete", "no_show"):
        refused = story.mediator.post(f"{path}/actions/{action}", bodies.get(action), If_Match=old)
        assert (refused.status_code, refused.json()["type"]) == (412, "/problems/stale"), action
    new = sample_server.api.get(path, headers=story.mediator._headers).headers["etag"]
    confirmed = story.mediator.post(f"{path}/actions/confirm", If_Match=new, Idempotency_Key="versions-confirm")
    assert confirmed.status_code == 200, confirmed.text
    again = story.mediator.post(f"{path}/actions/confirm", If_Match=new, Idempotency_Key="versions-confirm")
    assert (again.content, again.headers["idempotency-replayed"]) == (confirmed.content, "true")
    current = sample_server.api.get(path, headers=story.mediator._headers)
    assert confirmed.headers["etag"] == current.headers["etag"]


def test_one_tap_counts_once(sample_server: Server) -> None:
    story = mediating(sample_server, "tapping")
    free = slots(story)
    ids = [book(story, free[0]["start"])["id"], book(story, free[4]["start"])["id"]]
    first = tap(story.mediator, ids, "tap-1")
    assert [each["status"] for each in first.json()["items"]] == ["confirmed", "confirmed"]
    again = tap(story.mediator, ids, "tap-1")
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    other = tap(story.mediator, ids[:1], "tap-1")
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    new = tap(story.mediator, ids, "tap-2").json()["items"]
    assert [each["problem"]["type"] for each in new] == ["/problems/appointment-state"] * 2


def test_a_mediator_of_two_organisations_is_in_one_place(sample_server: Server) -> None:
    listed = sample_server.api.get("/v1/organisations?limit=100").json()["items"]
    of_both = [one["id"] for one in listed if SHARED in {each["id"] for each in one["mediators"]}]
    assert len(of_both) == 2
    first = at_organisation(sample_server, "two-orgs-a", region="210202")
    second = at_organisation(sample_server, "two-orgs-b", dispute_type="property_management", region="210202")
    assert {first.case["organisation"], second.case["organisation"]} == set(of_both)
    start = slots(first)[0]["start"]
    assert start in {slot["start"] for slot in slots(second)}
    one = book(first, start)
    assert start not in {slot["start"] for slot in slots(second)}
    assert book(second, start, status=409)["type"] == "/problems/slot-taken"
    act(first.mediator, one, "confirm")
    inbox = second.mediator.read("/v1/appointments?role=mediator")["items"]
    assert one["id"] in {each["id"] for each in inbox}  # one account, one calendar
    path = f"/v1/mediators/{SHARED}/availability"
    assert {first.clerk.read(path)["organisation"], second.clerk.read(path)["organisation"]} == set(of_both)
    for organisation in of_both:
        assert first.mediator.read(f"{path}?organisation={organisation}")["organisation"] == organisation
    others = f"{path}?organisation={second.case['organisation']}"
    assert sample_server.api.get(others, headers=first.clerk._headers).status_code == 404


def test_a_withdrawn_case_has_no_session_to_confirm_and_answers_have_a_ceiling(sample_server: Server) -> None:
    story = mediating(sample_server, "ceilings")
    one = book(story, slots(story)[0]["start"])
    for action in ("accept", "object", "accept"):
        act(story.respondent, one, action)
    assert act(story.respondent, one, "object", status=409)["type"] == "/problems/appointment-state"
    shown = story.respondent.read(f"/v1/appointments/{one['id']}")
    assert not {"accept", "object"} & {each["action"] for each in shown["actions"]}
    story.act(story.applicant, "withdraw")
    refused = act(story.mediator, one, "confirm", status=409)
    assert refused["type"] in {"/problems/not-bookable", "/problems/appointment-state"}  # called off by then
    for listed in story.mediator.read("/v1/appointments?role=mediator&limit=100")["items"]:
        if listed["id"] == one["id"]:
            assert not {"confirm", "accept", "object", "reschedule"} & {each["action"] for each in listed["actions"]}
