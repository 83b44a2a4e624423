"""Screening before publication, figures, and tables that no spreadsheet program runs."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ratings.rating.model import Entry
from chalicelib.ratings.rating.rules import RatingRules
from chalicelib.ratings.rating.screening import mask_name, screen
from chalicelib.ratings.rating.tallies import names_of, summarise
from infra.ratings.charts import draw_charts
from infra.ratings.sheets import Row, write_csv, write_xlsx


@pytest.mark.parametrize(
    "secret",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "１３８００１３８０００",
        "+86 13800138000",
        "11010519491231002X",
        "110105 19491231 002X",
        "6222600260001072444",
        "a.b@example.cn",
        "微信号wx_12345",
        "中山路12号楼3单元501室",
        "一三八零零一三八零零零",
        "0411-82345678",
        "张大力",
    ],
)
def test_what_identifies_somebody_is_masked(secret: str) -> None:
    shown = screen(f"我要说，{secret}，就这样", ["张大力"])
    assert secret not in shown
    assert "***" in shown
    assert shown.startswith("我要说，")


@pytest.mark.parametrize("text", ["办了3次，跑了2趟，花了120元", "2026年11月24日去的", "排队40分钟", "很好！"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert screen(text) == text


def test_a_name_is_masked_to_the_family_name() -> None:
    assert mask_name("王小明") == "王*"


@given(st.lists(st.integers(1, 5), min_size=5, max_size=60))
def test_figures_are_those_of_the_levels(levels: list[int]) -> None:
    counts: dict[str, int] = {}
    for level in levels:
        for name in names_of("2026-11-24T00:00:00.000Z", level):
            counts[name] = counts.get(name, 0) + 1
    summary = summarise(counts, 5)
    assert summary.count == len(levels)
    assert summary.average == round(sum(levels) / len(levels), 2)
    assert summary.bad_rate == round(sum(level <= 2 for level in levels) / len(levels), 4)
    assert summary.months["2026-11"].distribution == summary.distribution


def test_small_groups_show_no_figures() -> None:
    summary = summarise({"l5": 3, "l1": 1}, 5)
    assert (summary.average, summary.bad_rate, summary.count) == (None, None, 4)
    assert set(summary.distribution.values()) == {None}


def test_every_tag_suits_some_target_and_level() -> None:
    for tag in RatingRules.load().tags.values():
        assert tag.kinds <= {"service", "staff", "overall", "channel"}
        assert tag.levels <= {1, 2, 3, 4, 5}
        assert tag.levels


def entry(text: str) -> Entry:
    return Entry(
        "r1",
        "organisation:o1",
        "2026-11-24T00:00:00.000Z",
        1,
        (),
        text,
        None,
        None,
        rectified=False,
        follow_up=None,
        hidden=None,
    )


def test_exports_hold_no_formulas(tmp_path: Path) -> None:
    rows = [Row.of(entry(text)) for text in ("=1+1", "+A1", "-2", "@SUM(A1)", "\tx", "fine")]
    write_csv(tmp_path / "r.csv", rows)
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert [text[0] for text in texts] == ["'", "'", "'", "'", "'", "f"]
    write_xlsx(tmp_path / "r.xlsx", rows)
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_charts_are_whole_svg() -> None:
    root = ET.fromstring(draw_charts("2026-11", [Row.of(entry("a <b>"))]))  # noqa: S314 - our own text
    assert root.tag.endswith("svg")
    assert "100.0% of 1" in "".join(root.itertext())
