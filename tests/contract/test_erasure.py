"""After erasure nothing is left: no answer given again, no text, no file, no index; on both engines, over every route."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.shared.aws import Clients
from chalicelib.shared.crypto import Keyring, Place
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.web.operations import every_operation
from infra.local.moto_speed import cheap_transactions
from tests.contract.city import ORG, Asked, City, city_of
from tests.contract.conftest import local_clients

NAME, PHONE, ID_NUMBER = "欧阳识别", "13812340007", "11010519491231002X"
WORDS = {
    one: f"原话之{one}"
    for one in (
        *("title", "facts", "claim", "address", "message", "evidence", "filename", "file", "appeal", "withdraw"),
        *(
            "cancel",
            "object",
            "refuse_to_sign",
            "rating",
            "follow_up",
            "request_changes",
            "dispute_record",
            "challenge",
            "papers",
        ),
        *("resume_mediation", "report_performed", "acknowledge", "report_default"),
    )
}
MARKS = [NAME, PHONE, ID_NUMBER, *WORDS.values()]
FILE = f"%PDF-1.7\n{WORDS['file']}".encode()
FILING: dict[str, Any] = {
    "dispute_type": "neighbour",
    "region": "210202",
    "title": WORDS["title"],
    "facts": WORDS["facts"],
    "claims": [WORDS["claim"]],
    "applicant": {"name": NAME, "phone": PHONE, "id_number": ID_NUMBER, "address": WORDS["address"]},
    "respondents": [{"name": "李大勇", "phone": "13900139000", "kind": "person"}],
    "preferred_modes": ["video"],
    "terms_version": "2026-01",
    "honest_mediation": True,
    "again": True,
}
AGAIN_ALLOWED = {"/v1/visits", "/v1/me/erasure", "/v1/me/contact/challenge"}  # answers that show nobody
BATCH = "/v1/appointments/confirm"  # its items are answered one by one


@pytest.fixture(params=["moto", "dynamodb-local"])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[City]:
    with mock_aws(), cheap_transactions():
        clients = Clients()
        if request.param == "dynamodb-local":
            url = request.getfixturevalue("dynamodb_local_url")
            clients.__dict__["dynamodb"] = local_clients(url).dynamodb
        with city_of(clients, tmp_path) as made:
            yield made


class Sealed:
    """Everything that is sealed while it watches: what had a mark in it, and under which subject's key."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.marked: set[tuple[str, str]] = set()
        self.by_service: list[bytes] = []
        seal_bytes, seal = Keyring.seal_bytes, AesGcmSealer.seal

        def watch_keys(ring: Keyring, subject: str, place: Place, plain: bytes) -> bytes:
            if has_mark(plain):
                self.marked.add((ring.aggregate, subject))
            return seal_bytes(ring, subject, place, plain)

        def watch_service(sealer: AesGcmSealer, plain: bytes, context: bytes) -> bytes:
            if has_mark(plain):
                self.by_service.append(plain)
            return seal(sealer, plain, context)

        monkeypatch.setattr(Keyring, "seal_bytes", watch_keys)
        monkeypatch.setattr(AesGcmSealer, "seal", watch_service)


def has_mark(value: bytes | str) -> bool:
    text = value if isinstance(value, bytes) else value.encode()
    return any(form in text for mark in MARKS for form in (mark.encode(), json.dumps(mark)[1:-1].encode()))


def joined(city: City) -> str:
    code = str(city.post("wang", "/v1/cases", FILING, status=201)["code"])
    city.act("clerk", code, "accept")
    letter = city.post("clerk", "/v1/cases/{code}/service/{party_id}/letter", code=code, party_id="p2")
    city.post("li", "/v1/cases/{code}/join", {"invite_code": letter["code"]}, code=code)
    return code


def joined_by_link(city: City) -> str:
    """Have the respondent join by the link in the letter."""
    code = str(city.post("wang", "/v1/cases", FILING, status=201)["code"])
    city.act("clerk", code, "accept")
    letter = city.post("clerk", "/v1/cases/{code}/service/{party_id}/letter", code=code, party_id="p2")
    city.post("li", "/v1/invitations/{token}/join", token=letter["link"].rsplit("/", 1)[1])
    return code


