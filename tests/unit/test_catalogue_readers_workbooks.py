"""Opening XLSX workbooks: the right sheet, rows that can be found again, and nothing that unpacks without end."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from infra.catalogue import workbooks
from infra.catalogue.readers import open_source
from infra.catalogue.source import AnyRow, CatalogueFileUnreadable, Place, Row


@pytest.fixture
def path(tmp_path: Path) -> Path:
    # No ending: what a file is, is read from its content.
    return tmp_path / "catalogue"


def read(path: Path, content: bytes) -> list[AnyRow]:
    path.write_bytes(content)
    return list(open_source(path).rows)


def refusal(path: Path, content: bytes) -> str:
    with pytest.raises(CatalogueFileUnreadable) as refused:
        read(path, content)
    return str(refused.value)


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_is_read_by_rows_from_the_sheet_that_has_the_header(path: Path) -> None:
    content = workbook(
        [["说明"], ["请勿修改"]],
        [
            ["事项清单"],
            [],
            ["实施编码", "事项名称", "行政区划代码", None],
            ["A1", "甲", 210202, None],
            [],
            ["A2", "乙"],
        ],
    )
    rows = read(path, content)
    assert rows == [
        Row(Place(4, "row"), {"实施编码": "A1", "事项名称": "甲", "行政区划代码": 210202}),
        Row(Place(6, "row"), {"实施编码": "A2", "事项名称": "乙"}),
    ]
    warnings = " ".join(open_source(path).warnings)
    assert "was not read" in warnings
    assert "事项清单" in warnings


def test_a_workbook_without_the_columns_or_without_anything_is_refused(path: Path) -> None:
    assert "事项名称 (name)" in refusal(path, workbook([["实施编码"], ["A1"]]))
    assert "no sheet with anything" in refusal(path, workbook([[]]))


def test_an_archive_that_is_no_workbook_or_a_damaged_one_is_refused(path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("a.csv", "code,name")
    assert "no XLSX workbook" in refusal(path, archive.getvalue())
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("xl/workbook.xml", "<not-xml")
    assert "save it again" in refusal(path, archive.getvalue())
    whole = workbook([["实施编码", "事项名称"], ["A1", "甲"]])
    assert "save it again" in refusal(path, whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("bound", "part", "said"),
    [
        ("MAX_UNPACKED_BYTES", "xl/media/image1.png", "would unpack to 1 MB"),
        ("MAX_SHARED_TEXT_BYTES", "xl/sharedStrings.xml", "too large"),
    ],
)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, part: str, said: str
) -> None:
    archive = io.BytesIO(workbook([["实施编码", "事项名称"], ["A1", "甲"]]))
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as written:
        written.writestr(part, bytes(1_000_000))
    monkeypatch.setattr(workbooks, bound, 100_000)
    assert len(archive.getvalue()) < 100_000
    assert said in refusal(path, archive.getvalue())
