"""The agreement over a real socket: countersigned, sealed so that anybody can check it, as a PDF; and an oral one."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest

from tests.e2e.server import ROOT, Server
from tests.e2e.story import Person, Story

PDF = "application/pdf"
RENT = {"text": "支付赔偿", "payer": "p2", "payee": "p1", "amount_cents": 500_000, "due_on": "2026-12-20"}


def get(person: Person, path: str, **headers: str) -> httpx.Response:
    return person._api.get(path, headers={**person._headers, **headers})


def words(reply: httpx.Response) -> str:
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == PDF
    pages = pypdf.PdfReader(io.BytesIO(reply.content)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def audit(server: Server, command: str) -> subprocess.CompletedProcess[str]:
    (line,) = [line.strip().removeprefix("Ops").strip() for line in server.said if line.strip().startswith("Ops ")]
    moved = line.replace("catalogue status", f"audit {command}")
    return subprocess.run(["bash", "-c", moved], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_it_is_countersigned_and_sealed_and_anybody_can_check_the_seal(sample_server: Server, tmp_path: Path) -> None:
    story = Story(sample_server, "sealed")
    story.until_mediating()
    sha256 = story.agree(RENT, text="李大勇赔偿王小明")
    agreement = story.respondent.read(f"/v1/cases/{story.code}/agreement")
    assert (agreement["sha256"], agreement["oral"], agreement["recorded_at"]) == (sha256, False, None)
    signed = agreement["countersignature"]
    assert (signed["by"], signed["at"]) == (story.mediator_id, agreement["countersigned_at"])
    assert signed["by_name"]
    seal = agreement["seal"]
    assert (seal["by"], seal["at"], seal["kind"]) == (
        story.case["organisation"],
        agreement["sealed_at"],
        "key_signature",
    )
    assert seal["by_name"]
    assert json.loads(seal["signed_text"]) == {"agreement_sha256": sha256, "at": seal["at"], "organisation": seal["by"]}
    assert "第二十九条" in agreement["effect_source"]

    pem = audit(sample_server, "key")
    assert pem.returncode == 0, pem.stderr
    (tmp_path / "key.pem").write_text(pem.stdout)
    saved = tmp_path / "agreement.json"
    for change, code in (({}, 0), ({"text": "另一份"}, 1), ({"seal": None}, 1), ({"seal": {**seal, "by": "x"}}, 1)):
        saved.write_text(json.dumps({**agreement, **change}))
        checked = audit(sample_server, f"seal {saved} --key {tmp_path / 'key.pem'}")
        assert checked.returncode == code, checked.stdout + checked.stderr
    saved.write_text("nothing")
    assert audit(sample_server, f"seal {saved} --key {tmp_path / 'key.pem'}").returncode == 2
    # And without us, as docs/OPERATIONS.md says.
    (tmp_path / "signed.txt").write_text(seal["signed_text"])
    (tmp_path / "signature.b64").write_text(seal["signature"])
    by_openssl = (
        "base64 -d signature.b64 > signature.der && "
        "openssl dgst -sha256 -verify key.pem -signature signature.der signed.txt"
    )
    done = subprocess.run(["bash", "-c", by_openssl], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Verified OK", done.stderr


def test_it_is_a_document_for_whoever_asks_for_one(sample_server: Server) -> None:
    story = Story(sample_server, "document", respondents=[{"name": "龚䶮", "kind": "person"}])
    story.until_mediating()
    path = f"/v1/cases/{story.code}/agreement"
    assert get(story.applicant, path, Accept=PDF).status_code == 404  # none was drafted
    sha256 = story.agree(RENT, text="龚䶮赔偿王小明")
    first = get(story.respondent, path, Accept=PDF)
    text = words(first)
    for said in (story.code, sha256, "龚䶮", "王小明", "￥5,000.00（人民币伍仟元整）", "盖章", "自2026", "第1页共"):
        assert said in text, said
    assert first.headers["content-disposition"] == f'attachment; filename="agreement-{story.code}.pdf"'
    assert "Accept" in {one.strip() for one in first.headers["vary"].split(",")}
    again = get(story.applicant, path, Accept=f"text/html, {PDF}, */*;q=0.1", **{"Accept-Language": "en"})
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    unchanged = get(story.applicant, path, Accept=PDF, **{"If-None-Match": first.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert get(story.stranger, path, Accept=PDF).status_code == 404
    problem = get(story.stranger, path, Accept=PDF)
    assert problem.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "image/png", "", "q=;;,/", "application/pdf;q=0", "text/html"]
)
def test_without_a_wish_for_a_document_it_is_json(sample_server: Server, accept: str) -> None:
    story = Story(sample_server, "json")
    story.until_mediating()
    story.act(story.mediator, "draft_agreement", {"text": "和解", "terms": []})
    reply = get(story.applicant, f"/v1/cases/{story.code}/agreement", Accept=accept)
    assert reply.headers["content-type"] == "application/json"
    assert (reply.json()["seal"], reply.json()["countersignature"]) == (None, None)


def test_an_oral_agreement_is_recorded_and_binds_once_all_have_confirmed_it(sample_server: Server) -> None:
    story = Story(sample_server, "oral")
    story.until_mediating()
    body = {"text": "口头约定：李大勇十二月二十日前赔偿", "terms": [RENT]}
    story.act(story.applicant, "record_oral_agreement", body, status=403)
    bad = {**body, "terms": [{**RENT, "payer": "p9"}]}
    story.act(story.mediator, "record_oral_agreement", bad, status=400)
    recorded = story.act(story.mediator, "record_oral_agreement", body)
    shown = story.progress()
    assert (shown["status"], shown["percent"]) == ("mediating", 55)
    assert "核对" in shown["current"]["next_step"]
    agreement = story.respondent.read(f"/v1/cases/{story.code}/agreement")
    assert (agreement["oral"], agreement["effective_at"], agreement["signatures"]) == (True, None, [])
    confirmation = {"agreement_sha256": recorded["agreement_sha256"]}
    story.act(story.applicant, "confirm_record", {"agreement_sha256": "0" * 64}, status=409)
    story.act(story.mediator, "confirm_record", confirmation, status=403)
    disputed = story.act(story.respondent, "dispute_record", {"reason": "金额不对"})
    assert (disputed["status"], disputed["agreement_sha256"]) == ("mediating", None)
    assert get(story.applicant, f"/v1/cases/{story.code}/agreement").status_code == 404
    story.act(story.applicant, "confirm_record", confirmation, status=409)

    story.act(story.mediator, "record_oral_agreement", body)
    story.act(story.applicant, "confirm_record", confirmation)
    signed = story.act(story.respondent, "confirm_record", confirmation)
    assert signed["status"] == "signed"
    assert "apply_confirmation" not in {one["action"] for one in signed["actions"]}
    assert not signed["confirmation"]["eligible"]
    agreement = story.applicant.read(f"/v1/cases/{story.code}/agreement")
    assert agreement["effective_at"] == agreement["recorded_at"]
    assert "第三十条" in agreement["effect_source"]
    courts = story.applicant.read(f"/v1/cases/{story.code}/courts")
    assert courts["items"] == []
    assert "第三百五十四条" in courts["notes"][0]
    refused = story.act(
        story.applicant, "apply_confirmation", {"court_id": "court-zhongshan", "declarations": []}, status=409
    )
    assert refused["type"] == "/problems/oral-agreement"
    assert get(story.applicant, f"/v1/cases/{story.code}/bundle?for=confirmation").status_code == 409
    assert "口头调解协议记录" in words(get(story.applicant, f"/v1/cases/{story.code}/agreement", Accept=PDF))
    events = [one["event"] for one in story.clerk.read(f"/v1/cases/{story.code}/timeline")["items"]]
    assert events[-5:] == [
        "oral_agreement_recorded",
        "record_disputed",
        "oral_agreement_recorded",
        "record_confirmed",
        "oral_agreement_effective",
    ]
    sample_server.console.post("/drain")
    told = [
        {one["event"] for one in party.read("/v1/me/notices?limit=100")["items"]}
        for party in (story.applicant, story.respondent)
    ]  # of what others did
    assert {"oral_agreement_recorded", "record_disputed", "oral_agreement_effective"} <= told[0]
    assert {"oral_agreement_recorded", "record_confirmed"} <= told[1]
    # Written down, it can be confirmed.
    for person in (story.applicant, story.respondent):
        story.act(person, "resume_mediation", {"reason": "制作调解协议书"})
    story.agree(RENT, text="李大勇十二月二十日前赔偿")
    assert story.applicant.read(f"/v1/cases/{story.code}/courts")["items"]


def test_where_the_law_asks_for_writing_an_oral_agreement_is_refused(sample_server: Server) -> None:
    story = Story(sample_server, "oral-labour", dispute_type="labour_wages")
    story.until_mediating()
    offered = {one["action"] for one in story.mediator.read(f"/v1/cases/{story.code}")["actions"]}
    assert "record_oral_agreement" not in offered
    refused: Any = story.act(story.mediator, "record_oral_agreement", {"text": "t", "terms": []}, status=409)
    assert refused["type"] == "/problems/writing-needed"
    assert "劳动争议调解仲裁法" in refused["detail"]
