"""The tour of the handbook works, line by line, as it is written, and again on the same server."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.server import Server

ROOT = Path(__file__).parent.parent.parent


def tour() -> list[str]:
    text = (ROOT / "docs" / "TOUR.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line]


def test_every_request_of_the_tour_that_changes_something_has_a_fresh_key() -> None:
    lines = tour()
    assert "KEY=$(date +%s%N)" in lines
    keys = [key for line in lines for key in re.findall(r"Idempotency-Key: ([^'\"]*)", line)]
    assert len(keys) == len(set(keys)) > 5
    assert all(key.startswith("$KEY-") for key in keys)


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_tour_works_line_by_line(sample_server: Server, time: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("NOT TESTED: the tour needs curl")
    ports = {":8000": f":{sample_server.api.base_url.port}", ":8001": f":{sample_server.console.base_url.port}"}
    script = ["set -e"]
    lines = tour()
    for line in lines:
        moved = re.sub(r":800[01]\b", lambda port: ports[port.group()], line)
        is_assignment = re.match(r"[A-Z]+=\$\(", moved) is not None
        script.append(moved if is_assignment else f"{moved.replace('curl ', 'curl -sS --fail-with-body ', 1)}; echo")
    # One line shows a refusal on purpose.
    script = [line.replace(" --fail-with-body", "") if "colour=red" in line else line for line in script]
    done = subprocess.run(["bash", "-c", "\n".join(script)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"the {time} time: {done.stderr}"
    answers = done.stdout
    for part in (
        "身份证丢失补领",
        "结婚登记",
        "普通护照",
        "新生儿出生一件事",
        "/problems/invalid-request",
        '"sub":"alice"',
        '"openapi"',
        "BEGIN:VCALENDAR",
        '"status":"confirmed"',
        "service:mediation",
        '"dispute_type":"labour"',
    ):
        assert part in answers, part
    assert "Traceback" not in answers
