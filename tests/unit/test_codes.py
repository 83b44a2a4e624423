"""Case codes: what a typo is, and what is merely another way of writing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum import luhn
from stdnum.cn import ric

from chalicelib.cases.fields import IdentityNumber
from chalicelib.ratings.rating.screening import screen
from chalicelib.shared.codes import ALPHABET, BadCode, check_character, new_code, parse_code, show_code

bodies = st.text(alphabet=ALPHABET, min_size=16, max_size=16)


@given(bodies)
def test_a_code_is_read_as_it_is_shown_and_as_people_write_it(body: str) -> None:
    code = body + check_character(body)
    assert parse_code(show_code(code)) == code
    assert parse_code(code.lower()) == code
    assert parse_code(code.replace("0", "O").replace("1", "l")) == code


@given(bodies, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_noticed(body: str, place: int, other: str) -> None:
    code = body + check_character(body)
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(BadCode):
            parse_code(wrong)


@given(bodies)
def test_check_characters_are_those_of_python_stdnum(body: str) -> None:
    assert check_character(body) == luhn.calc_check_digit(body, ALPHABET)
    assert luhn.is_valid(new_code(), ALPHABET)


@given(st.text(alphabet="0123456789", min_size=13, max_size=19))
def test_cards_are_told_from_other_numbers_as_python_stdnum_does(number: str) -> None:
    shown = screen(f"({number})")
    if luhn.is_valid(number):
        assert number not in shown


@given(st.integers(0, 10**6 - 1), st.dates(date(1850, 1, 1), date(2026, 11, 25)), st.integers(0, 999))
def test_identity_numbers_are_checked_as_python_stdnum_does(region: int, born: date, serial: int) -> None:
    body = f"{region:06d}{born:%Y%m%d}{serial:03d}"
    right = ric.calc_check_digit(f"{body}0")
    numbers = TypeAdapter(IdentityNumber)
    assert numbers.validate_python(body + right.lower()) == body + right
    for wrong in "0123456789X".replace(right, ""):
        with pytest.raises(ValidationError):
            numbers.validate_python(body + wrong)


@pytest.mark.parametrize(
    "text", ["", "-", "0" * 16, "0" * 18, "U" * 17, "é" * 17, "../../etc", "0000-0000-0000-0000-1"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadCode):
        parse_code(text)
