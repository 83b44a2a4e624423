"""What a query means: the concepts it names, and for each one the ways a catalogue may write it.

    我想办身份证丢了的手续  →  [身份证]  [丢了 = 挂失 | 补领 | 遗失 …]        (我想, 办, 的, 手续 carry nothing)
    jiehun dengji          →  [jiehundengji as pinyin]
    how to get a passport  →  [passport = 护照]

Everything that knows a language is data in the snapshot: the lexicon, the characters' sounds, the fillers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from chalicelib.catalogue.concepts import (
    ENGLISH,
    HOMOPHONE,
    INITIALS,
    INTENT,
    LITERAL,
    PINYIN,
    SYNONYM,
    THING,
    WEAK,
    Concept,
    Meaning,
    Way,
)
from chalicelib.catalogue.normalise import bigrams, fold, fold_english, fold_pinyin, runs_of, squeeze
from chalicelib.catalogue.snapshot import SnapshotFile
from chalicelib.catalogue.syllables import is_pinyin, syllable_end

MAX_ANALYSED: Final = 120  # characters: no citizen's question needs more, and a hostile one gets no more
_MAX_WORD: Final = 12  # the longest phrase that is looked up in the lexicon, in characters
_MAX_ENGLISH_WORDS: Final = 4
_MAX_SOUND: Final = 40


class Language:
    """What a snapshot knows of language."""

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

    def understand(self, query: str) -> Meaning:
        """Return what `query` means; no concepts if it says nothing."""
        folded = fold(query, self.simplified)[:MAX_ANALYSED].strip()
        concepts: list[Concept] = []
        for kind, text in self._stretches(folded):
            concepts += self._latin_concepts(text) if kind == "latin" else self._han_concepts(text)
        if len(concepts) > 1 and any(concept.weight > WEAK for concept in concepts):
            concepts = _without_repeats(concepts)
        return Meaning(folded, squeeze(folded), concepts)

    def sound_of(self, han: str) -> str:
        """Return the pinyin of characters, as one word; other letters stay."""
        return "".join(self.sounds.get(char, char if char.isascii() else "") for char in han)

    def _stretches(self, folded: str) -> Iterator[tuple[str, str]]:
        """Yield runs of characters or digits, and Latin words that follow each other as one stretch."""
        words: list[str] = []
        for kind, run in runs_of(folded):
            if kind == "latin":
                words.append(run)
                continue
            if words:
                yield "latin", " ".join(words)
                words = []
            yield kind, run
        if words:
            yield "latin", " ".join(words)

    # -- characters

    def _han_concepts(self, run: str) -> list[Concept]:
        concepts: list[Concept] = []
        for piece in self._known_words(run):
            if isinstance(piece, Concept):
                concepts.append(piece)
                continue
            concepts.extend(self._unknown_word(rest) for rest in self.fillers.split(piece) if rest)
        return concepts

    def _known_words(self, run: str) -> Iterator[Concept | str]:
        """Yield the lexicon's words in `run`, longest first at each place, and the text between them."""
        places = [(i, j) for i in range(len(run)) for j in range(i + 1, min(i + _MAX_WORD, len(run)) + 1)]
        found = self._entries(list({run[i:j] for i, j in places}), "han")
        start = position = 0
        while position < len(run):
            longest = next(
                (n for n in range(min(_MAX_WORD, len(run) - position), 0, -1) if run[position : position + n] in found),
                0,
            )
            if not longest:
                position += 1
                continue
            if start < position:
                yield run[start:position]
            word = run[position : position + longest]
            yield self._known_word(word, found[word])
            position += longest
            start = position
        if start < len(run):
            yield run[start:]

    def _entries(self, forms: Sequence[str], kind: str) -> dict[str, list[str]]:
        entries: dict[str, list[str]] = {}
        for form, said, means in self._file.lexicon_entries(forms, kind):
            entries.setdefault(form, []).extend([f"={said}", *means.split("|")] if means else [f"={said}"])
        return entries

    def _known_word(self, word: str, means: Sequence[str]) -> Concept:
        weight = WEAK if word in self.weak else INTENT if "!" in means else THING
        concept = Concept(word, weight, [Way("text", word, LITERAL)])
        for meant in means:
            if meant[0] not in "=!":
                concept.ways.append(Way("text", meant, SYNONYM))
        return concept

    def _unknown_word(self, text: str) -> Concept:
        weight = WEAK if text in self.weak else THING * min(1.0, 0.4 + 0.2 * len(text))
        concept = Concept(text, weight, [Way("text", text, LITERAL)])
        sound = self.sound_of(text)
        if len(text) > 1 and sound:
            concept.ways.append(Way("pinyin", sound, HOMOPHONE))
            for said, meant in self._sounding_words(sound, "pinyin"):
                concept.ways += [Way("text", form, HOMOPHONE) for form in (said, *meant)]
        return concept

    # -- Latin letters

    def _latin_concepts(self, text: str) -> list[Concept]:
        words = fold_english(text).split()
        concepts: list[Concept] = []
        sounds: list[str] = []

        def flush() -> None:
            if sounds:
                concepts.extend(self._sound_concepts(sounds))
                sounds.clear()

        position = 0
        while position < len(words):
            taken, concept = self._english_at(words, position)
            if concept is not None:
                flush()
                concepts.append(concept)
            elif taken:
                flush()
            else:
                sounds.append(words[position])
                taken = 1
            position += taken
        flush()
        return concepts

    def _english_at(self, words: Sequence[str], position: int) -> tuple[int, Concept | None]:
        """Return how many words from `position` on are English that we know, and what they mean (None: nothing)."""
        for length in range(min(_MAX_ENGLISH_WORDS, len(words) - position), 0, -1):
            phrase = " ".join(words[position : position + length])
            for form in (phrase, phrase.removesuffix("s")):
                means = self._entries([form], "english").get(form)
                if means:
                    weight = INTENT if "!" in means else THING
                    ways = [Way("text", meant, ENGLISH) for meant in means if meant[0] not in "=!"]
                    ways.append(Way("english", phrase, ENGLISH))
                    return length, Concept(phrase, weight, ways)
        return (1, None) if words[position] in self.stop_words else (0, None)

    def _sound_concepts(self, words: Sequence[str]) -> list[Concept]:
        """Return the concepts of words that are pinyin, initials, or English that only names contain."""
        joined = fold_pinyin("".join(words))[:_MAX_SOUND]
        if all(is_pinyin(word) for word in words):
            return self._pinyin_concepts(joined)
        if len(words) > 1:
            return [concept for word in words for concept in self._sound_concepts([word])]
        concept = Concept(words[0], THING, [Way("english", words[0], ENGLISH)])
        for said, meant in self._sounding_words(joined, "initials"):
            concept.ways += [Way("text", said, PINYIN), *(Way("text", form, INITIALS) for form in meant)]
        if self._file.sounding("initials", joined, 1):
            concept.ways.append(Way("initials", joined, INITIALS))
        if self._file.sounding("pinyin", joined, 1):
            concept.ways.append(Way("pinyin", joined, PINYIN))
        if len(concept.ways) > 1:
            return [concept]
        return self._split_sound(joined) or [concept]

    def _pinyin_concepts(self, joined: str) -> list[Concept]:
        concept = Concept(joined, THING)
        for said, meant in self._sounding_words(joined, "pinyin"):
            concept.ways += [Way("text", said, PINYIN), *(Way("text", form, PINYIN * SYNONYM) for form in meant)]
        for said, meant in self._sounding_words(joined, "initials"):
            concept.ways += [Way("text", form, INITIALS) for form in (said, *meant)]
        if self._file.sounding("pinyin", joined, 1):
            concept.ways.append(Way("pinyin", joined, PINYIN))
        if self._file.sounding("initials", joined, 1):
            concept.ways.append(Way("initials", joined, INITIALS))
        if concept.ways:
            return [concept]
        return self._split_sound(joined) or [Concept(joined, THING, [Way("english", joined, ENGLISH)])]

    def _sounding_words(self, sound: str, kind: str) -> Iterator[tuple[str, list[str]]]:
        for _, said, means in self._file.lexicon_entries([sound], kind):
            yield said, [form for form in means.split("|") if form and form[0] not in "=!"]

    def _split_sound(self, joined: str) -> list[Concept]:
        """Cut a long sound where the longest known beginnings end: shenfenzhengdiule → shenfenzheng, diule."""
        concepts: list[Concept] = []
        position = 0
        while position < len(joined):
            for end in range(len(joined), position + 1, -1):
                piece = joined[position:end]
                concept = self._known_sound(piece)
                if concept is not None:
                    concepts.append(concept)
                    position = end
                    break
            else:
                position = syllable_end(joined, position)
        return concepts

    def _known_sound(self, piece: str) -> Concept | None:
        for kind, weight in (("pinyin", PINYIN), ("initials", INITIALS)):
            if kind == "initials" and len(piece) < 3:  # noqa: PLR2004 - two letters are the initials of anything
                continue
            ways = []
            intent = False
            for _, said, means in self._file.lexicon_entries([piece], kind):
                forms = means.split("|") if means else []
                intent = intent or "!" in forms
                ways += [Way("text", form, weight) for form in (said, *forms) if form and form[0] not in "=!"]
            if ways:
                weak = all(way.form in self.weak for way in ways)
                return Concept(piece, WEAK if weak else INTENT if intent else THING, ways)
            if len(piece) >= 4 and self._file.sounding(kind, piece, 1):  # noqa: PLR2004
                return Concept(piece, THING, [Way(kind, piece, weight)])
        return None

    def telling(self, text: str) -> float:
        """Return how telling `text` is: the sum over its pairs."""
        return sum(self.weights.get(pair, 1.0) for pair in bigrams(text))


def _without_repeats(concepts: Sequence[Concept]) -> list[Concept]:
    seen: dict[str, Concept] = {}
    for concept in concepts:
        seen.setdefault(concept.said, concept)
    return list(seen.values())
