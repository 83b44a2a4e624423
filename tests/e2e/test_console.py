"""The developer console, over a real socket."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.e2e.server import Server


def test_a_token_of_the_console_signs_in(sample_server: Server) -> None:
    headers = sample_server.token("alice", "mediator", org="o1", name="爱丽丝")
    me = sample_server.api.get("/v1/me", headers=headers).json()
    assert me == {"sub": "alice", "roles": ["citizen", "mediator"], "org": "o1", "name": "爱丽丝"}


def test_the_issuer_describes_itself(sample_server: Server) -> None:
    configuration = sample_server.console.get("/.well-known/openid-configuration").json()
    assert configuration["issuer"] == str(sample_server.console.base_url).rstrip("/")
    keys = sample_server.console.get("/.well-known/jwks.json").json()["keys"]
    assert all(set(key) == {"kty", "use", "alg", "kid", "n", "e"} for key in keys)  # public parts only


def test_tokens_expire_by_the_moved_clock(sample_server: Server) -> None:
    console = sample_server.console
    headers = sample_server.token("bob", ttl_seconds=60)
    try:
        assert sample_server.api.get("/v1/me", headers=headers).status_code == 200
        before = datetime.fromisoformat(console.get("/clock").json()["now"])
        after = datetime.fromisoformat(console.post("/clock", json={"advance_seconds": 120}).json()["now"])
        assert after - before >= timedelta(seconds=120)
        assert sample_server.api.get("/v1/me", headers=headers).status_code == 401
        moved = console.post("/clock", json={"now": "2027-02-01T00:00:00+08:00"}).json()["now"]
        assert moved.startswith("2027-01-31T16:00:00")
    finally:
        console.post("/clock", json={"reset": True})
    assert sample_server.api.get("/v1/me", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/token", {}, 400),
        ("/token", {"sub": "", "roles": []}, 400),
        ("/token", {"sub": "a", "roles": "clerk"}, 400),
        ("/token", {"sub": "a", "extra": 1}, 400),
        ("/clock", {}, 400),
        ("/clock", {"now": "yesterday"}, 400),
        ("/clock", {"now": "2026-01-01T00:00:00"}, 400),
        ("/clock", {"reset": True, "advance_seconds": 1}, 400),
        ("/jobs/none", {}, 404),
        ("/nowhere", {}, 404),
    ],
)
def test_what_the_console_does_not_understand_it_says(
    sample_server: Server, path: str, body: dict[str, object], status: int
) -> None:
    reply = sample_server.console.post(path, json=body)
    assert reply.status_code == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json()["detail"]


def test_jobs_have_names_and_streams_can_be_drained(sample_server: Server) -> None:
    sample_server.console.post("/drain")
    assert sample_server.console.post("/drain").json() == {"delivered": 0}
    assert sample_server.console.get("/jobs").json() == {"jobs": ["checkpoints", "deadlines"]}
