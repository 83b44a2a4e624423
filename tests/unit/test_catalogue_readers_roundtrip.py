"""Any service item, written to any format in any encoding it can be in, is read back as it was."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import WriteOnlyCell

from chalicelib.catalogue.model import ServiceItem
from infra.catalogue.columns import TITLES
from infra.catalogue.readers import open_source
from infra.catalogue.rows import GoodRow, RowReader
from tests.examples import examples

WORDS = st.sampled_from(["身份证", "补领", "结婚登记", "办理", "申请", "社保", "㐂", "𠮷", "一件事", "Passport", "A"])
SEPARATORS = st.sampled_from(["", " ", ",", ";", "；", "\n", "\t", '"', "'", "→", "|", "：", "[", "{", "=", "1", "\\"])
TEXTS = st.lists(st.tuples(WORDS, SEPARATORS, WORDS), min_size=1, max_size=6).map(
    lambda parts: "".join(text for part in parts for text in part)
)
CODES = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z_.\-]{0,30}", fullmatch=True)
LIMITS = st.none() | st.fixed_dictionaries(
    {
        "value": st.integers(0, 3650),
        "unit": st.sampled_from(["working_days", "natural_days", "hours", "minutes", "months"]),
    }
)


def part(required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]) -> Any:
    return st.lists(st.fixed_dictionaries(required, optional=optional), max_size=3)


ITEMS: st.SearchStrategy[ServiceItem] = st.fixed_dictionaries(
    {"code": CODES, "name": TEXTS},
    optional={
        "name_en": TEXTS,
        "short_name": TEXTS,
        "basic_code": CODES,
        "handling_item_code": CODES,
        "main_item": TEXTS,
        "type": st.sampled_from(["01", "02", "05", "10", "20"]),
        "version": TEXTS,
        "exercise_level": st.sampled_from(["national", "municipal", "village"]),
        "department": TEXTS,
        "department_code": TEXTS,
        "region": st.from_regex(r"[0-9]{6}([0-9]{6})?", fullmatch=True),
        "audience": st.lists(st.sampled_from(["individual", "enterprise", "other"]), max_size=4),
        "handling_type": st.sampled_from(["immediate", "promised"]),
        "legal_limit": LIMITS,
        "promised_limit": LIMITS,
        "visits": st.integers(0, 20),
        "conditions": st.lists(TEXTS, max_size=3),
        "process": part({"name": TEXTS}, {"description": TEXTS}),
        "materials": part(
            {"name": TEXTS},
            {
                "necessity": st.sampled_from(["required", "conditional", "optional"]),
                "form": st.sampled_from(["original", "copy", "electronic"]),
                "copies": st.integers(0, 100),
                "note": TEXTS,
            },
        ),
        "fees": st.none() | part({"name": TEXTS}, {"standard": TEXTS, "reducible": st.booleans()}),
        "windows": part(
            {"name": TEXTS},
            {"hours": TEXTS, "longitude": st.floats(-180, 180), "latitude": st.floats(-90, 90)},
        ),
        "channels": st.lists(st.sampled_from(["online", "mobile", "window", "self_service"]), max_size=4),
        "bookable": st.none() | st.booleans(),
        "enquiry": TEXTS,
        "legal_basis": st.lists(TEXTS, max_size=3),
        "qa": part({"question": TEXTS, "answer": TEXTS}, {}),
        "keywords": st.lists(TEXTS, max_size=3),
        "themes": st.lists(st.sampled_from(["birth", "identity", "tax"]), max_size=2),
        "popularity": st.integers(0, 1_000_000_000),
        "sample": st.booleans(),
    },
).map(ServiceItem.model_validate)
CATALOGUES = st.lists(ITEMS, min_size=1, max_size=4)


def to_cell(value: Any) -> str | None:
    """Write a value as the documentation says: text as it is, everything with a structure as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def to_table(items: list[ServiceItem]) -> list[list[str | None]]:
    rows = [[to_cell(value) for value in item.model_dump(mode="json").values()] for item in items]
    return [list(TITLES.values()), *rows]


def write_csv(items: list[ServiceItem], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(to_table(items))
    return text.getvalue()


def write_xlsx(items: list[ServiceItem]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in to_table(items):
        cells = [WriteOnlyCell(sheet, value=value) for value in row]
        for cell in cells:
            # A text that begins with = is a text here, as an export writes it.
            cell.data_type = "s" if cell.value is not None else "n"
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def dump(items: list[ServiceItem]) -> list[dict[str, Any]]:
    return [item.model_dump(mode="json") for item in items]


TEXT_FORMATS: dict[str, Callable[[list[ServiceItem]], str]] = {
    "csv": lambda items: write_csv(items, ","),
    "tsv": lambda items: write_csv(items, "\t"),
    "semicolons": lambda items: write_csv(items, ";"),
    "json list": lambda items: json.dumps(dump(items), ensure_ascii=False, indent=1),
    "json services": lambda items: json.dumps({"services": dump(items)}, ensure_ascii=False),
    "json lines": lambda items: "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in dump(items)),
}


def read_back(content: bytes) -> list[ServiceItem]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue"
        path.write_bytes(content)
        reader = RowReader()
        found = [reader.read(row) for row in open_source(path).rows]
    assert reader.ignored == {}
    assert all(isinstance(row, GoodRow) for row in found), found
    return [row.item for row in found if isinstance(row, GoodRow)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("write", TEXT_FORMATS.values(), ids=list(TEXT_FORMATS))
@settings(max_examples=examples(15), deadline=None)
@given(items=CATALOGUES)
def test_text_formats_bring_every_item_back(
    write: Callable[[list[ServiceItem]], str], encoding: str, items: list[ServiceItem]
) -> None:
    assert read_back(write(items).encode(encoding)) == items


@settings(max_examples=examples(25), deadline=None)
@given(items=CATALOGUES)
def test_xlsx_brings_every_item_back(items: list[ServiceItem]) -> None:
    assert read_back(write_xlsx(items)) == items
