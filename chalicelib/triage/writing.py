"""A text in the form that rules are matched against, and the way back to the words as the person wrote them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from chalicelib.shared.rule_files import RULES

_TRADITIONAL: Final = RULES / "traditional.json"
_APOSTROPHES: Final = {"’": "'", "‘": "'", "`": "'"}
_CHINESE: Final = re.compile("[\u3400-\u9fff]+")
_NOISE: Final = frozenset(" .·•*-_~/|\\+#^&=@'\"“”‘’「」『』()（）<>《》【】[]—")


@dataclass(frozen=True, slots=True)
class Writing:
    """A text, and its plain form: compatibility forms, lower case, simplified characters, single spaces.

    `begins` and `ends`: for each character of `plain`, where what it stands for begins and ends in `text`. One
    character written may stand as several (㍻, ﬁ), and several as one (a letter and its accent).
    """

    text: str
    plain: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the plain form of a text. Takes time in proportion to its length."""
        plain: list[str] = []
        begins: list[int] = []
        ends: list[int] = []
        for begin, end in _clusters(text):
            for character in _plain(text[begin:end]):
                if character.isspace():
                    if not plain or plain[-1] == " ":
                        continue
                    character = " "  # noqa: PLW2901 - any white space counts as one space
                plain.append(character)
                begins.append(begin)
                ends.append(end)
        if plain and plain[-1] == " ":
            del plain[-1], begins[-1], ends[-1]
        return cls(text, "".join(plain), tuple(begins), tuple(ends))

    def written(self, begin: int, end: int) -> str:
        """Return the words of the text that stand at these places of `plain`."""
        return self.text[self.begins[begin] : self.ends[end - 1]]

    def without_noise(self) -> Self:
        """Return the text without the spaces and marks by which Chinese words are pulled apart (想 死, 自*杀)."""
        plain, size = self.plain, len(self.plain)
        kept: list[int] = []
        place = 0
        while place < size:
            if plain[place] not in _NOISE:
                kept.append(place)
                place += 1
                continue
            after = place
            while after < size and plain[after] in _NOISE:
                after += 1
            if not (kept and is_chinese(plain[kept[-1]]) and after < size and is_chinese(plain[after])):
                kept.extend(range(place, after))
            place = after
        return type(self)(
            self.text,
            "".join(plain[one] for one in kept),
            tuple(self.begins[one] for one in kept),
            tuple(self.ends[one] for one in kept),
        )

    def is_torn(self, place: int) -> bool:
        """Return whether something stands in the text right before this place of `plain` that is not in `plain`."""
        return place > 0 and self.begins[place] > self.ends[place - 1]


def plain_form(text: str) -> str:
    """Return the plain form of a word of the rules."""
    if _CHINESE.fullmatch(text):  # nearly all of them, and they are read whenever a process starts
        return text.translate(_simplified_by_code())
    if text.isascii():
        return text.lower().replace("`", "'")
    return "".join(_plain(one) for one in text)


def is_chinese(character: str) -> bool:
    """Return whether it is a Chinese character (of the unified ideographs or their first extension)."""
    return "\u3400" <= character <= "\u9fff"


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each character with its accents begins and ends."""
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or text[place] < "\u0300" or not unicodedata.combining(text[place]):
            yield begin, place
            begin = place


def _plain(cluster: str) -> str:
    if len(cluster) == 1 and is_chinese(cluster):
        return _simplified().get(cluster, cluster)
    if cluster.isascii():
        return _APOSTROPHES.get(cluster, cluster.lower())
    if unicodedata.category(cluster[0]) == "Cf":  # invisible: joiners, marks of direction
        return ""
    plain = unicodedata.normalize("NFKC", cluster).lower()
    return "".join(_simplified().get(one, _APOSTROPHES.get(one, one)) for one in plain)


@cache
def _simplified() -> Mapping[str, str]:
    characters: Mapping[str, str] = json.loads(_TRADITIONAL.read_text(encoding="utf-8"))["characters"]
    return characters


@cache
def _simplified_by_code() -> Mapping[int, str]:
    return str.maketrans(dict(_simplified()))
