"""Whole lives of disputes over a real socket, with tokens from the console."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.e2e.server import Server
from tests.e2e.story import FILING, Person, Story


def test_a_whole_life_from_filing_to_the_courts_confirmation(  # noqa: PLR0915 - a life is long
    sample_server: Server, console_clock: Any
) -> None:
    console_clock(now="2026-11-24T02:00:00Z")
    story = Story(sample_server, "life")
    story.shows("submitted", "blue", "acceptance")
    assert story.progress()["current"]["due"]["at"] == "2026-11-27T15:59:59.000Z"
    story.act(story.clerk, "accept")
    story.shows("accepted", "blue", "invite")
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id}, status=409)
    story.join()
    story.act(story.respondent, "consent", {"terms_version": "2026-01", "honest_mediation": True})
    story.shows("accepted", "blue", "choose_mediator")
    early = story.act(story.clerk, "assign", {"mediator_id": story.mediator_id}, status=409)
    assert early["type"] == "/problems/choice-open"
    story.leave_choice()
    story.shows("accepted", "blue", "match")
    refused = story.act(story.clerk, "assign", {"mediator_id": story.untrained_id}, status=409)
    assert refused["type"] == "/problems/mediator-not-assignable"
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id})
    story.shows("assigned", "yellow", "mediator_reply")
    story.act(story.mediator, "take")
    story.shows("mediating", "yellow", "contact_party")
    drafted = story.act(
        story.mediator, "draft_agreement", {"text": "晚十点后不施工。", "terms": [{"text": "晚十点后不施工"}]}
    )
    story.shows("agreed", "orange", "mediation_period")
    agreement = story.respondent.read(f"/v1/cases/{story.code}/agreement")
    assert agreement["sha256"] == drafted["agreement_sha256"]
    wrong = story.act(story.applicant, "sign", {"agreement_sha256": "0" * 64}, status=409)
    assert wrong["type"] == "/problems/agreement-changed"
    story.act(story.applicant, "sign", {"agreement_sha256": agreement["sha256"]})
    story.shows("agreed", "orange", "mediation_period")
    story.act(story.respondent, "sign", {"agreement_sha256": agreement["sha256"]})
    assert story.progress()["status"] == "agreed"
    story.act(story.mediator, "countersign", {"agreement_sha256": agreement["sha256"]})
    story.act(story.clerk, "seal", {"agreement_sha256": agreement["sha256"]})
    story.shows("signed", "orange", "confirmation_window")
    assert len(story.applicant.read(f"/v1/cases/{story.code}/agreement")["signatures"]) == 2
    story.apply()
    story.shows("confirming", "orange", "court_accept")
    story.examine()
    story.shows("confirming", "orange", "court_decide")
    bundle = story.court.read(f"/v1/cases/{story.code}/bundle")
    canonical = json.dumps(bundle["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == bundle["sha256"]
    assert bundle["content"]["agreement"]["sha256"] == agreement["sha256"]
    assert bundle["content"]["events"][-1]["hash"] == bundle["content"]["head"]
    assert bundle["signature"]
    story.act(story.court, "confirm", {"document_no": "(2026)辽0202民特1号"})
    story.shows("confirmed", "green", "confirmation_objection")
    events = [entry["event"] for entry in story.respondent.read(f"/v1/cases/{story.code}/timeline")["items"]]
    assert "letter_drawn_up" in events
    told = {"letter_drawn_up", "served"}  # a text leaves by the event, whenever that comes: see test_service
    assert [event for event in events if event not in told] == [
        "submitted",
        "accepted",
        "joined",
        "all_consented",
        "choice_made",
        "choice_made",
        "assigned",
        "taken",
        "agreement_drafted",
        "signed",
        "signed",
        "countersigned",
        "agreement_effective",
        "confirmation_requested",
        "confirmation_applied",
        "received",
        "asked",
        "enquiry_answered",
        "enquiry_answered",
        "confirmed",
    ]
    percents = [stage["reached_at"] for stage in story.progress()["stages"]]
    assert all(percents)
    assert percents == sorted(percents)


def test_other_ends(sample_server: Server, console_clock: Any) -> None:
    declined = Story(sample_server, "declined")
    declined.act(declined.clerk, "accept")
    declined.join()
    declined.act(declined.respondent, "decline", {"reason": "不愿调解"})
    declined.shows("failed", "red", None)
    withdrawn = Story(sample_server, "withdrawn")
    withdrawn.act(withdrawn.applicant, "withdraw")
    withdrawn.shows("withdrawn", "red", None)
    refused = Story(sample_server, "refused")
    refused.act(refused.clerk, "refuse", {"reason": "not_civil", "note": "不属于民间纠纷"})
    refused.shows("not_accepted", "red", None)


def test_a_mediator_who_does_not_answer_loses_the_case(sample_server: Server, console_clock: Any) -> None:
    console_clock(now="2026-11-24T02:00:00Z")
    story = Story(sample_server, "lapse")
    story.until_consented()
    story.leave_choice()
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id})
    console_clock(now="2026-11-27T15:59:59Z")
    assert sample_server.console.post("/jobs/deadlines").status_code == 200
    story.shows("assigned", "yellow", "mediator_reply")
    console_clock(now="2026-11-27T16:00:00Z")
    assert sample_server.console.post("/jobs/deadlines").status_code == 200
    story.shows("accepted", "blue", "match")
    story.act(story.mediator, "take", status=404)
    again = story.act(story.clerk, "assign", {"mediator_id": story.mediator_id}, status=409)
    assert again["type"] == "/problems/mediator-conflicted"
    story.act(story.clerk, "assign", {"mediator_id": story.other_mediator_id})


def test_an_upheld_appeal_reopens_the_case_for_another_mediator(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "appeal")
    story.until_mediating()
    story.act(story.mediator, "end", {"ground": "positions_too_far", "note": "差距过大"})
    story.shows("failed", "red", None)
    filed = story.applicant.post(f"/v1/cases/{story.code}/appeals", {"kind": "process", "text": "调解员未听取意见"})
    assert filed.status_code == 201, filed.text
    path = f"/v1/cases/{story.code}/appeals/{filed.json()['id']}/decision"
    assert story.applicant.post(path, {"upheld": True, "reason": "x"}).status_code == 403
    decided = story.reviewer.post(path, {"upheld": True, "reason": "程序有瑕疵"})
    assert decided.status_code == 200, decided.text
    story.shows("accepted", "blue", "invite")
    story.act(story.respondent, "consent", {"terms_version": "2026-02", "honest_mediation": True})
    story.leave_choice()
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id}, status=409)
    story.act(story.clerk, "assign", {"mediator_id": story.other_mediator_id})
    events = [entry["event"] for entry in story.applicant.read(f"/v1/cases/{story.code}/timeline")["items"]]
    assert "reopened" in events or "appeal_upheld" in events


def test_an_agreement_that_the_court_refused_can_still_be_carried_out(
    sample_server: Server, console_clock: Any
) -> None:
    story = Story(sample_server, "dismissed")
    story.until_mediating()
    story.agree()
    story.apply()
    story.examine()
    story.act(story.court, "dismiss", {"reason": "条款不明确"})
    assert story.progress()["status"] == "signed"
    again = story.act(story.applicant, "apply_confirmation", story.application(), status=409)
    assert again["type"] == "/problems/already-refused"
    for person in (story.applicant, story.respondent):
        story.act(person, "fulfil")
    story.shows("settled", "green", None)


def test_a_type_of_dispute_only_warns_before_the_court_is_asked(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "divorce", dispute_type="marriage_family_divorce")
    shown = story.applicant.read(f"/v1/cases/{story.code}")["confirmation"]
    assert shown["eligible"]
    assert shown["reasons"]
    story.until_mediating()
    story.agree()
    body = story.application()
    incomplete = {**body, "declarations": body["declarations"][1:]}
    missing = story.act(story.applicant, "apply_confirmation", incomplete, status=400)
    assert missing["type"] == "/problems/declaration-missing"
    assert [one["code"] for one in missing["errors"]] == body["declarations"][:1]
    nowhere = story.act(story.applicant, "apply_confirmation", {**body, "court_id": "court-nowhere"}, status=409)
    assert nowhere["type"] == "/problems/court-not-competent"
    assert story.act(story.applicant, "apply_confirmation", body)["before_court"]["applied"] == ["p1"]


def test_nobody_else_learns_anything(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "private")
    absent = sample_server.api.get("/v1/progress/0000-0000-0000-0000-0")
    assert absent.status_code == 404
    for path in ("", "/timeline", "/agreement", "/messages", "/appeals"):
        reply = sample_server.api.get(f"/v1/cases/{story.code}{path}", headers=story.stranger._headers)
        assert reply.status_code == 404, path
    shown = sample_server.api.get(f"/v1/progress/{story.code}").text
    for secret in ("王小明", "李大勇", "13800138000", "13900139000", "噪音"):
        assert secret not in shown
    story.act(story.clerk, "accept")
    story.join()
    seen = story.respondent.read(f"/v1/cases/{story.code}")
    assert "13800138000" not in str(seen)
    assert "invite_codes" not in seen
    assert [party["you"] for party in seen["parties"]] == [False, True]


def test_a_retry_gets_the_first_answer_and_acts_once(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "retry")
    first = story.clerk.post(f"/v1/cases/{story.code}/actions/accept", Idempotency_Key="accept-once")
    again = story.clerk.post(f"/v1/cases/{story.code}/actions/accept", Idempotency_Key="accept-once")
    assert first.status_code == again.status_code == 200
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    again_filed = {**FILING, "again": True}
    filed = [
        story.applicant.post("/v1/cases", again_filed, Idempotency_Key="file-once").json()["code"] for _ in range(3)
    ]
    assert len(set(filed)) == 1
    other = {**again_filed, "title": "另一件事"}
    reused = story.applicant.post("/v1/cases", other, Idempotency_Key="file-once")
    assert (reused.status_code, reused.json()["type"]) == (422, "/problems/idempotency-key-reused")


def test_a_stale_version_changes_nothing(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "stale")
    etag = sample_server.api.get(f"/v1/cases/{story.code}", headers=story.clerk._headers).headers["etag"]
    assert story.clerk.post(f"/v1/cases/{story.code}/actions/accept", If_Match=etag).status_code == 200
    stale = story.clerk.post(f"/v1/cases/{story.code}/actions/refuse", {"reason": "other"}, If_Match=etag)
    assert stale.status_code == 412
    story.shows("accepted", "blue", "invite")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount_cents": -1}, "/amount_cents"),
        ({"amount_cents": 10**15}, "/amount_cents"),
        ({"facts": "长" * 20_001}, "/facts"),
        ({"dispute_type": "no_such_type"}, "/dispute_type"),
        ({"region": "大连"}, "/region"),
        (
            {"applicant": {"name": "王", "phone": "13800138000", "id_number": "110105194912310021"}},
            "/applicant/id_number",
        ),
        ({"applicant": {"name": "王", "phone": "12"}}, "/applicant/phone"),
        ({"respondents": []}, "/respondents"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_a_bad_filing_is_refused_and_not_echoed(sample_server: Server, change: Any, pointer: str) -> None:
    person = Person(sample_server, "bad-filer")
    reply = person.post("/v1/cases", {**FILING, **change})
    assert reply.status_code == 400, reply.text
    assert pointer in [error["pointer"] for error in reply.json()["errors"]]
    assert "110105194912310021" not in reply.text
    assert person.read("/v1/cases")["items"] == []


def test_codes_invites_and_lists(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "codes")
    typo = story.code[:-1] + ("0" if story.code[-1] != "0" else "1")
    assert sample_server.api.get(f"/v1/progress/{typo}").json()["type"] == "/problems/bad-code"
    assert sample_server.api.get(f"/v1/progress/{story.code.lower().replace('-', '')}").status_code == 200
    story.act(story.clerk, "accept")
    invite = story.invite_code()
    assert invite not in story.server.api.get(f"/v1/cases/{story.code}", headers=story.applicant._headers).text
    path = f"/v1/cases/{story.code}/join"
    assert story.applicant.post(path, {"invite_code": invite}).json()["type"] == "/problems/already-party"
    assert story.respondent.post(path, {"invite_code": invite}).status_code == 200
    assert story.stranger.post(path, {"invite_code": invite}).json()["type"] == "/problems/invite-used"
    assert [one["code"] for one in story.respondent.read("/v1/cases")["items"]] == [story.code]
    assert story.code in [one["code"] for one in story.clerk.read("/v1/cases?role=clerk&limit=100")["items"]]
    assert story.stranger.read("/v1/cases")["items"] == []
    message = story.respondent.post(f"/v1/cases/{story.code}/messages", {"text": "只给调解员", "to": "mediator"})
    assert message.status_code == 201
    assert story.applicant.read(f"/v1/cases/{story.code}/messages")["items"] == []
    assert len(story.respondent.read(f"/v1/cases/{story.code}/messages")["items"]) == 1


def test_the_qr_code_is_in_the_colour_of_the_stage(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "qr")
    first = sample_server.api.get(f"/v1/progress/{story.code}/qr.svg")
    assert first.headers["content-type"] == "image/svg+xml"
    assert "#0b57d0" in first.text
    story.act(story.applicant, "withdraw")
    assert "#b3261e" in sample_server.api.get(f"/v1/progress/{story.code}/qr.svg").text
