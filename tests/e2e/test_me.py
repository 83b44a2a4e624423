"""What people are told, and their rights in their data, over a real socket."""

from __future__ import annotations

from typing import Any

import httpx

from tests.e2e.server import Server
from tests.e2e.story import Person, Story
from tests.e2e.test_evidence import PDF, submit


def drained(server: Server) -> None:
    assert server.console.post("/drain").status_code == 200


def test_each_event_is_told_once_to_everybody_but_its_actor(sample_server: Server) -> None:
    story = Story(sample_server, "told")
    story.act(story.clerk, "accept")
    for _ in range(3):
        drained(sample_server)
    told = story.applicant.read("/v1/me/notices")["items"]
    assert [(one["event"], one["case_code"], one["read_at"]) for one in told] == [("accepted", story.code, None)]
    assert story.code in told[0]["text"]
    assert told[0]["delivery"]["state"] == "sent"
    path = f"/v1/me/notices/{told[0]['id']}/read"
    read = story.applicant.post(path)
    assert read.status_code == 200, read.text
    assert read.json()["read_at"] is not None
    assert story.applicant.read("/v1/me/notices")["items"][0]["read_at"] == read.json()["read_at"]
    assert story.stranger.post(path).status_code == 404
    assert story.stranger.read("/v1/me/notices")["items"] == []


def test_preferences_stop_messages_but_never_the_inbox(sample_server: Server) -> None:
    story = Story(sample_server, "quiet")
    headers = story.applicant._headers
    put = sample_server.api.put("/v1/me/preferences", json={"language": "en", "channels": []}, headers=headers)
    assert put.status_code == 200, put.text
    assert story.applicant.read("/v1/me/preferences")["channels"] == []
    story.act(story.clerk, "accept")
    drained(sample_server)
    (notice,) = story.applicant.read("/v1/me/notices")["items"]
    assert notice["delivery"]["state"] == "not_wanted"
    bad = sample_server.api.put("/v1/me/preferences", json={"channels": ["pigeon"]}, headers=headers)
    assert bad.status_code == 400


def test_staff_who_read_are_seen_by_the_person_they_read_about(sample_server: Server) -> None:
    story = Story(sample_server, "ledger")
    assert story.applicant.read("/v1/me/access-log")["items"] == []
    story.clerk.read(f"/v1/cases/{story.code}")
    story.act(story.clerk, "accept")
    supervisor = Person(sample_server, "supervisor-1", "supervisor")
    supervisor.read(f"/v1/cases/{story.code}?purpose=complaint")
    assert supervisor._api.get(f"/v1/cases/{story.code}?purpose=gossip", headers=supervisor._headers).status_code == 400
    story.applicant.read(f"/v1/cases/{story.code}")  # one's own reading is not noted
    log = story.applicant.read("/v1/me/access-log")["items"]
    assert sorted((one["role"], one["purpose"], one["what"]) for one in log) == [
        ("clerk", "case_handling", "action:accept"),
        ("clerk", "case_handling", "case"),
        ("supervisor", "complaint", "case"),
    ]
    assert {one["case_code"] for one in log} == {story.code}


def test_my_data_can_be_taken_along_and_erased_once_nothing_holds_it(sample_server: Server) -> None:
    story = Story(sample_server, "leaver")
    submit(story.applicant, story.code, PDF)
    story.act(story.clerk, "accept")
    story.act(story.applicant, "withdraw")
    drained(sample_server)
    exported: Any = story.applicant.read("/v1/me/export")
    (case,) = exported["cases"]
    (file,) = case["evidence"]
    assert case["your_data"]["phone"] == "13800138000"
    held = story.applicant.post("/v1/me/erasure")
    assert (held.status_code, held.json()["type"]) == (409, "/problems/legal-hold")
    assert story.code in held.json()["detail"]
    sample_server.console.post("/clock", json={"advance_seconds": 60 * 86400})
    try:
        assert sample_server.console.post("/jobs/deadlines").status_code == 200
        erased = story.applicant.post("/v1/me/erasure")
        assert erased.status_code == 200, erased.text
        assert erased.json()["erased"]["cases"] == 1
        shown = story.clerk.read(f"/v1/cases/{story.code}/evidence/{file['id']}")
        assert shown["filename"] is None
        assert httpx.get(shown["download"]["url"]).status_code in {403, 404}
        seen = story.clerk.read(f"/v1/cases/{story.code}")
        assert (seen["title"], seen["facts"], seen["parties"][0]["name"]) == (None, None, None)
        assert story.applicant.read("/v1/me/notices")["items"] == []
    finally:
        sample_server.console.post("/clock", json={"reset": True})


def test_a_filing_withdrawn_before_it_was_accepted_can_be_erased_at_once(sample_server: Server) -> None:
    story = Story(sample_server, "at-once")
    held = story.applicant.post("/v1/me/erasure")
    assert (held.status_code, held.json()["type"]) == (409, "/problems/legal-hold")
    story.act(story.applicant, "withdraw")
    erased = story.applicant.post("/v1/me/erasure")
    assert (erased.status_code, erased.json()["erased"]["cases"]) == (200, 1), erased.text
    seen = story.clerk.read(f"/v1/cases/{story.code}")
    assert (seen["title"], {party["name"] for party in seen["parties"]}) == (None, {None})


def test_supervisors_see_chains_and_signed_checkpoints_and_nobody_else_does(sample_server: Server) -> None:
    story = Story(sample_server, "audited")
    story.act(story.clerk, "accept")
    drained(sample_server)
    supervisor = Person(sample_server, "supervisor-1", "supervisor")
    chain = supervisor.read(f"/v1/audit/cases/{story.code}")
    assert (chain["intact"], [one["event"] for one in chain["items"]]) == (True, ["submitted", "accepted", "served"])
    assert chain["items"][1]["prev_hash"] == chain["items"][0]["hash"]
    assert "王小明" not in str(chain)
    assert sample_server.console.post("/jobs/checkpoints").json()
    (newest, *_) = supervisor.read("/v1/audit/checkpoints")["items"]
    assert newest["count"] >= 2
    assert len(newest["root"]) == 64
    assert newest["signature"]
    for path in (f"/v1/audit/cases/{story.code}", "/v1/audit/checkpoints"):
        assert sample_server.api.get(path, headers=story.clerk._headers).status_code == 403
