"""Events of cases and ratings reach a checkpoint by themselves, and `audit verify` finds all of it whole."""

from __future__ import annotations

import subprocess

from tests.e2e.server import ROOT, Server
from tests.e2e.story import Person
from tests.e2e.test_ratings import ended, rate


def verify(server: Server, *codes: str) -> subprocess.CompletedProcess[str]:
    (line,) = [line.strip().removeprefix("Ops").strip() for line in server.said if line.strip().startswith("Ops ")]
    command = line.replace("catalogue status", f"audit verify {' '.join(codes)}")
    return subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


def test_what_happened_is_signed_and_found_whole(sample_server: Server) -> None:
    story = ended(sample_server, "checkpointed")
    bad = rate(story.respondent, 1, text="太慢")
    assert story.clerk.post(f"/v1/bad-ratings/{bad['id']}/actions/contact", {}).status_code == 200
    sample_server.console.post("/drain")
    supervisor = Person(sample_server, "supervisor-1", "supervisor")
    sample_server.console.post("/jobs/checkpoints")
    (newest, *_) = supervisor.read("/v1/audit/checkpoints")["items"]
    assert f"root: {newest['root']}" in newest["signed_text"]
    whole = verify(sample_server)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert " 0 faulty." in whole.stdout
    assert whole.stdout.rstrip().endswith(" 0 touched.")
    named = verify(sample_server, story.code, f"RATING-{bad['id']}")
    assert named.stdout.strip() == "2 chains checked, 0 touched.", named.stdout + named.stderr
    assert verify(sample_server, "RATING-none").returncode == 1
