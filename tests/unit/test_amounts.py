"""Amounts in figures and in capitals."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cases.lifecycle.contract import MAX_AMOUNT_CENTS
from chalicelib.shared.amounts import in_capitals, in_figures

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("cents", "figures", "capitals"),
    [
        (0, "￥0.00", "人民币零元整"),
        (1, "￥0.01", "人民币壹分"),
        (10, "￥0.10", "人民币壹角整"),
        (100, "￥1.00", "人民币壹元整"),
        (105, "￥1.05", "人民币壹元零伍分"),
        (150, "￥1.50", "人民币壹元伍角整"),
        (1_000, "￥10.00", "人民币壹拾元整"),
        # The examples of the rules themselves:
        (140_950, "￥1,409.50", "人民币壹仟肆佰零玖元伍角整"),
        (600_714, "￥6,007.14", "人民币陆仟零柒元壹角肆分"),
        (1_640_902, "￥16,409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "￥325.04", "人民币叁佰贰拾伍元零肆分"),
        (1_230_000, "￥12,300.00", "人民币壹万贰仟叁佰元整"),
        (10_000_001_00, "￥10,000,001.00", "人民币壹仟万零壹元整"),
        (100_010_000_00, "￥100,010,000.00", "人民币壹亿零壹万元整"),
        (100_000_001_00, "￥100,000,001.00", "人民币壹亿零壹元整"),
        (10_000_000_000_000, "￥100,000,000,000.00", "人民币壹仟亿元整"),
    ],
)
def test_amounts_are_written_as_the_rules_say(cents: int, figures: str, capitals: str) -> None:
    assert (in_figures(cents), in_capitals(cents)) == (figures, capitals)


@given(st.integers(min_value=0, max_value=MAX_AMOUNT_CENTS))
def test_capitals_read_back_as_the_amount(cents: int) -> None:
    words = in_capitals(cents)
    assert read(words) == cents
    assert "零零" not in words
    assert not re.search("零[万亿元]", words) or cents < 100


def read(words: str) -> int:
    """Return the cents that an amount in capitals says."""
    rest = words.removeprefix("人民币").removesuffix("整")
    yuan, found, small = rest.partition("元")
    if not found:
        yuan, small = "", rest
    jiao = re.search("(.)角", small)
    fen = re.search("(.)分", small)
    cents = DIGITS.index(jiao[1]) * 10 if jiao else 0
    cents += DIGITS.index(fen[1]) if fen else 0
    total = 0
    for mark, power in (("亿", 10**8), ("万", 10**4), ("", 1)):
        head, cut, tail = yuan.partition(mark) if mark else (yuan, "", "")
        if mark and not cut:
            continue
        total += read_group(head) * power
        yuan = tail
    return total * 100 + cents


def read_group(words: str) -> int:
    total = digit = 0
    for one in words:
        if one in PLACES:
            total += digit * PLACES[one]
            digit = 0
        else:
            digit = DIGITS.index(one)
    return total + digit
