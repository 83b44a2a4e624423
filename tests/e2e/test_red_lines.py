"""Who writes of danger gets help at once, over a real socket, in the phone's language; and only they and staff see it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.test_triage import URGENT
from tests.e2e.server import Server
from tests.e2e.story import FILING, Person, Story


def ask(server: Server, text: str, language: str) -> Any:
    reply = server.api.post("/v1/triage", json={"text": text}, headers={"Accept-Language": language})
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "en-GB,en;q=0.8"])
def test_each_sentence_is_answered_and_the_published_rules_say_why(sample_server: Server, language: str) -> None:
    published = {one["id"]: one for one in sample_server.api.get("/v1/transparency/triage").json()["urgent"]}
    for text, kind, number in URGENT:
        urgent = ask(sample_server, text, language)["urgent"]
        assert urgent["kind"] == kind, text
        assert number in {line["number"] for line in urgent["hotlines"]}, text
        assert urgent["text"].isascii() is language.startswith("en"), text
        for one in urgent["matched"]:
            assert published[one["rule"]]["kind"] in urgent["kinds"], text
            assert all(word in text for word in one["words"]), text
    for text in ("老公没有打我", "楼上太吵"):
        assert ask(sample_server, text, language)["urgent"] is None


def test_a_filing_is_answered_with_help_that_staff_see_too_and_the_respondent_does_not(sample_server: Server) -> None:
    story = Story(sample_server, "danger", facts="楼上的住户昨晚冲下来打我，还说要杀我全家。")
    filed = story.case["urgent"]
    assert (filed["kind"], filed["kinds"]) == ("violence", ["violence", "threat"])
    assert "110" in {line["number"] for line in filed["hotlines"]}
    code = f"/v1/cases/{story.code}"
    story.act(story.clerk, "accept")
    story.join()
    for person in (story.applicant, story.clerk):
        assert person.read(code)["urgent"] == filed
    assert story.respondent.read(code)["urgent"] is None
    consented = story.act(story.respondent, "consent", {"terms_version": "2026-01", "honest_mediation": True})
    assert consented["urgent"] is None
    story.leave_choice()
    story.act(story.clerk, "assign", {"mediator_id": story.mediator_id})
    assert story.act(story.mediator, "take")["urgent"] == filed
    for answer in (story.progress(), story.respondent.read(f"{code}/timeline")):
        assert "violence" not in str(answer)


def test_a_repeated_filing_gets_the_same_notice_and_an_ordinary_one_none(sample_server: Server) -> None:
    headers = {**sample_server.token("twice-danger"), "Idempotency-Key": "danger-1"}

    def file(**more: Any) -> httpx.Response:
        return sample_server.api.post("/v1/cases", json={**FILING, **more}, headers=headers)

    first, again = file(claims=["他再跟踪我就报警"]), file(claims=["他再跟踪我就报警"])
    assert (first.status_code, first.json()["urgent"]["kind"]) == (201, "stalking")
    assert again.content == first.content
    ordinary = Person(sample_server, "calm").post("/v1/cases", FILING)
    assert ordinary.json()["urgent"] is None
