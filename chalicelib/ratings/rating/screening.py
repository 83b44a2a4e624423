"""Text before it is public: numbers, addresses and names by which people could be found are masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

MASK: Final = "***"
_NARROW: Final = {ord("０") + n: str(n) for n in range(10)}  # full-width digits are read as digits
_SEPARATED: Final = r"[ \-–—.·_]?"
_IDENTITY: Final = re.compile(
    rf"(?<!\d)[1-9]\d{{5}}{_SEPARATED}(?:18|19|20)\d{{2}}{_SEPARATED}\d{{4}}{_SEPARATED}\d{{3}}[\dXx](?!\d)"
)
_PHONE: Final = re.compile(
    r"(?<!\d)(?:\+?86[ \-]?)?1[ \-]?[3-9](?:[ \-]?\d){9}(?!\d)|(?<!\d)0\d{2,3}[ \-]?\d{7,8}(?!\d)"
)
_CARD: Final = re.compile(r"(?<!\d)(?:\d[ \-]?){13,19}(?!\d)")
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}")
_SOCIAL: Final = re.compile(r"(?:微信|wechat|wx|vx|qq)[号:：\s]*[A-Za-z0-9_\-]{5,20}", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"[\u4e00-\u9fff]{1,12}(?:路|街|巷|胡同|大道|里|小区|花园|苑|村)[\u4e00-\u9fff]{0,6}?\d{1,5}(?:号楼|号院|号|栋|幢|单元|室|门)"
    r"(?:[\d\-一二三四五六七八九十]{1,5}(?:号楼|单元|栋|幢|层|楼|室|号|门))*"
)
_SPELT_PHONE: Final = re.compile(r"一[三四五六七八九][零〇一二三四五六七八九]{9}")


def screen(text: str, names: Iterable[str] = ()) -> str:
    """Return the text as it may be public. `names`: of the people who are rated."""
    shown = unicodedata.normalize("NFC", text).translate(_NARROW)
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        shown = shown.replace(unicodedata.normalize("NFC", name), MASK)
    for pattern in (_IDENTITY, _MAIL, _SOCIAL, _ADDRESS, _SPELT_PHONE):
        shown = pattern.sub(MASK, shown)
    shown = _CARD.sub(lambda hit: MASK if _is_card(hit[0]) else hit[0], shown)
    return _PHONE.sub(MASK, shown)


def mask_name(name: str) -> str:
    """Return the family name and `*`."""
    return f"{name.strip()[:1]}*"


def _is_card(text: str) -> bool:
    """Tell whether the digits hold the check of payment cards (ISO/IEC 7812-1, Luhn)."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = (digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4) for place, digit in enumerate(reversed(digits)))  # noqa: PLR2004
    return sum(doubled) % 10 == 0
