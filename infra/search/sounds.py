"""How names sound: pinyin and initials of every character, and the maps that queries are read with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from chalicelib.catalogue.normalise import fold_pinyin

_MAX_PINYIN: Final = 40
_MAX_INITIALS: Final = 16
_COMMON_HAN: Final = range(0x4E00, 0x9FA6)


class Sound(NamedTuple):
    """A name's sound from the character `start` on; `lengths`: letters of each character, one digit each."""

    kind: str
    sound: str
    start: int
    lengths: str


def syllables_of(core: str) -> list[str]:
    """Return the toneless pinyin of each character of `core`; other letters stand for themselves."""
    spelled = pinyin(core, style=Style.NORMAL, errors=list, heteronym=False)  # type: ignore[arg-type]
    syllables = [fold_pinyin(part) for reading in spelled for part in (reading if len(reading) > 1 else reading[:1])]
    return syllables if len(syllables) == len(core) else [_alone(char) for char in core]


def sounds_of(core: str) -> Iterator[Sound]:
    """Yield the sound of `core` from each of its characters on."""
    syllables = syllables_of(core)
    for start in range(len(syllables)):
        rest = syllables[start:]
        lengths = "".join(str(min(len(syllable), 9)) for syllable in rest)
        yield Sound("pinyin", "".join(rest)[:_MAX_PINYIN], start, lengths)
        yield Sound("initials", "".join(syllable[:1] for syllable in rest)[:_MAX_INITIALS], start, "")


def word_sounds(word: str) -> tuple[str, str]:
    """Return (pinyin, initials) of a word."""
    syllables = syllables_of(word)
    return "".join(syllables), "".join(syllable[:1] for syllable in syllables)


@cache
def character_sounds() -> dict[str, str]:
    """Return the commonest reading of every common character."""
    characters = [chr(code) for code in _COMMON_HAN]
    readings = {char: PINYIN_DICT[ord(char)].split(",")[0] for char in characters if ord(char) in PINYIN_DICT}
    return {char: fold_pinyin(to_normal(reading)) for char, reading in readings.items()}


@cache
def simplified_characters() -> dict[str, str]:
    """Return the simplified form of every traditional character that has another one."""
    converter = OpenCC("t2s")
    pairs = ((chr(code), converter.convert(chr(code))) for code in _COMMON_HAN)
    return {traditional: simple for traditional, simple in pairs if simple != traditional and len(simple) == 1}


def _alone(char: str) -> str:
    return fold_pinyin(lazy_pinyin(char, style=Style.NORMAL, errors=lambda other: other)[0])
