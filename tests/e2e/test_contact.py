"""Proved numbers, terms, the same filing and the districts, over a real socket; the outbox shows what left."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.e2e.server import Server
from tests.e2e.story import FILING, NUMBERS, Person, Story


def new_phone() -> str:
    """A mobile of its own for each test, on either engine's server."""
    return f"13{next(NUMBERS):05d}4321"


def put(person: Person, phone: str, code: str | None = None) -> httpx.Response:
    body = {"phone": phone} | ({} if code is None else {"one_time_code": code})
    return person._api.put("/v1/me/contact", json=body, headers=person._headers)


def outbox(server: Server, phone: str) -> list[dict[str, Any]]:
    reply = server.console.get("/outbox")
    assert reply.status_code == 200, reply.text
    return [one for one in reply.json()["items"] if one["to"] == f"+86{phone}"]


def code_of(message: dict[str, Any]) -> str:
    (code,) = re.findall(r"(?<!\d)\d{6}(?!\d)", message["text"])
    return str(code)


def visited(server: Server, reference: str) -> httpx.Response:
    service = server.api.get("/v1/services?limit=1").json()["items"][0]["code"]
    staff = Person(server, "window-7", "window", org="hall-1")
    body = {"service_code": service, "channel": "window", "staff_id": "w-7", "completed": False}
    return staff.post("/v1/visits", {**body, "citizen_ref": reference})


