"""People at the API, and a case with everybody in it, over a real socket."""

from __future__ import annotations

import itertools
from typing import Any

import httpx

from tests.e2e.server import Server

NUMBERS = itertools.count()
FILING = {
    "dispute_type": "neighbour",
    "region": "210202",
    "title": "楼上夜间噪音",
    "facts": "楼上住户每晚十一点后仍有装修噪音，多次沟通无果。",
    "claims": ["停止夜间噪音"],
    "amount_cents": 300_000,
    "applicant": {"name": "王小明", "phone": "13800138000", "id_number": "11010519491231002X"},
    "respondents": [{"name": "李大勇", "phone": "13900139000", "kind": "person"}],
    "preferred_modes": ["video"],
    "terms_version": "2026-01",
    "honest_mediation": True,
}


class Person:
    """Somebody at the API."""

    def __init__(self, server: Server, sub: str, *roles: str, **more: object) -> None:
        self._api = server.api
        self._headers = server.token(sub, *roles, **more)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        key = {"Idempotency-Key": f"key-{next(NUMBERS)}"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._api.post(path, json=body or {}, headers={**self._headers, **key, **named})

    def read(self, path: str) -> Any:
        reply = self._api.get(path, headers=self._headers)
        assert reply.status_code == 200, reply.text
        return reply.json()


class Story:
    """A case and everybody in it."""

    def __init__(self, server: Server, name: str, **filing: Any) -> None:
        self.server = server
        self.applicant = Person(server, f"{name}-applicant")
        self.respondent = Person(server, f"{name}-respondent")
        self.stranger = Person(server, f"{name}-stranger")
        filed = self.applicant.post("/v1/cases", {**FILING, "again": True, **filing})
        assert filed.status_code == 201, filed.text
        self.case = filed.json()
        self.code = self.case["code"]
        assert filed.headers["location"] == f"/v1/cases/{self.code}"
        roster = server.api.get(f"/v1/organisations/{self.case['organisation']}").json()["mediators"]
        self.mediator_id = roster[0]["id"]
        self.other_mediator_id, self.untrained_id = roster[1]["id"], roster[2]["id"]
        self.clerk = Person(server, "clerk-1", "clerk", org=self.case["organisation"])
        self.mediator = Person(server, self.mediator_id, "mediator", org=self.case["organisation"])
        self.court = Person(server, "judge-1", "court", org="court-zhongshan")
        self.reviewer = Person(server, "reviewer-1", "reviewer")

    def act(self, person: Person, action: str, body: Any = None, *, status: int = 200) -> Any:
        reply = person.post(f"/v1/cases/{self.code}/actions/{action}", body)
        assert reply.status_code == status, reply.text
        return reply.json()

    def progress(self) -> Any:
        reply = self.server.api.get(f"/v1/progress/{self.code}")
        assert reply.status_code == 200, reply.text
        return reply.json()

    def shows(self, status: str, colour: str, due: str | None) -> None:
        shown = self.progress()
        assert (shown["status"], shown["colour"]) == (status, colour)
        assert (shown["current"]["due"] or {}).get("rule") == due

    def join(self) -> None:
        reply = self.respondent.post(f"/v1/cases/{self.code}/join", {"invite_code": self.invite_code()})
        assert reply.status_code == 200, reply.text

    def letter(self, party: str = "p2") -> Any:
        """Return the letter to a respondent, as the clerk prints it."""
        reply = self.clerk.post(f"/v1/cases/{self.code}/service/{party}/letter")
        assert reply.status_code == 200, reply.text
        return reply.json()

    def invite_code(self, party: str = "p2") -> str:
        """Return a respondent's invite code the only way there is: from the letter."""
        return str(self.letter(party)["code"])

    def drain(self) -> None:
        """Deliver every event that was recorded."""
        assert self.server.console.post("/drain").status_code == 200

    def until_consented(self) -> None:
        self.act(self.clerk, "accept")
        self.join()
        self.act(self.respondent, "consent", {"terms_version": "2026-01", "honest_mediation": True})

    def leave_choice(self) -> None:
        for person in (self.applicant, self.respondent):
            self.act(person, "choose_mediator", {"mediator_id": None})

    def until_mediating(self) -> None:
        self.until_consented()
        self.leave_choice()
        self.act(self.clerk, "assign", {"mediator_id": self.mediator_id})
        self.act(self.mediator, "take")

    def agree(self, *terms: dict[str, Any], text: str = "和解") -> str:
        """Draft an agreement, and let everybody whom it needs sign it; return its hash."""
        drafted = self.act(self.mediator, "draft_agreement", {"text": text, "terms": list(terms)})
        signed = {"agreement_sha256": drafted["agreement_sha256"]}
        for person in (self.applicant, self.respondent):
            case = self.act(person, "sign", signed)
        if case["status"] == "agreed":
            self.act(self.mediator, "countersign", signed)
            self.act(self.clerk, "seal", signed)
        return str(drafted["agreement_sha256"])

    def application(self, kind: str = "court") -> dict[str, Any]:
        """Return the body by which a party applies to the first court, or commission, that may be asked."""
        shown = self.applicant.read(f"/v1/cases/{self.code}/courts")
        place = next(one for one in shown["items"] if one["kind"] == kind)
        declarations = [one["id"] for one in shown["declarations"] if kind in one["places"]]
        self.court = Person(self.server, f"judge-{place['id']}", "court", org=place["id"])
        return {"court_id": place["id"], "declarations": declarations}

    def apply(self, kind: str = "court") -> None:
        body = self.application(kind)
        for person in (self.applicant, self.respondent):
            self.act(person, "apply_confirmation", body)

    def examine(self) -> None:
        """Let the court accept the application and ask, and everybody answer."""
        self.act(self.court, "receive")
        self.act(self.court, "ask")
        for person in (self.applicant, self.respondent):
            self.act(person, "answer_enquiry", {"voluntary": True, "understood": True, "accepted": True})

    def duty(self, person: Person, number: int, action: str, *, status: int = 200) -> Any:
        reply = person.post(f"/v1/cases/{self.code}/duties/{number}/actions/{action}")
        assert reply.status_code == status, reply.text
        return reply.json()
