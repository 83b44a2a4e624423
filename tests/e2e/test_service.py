"""The other side over a socket, with the outbox as the only way to learn a link."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pypdf
import pytest

from tests.e2e.server import Server
from tests.e2e.story import FILING, Person, Story

NAMES = ("王小明", "李大勇", "楼上夜间噪音", "13800138000", "13900139000")


def accepted(server: Server, name: str, **filing: Any) -> Story:
    story = Story(server, name, **filing)
    story.act(story.clerk, "accept")
    return story


def texts(story: Story) -> list[dict[str, Any]]:
    """Return the texts that left for a story's respondents, in order: those whose link leads to its case."""
    story.drain()
    left = story.server.console.get("/outbox").json()["items"]
    return [one for one in left if story.code.replace("-", "") in one["id"]]


def link_of(text: dict[str, Any]) -> str:
    return str(text["link"]).rpartition("/")[2]


def page(server: Server, token: str, language: str = "zh-CN") -> httpx.Response:
    return server.api.get(f"/i/{token}", headers={"Accept-Language": language})


def record(story: Story, person: Person | None = None, **body: Any) -> httpx.Response:
    values = {"party_id": "p2", "channel": "phone", "outcome": "no_answer", **body}
    return (person or story.clerk).post(f"/v1/cases/{story.code}/service", values)


def test_a_respondent_joins_from_a_text(sample_server: Server) -> None:
    story = Story(sample_server, "text")
    assert texts(story) == []
    case = story.act(story.clerk, "accept")
    assert "invite_codes" not in case
    (text,) = texts(story)
    assert (text["channel"], text["to"]) == ("sms", "+8613900139000")
    token = link_of(text)
    assert text["link"] == f"{str(sample_server.api.base_url).rstrip('/')}/i/{token}"
    assert not any(name in text["text"] for name in NAMES)
    shown = sample_server.api.get(f"/v1/invitations/{token}")
    assert shown.status_code == 200
    body = shown.json()
    assert set(body) == {
        *("case_kind", "applicant_masked", "respondent_masked", "organisation", "meaning", "until", "provisional"),
    }
    assert (body["applicant_masked"], body["respondent_masked"]) == ("王**", "李**")
    assert body["organisation"]["id"] == story.case["organisation"]
    assert "不答复不等于同意" in body["meaning"]["silence"]
    joined = story.respondent.post(f"/v1/invitations/{token}/join")
    assert (joined.status_code, joined.json()["you"]) == (200, "respondent")
    assert story.stranger.post(f"/v1/invitations/{token}/join").json()["type"] == "/problems/invite-used"
    assert sample_server.api.get(f"/v1/invitations/{token}").status_code == 404
    states = [one["state"] for one in story.clerk.read(f"/v1/cases/{story.code}/service")["items"]]
    assert states == ["opened"]
    timeline = [one["event"] for one in story.applicant.read(f"/v1/cases/{story.code}/timeline")["items"]]
    assert timeline == ["submitted", "accepted", "served", "service_opened", "joined"]
    assert len(texts(story)) == 1


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "不答复"), ("en", "No answer is not a yes")])
def test_the_page_says_what_it_is_and_nothing_more(sample_server: Server, language: str, word: str) -> None:
    story = accepted(sample_server, f"page-{language}")
    reply = page(sample_server, link_of(texts(story)[0]), language)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert len(reply.content) <= 15 * 1024
    assert word in reply.text
    assert not any(name in reply.text for name in NAMES)
    assert f'<html lang="{language}">' in reply.text
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in reply.text
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("token", ["0" * 20, "x", "%E5%BC%A0", "a" * 400, "%00"])
def test_a_wrong_token_gets_a_page_that_helps(sample_server: Server, token: str) -> None:
    assert sample_server.api.get(f"/v1/invitations/{token}").status_code == 404
    reply = page(sample_server, token)
    assert reply.status_code == 404
    if reply.headers["content-type"].startswith("text/html"):
        assert "12348" in reply.text


def test_a_link_and_a_letter_run_out(sample_server: Server, console_clock: Any) -> None:
    story = accepted(sample_server, "over")
    token, letter = link_of(texts(story)[0]), story.letter()
    console_clock(advance_seconds=40 * 86_400)
    assert page(sample_server, token).status_code == 404
    assert story.respondent.post(f"/v1/invitations/{token}/join").json()["type"] == "/problems/invite-expired"
    late = story.respondent.post(f"/v1/cases/{story.code}/join", {"invite_code": letter["code"]})
    assert late.json()["type"] == "/problems/invite-expired"


