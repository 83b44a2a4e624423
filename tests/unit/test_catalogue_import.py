"""The rules of importing, on a catalogue in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from chalicelib.catalogue.model import ItemState, ServiceItem
from infra.catalogue.importer import BATCH_SIZE, ImportRules, Summary, import_catalogue
from infra.catalogue.rows import Fault, RowReader
from infra.catalogue.source import AnyRow, Place, Row, UnreadableRow


class FakeCatalogue:
    """A catalogue in memory that counts what is asked of it."""

    def __init__(self) -> None:
        self.states: dict[str, ItemState] = {}
        self.items: dict[str, ServiceItem] = {}
        self.written: list[str] = []
        self.largest_read = 0

    def find_states(self, codes: Sequence[str]) -> Mapping[str, ItemState]:
        self.largest_read = max(self.largest_read, len(codes))
        return {code: self.states[code] for code in codes if code in self.states}

    def list_codes(self) -> Iterator[str]:
        # As the table does: lazily, so that withdrawing while listing would be seen.
        return (code for code, state in self.states.items() if not state.withdrawn)

    def put_items(self, items: Sequence[ServiceItem]) -> None:
        for item in items:
            self.states[item.code] = ItemState(item.digest(), withdrawn=False)
            self.items[item.code] = item
            self.written.append(item.code)

    def withdraw(self, codes: Sequence[str]) -> None:
        for code in codes:
            self.states[code] = self.states[code]._replace(withdrawn=True)

    def live(self) -> set[str]:
        return set(self.list_codes())


class Silent:
    """Progress that nobody watches."""

    def __init__(self) -> None:
        self.compared: list[tuple[int, int]] = []

    def read(self) -> None: ...

    def compare(self, done: int, total: int) -> None:
        self.compared.append((done, total))


class Import:
    """Runs imports on one catalogue, and keeps what the last one said."""

    def __init__(self) -> None:
        self.catalogue = FakeCatalogue()
        self.faults: list[Fault] = []
        self.withdrawn: list[str] = []
        self.reader = RowReader()

    def run(self, rows: Sequence[AnyRow], **rules: bool) -> Summary:
        self.faults, self.withdrawn, self.reader = [], [], RowReader()
        self.catalogue.written.clear()
        return import_catalogue(
            rows,
            self.catalogue,
            ImportRules(**rules),
            reader=self.reader,
            on_fault=self.faults.append,
            on_withdrawn=self.withdrawn.append,
            progress=Silent(),
        )


@pytest.fixture
def importing() -> Import:
    return Import()


def row(line: int, code: str | None, name: str | None = "身份证补领", **values: Any) -> Row:
    return Row(Place(line), {"实施编码": code, "事项名称": name, **values})


def test_new_items_are_written_and_counted(importing: Import) -> None:
    summary = importing.run([row(2, "A1"), row(3, "A2")])
    assert summary == Summary(read=2, new=2)
    assert importing.catalogue.live() == {"A1", "A2"}


def test_the_same_file_again_writes_nothing(importing: Import) -> None:
    rows = [row(2, "A1"), row(3, "A2", 服务对象="自然人")]
    importing.run(rows)
    assert importing.run(rows) == Summary(read=2, unchanged=2)
    assert importing.catalogue.written == []


def test_only_the_changed_item_is_written(importing: Import) -> None:
    importing.run([row(2, "A1"), row(3, "A2")])
    assert importing.run([row(2, "A1"), row(3, "A2", "居住证办理")]) == Summary(read=2, changed=1, unchanged=1)
    assert importing.catalogue.written == ["A2"]
    assert importing.catalogue.items["A2"].name == "居住证办理"


def test_one_bad_row_refuses_the_whole_file(importing: Import) -> None:
    summary = importing.run([row(2, "A1"), row(3, "A2", None), row(4, "A3", 事项类型="登记")])
    assert summary == Summary(read=3, bad=2, refused=True)
    assert importing.catalogue.written == []
    assert [(fault.place.line, fault.field) for fault in importing.faults] == [(3, "事项名称"), (4, "事项类型")]


def test_every_fault_of_a_row_is_reported(importing: Import) -> None:
    importing.run([row(7, "A 1", "", 服务对象="路人", 到办事现场次数="很多", 办件类型="承诺件")])
    assert {fault.field for fault in importing.faults} == {"实施编码", "事项名称", "服务对象", "到办事现场次数"}


def test_good_rows_are_written_with_skip_bad(importing: Import) -> None:
    summary = importing.run([row(2, "A1"), row(3, "A2", None)], skip_bad=True)
    assert summary == Summary(read=2, bad=1, new=1)
    assert importing.catalogue.live() == {"A1"}


def test_a_dry_run_counts_and_writes_nothing(importing: Import) -> None:
    importing.run([row(2, "A1"), row(3, "A2")])
    summary = importing.run([row(2, "A1", "改名"), row(3, "A3")], replace=True, dry_run=True)
    assert summary == Summary(read=2, changed=1, new=1, withdrawn=1)
    assert importing.withdrawn == ["A2"]
    assert importing.catalogue.written == []
    assert importing.catalogue.live() == {"A1", "A2"}


def test_what_is_gone_from_the_file_stays_unless_replace(importing: Import) -> None:
    importing.run([row(2, "A1"), row(3, "A2")])
    assert importing.run([row(2, "A1")]) == Summary(read=1, unchanged=1)
    assert importing.catalogue.live() == {"A1", "A2"}


def test_what_is_gone_is_withdrawn_with_replace_and_named(importing: Import) -> None:
    importing.run([row(at, f"A{at}") for at in range(2, 8)])
    assert importing.run([row(2, "A2")], replace=True) == Summary(read=1, unchanged=1, withdrawn=5)
    assert importing.withdrawn == ["A3", "A4", "A5", "A6", "A7"]
    assert importing.catalogue.live() == {"A2"}


def test_a_withdrawn_item_is_restored_when_it_is_back(importing: Import) -> None:
    importing.run([row(2, "A1"), row(3, "A2")])
    importing.run([row(2, "A1")], replace=True)
    assert importing.run([row(2, "A1"), row(3, "A2")]) == Summary(read=2, unchanged=1, restored=1)
    assert importing.catalogue.live() == {"A1", "A2"}


def test_an_item_whose_row_is_bad_is_not_withdrawn(importing: Import) -> None:
    importing.run([row(2, "A1"), row(3, "A2"), row(4, "A3")])
    rows = [row(2, "A1"), row(3, "A2", 事项类型="登记")]
    assert importing.run(rows, replace=True, skip_bad=True) == Summary(read=2, bad=1, unchanged=1, withdrawn=1)
    assert importing.catalogue.live() == {"A1", "A2"}


@pytest.mark.parametrize(
    "nameless",
    [row(3, None), row(3, "A 2"), UnreadableRow(Place(3), "broken")],
    ids=["no code", "damaged code", "unreadable"],
)
def test_nothing_is_withdrawn_while_a_bad_row_may_be_about_any_item(importing: Import, nameless: AnyRow) -> None:
    importing.run([row(2, "A1"), row(3, "A2")])
    summary = importing.run([row(2, "A1"), nameless], replace=True, skip_bad=True)
    assert summary == Summary(read=2, bad=1, unchanged=1, withdrawal_held_back=True)
    assert importing.catalogue.live() == {"A1", "A2"}


def test_nothing_is_withdrawn_by_a_refused_file(importing: Import) -> None:
    importing.run([row(2, "A1"), row(3, "A2")])
    assert importing.run([row(2, "A1", None)], replace=True) == Summary(read=1, bad=1, refused=True)
    assert importing.catalogue.live() == {"A1", "A2"}


def test_each_repeated_code_is_a_bad_row_that_names_the_first(importing: Import) -> None:
    rows = [row(2, "A1", "甲"), row(3, "A2"), row(4, "A1 ", "乙"), row(5, "A1", "丙")]
    summary = importing.run(rows, skip_bad=True)
    assert summary == Summary(read=4, bad=2, new=2)
    assert [(fault.place.line, fault.field) for fault in importing.faults] == [(4, "实施编码"), (5, "实施编码")]
    assert all("line 2" in fault.reason for fault in importing.faults)
    assert importing.catalogue.items["A1"].name == "甲"


def test_a_code_first_seen_in_a_bad_row_is_taken(importing: Import) -> None:
    summary = importing.run([row(2, "A1", None), row(3, "A1")], skip_bad=True)
    assert summary == Summary(read=2, bad=2)
    assert importing.faults[1].reason.startswith("A1 is the code of line 2 already")


def test_the_catalogue_is_asked_in_batches(importing: Import) -> None:
    summary = importing.run([row(at, f"A{at}") for at in range(2, 2 * BATCH_SIZE + 5)])
    assert summary.new == 2 * BATCH_SIZE + 3
    assert importing.catalogue.largest_read == BATCH_SIZE


def test_names_that_are_no_fields_are_gathered(importing: Import) -> None:
    importing.run([row(2, "A1", 备注="x"), row(3, "A2", 备注="y", 领导="")])
    assert importing.reader.ignored == {"备注": Place(2), "领导": Place(3)}


def test_an_item_too_large_for_the_table_is_a_bad_row(importing: Import) -> None:
    conditions = [f"{at}{'条' * 3990}" for at in range(40)]
    assert importing.run([row(2, "A1"), row(3, "A2", 受理条件=conditions)]).refused
    assert "380 KB" in importing.faults[0].reason


def test_writing_goes_on_where_it_was_cut_off(importing: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(at, f"A{at}") for at in range(2, BATCH_SIZE + 12)]
    put_items = importing.catalogue.put_items

    def put_once(items: Sequence[ServiceItem]) -> None:
        if importing.catalogue.written:
            raise ConnectionError
        put_items(items)

    with monkeypatch.context() as patch:
        patch.setattr(importing.catalogue, "put_items", put_once)
        with pytest.raises(ConnectionError):
            importing.run(rows)
    assert importing.run(rows) == Summary(read=BATCH_SIZE + 10, new=10, unchanged=BATCH_SIZE)
