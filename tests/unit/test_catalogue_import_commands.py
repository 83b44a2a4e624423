"""`python -m infra catalogue …` as the operator sees it: texts, exit codes, the report."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from botocore.exceptions import ClientError

from chalicelib.catalogue.model import ItemState, ServiceItem
from chalicelib.shared.errors import Unavailable
from infra.catalogue import wiring
from infra.catalogue.commands import add_commands
from infra.catalogue.report import MAX_PRINTED
from tests.catalogues import real_path


class FakeCatalogue:
    def __init__(self) -> None:
        self.states: dict[str, ItemState] = {}
        self.items: dict[str, ServiceItem] = {}

    def find_states(self, codes: Sequence[str]) -> Mapping[str, ItemState]:
        return {code: self.states[code] for code in codes if code in self.states}

    def list_codes(self) -> Iterator[str]:
        return (code for code, state in self.states.items() if not state.withdrawn)

    def put_items(self, items: Sequence[ServiceItem]) -> None:
        for item in items:
            self.states[item.code] = ItemState(item.digest(), withdrawn=False)
            self.items[item.code] = item

    def withdraw(self, codes: Sequence[str]) -> None:
        for code in codes:
            self.states[code] = self.states[code]._replace(withdrawn=True)


class Pointer(NamedTuple):
    version: str = "0123456789abcdef"
    item_count: int = 7
    byte_count: int = 4096
    published_at: str = "2026-03-01T00:00:00Z"


class Published(NamedTuple):
    pointer: Pointer
    changed: bool


class FakePublisher:
    def __init__(self) -> None:
        self.pointer: Pointer | None = None

    def publish(self, on_progress: Callable[[int], None]) -> Published:
        on_progress(7)
        changed, self.pointer = self.pointer is None, Pointer()
        return Published(self.pointer, changed)

    def current(self) -> Pointer | None:
        return self.pointer


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> FakeCatalogue:
    catalogue, publisher = FakeCatalogue(), FakePublisher()
    monkeypatch.setattr(wiring, "catalogue_store", lambda: catalogue)
    monkeypatch.setattr(wiring, "publisher", lambda: publisher)
    return catalogue


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    parsed = parser.parse_args(["catalogue", *map(str, arguments)])
    code: int = parsed.run(parsed)
    return code


def write_csv(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["实施编码,事项名称,服务对象", *rows]), encoding="utf-8")
    return path


def test_the_real_file_is_imported_whole_and_once(catalogue: FakeCatalogue, capsys: pytest.CaptureFixture[str]) -> None:
    real = real_path()
    assert run("import", real) == 0
    assert "read 1135, bad 0, new 1135, changed 0, unchanged 0" in capsys.readouterr().out
    assert all(item.name and item.type and item.department and item.region for item in catalogue.items.values())
    assert not any(item.main_item == "未分类" for item in catalogue.items.values())
    assert run("import", real, "--replace") == 0
    assert "new 0, changed 0, unchanged 1135, restored 0, withdrawn 0" in capsys.readouterr().out


def test_bad_rows_are_said_with_place_field_and_reason(
    tmp_path: Path, catalogue: FakeCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "a.csv", "A1,甲,自然人", "A2,,自然人", "A3,丙,路人")
    assert run("import", path) == 1
    said = capsys.readouterr()
    assert "  line 3: 事项名称: is missing or blank" in said.err
    assert "  line 4: 服务对象: “路人” is not one of 自然人、企业法人" in said.err
    assert "nothing was written" in said.out
    assert catalogue.items == {}
    assert run("import", path, "--skip-bad") == 0
    assert set(catalogue.items) == {"A1"}


def test_the_list_of_faults_is_cut_and_the_report_is_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_csv(tmp_path / "a.csv", *(f"A{at},甲,=路人{at}" for at in range(MAX_PRINTED + 30)))
    assert run("import", path, "--report", tmp_path / "faults.csv") == 1
    said = capsys.readouterr().err
    assert said.count("服务对象") == MAX_PRINTED
    assert "and 30 more" in said
    with (tmp_path / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == MAX_PRINTED + 30
    assert (rows[-1]["line"], rows[-1]["field"]) == (str(MAX_PRINTED + 31), "服务对象")


def test_the_report_holds_no_formulas_and_the_terminal_no_controls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"code": "A1", "name": "甲", "=事项类型": 1, "事项\\n类型": "\\u001b[2J登记"}]', encoding="utf-8")
    assert run("import", path, "--report", tmp_path / "faults.csv") == 1
    assert "\x1b" not in capsys.readouterr().err
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "=cmd.json").write_text('[{"code": "A1", "name": ""}]', encoding="utf-8")
    assert run("import", folder, "--report", tmp_path / "faults.csv") == 1
    assert "'=cmd.json,1,1,name," in (tmp_path / "faults.csv").read_text(encoding="utf-8-sig")


def test_ignored_columns_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("实施编码,事项名称,领导\nA1,甲,张三\n", encoding="gb18030")
    assert run("import", path) == 0
    said = capsys.readouterr()
    assert "GB18030" in said.out
    assert "ignored: 领导 (first in line 2)" in said.err


def test_withdrawn_items_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("import", write_csv(tmp_path / "a.csv", "A1,甲,自然人", "A2,乙,自然人"))
    assert run("import", write_csv(tmp_path / "a.csv", "A1,甲,自然人"), "--replace") == 0
    said = capsys.readouterr().out
    assert "withdrawn: A2" in said
    assert "withdrawn 1." in said


def test_a_dry_run_says_so(tmp_path: Path, catalogue: FakeCatalogue, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", write_csv(tmp_path / "a.csv", "A1,甲,自然人"), "--dry-run") == 0
    assert "dry run: nothing was written" in capsys.readouterr().out
    assert catalogue.items == {}


def test_an_unreadable_file_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", tmp_path / "none.csv") == 2
    assert "there is no file" in capsys.readouterr().err
    assert run("import", write_csv(tmp_path / "a.csv", "A1,甲,自然人"), "--report", tmp_path) == 2
    with pytest.raises(SystemExit) as wrong:
        run("import")
    assert wrong.value.code == 2


@pytest.mark.parametrize(
    "failure",
    [Unavailable(), ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no table"}}, "BatchGet")],
)
def test_a_failure_of_aws_is_exit_3(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    catalogue: FakeCatalogue,
    capsys: pytest.CaptureFixture[str],
    failure: Exception,
) -> None:
    def fail(_: object) -> None:
        raise failure

    monkeypatch.setattr(catalogue, "find_states", fail)
    assert run("import", write_csv(tmp_path / "a.csv", "A1,甲,自然人")) == 3
    assert "run the same command again" in capsys.readouterr().err


def test_publishing_and_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("import", write_csv(tmp_path / "a.csv", "A1,甲,自然人"))
    assert run("status") == 0
    assert "Published: nothing yet" in capsys.readouterr().out
    assert run("publish") == 0
    assert "Published: version 0123456789abcdef, 7 items, 4096 bytes." in capsys.readouterr().out
    assert run("publish") == 0
    assert "Already published" in capsys.readouterr().out
    assert run("status") == 0
    assert "Catalogue: 1 items.\nPublished: version 0123456789abcdef" in capsys.readouterr().out
