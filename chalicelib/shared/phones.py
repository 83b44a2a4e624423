"""Phone numbers as people write them, and the one form (E.164) by which two spellings are the same number."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BETWEEN: Final = re.compile(r"[\s().-]")
_MOBILE: Final = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})", re.ASCII)
_LANDLINE: Final = re.compile(r"(?:(?:\+86|0086)0?|0)(10\d{8}|[2-9]\d{8,10})", re.ASCII)
_ABROAD: Final = re.compile(r"\+(?!86)([1-9]\d{5,14})", re.ASCII)
_CHINA: Final = "+86"


def read_phone(text: str) -> str | None:
    """Return a phone number as E.164, such as `+8613800138000`; None for what is no number.

    Read are mainland mobiles, landlines with their area code, and numbers abroad with `+`; in full-width digits too,
    and with spaces, hyphens, dots and brackets between. A landline without its area code names nobody in particular.
    """
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    for form in (_MOBILE, _LANDLINE):
        found = form.fullmatch(plain)
        if found is not None:
            return _CHINA + found[1]
    abroad = _ABROAD.fullmatch(plain)
    return None if abroad is None else f"+{abroad[1]}"


def takes_texts(phone: str) -> bool:
    """Tell whether a number (E.164) can get a text: mainland landlines cannot."""
    return not phone.startswith(_CHINA) or _MOBILE.fullmatch(phone) is not None
