"""How text is made comparable, for the snapshot's builder and for queries alike. Pure functions on strings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_RUNS: Final = re.compile(f"([{_HAN}]+)|([a-z]+)|([0-9]+)")
_BRACKETED: Final = re.compile(r"[(\[{【〔][^()\[\]{}【】〔〕]*[)\]}】〕]")  # 《》 hold names, not asides
_NOT_WORDS: Final = re.compile(f"[^{_HAN}a-z0-9]+")


def fold(text: str, simplified: Mapping[int, str]) -> str:
    """Return `text` in compatibility form, lower case, simplified characters, control characters as spaces."""
    compatible = unicodedata.normalize("NFKC", text).lower().translate(simplified)
    return "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} else char for char in compatible)


def squeeze(folded: str) -> str:
    """Return the letters, digits and characters of folded text, nothing between them."""
    return _NOT_WORDS.sub("", folded)


def core_of(folded: str) -> str:
    """Return a name without what it adds in brackets, squeezed; the whole name if nothing else is left."""
    return squeeze(_BRACKETED.sub("", folded)) or squeeze(folded)


def core_places(folded: str) -> list[int]:
    """Return where in folded text each letter of its `core_of` stands."""
    kept = _BRACKETED.sub(lambda aside: " " * len(aside.group()), folded)
    places = [place for place, char in enumerate(kept) if not _NOT_WORDS.fullmatch(char)]
    return places or [place for place, char in enumerate(folded) if not _NOT_WORDS.fullmatch(char)]


def runs_of(folded: str) -> Iterator[tuple[str, str]]:
    """Yield the runs of folded text as ("han" | "latin" | "digits", run)."""
    for match in _RUNS.finditer(folded):
        kind = ("han", "latin", "digits")[(match.lastindex or 1) - 1]
        yield kind, match.group()


def fold_english(words: str) -> str:
    """Return folded English words with one spelling for both sides of the ocean, and no possessives."""
    plain = " ".join(words.replace("'", " ").replace("-", " ").split())
    return plain.replace("licence", "license").replace("labour", "labor").replace("enrolment", "enrollment")


def bigrams(text: str) -> list[str]:
    """Return the overlapping pairs of `text`; a single character is its own pair."""
    return [text[i : i + 2] for i in range(len(text) - 1)] or ([text] if text else [])


def fold_pinyin(pinyin: str) -> str:
    """Return toneless pinyin with ü, v and u alike: keyboards have no ü, and people type either."""
    return pinyin.replace("ü", "u").replace("v", "u")
