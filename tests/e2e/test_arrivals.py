"""A year's calendar and changed rules are imported while a server runs with cases: no restart, and who is concerned is told."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.rule_files import RULES
from tests.conftest import need_dynamodb_local
from tests.e2e.conftest import ENGINES
from tests.e2e.server import ROOT, Server, running
from tests.e2e.story import FILING, Person

YEARS_END = "2026-12-30T02:00:00Z"  # a Wednesday: three working days end in January
YEAR = {
    "year": 2027,
    "source": "国办发明电〔2026〕X号",
    "holidays": ["2027-01-01", "2027-01-04"],
    "workdays": ["2027-02-13"],
}


@pytest.fixture(scope="module", params=ENGINES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what arrives there would reach every other story."""
    options: list[str] = []
    if request.param == "dynamodb-local":
        need_dynamodb_local()
        options = ["--dynamodb", "local", "--state", str(tmp_path_factory.mktemp("state"))]
    with running(*options) as started:
        yield started


def infra(server: Server, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ops on the running server, as its banner says."""
    (line,) = [line.strip().removeprefix("Ops").strip() for line in server.said if line.strip().startswith("Ops ")]
    ops = line.replace("catalogue status", command)
    return subprocess.run(["bash", "-c", ops], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def file_case(server: Server, sub: str) -> tuple[Person, str]:
    person = Person(server, sub)
    filed = person.post("/v1/cases", FILING)
    assert filed.status_code == 201, filed.text
    return person, filed.json()["code"]


def run_job(server: Server) -> dict[str, Any]:
    reply = server.console.post("/jobs/deadlines", timeout=120)
    assert reply.status_code == 200, reply.text
    server.console.post("/drain")
    return reply.json()  # type: ignore[no-any-return]


def acceptance(person: Person, code: str) -> dict[str, Any]:
    (deadline,) = person.read(f"/v1/cases/{code}")["deadlines"]
    return deadline  # type: ignore[no-any-return]


def notices(person: Person) -> list[str]:
    return [one["event"] for one in person.read("/v1/me/notices")["items"]]


def test_a_calendar_arrives_and_the_dates_of_running_cases_move(server: Server, tmp_path: Path) -> None:
    server.console.post("/clock", json={"now": YEARS_END})
    person, code = file_case(server, "arrivals-1")
    before = acceptance(person, code)
    assert (before["due_at"][:10], before["provisional"]) == ("2027-01-05", True)
    file = tmp_path / "2027.json"
    for broken in (
        {name: value for name, value in YEAR.items() if name != "workdays"},
        {**YEAR, "year": 2025},
        {**YEAR, "workdays": ["2028-01-01"]},
    ):
        file.write_text(json.dumps(broken), encoding="utf-8")
        refused = infra(server, f"calendar import {file}")
        assert refused.returncode == 1, refused.stdout
        assert "nothing was imported" in refused.stderr
    file.write_text(json.dumps(YEAR), encoding="utf-8")
    assert infra(server, f"calendar import {file} --dry-run").returncode == 0
    server.console.post("/clock", json={"advance_seconds": 61})
    run_job(server)
    assert acceptance(person, code) == before
    imported = infra(server, f"calendar import {file}")
    assert imported.returncode == 0, imported.stderr
    assert "+ holiday 2027-01-04" in imported.stdout
    server.console.post("/clock", json={"advance_seconds": 61})
    newer, other = file_case(server, "arrivals-2")  # what is filed now is counted by it at once
    assert (acceptance(newer, other)["due_at"][:10], acceptance(newer, other)["provisional"]) == ("2027-01-06", False)
    run_job(server)
    after = acceptance(person, code)
    assert (after["due_at"][:10], after["provisional"], after["source"]) == ("2027-01-06", False, before["source"])
    progress = server.api.get(f"/v1/progress/{code}").json()
    assert (progress["current"]["due"]["at"], progress["current"]["due"]["provisional"]) == (after["due_at"], False)
    assert notices(person) == ["deadline_moved"]
    assert notices(newer) == []  # theirs did not move
    run_job(server)
    assert notices(person) == ["deadline_moved"]
    timeline = person.read(f"/v1/cases/{code}/timeline")["items"]
    assert [one["event"] for one in timeline] == ["submitted", "deadline_moved"]


def test_rules_arrive_and_running_cases_keep_theirs(server: Server, tmp_path: Path) -> None:
    person, code = file_case(server, "arrivals-3")
    before = acceptance(person, code)
    document = json.loads((RULES / "deadlines.json").read_text(encoding="utf-8"))
    document["version"] = "2027-01"
    first = document["rules"][0]
    first["value"], first["source"] = 5, {"zh": "新规则", "en": "The new rule"}
    file = tmp_path / "rules.json"
    dropped = {**document, "rules": [one for one in document["rules"] if one["id"] != "acceptance"]}
    file.write_text(json.dumps(dropped), encoding="utf-8")
    refused = infra(server, f"rules import {file}")
    assert refused.returncode == 1
    assert "acceptance is gone" in refused.stderr
    file.write_text(json.dumps(document), encoding="utf-8")
    imported = infra(server, f"rules import {file}")
    assert imported.returncode == 0, imported.stderr
    assert "value 3 -> 5" in imported.stdout
    server.console.post("/clock", json={"advance_seconds": 61})
    newer, other = file_case(server, "arrivals-4")
    shown = acceptance(newer, other)
    assert shown["source"] == "新规则"
    assert shown["due_at"] > before["due_at"]
    assert acceptance(person, code) == before
    assert server.api.get(f"/v1/progress/{code}").json()["current"]["due"]["source"] == before["source"]
