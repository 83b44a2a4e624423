"""Text that people type: what cannot be seen, or turns what can be seen around, does not pass."""

from __future__ import annotations

import re
from typing import Final

from pydantic_core import PydanticCustomError

_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters but tab and line ends; zero-width and bidirectional formatting (Unicode TR 36, 2.9)."""


def plain_text(text: str) -> str:
    """Return `text`; raise pydantic's error for a character that cannot be seen."""
    if _UNSEEN.search(text):
        raise PydanticCustomError("control_characters", "no control or invisible characters")
    return text
