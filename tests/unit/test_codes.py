"""Case codes: what a typo is, and what is merely another way of writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_the_check_character_makes_the_luhn_sum_zero() -> None:
    def luhn(code: str) -> int:
        values = [ALPHABET.index(character) for character in reversed(code)]
        return sum(sum(divmod(value * (1 + place % 2), 32)) for place, value in enumerate(values)) % 32

    assert all(luhn(new_code()) == 0 for _ in range(200))


@pytest.mark.parametrize(
    "text", ["", "-", "0" * 16, "0" * 18, "U" * 17, "é" * 17, "../../etc", "0000-0000-0000-0000-1"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadCode):
        parse_code(text)