def test_the_applicant_never_holds_the_code_and_cannot_be_the_other_side(sample_server: Server) -> None:
    story = accepted(sample_server, "impostor")
    path = f"/v1/cases/{story.code}/service"
    for person in (story.applicant, story.respondent, story.stranger):
        assert person.post(f"{path}/p2/letter").status_code in {403, 404}
    letter, token = story.letter(), link_of(texts(story)[0])
    everything = str(story.applicant.read(f"/v1/cases/{story.code}")) + str(
        story.applicant.read(f"/v1/cases/{story.code}/timeline")
    )
    for secret in (letter["code"], letter["code"].replace("-", ""), letter["link"], token):
        assert secret not in everything
    joining = story.applicant.post(f"/v1/invitations/{token}/join")
    assert joining.json()["type"] == "/problems/already-party"


def test_the_letter_can_be_printed_and_is_on_record_when_it_was_sent(sample_server: Server) -> None:
    respondents = [{"name": "赵无机", "kind": "person"}]
    story = accepted(sample_server, "letter", respondents=respondents)
    assert texts(story) == []
    (failed,) = story.clerk.read(f"/v1/cases/{story.code}/service")["items"]
    assert (failed["channel"], failed["state"], failed["by"]) == ("text", "failed", "system")
    events = [one["event"] for one in story.clerk.read(f"/v1/cases/{story.code}/timeline")["items"]]
    assert "service_failed" in events
    letter = story.letter()
    assert "赵无机" in letter["text"]["zh"]
    assert letter["code"] in letter["text"]["en"]
    assert letter["qr"].startswith("<svg")
    printed = sample_server.api.get(f"/v1/cases/{story.code}/service/p2/letter", headers=story.clerk._headers)
    assert printed.headers["content-type"] == "application/pdf"
    words = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(printed.content)).pages).replace("\n", "")
    for part in ("赵无机", letter["code"], "不答复不等于同意", "本函不是法院传票"):
        assert part in words, part
    for person in (story.applicant, story.stranger, story.mediator):
        assert sample_server.api.get(printed.url.path, headers=person._headers).status_code in {403, 404}
    posted = record(
        story, channel="letter", at=story.clerk.read(f"/v1/cases/{story.code}")["updated_at"], outcome="寄出"
    )
    assert (posted.status_code, posted.json()["state"]) == (201, "sent"), posted.text
    token = letter["link"].rpartition("/")[2]
    assert page(sample_server, token).status_code == 200
    assert story.respondent.post(f"/v1/invitations/{token}/join").status_code == 200


def test_nobody_is_unreachable_by_two_calls_in_a_row(sample_server: Server, console_clock: Any) -> None:
    story = accepted(sample_server, "calls")
    now = story.clerk.read(f"/v1/cases/{story.code}")["updated_at"]
    for _ in range(2):
        assert record(story, at=now).status_code == 201
    refused = story.act(story.clerk, "mark_unreachable", status=409)
    assert refused["type"] == "/problems/not-unreachable"
    assert "p2" in refused["detail"]
    assert story.act(story.clerk, "mark_unreachable", {"attempts": ["1", "2"]}, status=400)
    assert "mark_unreachable" not in [one["action"] for one in story.clerk.read(f"/v1/cases/{story.code}")["actions"]]
    console_clock(advance_seconds=86_400)
    tomorrow = sample_server.console.get("/clock").json()["now"]
    assert record(story, at=tomorrow, note="无人接听").status_code == 201
    assert record(story, at="2020-01-01T00:00:00Z").status_code == 400
    assert record(story, at="2100-01-01T00:00:00Z").status_code == 400
    assert "mark_unreachable" in [one["action"] for one in story.clerk.read(f"/v1/cases/{story.code}")["actions"]]
    assert story.act(story.clerk, "mark_unreachable", {"party_id": "p2"})["end_reason"] == "party_unreachable"


