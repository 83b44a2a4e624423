from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.texts import Text, choose_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("zh-CN", "zh"),
        ("en", "en"),
        ("en-GB,zh;q=0.5", "en"),
        ("zh;q=0.4, en;q=0.9", "en"),
        ("en;q=0.1, zh-TW", "zh"),
        ("fr, en;q=0.2", "en"),
        ("fr", "zh"),
        ("en;q=0", "zh"),
        ("en;q=nonsense", "zh"),
        ("EN-us", "en"),
    ],
)
def test_the_best_language_that_we_speak_is_chosen(header: str | None, language: str) -> None:
    assert choose_language(header) == language


@given(st.text())
def test_any_header_gets_a_language(header: str) -> None:
    assert choose_language(header) in {"zh", "en"}


def test_placeholders_are_filled_in_both_languages() -> None:
    text = Text("共 {n} 件", "{n} in all").format(n=3)
    assert (text.text("zh"), text.text("en")) == ("共 3 件", "3 in all")
