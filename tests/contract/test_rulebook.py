"""Rules and years that are imported while everything runs: stored, taken up within a minute, refused if they are bad."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.composition.container import Container
from chalicelib.shared.aws import Clients
from chalicelib.shared.deadline_rules import DeadlineRules
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.rule_files import RULES
from chalicelib.shared.rulebook import CurrentCalendar, CurrentDueDates, Imported, Rulebook, RuleStore
from chalicelib.web import injection
from infra.__main__ import main
from tests.contract.world import CLERK, FILING, WANG, World
from tests.world import NOW, StillClock, container_of, settings_of

DOCUMENT = json.loads((RULES / "deadlines.json").read_text(encoding="utf-8"))
YEAR = {
    "year": 2027,
    "source": "国办发明电〔2026〕X号",
    "holidays": ["2027-01-01", "2027-01-04", "2027-02-05"],
    "workdays": ["2027-01-02"],
}


class Counted:
    """A source that counts how often it is asked, and fails on demand."""

    def __init__(self) -> None:
        self.version: str | None = None
        self.imported = Imported()
        self.asked = self.read_all = 0
        self.fault: Exception | None = None

    def read_version(self) -> str | None:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self.version

    def read(self) -> Imported:
        self.read_all += 1
        return self.imported


def test_a_process_asks_once_a_minute_and_reads_when_something_arrived() -> None:
    source, clock = Counted(), StillClock()
    dates = CurrentDueDates(Rulebook(source, clock))
    calendar = CurrentCalendar(dates._book)
    start = datetime(2026, 12, 30, 2, tzinfo=UTC)
    assert source.asked == 0  # nothing was counted yet
    for _ in range(20):
        assert dates.due("acceptance", start).at.date() == date(2027, 1, 5)
    assert (source.asked, source.read_all) == (1, 0)
    source.version, source.imported = "2", Imported(None, {2027: YEAR}, {2027: "2026-11-24T02:00:00.000Z"})
    clock.at += timedelta(seconds=59)
    assert dates.due("acceptance", start).provisional
    clock.at += timedelta(seconds=1)
    due = dates.due("acceptance", start)
    assert (due.at.date(), due.provisional) == (date(2027, 1, 5), False)
    assert calendar.is_working_day(date(2027, 1, 2))
    assert calendar.edition_of(2027) == "2026-11-24T02:00:00.000Z"
    assert (source.asked, source.read_all) == (2, 1)
    clock.at += timedelta(minutes=5)
    dates.due("acceptance", start)
    assert (source.asked, source.read_all) == (3, 1)  # the same version is not read again


@pytest.mark.parametrize("fault", [Unavailable(), RuntimeError("a bug")])
def test_a_failure_keeps_what_is_known_and_is_logged(fault: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    source, clock = Counted(), StillClock()
    source.version, source.imported = "1", Imported(None, {2027: YEAR}, {2027: "t"})
    book = Rulebook(source, clock)
    assert book.known.calendar.is_published(2027)
    source.fault = fault
    clock.at += timedelta(minutes=2)
    for _ in range(5):
        assert book.known.calendar.is_published(2027)
    assert source.asked == 2  # a failure is not asked again within the minute either
    assert json.loads(capsys.readouterr().out)["fault"] == type(fault).__qualname__
    source.fault, source.version, source.imported = None, "2", Imported({"broken": 1})
    clock.at += timedelta(minutes=2)
    assert book.known.calendar.is_published(2027)
    assert "KeyError" in capsys.readouterr().out


def test_a_clock_that_goes_back_is_asked_again() -> None:
    source, clock = Counted(), StillClock()
    book = Rulebook(source, clock)
    assert book.known.version is None
    clock.at -= timedelta(days=1)
    assert book.known.version is None
    assert source.asked == 2


def test_documents_are_kept_on_either_engine(clients: Clients) -> None:
    world = World(clients)
    store = RuleStore(Table(clients, world.tables["RulesTable"]), world.committer)
    assert (store.read_version(), store.read()) == (None, Imported())
    store.put_year(YEAR, NOW)
    first = store.read_version()
    assert store.read() == Imported(None, {2027: YEAR}, {2027: "2026-11-24T02:00:00.000Z"})
    store.put_deadlines(DOCUMENT, NOW)
    assert store.read().deadlines == DOCUMENT
    assert store.read_version() not in {None, first}


@pytest.fixture
def ops(clients: Clients) -> Iterator[Container]:
    world = World(clients)
    settings = settings_of(
        rules_table=world.tables["RulesTable"],
        answers_table=world.tables["AnswersTable"],
        cases_table=world.tables["CasesTable"],
        people_table=world.tables["PeopleTable"],
    )
    made = container_of(settings, world.clock, {})
    made.foundation.__dict__["aws"] = clients
    made.__dict__["world"] = world
    yield made
    injection.install(Container(settings, world.clock))


def written(folder: Path, document: Any) -> str:
    path = folder / "file.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return str(path)


def test_a_year_is_imported_with_its_differences(
    ops: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, file = ops.foundation.rule_store, written(tmp_path, YEAR)
    assert main(["calendar", "import", file, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "+ holiday 2027-01-04" in said
    assert "would be imported" in said
    assert store.read_version() is None
    assert main(["calendar", "import", file]) == 0
    assert store.read().years == {2027: YEAR}
    version = store.read_version()
    capsys.readouterr()
    assert main(["calendar", "import", file]) == 0
    assert "nothing changes" in capsys.readouterr().out
    assert store.read_version() == version  # importing the same again makes nobody read anew
    changed = {**YEAR, "workdays": ["2027-01-03"]}
    assert main(["calendar", "import", written(tmp_path, changed)]) == 0
    said = capsys.readouterr().out
    assert "- workday 2027-01-02" in said
    assert "+ workday 2027-01-03" in said
    assert store.read().years[2027]["workdays"] == ["2027-01-03"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"workdays": None}, "workdays"),
        ({"holidays": None}, "holidays"),
        ({"holidays": []}, "holidays"),
        ({"source": None}, "source"),
        ({"year": "2027"}, "year"),
        ({"more": 1}, "more"),
        ({"holidays": ["2027-01-01", "2028-01-01"]}, "2028-01-01 is not a day of 2027"),
        ({"workdays": ["2026-01-03"]}, "2026-01-03 is not a day of 2027"),
        ({"workdays": ["2027-01-02", "2027-01-02"]}, "2027-01-02 stands there twice"),
        ({"holidays": ["2027-01-02"]}, "2027-01-02 is both"),
        ({"workdays": ["2027-01-05"]}, "2027-01-05 is no weekend day"),
        ({"holidays": ["1 January"]}, "holidays/0"),
        ({"holidays": [20270101]}, "holidays/0"),
    ],
)
def test_a_year_that_does_not_hold_is_refused(
    ops: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], said: str
) -> None:
    document = {name: value for name, value in {**YEAR, **changes}.items() if value is not None}
    assert main(["calendar", "import", written(tmp_path, document)]) == 1
    assert said in capsys.readouterr().err
    assert ops.foundation.rule_store.read_version() is None


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "null", '{"year": 2027', "\x00"])
@pytest.mark.parametrize("group", ["calendar", "rules"])
def test_what_is_no_document_is_refused(ops: Container, tmp_path: Path, group: str, text: str) -> None:
    assert main([group, "import", written(tmp_path, text)]) == 1
    assert main([group, "import", str(tmp_path / "none")]) == 1
    assert ops.foundation.rule_store.read_version() is None


def test_a_past_year_is_refused_unless_it_is_amended(
    ops: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    past = written(tmp_path, {"year": 2025, "source": "s", "holidays": ["2025-01-01"], "workdays": ["2025-01-26"]})
    assert main(["calendar", "import", past]) == 1
    assert "--amend" in capsys.readouterr().err
    assert main(["calendar", "import", past, "--amend"]) == 0
    assert 2025 in ops.foundation.rule_store.read().years


def changed(**changes: Any) -> dict[str, Any]:
    """The rules that ship, with other values for `acceptance` of every case, as a version of its own."""
    document: dict[str, Any] = deepcopy(DOCUMENT)
    document["version"] = "2027-01"
    document["rules"][0].update(changes)
    return document


def test_rules_are_imported_with_their_differences(
    ops: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, changed(value=5))
    assert main(["rules", "import", file, "--dry-run"]) == 0
    assert "~ acceptance/general: value 3 -> 5" in capsys.readouterr().out
    assert ops.foundation.rule_store.read_version() is None
    assert main(["rules", "import", file]) == 0
    due = ops.foundation.due_dates.due("acceptance", NOW)
    assert (due.kept.value, due.kept.version, due.at.date()) == (5, "2027-01", date(2026, 12, 1))
    assert main(["rules", "import", file]) == 0
    assert "nothing changes" in capsys.readouterr().out


def without(rule_id: str) -> dict[str, Any]:
    document = changed()
    document["rules"] = [one for one in document["rules"] if one["id"] != rule_id]
    return document


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (without("acceptance"), "acceptance is gone, and the code names it"),
        (without("retrial"), "retrial is gone"),
        (
            changed(valid_until="2026-12-31"),
            "acceptance holds for every case today, and would for none from 2027-01-01",
        ),
        (changed(valid_from="2026-12-31"), "acceptance holds for every case today, and would for none from 2026-11-24"),
        (changed(applies_to={"dispute_types": ["labour"]}), "acceptance holds for every case today"),
        (changed(applies_to={"dispute_types": ["nonsense"]}), "unknown: nonsense"),
        (changed(applies_to={"organisation_kinds": ["circus"]}), "unknown: circus"),
        (changed(applies_to={"dispute_types": []}), "holds for no case"),
        (changed(value=0), "value"),
        (changed(value="3"), "value"),
        (changed(calendar="moons"), "calendar"),
        (changed(title={"zh": "名"}), "title/en"),
        (changed(title={"zh": "名", "en": " "}), "title/en"),
        (changed(extra=1), "extra"),
        (changed(valid_from="2027-01-01", valid_until="2026-01-01"), "valid_until is before valid_from"),
        (changed(variant="court_platform"), "variant court_platform stands there twice"),
        ({**changed(value=5), "version": DOCUMENT["version"]}, "needs a version of its own"),
        ({**changed(), "rules": []}, "rules"),
        ({**changed(), "version": None}, "version"),
    ],
)
def test_rules_that_do_not_hold_are_refused(
    ops: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str], document: dict[str, Any], said: str
) -> None:
    assert main(["rules", "import", written(tmp_path, document)]) == 1
    assert said in capsys.readouterr().err
    assert ops.foundation.rule_store.read_version() is None


def test_a_rule_that_a_case_runs_under_is_not_dropped(
    ops: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = changed()
    more["rules"].append({**more["rules"][0], "id": "local_rule"})
    assert main(["rules", "import", written(tmp_path, more)]) == 0
    world: World = ops.__dict__["world"]
    seen = world.cases.file(WANG, FILING, world.key())
    stored = Table(world.clients, world.tables["CasesTable"])
    meta = stored.find(f"CASE#{seen.case.code}", "META")
    assert meta is not None
    meta["deadlines"][0]["rule"] = "local_rule"
    stored.put_many([meta])
    again = {**DOCUMENT, "version": "2027-02"}
    assert main(["rules", "import", written(tmp_path, again)]) == 1
    assert "local_rule is gone, and cases run under it" in capsys.readouterr().err
    world.act(CLERK, seen.case.code, "accept")  # its clock is over
    assert main(["rules", "import", written(tmp_path, again)]) == 0


def test_when_aws_does_not_answer_the_command_says_so(
    ops: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(ops.foundation.rule_store, "put_year", fail)
    assert main(["calendar", "import", written(tmp_path, YEAR)]) == 3
    assert "run the command again" in capsys.readouterr().err


def test_the_rules_that_ship_could_be_imported(ops: Container, tmp_path: Path) -> None:
    assert main(["rules", "import", str(RULES / "deadlines.json")]) == 0
    assert ops.foundation.rule_store.read_version() is None  # as known
    assert DeadlineRules.load().version == DOCUMENT["version"]
