"""Who may do what: role × relation × operation, as one truth table over a real socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.e2e.server import Server
from tests.e2e.story import Person, Story
from tests.e2e.test_appointments import book, mediating, slots

VIEWERS: Final[dict[str, Callable[[Server, Story], dict[str, str]]]] = {
    "applicant": lambda _, story: story.applicant._headers,
    "respondent": lambda _, story: story.respondent._headers,
    "mediator": lambda _, story: story.mediator._headers,
    "clerk": lambda _, story: story.clerk._headers,
    "supervisor": lambda server, _: server.token("supervisor-1", "supervisor"),
    "court": lambda server, _: server.token("court-1", "court"),
    "reviewer": lambda server, _: server.token("reviewer-1", "reviewer"),
    "foreign clerk": lambda server, _: server.token("clerk-9", "clerk", org="city-labour"),
    "foreign mediator": lambda server, story: server.token(story.other_mediator_id, "mediator", org="pmc-zhongshan"),
    "stranger": lambda _, story: story.stranger._headers,
    "nobody": lambda _, __: {},
}

# In the order of VIEWERS. A stranger learns nothing, not even that there is something: 404. The court sees a case
# once it is before it, a reviewer once there is an appeal.
TABLE: Final[dict[str, str]] = {
    "GET /v1/cases/{code}": "200 200 200 200 200 404 404 404 404 404 401",
    "GET /v1/cases/{code}/timeline": "200 200 200 200 200 404 404 404 404 404 401",
    "GET /v1/cases/{code}/messages": "200 200 200 200 403 404 404 404 404 404 401",
    "GET /v1/cases/{code}/agreement": "404 404 404 404 404 404 404 404 404 404 401",
    "GET /v1/cases/{code}/courts": "200 200 200 200 404 404 404 404 404 404 401",
    "GET /v1/cases/{code}/service": "403 403 200 200 403 404 404 404 404 404 401",
    "GET /v1/cases/{code}/service/p2/letter": "403 403 403 409 403 404 404 404 404 404 401",
    "GET /v1/invitations/00000000000000000000": "404 404 404 404 404 404 404 404 404 404 404",
    "GET /i/00000000000000000000": "404 404 404 404 404 404 404 404 404 404 404",
    "GET /v1/cases/{code}/bundle": "409 409 409 404 404 404 404 404 404 404 401",
    "GET /v1/cases/{code}/appeals": "200 200 403 200 200 404 404 404 404 404 401",
    "GET /v1/audit/cases/{code}": "403 403 403 403 200 403 403 403 403 403 401",
    "GET /v1/audit/checkpoints": "403 403 403 403 200 403 403 403 403 403 401",
    "GET /v1/appointments/{id}": "200 200 200 200 200 404 404 404 404 404 401",
    "GET /v1/appointments/{id}/calendar": "200 200 200 200 200 404 404 404 404 404 401",
    "GET /v1/slots?case={code}": "200 200 200 200 200 404 404 404 404 404 401",
    "GET /v1/waitlist?case_code={code}": "404 404 403 403 403 404 404 404 404 404 401",
    "GET /v1/mediators/{mediator}/availability": "404 404 200 200 404 404 404 404 404 404 401",
    "GET /v1/bad-ratings": "403 403 403 200 200 403 403 200 403 403 401",
    "GET /v1/rating-flags": "403 403 403 403 200 403 403 403 403 403 401",
    "GET /v1/desk": "403 403 200 200 200 403 200 200 200 403 401",
    "GET /v1/desk/counts": "403 403 200 200 200 403 200 200 200 403 401",
    "GET /v1/desk/notices": "403 403 200 200 200 403 200 200 200 403 401",
    "GET /v1/cases?due=week": "200 200 200 200 403 403 200 200 200 200 401",
    "GET /v1/cases?role=supervisor&organisation=pmc-zhongshan": "403 403 403 403 200 403 403 403 403 403 401",
    "GET /v1/progress/{code}": "200 200 200 200 200 200 200 200 200 200 200",
    "GET /v1/organisations?kind=court": "200 200 200 200 200 200 200 200 200 200 200",
    "GET /v1/transparency/routing": "200 200 200 200 200 200 200 200 200 200 200",
    "GET /v1/regions": "200 200 200 200 200 200 200 200 200 200 200",
    "GET /v1/terms": "200 200 200 200 200 200 200 200 200 200 200",
    "GET /v1/terms/2026-01": "200 200 200 200 200 200 200 200 200 200 200",
    "POST /v1/me/contact/challenge": "400 400 400 400 400 400 400 400 400 400 401",
    "GET /v1/me/access-log": "200 200 200 200 200 200 200 200 200 200 401",
    "POST /v1/cases/{code}/actions/accept": "403 403 403 409 403 404 404 404 404 404 401",
    "POST /v1/cases/{code}/actions/take": "403 403 409 403 403 404 404 404 404 404 401",
    "POST /v1/cases/{code}/service": "400 400 400 400 400 400 400 400 400 400 401",
    "POST /v1/cases/{code}/service/p2/letter": "403 403 403 409 403 404 404 404 404 404 401",
    "POST /v1/invitations/00000000000000000000/join": "404 404 404 404 404 404 404 404 404 404 401",
    "POST /v1/gateway/receipts": "400 400 400 400 400 400 400 400 400 400 401",
    "POST /v1/appointments/{id}/actions/confirm": "403 403 409 403 403 404 404 404 404 404 401",
    "POST /v1/appointments/{id}/actions/check_in": "409 409 409 403 403 404 404 404 404 404 401",
}


@pytest.fixture(scope="module")
def story(sample_server: Server) -> tuple[Story, dict[str, Any]]:
    made = mediating(sample_server, "permissions")
    one = book(made, slots(made)[-1]["start"])
    confirmed = made.mediator.post(f"/v1/appointments/{one['id']}/actions/confirm")
    assert confirmed.status_code == 200
    return made, one


@pytest.mark.parametrize("operation", list(TABLE))
def test_the_truth_table_holds(sample_server: Server, story: tuple[Story, dict[str, Any]], operation: str) -> None:
    case, appointment = story
    method, _, path = operation.partition(" ")
    path = path.format(code=case.code, id=appointment["id"], mediator=case.mediator_id)
    got = []
    for number, viewer in enumerate(VIEWERS.values()):
        headers = {**viewer(sample_server, case), "Idempotency-Key": f"table-{abs(hash(operation))}-{number}"}
        body: dict[str, Any] = {"json": {}} if method == "POST" else {}
        reply = sample_server.api.request(method, path, headers=headers, **body)
        got.append(str(reply.status_code))
    assert " ".join(got) == TABLE[operation]


def test_what_is_not_yours_looks_as_if_it_were_not_there(
    sample_server: Server, story: tuple[Story, dict[str, Any]]
) -> None:
    case, _ = story
    stranger: Person = case.stranger
    there = sample_server.api.get(f"/v1/cases/{case.code}", headers=stranger._headers).json()
    absent = sample_server.api.get("/v1/cases/0000-0000-0000-0000-0", headers=stranger._headers).json()
    del there["instance"], absent["instance"]
    assert there == absent
