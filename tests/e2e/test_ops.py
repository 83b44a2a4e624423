"""Ops commands against the running server, as the banner says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.e2e.server import ROOT, Server

ITEM = {"实施编码": "OPS-0001", "事项名称": "码头垂钓登记", "事项类型": "公共服务", "承诺办结时限": "3个工作日"}


def ops(server: Server, command: str) -> subprocess.CompletedProcess[str]:
    (line,) = [line.strip().removeprefix("Ops").strip() for line in server.said if line.strip().startswith("Ops ")]
    moved = line.replace("catalogue status", f"catalogue {command}")
    return subprocess.run(["bash", "-c", moved], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_a_file_is_imported_once_published_and_served(sample_server: Server, tmp_path: Path) -> None:
    path = tmp_path / "items.json"
    path.write_text(json.dumps([ITEM], ensure_ascii=False), encoding="utf-8")
    before = ops(sample_server, "status")
    assert before.returncode == 0, before.stderr
    first = ops(sample_server, f"import {path}")
    assert "new 1" in first.stdout, first.stdout + first.stderr
    guide = sample_server.api.get("/v1/services/OPS-0001").json()
    assert (guide["name"], guide["type"]) == ("码头垂钓登记", "20")
    assert guide["promised_limit"] == {"value": 3, "unit": "working_days"}
    again = ops(sample_server, f"import {path}")
    assert "new 0" in again.stdout
    assert "unchanged 1" in again.stdout
    published = ops(sample_server, "publish")
    assert published.stdout.startswith("Published"), published.stdout + published.stderr
    assert ops(sample_server, "publish").stdout.startswith("Already published")


def test_a_bad_file_changes_nothing_and_names_its_rows(sample_server: Server, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes("实施编码,事项名称,事项类型\nOPS-0002,好,公共服务\nOPS-0003,,坏\n".encode("gb18030"))
    refused = ops(sample_server, f"import {path}")
    assert refused.returncode == 1
    assert "line 3" in refused.stderr
    assert "事项名称" in refused.stderr
    assert "GB18030" in refused.stdout
    assert sample_server.api.get("/v1/services/OPS-0002").status_code == 404


def test_a_file_that_is_none_is_said(sample_server: Server, tmp_path: Path) -> None:
    assert ops(sample_server, f"import {tmp_path / 'absent.csv'}").returncode == 2
