"""Doors: known from a table, opened by importing the context that is called and no other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import app as application
from chalicelib.web.doors import make_table
from tests.api.conftest import Caller

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import json, sys
from pathlib import Path
from chalicelib.web import doors
doors.TABLE_PATH = Path(sys.argv[1])
import app
imported = [name for name in sys.modules if name.endswith("api")]
print(json.dumps({"routes": sorted(app.app.routes), "imported": imported}))
"""


def test_a_packaged_table_opens_the_same_doors_and_imports_no_context(tmp_path: Path) -> None:
    table = tmp_path / "doors.json"
    table.write_text(json.dumps(make_table(application.API_MODULES)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(table)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["routes"] == sorted(application.app.routes)
    assert answer["imported"] == []


@pytest.mark.parametrize("action", ["fly", "Accept", "accept%20", "..", "%2e"])
def test_an_action_that_there_is_not_is_not_found(alice: Caller, action: str) -> None:
    response = alice.ask("POST", f"/v1/cases/0000-0000-0000-0000-0/actions/{action}", body=b"{}")
    assert (response.status_code, json.loads(response.body)["type"]) == (404, "/problems/not-found")


def test_all_actions_of_a_thing_share_one_door() -> None:
    doors = [path for path in application.app.routes if "/actions/" in path]
    assert doors == [
        "/v1/appointments/{appointment_id}/actions/{action}",
        "/v1/bad-ratings/{rating_id}/actions/{action}",
        "/v1/cases/{code}/actions/{action}",
        "/v1/cases/{code}/duties/{n}/actions/{action}",
    ]
