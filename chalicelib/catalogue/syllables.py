"""Pinyin syllables, as far as a query goes: can this be pinyin, and where does a syllable end."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.catalogue.normalise import fold_pinyin

_SYLLABLE: Final = re.compile(
    r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu"
    r"|ou|ua|ue|ui|un|uo|a|e|i|o|u)"
)


def syllable_end(sound: str, position: int) -> int:
    """Return where the syllable at `position` ends; one letter on, if none begins there."""
    syllable = _SYLLABLE.match(sound, position)
    return syllable.end() if syllable else position + 1


def is_pinyin(word: str) -> bool:
    """Tell whether `word` can be pinyin without tones; its last syllable may be half typed."""
    folded = fold_pinyin(word)
    position = 0
    while position < len(folded):
        syllable = _SYLLABLE.match(folded, position)
        if syllable is None:
            # A half-typed last syllable: shenfenz
            return position > 0 and len(folded) - position <= 2 and not re.search("[aeiou]", folded[position:])  # noqa: PLR2004
        position = syllable.end()
        # `n`, `g` and `r` may belong to either side; the index decides, this test only asks whether it can be pinyin.
        if position < len(folded) and folded[position] in "ngr" and folded[position - 1] in "aeiou":
            following = folded[position + 1 : position + 2]
            if not following or following not in "aeiou":
                position += 1
    return bool(folded)
