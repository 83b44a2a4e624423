from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.errors import BadCursor
from chalicelib.shared.sealing import AesGcmSealer, Unsealable
from chalicelib.web.cursors import Page

SEALER = AesGcmSealer(b"root secret", "cursors")


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_was_sealed_is_unsealed_in_its_context(plain: bytes, context: bytes) -> None:
    assert SEALER.unseal(SEALER.seal(plain, context), context) == plain


@given(st.data())
def test_one_flipped_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal(b"place", b"list"))
    position = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[position // 8] ^= 1 << position % 8
    with pytest.raises(Unsealable):
        SEALER.unseal(bytes(sealed), b"list")


def test_another_purpose_or_secret_cannot_unseal() -> None:
    sealed = SEALER.seal(b"place", b"list")
    for other in (AesGcmSealer(b"root secret", "answers"), AesGcmSealer(b"other secret", "cursors")):
        with pytest.raises(Unsealable):
            other.unseal(sealed, b"list")


def test_equal_values_are_not_sealed_alike() -> None:
    assert SEALER.seal(b"place", b"list") != SEALER.seal(b"place", b"list")


def page(cursor: str | None, context: bytes = b"alice /v1/cases") -> Page:
    return Page(20, cursor, context, lambda: SEALER)


def test_a_cursor_leads_back_to_its_place() -> None:
    cursor = page(None).cursor_after({"sk": "张三", "n": 3})
    assert page(cursor).position == {"sk": "张三", "n": 3}


def test_a_cursor_shows_nothing_of_its_place() -> None:
    cursor = page(None).cursor_after({"pk": "CASE#SECRET"})
    assert cursor is not None
    assert "SECRET" not in cursor


def test_the_last_page_has_no_cursor() -> None:
    assert page(None).cursor_after(None) is None


@pytest.mark.parametrize("context", [b"bob /v1/cases", b"alice /v1/appointments", b""])
def test_a_cursor_serves_no_other_caller_list_or_filter(context: bytes) -> None:
    cursor = page(None).cursor_after({"n": 1})
    with pytest.raises(BadCursor):
        page(cursor, context)


@given(st.text(max_size=80))
def test_any_other_text_is_a_bad_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        page(text)
