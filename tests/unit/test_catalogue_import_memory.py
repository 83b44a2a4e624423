"""A large file is read as a stream: what is held in memory does not grow with its size."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from chalicelib.catalogue.model import ItemState, ServiceItem
from infra.catalogue.commands import import_source
from infra.catalogue.importer import ImportRules
from infra.catalogue.readers import open_source

ROWS = 3000
CONDITION = "年满十六周岁的公民" * 150


class Nowhere:
    """A catalogue that forgets what it is given, so that only the import itself is measured."""

    def __init__(self) -> None:
        self.count = 0

    def find_states(self, codes: Sequence[str]) -> Mapping[str, ItemState]:
        return {}

    def list_codes(self) -> Iterator[str]:
        return iter(())

    def put_items(self, items: Sequence[ServiceItem]) -> None:
        self.count += len(items)

    def withdraw(self, codes: Sequence[str]) -> None:
        raise AssertionError


def _write_csv(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("实施编码,事项名称,受理条件\n")
        file.writelines(f"A{at},身份证补领,{at}{CONDITION}\n" for at in range(ROWS))


def _write_json_lines(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for at in range(ROWS):
            file.write(json.dumps({"code": f"A{at}", "name": "身份证补领", "conditions": [f"{at}{CONDITION}"]}) + "\n")


def _write_xlsx(path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["实施编码", "事项名称", "受理条件"])
    for at in range(ROWS):
        sheet.append([f"A{at}", "身份证补领", f"{at}{CONDITION}"])
    book.save(path)


@pytest.mark.parametrize("write", [_write_csv, _write_json_lines, _write_xlsx])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, write: Callable[[Path], None]) -> None:
    path = tmp_path / "catalogue"
    write(path)
    held_at_least = ROWS * len(CONDITION) * 2  # bytes, were the texts all in memory
    catalogue = Nowhere()
    tracemalloc.start()
    try:
        import_source(open_source(path), catalogue, ImportRules())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert catalogue.count == ROWS
    # XLSX reads and JSON judges its names by 100 rows, writing takes 100: a part, and always the same one.
    assert peak < held_at_least * 0.6
