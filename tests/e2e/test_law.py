"""What the law of a matter changes: its period, its court, what holds an agreement, and life after it, over a socket."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.e2e.server import Server
from tests.e2e.story import Person, Story

RENT = {"text": "李大勇支付欠款", "payer": "p2", "payee": "p1", "amount_cents": 300_000, "due_on": "2026-11-20"}


def due_of(case: dict[str, Any], rule: str) -> dict[str, Any]:
    return next(one for one in case["deadlines"] if one["rule"] == rule)


def test_a_labour_dispute_has_fifteen_days_and_the_commission(sample_server: Server, console_clock: Any) -> None:
    console_clock(now="2026-11-03T02:00:00Z")
    story = Story(sample_server, "labour", dispute_type="labour_wages")
    console_clock(now="2026-11-05T02:00:00Z")
    case = story.act(story.clerk, "accept")
    period = due_of(case, "mediation_period")
    # 劳动争议调解仲裁法 art. 14 ¶3: from the receipt of the application, not from its acceptance.
    assert (period["due_at"], period["provisional"]) == ("2026-11-18T15:59:59.000Z", False)
    assert "第十四条" in period["source"]
    story.join()
    story.act(story.respondent, "consent", {"terms_version": "2026-01", "honest_mediation": True})
    story.leave_choice()
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id})
    story.act(story.mediator, "take")
    story.agree()
    shown = story.applicant.read(f"/v1/cases/{story.code}/courts")
    assert {one["kind"] for one in shown["items"]} == {"court", "arbitration"}
    untils = {one["kind"]: (one["until"], one["rule"]) for one in shown["items"]}
    assert untils["arbitration"] == ("2026-11-20T15:59:59.000Z", "arbitration_review")
    assert untils["court"][1] == "confirmation_window"
    story.apply("arbitration")
    story.shows("confirming", "orange", None)  # the commission's own rules say how long it takes
    story.examine()
    confirmed = story.act(story.court, "confirm", {"document_no": "大劳人仲调〔2026〕1号"})
    assert (confirmed["status"], confirmed["before_court"]["kind"]) == ("confirmed", "arbitration")


def test_a_labour_dispute_without_an_agreement_goes_to_arbitration(sample_server: Server, console_clock: Any) -> None:
    console_clock(now="2026-11-03T02:00:00Z")
    story = Story(sample_server, "wages", dispute_type="labour_wages")
    story.until_mediating()
    ended = story.act(story.mediator, "end", {"ground": "positions_too_far"})
    assert ended["end_reason_name"]
    arbitration = next(one for one in ended["routes"] if one["kind"] == "labour_arbitration")
    assert arbitration["source"]
    assert arbitration["bring"]
    assert "appeal" in {one["action"] for one in story.applicant.read(f"/v1/cases/{story.code}")["actions"]}


def test_a_medical_dispute_has_thirty_working_days_from_acceptance(sample_server: Server, console_clock: Any) -> None:
    """医疗纠纷预防和处理条例 art. 38; the time of an appraisal is left out."""
    console_clock(now="2026-11-02T02:00:00Z")
    story = Story(sample_server, "medical", dispute_type="medical")
    console_clock(now="2026-11-03T02:00:00Z")
    case = story.act(story.clerk, "accept")
    assert due_of(case, "mediation_period")["due_at"] == "2026-12-15T15:59:59.000Z"
    story.join()
    story.act(story.respondent, "consent", {"terms_version": "2026-01", "honest_mediation": True})
    story.leave_choice()
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id})
    story.act(story.mediator, "take", {"disclosure": "与双方均无利害关系"})
    paused = story.act(story.mediator, "pause", {"reason": "医疗损害鉴定"})
    assert "mediation_period" not in {one["rule"] for one in paused["deadlines"]}
    console_clock(now="2026-11-10T02:00:00Z")
    resumed = story.act(story.mediator, "resume")
    assert due_of(resumed, "mediation_period")["due_at"] == "2026-12-22T15:59:59.000Z"
    entries = story.respondent.read(f"/v1/cases/{story.code}/timeline")["items"]
    assert [one["note"] for one in entries if one["event"] == "taken"] == ["与双方均无利害关系"]
    until = "2026-12-28"
    for person in (story.applicant, story.respondent):
        extended = story.act(person, "extend", {"until": until})
    assert due_of(extended, "mediation_period")["due_at"] == "2026-12-22T15:59:59.000Z"  # the committee agrees too
    assert due_of(story.act(story.clerk, "extend", {"until": until}), "mediation_period")["due_at"].startswith(until)


def test_dismissed_resumed_confirmed_and_not_performed(sample_server: Server, console_clock: Any) -> None:
    console_clock(now="2026-11-03T02:00:00Z")
    story = Story(sample_server, "performance")
    story.until_mediating()
    story.agree(text="尽快付款")
    story.apply()
    story.examine()
    dismissed = story.act(story.court, "dismiss", {"reason": "付款期限不明确"})
    assert dismissed["status"] == "signed"
    offered = {one["action"] for one in story.applicant.read(f"/v1/cases/{story.code}")["actions"]}
    assert {"resume_mediation", "fulfil"} <= offered
    assert "apply_confirmation" not in offered
    assert story.applicant.read(f"/v1/cases/{story.code}")["routes"]
    for person in (story.applicant, story.respondent):
        story.act(person, "resume_mediation", {"reason": "重新约定期限"})
    story.shows("mediating", "yellow", "mediation_period")
    sha256 = story.agree(RENT, text="李大勇于十一月二十日前付款")
    agreement = story.respondent.read(f"/v1/cases/{story.code}/agreement")
    assert (agreement["sha256"], agreement["terms"]) == (sha256, [RENT])
    assert None not in {agreement[name] for name in ("countersigned_at", "sealed_at", "effective_at")}
    (duty,) = story.applicant.read(f"/v1/cases/{story.code}")["duties"]
    assert duty == {"n": 1, **RENT, "state": "open"}
    story.apply()
    story.examine()
    story.act(story.court, "confirm", {"document_no": "(2026)辽0202民特2号"})
    story.duty(story.applicant, 1, "report_default", status=409)  # its day is not over
    story.duty(story.respondent, 1, "acknowledge", status=403)
    story.duty(story.applicant, 2, "acknowledge", status=404)
    console_clock(now="2026-11-21T02:00:00Z")
    defaulted = story.duty(story.applicant, 1, "report_default")
    assert (defaulted["status"], defaulted["colour"]) == ("defaulted", "red")
    assert "enforcement" in {one["kind"] for one in defaulted["routes"]}
    enforcement = due_of(defaulted, "enforcement")
    assert enforcement["due_at"] == "2028-11-20T15:59:59.000Z"  # 民事诉讼法 art. 250
    bundle = story.applicant.read(f"/v1/cases/{story.code}/bundle?for=enforcement")
    assert bundle["content"]["document_no"] == "(2026)辽0202民特2号"
    assert bundle["content"]["duties"] == [{"n": 1, **RENT, "state": "defaulted"}]
    paid = story.duty(story.respondent, 1, "report_performed")
    assert paid["status"] == "defaulted"  # the debtor's word alone does not undo it
    settled = story.duty(story.applicant, 1, "acknowledge")
    assert (settled["status"], settled["end_reason"]) == ("settled", "performed")


def test_an_unpaid_agreement_is_not_called_settled_by_the_clock(sample_server: Server, console_clock: Any) -> None:
    console_clock(now="2026-10-12T02:00:00Z")
    story = Story(sample_server, "unpaid")
    story.until_mediating()
    story.agree()
    console_clock(now="2026-12-12T02:00:00Z")
    assert sample_server.console.post("/jobs/deadlines").status_code == 200
    case = story.applicant.read(f"/v1/cases/{story.code}")
    assert (case["status"], case["status_name"]) == ("concluded", "已办结：协议有效，平台未收到违约报告")
    assert "不表示协议已经履行" in story.progress()["current"]["next_step"]
    assert "appeal" in {one["action"] for one in case["actions"]}


def test_an_ill_mediator_is_replaced_and_their_session_freed(sample_server: Server, console_clock: Any) -> None:
    console_clock(now="2026-11-24T02:00:00Z")
    story = Story(sample_server, "ill")
    story.until_mediating()
    slots = story.applicant.read(f"/v1/slots?case={story.code}&from=2026-11-30&to=2026-12-05&minutes=60&mode=video")
    slot = slots["items"][0]
    booked = story.applicant.post(
        "/v1/appointments", {"case_code": story.code, "start": slot["start"], "minutes": 60, "mode": "video"}
    )
    assert booked.status_code == 201, booked.text
    session = booked.json()["id"]
    story.act(story.applicant, "challenge", {"reason": "调解员生病，一直联系不上"})
    refused = story.act(story.clerk, "answer_challenge", {"granted": False, "reason": "已联系上"})
    assert refused["challenge"]["state"] == "refused"
    replaced = story.act(story.clerk, "replace", {"reason": "调解员住院"})
    assert (replaced["status"], replaced["mediator"]) == ("accepted", None)
    story.drain()
    assert story.applicant.read(f"/v1/appointments/{session}")["status"] == "cancelled"
    story.act(story.mediator, "draft_agreement", {"text": "x", "terms": []}, status=404)
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id}, status=409)
    story.act(story.clerk, "assign", {"mediator_id": story.other_mediator_id})
    story.shows("assigned", "yellow", "mediator_reply")


def test_the_same_choice_by_all_decides_who_mediates(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "choice")
    story.until_consented()
    untrained = story.act(story.applicant, "choose_mediator", {"mediator_id": story.untrained_id}, status=409)
    assert untrained["type"] == "/problems/mediator-not-assignable"
    story.act(story.applicant, "choose_mediator", {"mediator_id": story.mediator_id})
    chosen = story.act(story.respondent, "choose_mediator", {"mediator_id": story.mediator_id})
    assert (chosen["status"], chosen["mediator"]) == ("assigned", story.mediator_id)


def test_a_case_is_transferred_with_a_reason(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "transfer")
    everybody = sample_server.api.get("/v1/organisations?dispute_type=neighbour&limit=100").json()["items"]
    other = next(one["id"] for one in everybody if one["id"] != story.case["organisation"])
    for target in ("nowhere", story.case["organisation"]):
        bad = story.act(story.clerk, "transfer", {"organisation_id": target, "reason": "r"}, status=400)
        assert bad["errors"][0]["pointer"] == "/organisation_id"
    story.act(story.clerk, "transfer", {"organisation_id": other, "reason": "当事人住所在该区"})
    story.shows("submitted", "blue", "acceptance")
    story.act(story.clerk, "accept", status=404)
    theirs = Person(sample_server, "clerk-2", "clerk", org=other)
    assert story.act(theirs, "accept")["organisation"] == other


def test_the_signed_hash_holds_who_owes_what(sample_server: Server, console_clock: Any) -> None:
    story = Story(sample_server, "hash")
    story.until_mediating()
    for bad in (
        {"text": "t", "payer": "p9", "payee": "p1"},
        {"text": "t", "payer": "p1"},
        {"text": "t", "payer": "p1", "payee": "p1"},
        {"text": "t", "payer": "p1", "payee": "p2", "due_on": "2026-02-30"},
        {"text": "t", "payer": "p1", "payee": "p2", "amount_cents": -1},
    ):
        story.act(story.mediator, "draft_agreement", {"text": "x", "terms": [bad]}, status=400)
    drafted = story.act(story.mediator, "draft_agreement", {"text": "x", "terms": [RENT]})
    term = '{"amount_cents":300000,"due_on":"2026-11-20","payee":"p1","payer":"p2","text":"李大勇支付欠款"}'
    expected = hashlib.sha256(f'{{"terms":[{term}],"text":"x"}}'.encode()).hexdigest()
    assert drafted["agreement_sha256"] == expected
    story.act(story.applicant, "request_changes", {"reason": "金额不对"})
    story.act(story.respondent, "sign", {"agreement_sha256": expected}, status=409)
    story.shows("mediating", "yellow", "mediation_period")
