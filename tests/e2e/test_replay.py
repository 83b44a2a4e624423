"""`python -m infra events replay` against the running server: idle when nothing is wrong."""

from __future__ import annotations

import subprocess

from tests.e2e.server import ROOT, Server
from tests.e2e.story import Story


def replay(server: Server, arguments: str) -> subprocess.CompletedProcess[str]:
    (line,) = [line.strip().removeprefix("Ops").strip() for line in server.said if line.strip().startswith("Ops ")]
    command = line.replace("catalogue status", f"events replay {arguments}")
    return subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_events_sent_again_change_nothing_where_nothing_was_missed(sample_server: Server) -> None:
    story = Story(sample_server, "replayed")
    story.act(story.clerk, "accept")
    sample_server.console.post("/drain").raise_for_status()
    before = story.applicant.read("/v1/me/notices")
    assert [one["event"] for one in before["items"]] == ["accepted"]
    dry = replay(sample_server, f"--case {story.code} --dry-run")
    assert (dry.returncode, dry.stdout.splitlines()[-1]) == (0, "3 events would be sent again."), dry.stderr
    done = replay(sample_server, f"--case {story.code}")
    assert (done.returncode, done.stdout) == (0, "3 events sent again: nothing had been missed.\n"), done.stderr
    assert story.applicant.read("/v1/me/notices") == before
    idle = replay(sample_server, "--quarantine")
    assert (idle.returncode, idle.stdout) == (0, "Nothing to send.\n"), idle.stderr


def test_what_cannot_be_asked_is_said(sample_server: Server) -> None:
    for arguments, said in (
        ("", "required"),
        ("--case 0000-0000-0000-0000-1", "bad-code"),
        ("--from 2026-11-24", "zone"),
        ("--from yesterday", "no instant"),
        ("--from 2026-11-25T00:00:00Z --to 2026-11-24T00:00:00Z", "comes after"),
        ("--quarantine --to 2026-11-24T00:00:00Z", "--from"),
        ("--case 0000-0000-0000-0000-0 --forget", "--quarantine"),
    ):
        refused = replay(sample_server, arguments)
        assert refused.returncode == 2, arguments
        assert said in refused.stderr, arguments
        assert "Traceback" not in refused.stderr
    nothing = replay(sample_server, "--from 2020-01-01T00:00:00Z --to 2020-01-01T01:00:00Z")
    assert (nothing.returncode, nothing.stdout) == (0, "Nothing to send.\n")
