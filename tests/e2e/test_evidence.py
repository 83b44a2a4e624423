"""Evidence over a real socket: announced, uploaded straight to storage, checked, kept, downloaded."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.e2e.server import Server
from tests.e2e.story import Person, Story

PDF = b"%PDF-1.7\n" + b"a contract " * 50


def docx() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return made.getvalue()


def announced(content: bytes, **changes: Any) -> dict[str, Any]:
    body = {
        "filename": "借条.pdf",
        "content_type": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "title": "借条扫描件",
        "visibility": "parties",
    }
    return {**body, **changes}


def upload(made: dict[str, Any], content: bytes) -> None:
    to = made["upload"]
    assert to["method"] == "POST"
    sent = httpx.post(to["url"], data=to["fields"], files={"file": ("x", content)})
    assert sent.status_code in {200, 201, 204}, sent.text


def submit(person: Person, code: str, content: bytes, **changes: Any) -> tuple[str, dict[str, Any]]:
    made = person.post(f"/v1/cases/{code}/evidence", announced(content, **changes))
    assert made.status_code == 201, made.text
    evidence_id = made.json()["evidence_id"]
    upload(made.json(), content)
    done = person.post(f"/v1/cases/{code}/evidence/{evidence_id}/complete")
    assert done.status_code == 200, done.text
    return evidence_id, done.json()


@pytest.fixture(scope="module")
def story(sample_server: Server) -> Story:
    return Story(sample_server, "evidence")


def test_a_file_is_kept_as_it_was_checked_and_downloaded_as_an_attachment(story: Story) -> None:
    evidence_id, checked = submit(story.applicant, story.code, PDF)
    assert (checked["status"], checked["reason"]) == ("available", None)
    path = f"/v1/cases/{story.code}/evidence"
    listed = {one["evidence_id"]: one for one in story.clerk.read(path)["items"]}
    assert (listed[evidence_id]["title"], listed[evidence_id]["filename"]) == ("借条扫描件", "借条.pdf")
    got = httpx.get(story.applicant.read(f"{path}/{evidence_id}")["download"]["url"])
    assert got.content == PDF
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%80%9F%E6%9D%A1.pdf"
    assert got.headers["content-type"] == "application/pdf"
    timeline = story.applicant.read(f"/v1/cases/{story.code}/timeline")["items"]
    assert timeline[-1]["event"] == "evidence_added"
    again = story.applicant.post(f"{path}/{evidence_id}/complete")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/evidence-finalised")


def test_what_replaces_an_upload_afterwards_changes_nothing(story: Story) -> None:
    made = story.applicant.post(f"/v1/cases/{story.code}/evidence", announced(PDF)).json()
    upload(made, PDF)
    path = f"/v1/cases/{story.code}/evidence/{made['evidence_id']}"
    assert story.applicant.post(f"{path}/complete").json()["status"] == "available"
    upload(made, b"%PDF-1.7\n" + b"something else " * 40)
    address = story.applicant.read(path)["download"]["url"]
    assert parse_qs(urlsplit(address).query)["versionId"] != ["null"]
    assert httpx.get(address).content == PDF


@pytest.mark.parametrize(
    ("content", "changes", "reason"),
    [
        (PDF, {"size": len(PDF) + 1}, "size_mismatch"),
        (PDF, {"sha256": "0" * 64}, "hash_mismatch"),
        (b"GIF89a not a pdf", {}, "type_mismatch"),
        (
            PDF,
            {
                "filename": "a.docx",
                "content_type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            },
            "type_mismatch",
        ),
    ],
)
def test_a_file_that_is_not_what_was_announced_is_rejected(
    story: Story, content: bytes, changes: dict[str, Any], reason: str
) -> None:
    evidence_id, checked = submit(story.applicant, story.code, content, **changes)
    assert (checked["status"], checked["reason"]) == ("rejected", reason)
    assert story.applicant.read(f"/v1/cases/{story.code}/evidence/{evidence_id}")["download"] is None


def test_a_word_document_is_known_by_what_is_in_it(story: Story) -> None:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    _, checked = submit(story.applicant, story.code, docx(), filename="a.docx", content_type=kind)
    assert checked["status"] == "available"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filename", "../../etc/passwd.pdf"),
        ("filename", "a\r\nX-Evil: 1.pdf"),
        ("filename", "a\u202efdp.exe.pdf"),
        ("filename", "a\u061cb.pdf"),
        ("filename", "a.exe"),
        ("content_type", "text/html"),
        ("size", 0),
        ("size", 50 * 1024 * 1024 + 1),
        ("sha256", "xyz"),
        ("visibility", "public"),
        ("title", ""),
        ("extra", 1),
    ],
)
def test_an_announcement_that_cannot_be_is_refused(story: Story, field: str, value: Any) -> None:
    refused = story.applicant.post(f"/v1/cases/{story.code}/evidence", announced(PDF, **{field: value}))
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/invalid-request")
    assert {one["pointer"] for one in refused.json()["errors"]} == {f"/{field}"}


def test_who_may_see_and_add_what(story: Story) -> None:
    path = f"/v1/cases/{story.code}/evidence"
    secret, _ = submit(story.applicant, story.code, PDF, visibility="mediator")
    assert story.applicant.read(f"{path}/{secret}")["yours"] is True
    headers = story.clerk._headers
    assert story.server.api.get(f"{path}/{secret}", headers=headers).status_code == 404
    assert secret not in {one["evidence_id"] for one in story.clerk.read(path)["items"]}
    assert story.clerk.post(path, announced(PDF)).status_code == 403
    assert story.stranger.post(path, announced(PDF)).status_code == 404
    reply = story.server.api.get(f"{path}/{secret}", headers=story.stranger._headers)
    assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found")
    made = story.applicant.post(path, announced(PDF)).json()
    early = story.applicant.post(f"{path}/{made['evidence_id']}/complete")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/evidence-not-uploaded")
    assert story.applicant.post(f"{path}/nothing/complete").status_code == 404


def test_completing_again_with_the_same_key_gets_the_first_answer(story: Story) -> None:
    made = story.applicant.post(f"/v1/cases/{story.code}/evidence", announced(PDF)).json()
    upload(made, PDF)
    path = f"/v1/cases/{story.code}/evidence/{made['evidence_id']}/complete"
    headers = {**story.applicant._headers, "Idempotency-Key": "once-and-again"}
    first, again = (story.server.api.post(path, json={}, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