def assigned(city: City) -> str:
    code = joined(city)
    city.act("li", code, "consent", terms_version="2026-01", honest_mediation=True)
    city.assign(code, city.mediators[0])
    return code


def mediating(city: City) -> str:
    code = assigned(city)
    city.act(city.mediators[0], code, "take")
    return code


def book(city: City, code: str, start: str) -> str:
    body = {"case_code": code, "start": start, "minutes": 60, "mode": "video"}
    return str(city.post("wang", "/v1/appointments", body, status=201)["id"])


def on(city: City, who: str, appointment: str, action: str, **body: Any) -> None:
    city.post(who, f"/v1/appointments/{{appointment_id}}/actions/{action}", body, appointment_id=appointment)


def hand_in(city: City, code: str) -> None:
    body = {
        "filename": f"{WORDS['filename']}.pdf",
        "content_type": "application/pdf",
        "size": len(FILE),
        "sha256": hashlib.sha256(FILE).hexdigest(),
        "title": WORDS["evidence"],
    }
    for completed in (True, False):
        made = city.post("wang", "/v1/cases/{code}/evidence", body, status=201, code=code)
        key = f"evidence/quarantine/{made['evidence_id']}"
        city.clients.s3.put_object(Bucket=city.bucket, Key=key, Body=b"an attempt before it")
        city.clients.s3.put_object(Bucket=city.bucket, Key=key, Body=FILE)
        if completed:
            path = "/v1/cases/{code}/evidence/{evidence_id}/complete"
            done = city.post("wang", path, code=code, evidence_id=made["evidence_id"])
            assert done["status"] == "available"


def sessions(city: City, code: str) -> None:
    """Book, confirm, answer, move, hold and miss sessions, and wait for one."""
    mediator = city.mediators[0]
    cancelled = book(city, code, "2026-11-25T01:00:00Z")
    on(city, "wang", cancelled, "cancel", reason=WORDS["cancel"])
    declined = book(city, code, "2026-11-26T01:00:00Z")
    on(city, mediator, declined, "decline", reason="另约时间")
    first, second = (book(city, code, f"2026-11-25T0{hour}:00:00Z") for hour in (1, 2))
    city.post(mediator, BATCH, {"ids": [first]})
    on(city, mediator, second, "confirm")
    on(city, "wang", first, "object", reason=WORDS["object"])
    on(city, "wang", first, "accept")
    on(city, mediator, first, "reschedule", start="2026-11-25T06:00:00Z")
    days = {"case_code": code, "from": "2026-11-27", "to": "2026-11-28"}
    city.post("wang", "/v1/waitlist", days, status=201)
    city.clock.at = city.clock.at.replace(day=25, hour=2, minute=20)
    on(city, "wang", second, "check_in")
    on(city, mediator, second, "complete", minutes=30)
    city.clock.at = city.clock.at.replace(hour=6, minute=30)
    on(city, mediator, first, "no_show", party_id="p2")


def rate(city: City, code: str) -> None:
    """Rate what the case earned, badly, and have it handled."""
    city.relay(code)
    invitations = city.read("wang", "/v1/me/invitations")["items"]
    invitation = next(one for one in invitations if one["because"] == "session_held")
    said = {"target": invitation["targets"][0]["target"], "level": 1, "text": WORDS["rating"]}
    body = {"invitation_id": invitation["id"], "ratings": [said], "anonymous": False}
    rating = city.post("wang", "/v1/ratings", body, status=201)["id"]
    later = {"text": WORDS["follow_up"]}
    city.post("wang", "/v1/ratings/{rating_id}/follow-up", later, status=201, rating_id=rating)
    for action in ("contact", "fix", "reply", "close"):
        body = {"reply": "已答复"} if action == "reply" else {}
        city.post("clerk", f"/v1/bad-ratings/{{rating_id}}/actions/{action}", body, rating_id=rating)
    city.post("supervisor", "/v1/ratings/{rating_id}/hide", {"reason": "不当"}, rating_id=rating)


