"""Hostile requests to every operation, on both engines: names of 3,000 characters, days at the ends of the calendar,
surrogates, NUL, enormous numbers, texts that fill a body, brackets a hundred thousand deep. Never a 500."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.e2e.server import Server, running

NAMES = ("x" * 3000, "😀" * 300, "a\u0000b", "..%2f..", "%", "'\"`;--", "#", "x" * 600, "\ufffd", "\u202e")
TEXTS = ("x" * 3000, "😀" * 20_000, "\u0000", "\ufffe\u2028", "2026-02-30", "0001-01-01", "9999-12-31", "-1", "#", " ")
INSTANTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31", "2026-11-24T25:00:00Z", "١")
NUMBERS = (-1, 0, 2**63, 10**40, 10**400, 1.5, 1e308)
RAW = (b'"\\ud800"', b'"\\udfff\\ud800"', b"1e999", b"-0", b"NaN", b"[" * 1000 + b"]" * 1000, b"null", b"{}", b"[]")
BODIES = (
    b"",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 20_000,
    b'"\\ud800"',
    b"1" * 5000,
    b"null",
    b"\x00",
    b'{"a":1,"a":2}',
)
HEADERS = (
    {"If-Match": '"' + "9" * 5000 + '.x"'},
    {"If-None-Match": "W/" * 2000},
    {"Accept-Language": "zh;q=" * 500},
    {"Accept": "\x7f/*;q=9"},
    {"Idempotency-Key": "\x7f" * 10},
    {"Authorization": "Bearer " + "e30." * 2000},
)


@pytest.fixture(scope="module", params=["moto", "local"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "local":
        request.getfixturevalue("dynamodb_local_url")  # skips where it cannot be had
    with running("--dynamodb", request.param) as made:
        yield made


_turns = itertools.count()


def some_of(values: Sequence[Any]) -> Iterator[Any]:
    """Yield a sixth of the values, another sixth each time; all of them with YIMA_DEEP."""
    share = 1 if os.environ.get("YIMA_DEEP") else 6
    turn = next(_turns)
    return (value for number, value in enumerate(values) if (number + turn) % share == 0)


class Attacker:
    """Everybody at once, in one case that is under way."""

    def __init__(self, server: Server) -> None:
        self.api = server.api
        self.keys = itertools.count()
        org = "dl-zs-rmtw"
        for one in self.api.get("/v1/organisations?limit=100").json()["items"]:
            if one["mediators"]:
                org = one["id"]
        self.people = [
            server.token("wang", "citizen", name="王小明"),
            server.token("clerk", "clerk", "window", org=org),
            server.token("boss", "supervisor", "reviewer", "court", "mediator", org=org),
        ]
        body = {
            "dispute_type": "neighbour",
            "region": "210202",
            "title": "t",
            "facts": "f",
            "applicant": {"name": "王", "phone": "13800138000"},
            "respondents": [{"name": "李"}],
            "terms_version": "2026-01",
            "honest_mediation": True,
            "again": True,
        }
        self.filed = body
        reply = self.send("POST", "/v1/cases", self.people[0], json.dumps(body).encode())
        self.code = reply.json()["code"]
        self.description = self.api.get("/v1/openapi.json").json()
        self.faults: list[str] = []

    def send(
        self, method: str, path: str, person: dict[str, str], body: bytes | None = None, **headers: str
    ) -> httpx.Response:
        named = {**person, "Idempotency-Key": f"hostile-{next(self.keys)}", "Content-Type": "application/json"}
        return self.api.request(method, path, content=body, headers={**named, **headers})

    def ask(self, method: str, path: str, person: dict[str, str], body: bytes | None = None, **headers: str) -> None:
        try:
            reply = self.send(method, path, person, body, **headers)
        except (httpx.LocalProtocolError, UnicodeEncodeError):
            return  # no client can send it
        if reply.status_code >= 500:
            self.faults.append(f"{reply.status_code} {method} {path[:120]} {(body or b'')[:120]!r} {headers and 'h'}")

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, methods in self.description["paths"].items():
            for method, operation in methods.items():
                if method in {"get", "post", "put", "delete"}:
                    yield method.upper(), path, operation

    def path_of(self, path: str) -> str:
        return path.replace("{code}", self.code).replace("{", "").replace("}", "")

    def schema(self, found: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in found:
            found = self.description["components"]["schemas"][found["$ref"].rpartition("/")[2]]
        for name in ("anyOf", "oneOf", "allOf"):
            if name in found:
                return self.schema(found[name][0])
        return found

    def example(self, found: dict[str, Any], name: str = "") -> Any:  # noqa: PLR0911, PLR0912 - one row a kind of field
        """Return a value that a schema allows, near enough."""
        found = self.schema(found)
        for given in ("const", "default"):
            if found.get(given) is not None:
                return found[given]
        if "enum" in found:
            return found["enum"][0]
        kind = found.get("type", "string")
        if kind == "object":
            return {each: self.example(inner, each) for each, inner in found.get("properties", {}).items()}
        if kind == "array":
            return [self.example(found["items"], name)] * max(1, found.get("minItems", 1))
        if kind in {"integer", "number"}:
            return max(found.get("minimum", 1), 1)
        if kind == "boolean":
            return True
        known = {"case_code": self.code, "phone": "13800138000", "id_number": None, "sha256": "0" * 64}
        if name in known:
            return known[name]
        pattern = found.get("pattern", "")
        if found.get("format") == "date-time":
            return "2026-11-26T01:00:00Z"
        if "[0-9]{4}-" in pattern or found.get("format") == "date":
            return "2026-11-26"
        if "{64}" in pattern:
            return "0" * 64
        if "{6}" in pattern:
            return "210202"
        if ":[0-5]" in pattern:
            return "09:00"
        return "service:x" if "service|" in pattern else "x" * max(1, found.get("minLength", 1))


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from leaves(inner, (*place, key))


def put(value: Any, place: tuple[Any, ...], new: str) -> bytes:
    """Return the value as JSON with the raw JSON text `new` at a place."""
    mark = "\u241a"
    if not place:
        return new.encode("utf-8", "surrogatepass")
    copied = json.loads(json.dumps(value))
    inner = copied
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = mark
    return json.dumps(copied, ensure_ascii=False).replace(f'"{mark}"', new).encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def attacker(server: Server) -> Attacker:
    return Attacker(server)


def test_hostile_names_and_parameters(attacker: Attacker) -> None:
    for method, path, operation in attacker.operations():
        queries = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
        for number, name in enumerate(some_of(NAMES)):
            person = attacker.people[number % 3]
            hostile = path
            for part in [part for part in path.split("/") if part.startswith("{")]:
                attacker.ask(method, attacker.path_of(path.replace(part, quote(name, safe=""))), person, b"{}")
                hostile = hostile.replace(part, quote(name, safe=""))
            attacker.ask(method, hostile, person, b"{}")
        values = (*TEXTS, *INSTANTS, *(str(one) for one in NUMBERS))
        for query, value in [(query, value) for query in queries for value in some_of(values)]:
            for person in attacker.people if "from" in queries else attacker.people[1:2]:
                attacker.ask(method, f"{attacker.path_of(path)}?{query}={quote(value[:3000])}", person)
    assert attacker.faults == []


def test_hostile_bodies(attacker: Attacker) -> None:
    values = [json.dumps(one, ensure_ascii=False) for one in (*TEXTS, *INSTANTS, *NUMBERS[:-2])]
    values += [json.dumps(one) for one in ("😀" * 5000,)] + [one.decode() for one in RAW] + ["1" + "0" * 400]
    turn = itertools.count()
    for method, path, operation in attacker.operations():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        person = attacker.people[next(turn) % 3]
        for body in some_of(BODIES):
            attacker.ask(method, attacker.path_of(path), person, body)
        if content is None:
            continue
        whole = attacker.filed if path == "/v1/cases" else attacker.example(content["schema"])
        for place in leaves(whole):
            for value in some_of(values):
                person = attacker.people[0 if path == "/v1/cases" else next(turn) % 3]
                attacker.ask(method, attacker.path_of(path), person, put(whole, place, value))
    assert attacker.faults == []


def test_hostile_headers(attacker: Attacker) -> None:
    for method, path, _ in attacker.operations():
        for headers in some_of(HEADERS):
            attacker.ask(method, attacker.path_of(path), attacker.people[0], b"{}", **headers)
    assert attacker.faults == []


def test_a_filing_that_is_all_astral_is_kept_whole_or_clearly_refused(attacker: Attacker) -> None:
    facts, claims = "😀" * 20_000, ["𠀀" * 1000] * 20
    for escaped in (False, True):
        body = json.dumps({**attacker.filed, "facts": facts, "claims": claims}, ensure_ascii=escaped).encode()
        reply = attacker.send("POST", "/v1/cases", attacker.people[0], body)
        if escaped:
            assert reply.status_code == 413, "480 KB of escapes"
        else:
            assert reply.status_code == 201, reply.text[:500]
            assert reply.json()["claims"] == claims
            shown = attacker.send("GET", f"/v1/cases/{reply.json()['code']}", attacker.people[0])
            assert shown.json()["facts"] == facts