def test_a_number_is_proved_by_the_code_in_the_text_and_then_finds_its_owner(sample_server: Server) -> None:
    phone, owner = new_phone(), Person(sample_server, f"owner-{next(NUMBERS)}")
    assert visited(sample_server, phone).json()["type"] == "/problems/citizen-unknown"
    asked = owner.post("/v1/me/contact/challenge", {"phone": f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}"})
    assert asked.status_code == 202, asked.text
    assert phone not in asked.text
    (text,) = outbox(sample_server, phone)
    assert (text["channel"], text["link"]) == ("sms", None)
    code = code_of(text)
    wrong = put(owner, phone, f"{(int(code) + 1) % 10**6:06d}")
    assert (wrong.status_code, wrong.json()["type"]) == (400, "/problems/one-time-code-wrong")
    assert put(owner, phone).status_code == 400
    proved = put(owner, phone, code)
    assert proved.status_code == 200, proved.text
    assert (proved.json()["proved_by"], proved.json()["phone"][-4:]) == ("code", phone[-4:])
    assert phone not in proved.text
    assert visited(sample_server, phone).status_code == 201
    assert len(owner.read("/v1/me/invitations")["items"]) == 1
    assert owner.read("/v1/me/export")["contact"][0]["proved_by"] == "code"
    assert owner.post("/v1/me/erasure").json()["erased"]["contact"] == 1
    assert visited(sample_server, phone).status_code == 404


def test_whether_others_have_a_number_shows_nowhere_and_a_family_shares_it(sample_server: Server) -> None:
    phone = new_phone()
    family = [Person(sample_server, f"family-{number}-{next(NUMBERS)}") for number in range(2)]
    answers = []
    for person in family:
        asked = person.post("/v1/me/contact/challenge", {"phone": phone})
        proved = put(person, phone, code_of(outbox(sample_server, phone)[-1]))
        answers.append((asked.status_code, sorted(asked.json()), asked.json()["note"], proved.status_code))
    assert answers[0] == answers[1]
    assert answers[0][3] == 200
    found = visited(sample_server, phone)
    assert (found.status_code, found.json()["type"]) == (409, "/problems/citizen-ambiguous")
    for person in family:
        assert person.read("/v1/me/invitations")["items"] == []


def test_a_verified_claim_needs_no_code_and_an_unverified_one_proves_nothing(sample_server: Server) -> None:
    phone = new_phone()
    claims = {"phone_number": f"+86{phone}"}
    unverified = Person(sample_server, f"claim-{next(NUMBERS)}", **claims, phone_number_verified=False)
    assert put(unverified, phone).status_code == 400
    assert put(Person(sample_server, f"claim-{next(NUMBERS)}", **claims), phone).status_code == 400
    verified = Person(sample_server, f"claim-{next(NUMBERS)}", **claims, phone_number_verified=True)
    assert put(verified, phone).json()["proved_by"] == "claim"
    assert outbox(sample_server, phone) == []
    assert visited(sample_server, phone).status_code == 201


def test_what_a_filing_states_finds_nobody(sample_server: Server) -> None:
    phone = new_phone()
    story = Story(sample_server, f"stated-{phone}", applicant={**FILING["applicant"], "phone": phone})  # type: ignore[dict-item]
    assert visited(sample_server, phone).status_code == 404
    assert story.applicant.read("/v1/me/invitations")["items"] == []


def test_a_code_is_tried_five_times_and_a_repeated_request_sends_one_text(sample_server: Server) -> None:
    phone, owner = new_phone(), Person(sample_server, f"guesser-{next(NUMBERS)}")
    for _ in range(3):
        asked = owner.post("/v1/me/contact/challenge", {"phone": phone}, Idempotency_Key=f"one-text-{phone}")
        assert asked.status_code == 202, asked.text
    (text,) = outbox(sample_server, phone)
    code = code_of(text)
    for _ in range(5):
        assert put(owner, phone, f"{(int(code) + 1) % 10**6:06d}").status_code == 400
    over = put(owner, phone, code)
    assert (over.status_code, over.json()["type"]) == (409, "/problems/one-time-code-over")
    for _ in range(6):
        assert owner.post("/v1/me/contact/challenge", {"phone": phone}).status_code == 202
    assert len(outbox(sample_server, phone)) == 5


def test_who_asks_too_often_is_told_when_to_ask_again(sample_server: Server) -> None:
    owner = Person(sample_server, f"eager-{next(NUMBERS)}")
    answers = [owner.post("/v1/me/contact/challenge", {"phone": new_phone()}) for _ in range(31)]
    assert {one.status_code for one in answers[:30]} == {202}
    assert (answers[30].status_code, answers[30].json()["type"]) == (429, "/problems/too-many-requests")
    assert 3000 < int(answers[30].headers["retry-after"]) <= 3600


@pytest.mark.parametrize(
    "phone", ["中中中中中中", "82345678", "0411-82345678", "", "12", 13800138000, None, ["1"], "1" * 40]
)
def test_what_gets_no_text_is_refused(sample_server: Server, phone: Any) -> None:
    owner = Person(sample_server, "bad-number")
    refused = owner.post("/v1/me/contact/challenge", {"phone": phone})
    assert refused.status_code == 400, refused.text
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/phone"]


@pytest.mark.parametrize(
    "body",
    [
        {"phone": "中中中中中中", "one_time_code": "123456"},
        {"phone": "13800138000", "one_time_code": "12345"},
        {"phone": "13800138000", "one_time_code": "１２３４５６"},
        {"phone": "13800138000", "one_time_code": 123456},
        {"phone": "13800138000", "id_number": "11010519491231002X"},
        {"one_time_code": "123456"},
    ],
)
def test_a_proof_that_cannot_be_is_refused(sample_server: Server, body: Any) -> None:
    owner = Person(sample_server, "bad-proof")
    refused = owner._api.put("/v1/me/contact", json=body, headers=owner._headers)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/invalid-request"), refused.text


def test_terms_are_read_and_unknown_ones_are_refused_everywhere(sample_server: Server) -> None:
    listed = sample_server.api.get("/v1/terms").json()
    assert listed["current"] == listed["items"][0]["version"]
    assert [one["from"] for one in listed["items"]] == sorted((one["from"] for one in listed["items"]), reverse=True)
    zh, en = (
        sample_server.api.get(f"/v1/terms/{listed['current']}", headers={"Accept-Language": one}).json()
        for one in ("zh-CN", "en")
    )
    assert set(zh) == {"version", "from", "text", "purposes"}
    assert all(set(one) == {"id", "name", "why", "fields"} for one in zh["purposes"])
    assert zh["text"] != en["text"]
    assert sample_server.api.get("/v1/terms/nonsense").status_code == 404
    filer = Person(sample_server, f"terms-{next(NUMBERS)}")
    refused = filer.post("/v1/cases", {**FILING, "terms_version": "nonsense"})
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/unknown-terms")
    assert filer.read("/v1/cases")["items"] == []
    story = Story(sample_server, f"terms-{next(NUMBERS)}")
    story.act(story.clerk, "accept")
    story.join()
    body = {"terms_version": "nonsense", "honest_mediation": True}
    assert story.act(story.respondent, "consent", body, status=400)["type"] == "/problems/unknown-terms"
    story.shows("accepted", "blue", "invite")


@pytest.mark.parametrize("said", [False, None, "true", 1, "missing"])
def test_honest_mediation_is_said_in_so_many_words(sample_server: Server, said: Any) -> None:
    body = {**FILING, "honest_mediation": said}
    if said == "missing":
        del body["honest_mediation"]
    refused = Person(sample_server, "dishonest").post("/v1/cases", body)
    assert refused.status_code == 400, refused.text
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/honest_mediation"]


def test_an_address_for_service_reaches_who_serves_and_nobody_else(sample_server: Server) -> None:
    story = Story(sample_server, f"address-{next(NUMBERS)}", service_address="大连市中山区示例路1号")
    story.act(story.clerk, "accept")
    story.join()
    dishonest = {"terms_version": "2026-01", "honest_mediation": False}
    assert story.act(story.respondent, "consent", dishonest, status=400)["type"] == "/problems/invalid-request"
    body = {"terms_version": "2026-01", "honest_mediation": True, "service_address": "大连市西岗区示例路2号"}
    story.act(story.respondent, "consent", body)

    def addresses(person: Person) -> list[str | None]:
        return [one["service_address"] for one in person.read(f"/v1/cases/{story.code}")["parties"]]

    assert addresses(story.clerk) == ["大连市中山区示例路1号", "大连市西岗区示例路2号"]
    assert addresses(story.applicant) == ["大连市中山区示例路1号", None]
    assert addresses(story.respondent) == [None, "大连市西岗区示例路2号"]
    (exported,) = story.respondent.read("/v1/me/export")["cases"]
    assert exported["your_data"]["service_address"] == "大连市西岗区示例路2号"


def test_the_same_filing_is_pointed_at_the_open_case(sample_server: Server) -> None:
    story = Story(sample_server, f"twice-{next(NUMBERS)}")
    again = story.applicant.post("/v1/cases", {**FILING, "title": "又一次"})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/case-exists")
    assert again.json()["code"] == story.code
    assert story.code in again.json()["detail"]
    other = story.applicant.post("/v1/cases", {**FILING, "again": True})
    assert other.status_code == 201, other.text
    assert other.json()["code"] != story.code
    assert story.stranger.post("/v1/cases", FILING).status_code == 201


def test_districts_have_names_never_digits(sample_server: Server) -> None:
    zh, en = (
        sample_server.api.get("/v1/regions", headers={"Accept-Language": one}).json()["items"] for one in ("zh", "en")
    )
    assert {"code": "210202", "name": "中山区"} in zh
    assert {"code": "210202", "name": "Zhongshan District"} in en
    assert len(zh) >= 10
    for one in zh + en:
        assert re.fullmatch(r"\d{6}", one["code"])
        assert one["name"] is None or not re.search(r"\d", one["name"])


def test_the_outbox_is_read_from_an_instant_on(sample_server: Server) -> None:
    phone, owner = new_phone(), Person(sample_server, f"outbox-{next(NUMBERS)}")
    assert owner.post("/v1/me/contact/challenge", {"phone": phone}).status_code == 202
    (text,) = outbox(sample_server, phone)
    since = sample_server.console.get("/outbox", params={"since": text["at"]}).json()["items"]
    assert text in since
    assert sample_server.console.get("/outbox", params={"since": "2099-01-01T00:00:00Z"}).json()["items"] == []
    for query in ({"since": "yesterday"}, {"until": "2099-01-01T00:00:00Z"}):
        assert sample_server.console.get("/outbox", params=query).status_code == 400