def heard(city: City, code: str) -> None:
    """End a mediation, appeal, rate, visit a window, read what one was told."""
    mediator = city.mediators[0]
    city.post("wang", "/v1/cases/{code}/messages", {"text": WORDS["message"]}, status=201, code=code)
    city.act("wang", code, "extend", until="2026-12-28")
    draft = {"text": "协议", "terms": []}
    city.act(mediator, code, "draft_agreement", **draft)
    city.act("wang", code, "request_changes", reason=WORDS["request_changes"])
    spoken = {"text": "口头约定", "terms": []}
    recorded = city.act(city.mediators[0], code, "record_oral_agreement", **spoken)
    city.act("wang", code, "confirm_record", agreement_sha256=recorded["agreement_sha256"])
    city.act("wang", code, "dispute_record", reason=WORDS["dispute_record"])
    city.act(mediator, code, "draft_agreement", **draft)
    city.act("wang", code, "refuse_to_sign", reason=WORDS["refuse_to_sign"])
    body = {"kind": "outcome", "text": WORDS["appeal"]}
    appeal = city.post("wang", "/v1/cases/{code}/appeals", body, status=201, code=code)["id"]
    decision = {"upheld": False, "reason": f"关于{WORDS['appeal']}：不成立"}
    path = "/v1/cases/{code}/appeals/{appeal_id}/decision"
    city.post("reviewer", path, decision, code=code, appeal_id=appeal)
    rate(city, code)
    visit = {
        "service_code": "S-1",
        "citizen_ref": PHONE,
        "channel": "window",
        "staff_id": "m-9",
        "completed": True,
    }
    city.post("clerk", "/v1/visits", visit, status=201)
    (notice, *_) = city.read("wang", "/v1/me/notices")["items"]
    city.post("wang", "/v1/me/notices/{notice_id}/read", notice_id=notice["id"])


def changes_hands(city: City) -> None:
    """Have a case go from mediator to mediator, and to another organisation and back."""
    code, (first, second, *_) = mediating(city), city.mediators
    city.act("wang", code, "challenge", reason=WORDS["challenge"])
    city.act("clerk", code, "answer_challenge", granted=False, reason="没有理由")
    city.act(first, code, "pause", reason="鉴定")
    city.act(first, code, "resume")
    city.act(first, code, "recuse", reason="相识")
    city.act("clerk", code, "assign", mediator_id=second)
    city.act("clerk", code, "replace", reason="调离")
    city.act("clerk", code, "transfer", organisation_id="pmc-xigang", reason="便利当事人")
    city.add("other clerk", "clerk", org="pmc-xigang")
    city.act("other clerk", code, "transfer", organisation_id=ORG, reason="退回")
    city.act("clerk", code, "refuse", reason="no_jurisdiction")


def dismissed(city: City) -> None:
    """Have an agreement examined by the court, and not confirmed; carry it out, and mediate again."""
    code = mediating(city)
    city.sign(code, city.mediators[0])
    city.apply(code)
    city.act("li", code, "withdraw_application")
    city.apply(code)
    city.examine(code)
    today = city.clock.at.date()
    city.act("court", code, "supplement", what="收据", until=(today + timedelta(days=9)).isoformat())
    words = json.dumps({"text": None, "evidence_ids": [WORDS["papers"]]}).encode()
    # What names a file is no place for words: it is not sealed.
    assert city.send("wang", f"/v1/cases/{code}/actions/answer_supplement", words, "words").status_code == 400
    for party in ("wang", "li"):
        city.act(party, code, "answer_supplement", text=WORDS["papers"] if party == "wang" else None, evidence_ids=[])
    city.act("court", code, "extend_ruling", reason="疑难")
    city.act("court", code, "dismiss", reason="不明确")
    city.act("wang", code, "fulfil")
    for party in ("wang", "li"):
        city.act(party, code, "resume_mediation", reason=WORDS["resume_mediation"] if party == "wang" else "再谈")
    city.act(city.mediators[0], code, "end", ground="other", note="谈不成")


def confirmed(city: City) -> None:
    """Have an agreement confirmed, and say of each duty what became of it."""
    code = mediating(city)
    sides = (("p1", "p2"), ("p2", "p1"), ("p2", "p1"))
    city.sign(code, city.mediators[0], *({"text": "支付", "payer": payer, "payee": payee} for payer, payee in sides))
    city.apply(code)
    city.examine(code)
    city.act("court", code, "confirm", document_no="特1号")
    for number, action in enumerate(("report_performed", "acknowledge", "report_default"), start=1):
        path = f"/v1/cases/{{code}}/duties/{{n}}/actions/{action}"
        city.post("wang", path, {"note": WORDS[action]}, code=code, n=str(number))