def test_a_text_that_failed_comes_to_the_clerk_who_has_another_one_sent(sample_server: Server) -> None:
    story = accepted(sample_server, "failed")
    (text,) = texts(story)
    gateway = Person(sample_server, "gateway-1", "gateway")
    receipt = {"id": text["id"], "state": "failed", "at": text["at"]}
    reply = sample_server.api.post("/v1/gateway/receipts", json={"items": [receipt]}, headers=gateway._headers)
    assert reply.json() == {"items": [{"id": text["id"], "result": "applied"}]}, reply.text
    for person in (story.clerk, story.applicant):
        assert person.post("/v1/gateway/receipts", {"items": [receipt]}).status_code == 403
    (failed,) = story.clerk.read(f"/v1/cases/{story.code}/service")["items"]
    assert (failed["state"], failed["failed_at"] is not None) == ("failed", True)
    assert record(story, channel="text", phone="136 0013 6000").status_code == 201
    assert [one["to"] for one in texts(story)] == ["+8613900139000", "+8613600136000"]
    for _ in range(1):
        assert record(story, channel="text").status_code == 201
    limited = record(story, channel="text")
    assert (limited.status_code, "retry-after" in limited.headers) == (429, True)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"channel": "pigeon"}, "/channel"),
    ({"party_id": "p1"}, "/party_id"),
    ({"party_id": "p77"}, "/party_id"),
    ({"party_id": "x"}, "/party_id"),
    ({"at": "yesterday"}, "/at"),
    ({"at": "2026-11-24T10:00:00"}, "/at"),
    ({"outcome": ""}, "/outcome"),
    ({"outcome": None, "at": "2026-11-24T10:00:00Z"}, "/outcome"),
    ({"channel": "text", "phone": "0411-82345678"}, "/phone"),
    ({"channel": "text", "phone": "nobody"}, "/phone"),
    ({"colour": "red"}, "/colour"),
    ({"note": "\u202e"}, "/note"),
]


def test_bad_attempts_and_receipts_change_nothing(sample_server: Server) -> None:
    story = accepted(sample_server, "bad")
    texts(story)
    before = story.clerk.read(f"/v1/cases/{story.code}")["version"]
    for body, pointer in BAD:
        refused = record(story, **body)
        assert refused.status_code == 400, (body, refused.text)
        assert pointer in [one["pointer"] for one in refused.json()["errors"]], body
    for party in ("p1", "p9", "..", "张"):
        assert story.clerk.post(f"/v1/cases/{story.code}/service/{party}/letter").status_code == 404
    gateway = Person(sample_server, "gateway-1", "gateway")
    unknown = {"id": "service-AAAA-1-p2", "state": "delivered", "at": "2026-11-24T10:00:00Z"}
    batches: list[Any] = [[], [{**unknown, "state": "queued"}], [unknown] * 501, None]
    for wrong in ({"items": one} for one in batches):
        assert gateway.post("/v1/gateway/receipts", wrong).status_code == 400
    taken = gateway.post("/v1/gateway/receipts", {"items": [unknown, {**unknown, "id": "x"}]})
    assert [one["result"] for one in taken.json()["items"]] == ["unknown", "unknown"]
    assert story.clerk.read(f"/v1/cases/{story.code}")["version"] == before


def test_ten_respondents_without_phones(sample_server: Server) -> None:
    respondents = [{"name": f"某某{number}", "kind": "person"} for number in range(10)]
    story = accepted(sample_server, "many", respondents=respondents)
    assert texts(story) == []
    listed = story.clerk.read(f"/v1/cases/{story.code}/service?limit=4")
    assert (len(listed["items"]), listed["next_cursor"] is not None) == (4, True)
    assert story.letter("p11")["recipient"] == "某某9"
    assert str(FILING["title"]) not in str(story.letter("p3"))


def test_who_has_not_answered_is_reminded_by_text(sample_server: Server, console_clock: Any) -> None:
    console_clock(now="2026-11-03T02:00:00Z")
    story = accepted(sample_server, "reminded")
    assert len(texts(story)) == 1
    console_clock(now="2026-11-06T01:00:00Z")
    sample_server.console.post("/jobs/deadlines").raise_for_status()
    first, second = texts(story)
    assert "提醒" in second["title"]
    assert first["link"] != second["link"]
    assert story.respondent.post(f"/v1/invitations/{link_of(second)}/join").status_code == 200
