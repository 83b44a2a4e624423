"""Phone numbers: every spelling of one is one, and what is no number is none."""

from __future__ import annotations

import pytest

from chalicelib.shared.phones import read_phone, takes_texts


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("0086 138 0013 8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("0411-82345678", "+8641182345678"),
        ("(0411) 8234 5678", "+8641182345678"),
        ("+86 0411 82345678", "+8641182345678"),
        ("+86 411 82345678", "+8641182345678"),
        ("010-62345678", "+861062345678"),
        ("+44 20 7946 0000", "+442079460000"),
    ],
)
def test_every_spelling_of_a_number_is_one(text: str, phone: str) -> None:
    assert read_phone(text) == phone


@pytest.mark.parametrize(
    "text",
    ["", "中中中中中中", "82345678", "12", "1380013800", "138001380001", "23800138000", "+", "١٣٨٠٠١٣٨٠٠٠x", "a" * 30],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_phone(text) is None


def test_landlines_get_no_texts() -> None:
    assert [takes_texts(one) for one in ("+8613800138000", "+442079460000", "+8641182345678")] == [True, True, False]
    assert not takes_texts("+861062345678")