def live(city: City) -> None:
    """Use every route that changes something, for one person."""
    city.post("wang", "/v1/me/contact/challenge", {"phone": PHONE}, status=202)
    code = mediating(city)
    hand_in(city, code)
    sessions(city, code)
    heard(city, code)
    passed = assigned(city)
    city.act(city.mediators[0], passed, "pass", reason="load", note="另有安排")
    city.act("wang", passed, "withdraw", reason=WORDS["withdraw"])
    refused = str(city.post("wang", "/v1/cases", FILING, status=201)["code"])
    city.act("clerk", refused, "refuse", reason="not_covered", note="不属于受理范围")
    declined, lost = joined(city), str(city.post("wang", "/v1/cases", FILING, status=201)["code"])
    city.act("li", declined, "decline")
    city.act("clerk", lost, "accept")
    for channel in ("phone", "visit"):
        at = city.clock.now().isoformat()
        tried = {"party_id": "p2", "channel": channel, "at": at, "outcome": "no_answer", "note": "无人"}
        city.post("clerk", "/v1/cases/{code}/service", tried, status=201, code=lost)
        city.later(days=1)
    city.act("clerk", lost, "mark_unreachable")
    called = joined_by_link(city)
    city.act("li", called, "decline")
    changes_hands(city)
    dismissed(city)
    confirmed(city)


def played(city: City) -> set[str]:
    return {asked.route for asked in city.asked}


def every_changing_route() -> set[str]:
    return {one.path for one in every_operation() if one.contract.idempotent_by_key}


def gone(asked: Asked, status: int, body: str) -> bool:
    """Tell whether an answer given again shows nothing of who was erased."""
    if status == 404:
        return True
    return status in {200, 201} and not has_mark(body) and asked.who != "wang"


def without_ledger(city: City) -> dict[tuple[str, str, str], str]:
    """Return everything that is stored but the ledger of readings."""
    return {(name, item["pk"], item["sk"]): repr(item) for name, item in city.items() if name != "Audit"}


def test_after_erasure_nothing_of_somebody_is_left_anywhere(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Sealed(monkeypatch)
    live(city)
    assert any(has_mark(asked.answer) for asked in city.asked if asked.who == "clerk")
    city.never_held()
    erased = city.post("wang", "/v1/me/erasure")
    assert erased["erased"]["cases"] == 9
    assert every_changing_route() - played(city) == set()
    before = without_ledger(city)
    for asked in city.asked[:-1]:
        reply = city.again(asked)
        shows_nobody = asked.route in AGAIN_ALLOWED | {BATCH} and not has_mark(reply.body)
        assert shows_nobody or gone(asked, reply.status_code, reply.body.decode()), (asked, reply.body)
        if asked.route != BATCH:
            assert city.again(asked, asked.body + b" ").status_code == 422, asked
    assert without_ledger(city) == before
    for name, item in city.items():
        assert not has_mark(repr(item)), (name, item["pk"], item["sk"])
    assert sealed.by_service == []
    wrapped = {(str(item["pk"]), str(item["sk"])) for _, item in city.items() if str(item["pk"]).startswith("KEYS#")}
    left = {one for one in sealed.marked if (f"KEYS#{one[0]}", one[1]) in wrapped}
    assert left == set()
    assert [key for key, content in city.files() if FILE in content or b"attempt" in content] == []
    person = city.container.foundation.pseudonyms.of("wang")
    known = [item for _, item in city.items() if str(item["pk"]).startswith(("REFERENCE#", "NUMBER#"))]
    assert [item for item in known if item.get("person") == person] == []
    for viewer in ("clerk", "supervisor", "wang"):
        for asked in (one for one in city.asked if one.route == "/v1/cases"):
            code = json.loads(asked.answer)["code"]
            for path in (f"/v1/cases/{code}", f"/v1/cases/{code}/timeline"):
                assert not has_mark(json.dumps(city.read(viewer, path))), (viewer, path)
