"""What a snapshot knows of language: its lexicon, and the documents that queries are read with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from chalicelib.catalogue.concepts import HINT, INTENT, THING, WEAK
from chalicelib.catalogue.snapshot import SnapshotFile

_WEIGHTS: Mapping[str, float] = {"thing": THING, "intent": INTENT, "hint": HINT, "weak": WEAK}


class Entry(NamedTuple):
    """One entry of the lexicon: a word that people say, how much it counts, and what catalogues write for it."""

    said: str
    weight: float
    means: Sequence[str]


class Pattern(NamedTuple):
    """A way of speaking with a gap: 开…店. The gap is the expression's only group."""

    expression: re.Pattern[str]
    means: Sequence[str]


class Language:
    """What a snapshot knows of language. Documents are read when they are first needed, and kept."""

    def __init__(self, file: SnapshotFile) -> None:
        self._file = file

    @cached_property
    def simplified(self) -> Mapping[int, str]:
        """Traditional characters → simplified ones."""
        return {ord(char): to for char, to in self._file.document("simplified").items()}

    @cached_property
    def sounds(self) -> Mapping[str, str]:
        """Characters → toneless pinyin."""
        return self._file.document("sounds")  # type: ignore[no-any-return]

    @cached_property
    def fillers(self) -> re.Pattern[str]:
        """What people say around the thing they want."""
        return re.compile("|".join(map(re.escape, self._file.document("fillers"))) or "(?!)")

    @cached_property
    def patterns(self) -> Mapping[str, list[Pattern]]:
        """First characters → the ways of speaking with a gap that begin so."""
        by_first: dict[str, list[Pattern]] = {}
        for said, means in self._file.document("patterns"):
            before, _, after = map(re.escape, said.partition("*"))
            expression = re.compile(f"{before}(.{{1,4}}?){after}" if after else f"{before}(.{{1,4}})")
            by_first.setdefault(said[0], []).append(Pattern(expression, means))
        return by_first

    @cached_property
    def stop_words(self) -> frozenset[str]:
        """English words that carry nothing here."""
        return frozenset(self._file.document("stop_words"))

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """Pairs and characters → how telling they are (0: in every name)."""
        return self._file.document("weights")  # type: ignore[no-any-return]

    @cached_property
    def weak(self) -> frozenset[str]:
        """Words of procedure, such as 办理, that half the names contain."""
        return frozenset(self._file.document("weak"))

    @cached_property
    def usual(self) -> frozenset[str]:
        """Words for the usual thing to do, such as 申领: a name is not further from a query for them."""
        return self.weak | frozenset(self._file.document("usual"))

    @cached_property
    def not_in(self) -> Mapping[str, list[str]]:
        """Words → longer words that contain them and mean something else (身份证 in 身份证明)."""
        return self._file.document("not_in")  # type: ignore[no-any-return]

    def sound_of(self, han: str) -> str:
        """Return the pinyin of characters, as one word; other letters stay."""
        return "".join(self.sounds.get(char, char if char.isascii() else "") for char in han)

    def entries(self, forms: Sequence[str], kind: str) -> dict[str, list[Entry]]:
        """Return the lexicon's entries under any of `forms`; `kind`: "han", "pinyin", "initials", "english", "typo"."""
        found: dict[str, list[Entry]] = {}
        if forms:
            for form, said, role, means in self._file.lexicon_entries(forms, kind):
                found.setdefault(form, []).append(Entry(said, _WEIGHTS[role], means.split("|") if means else ()))
        return found
