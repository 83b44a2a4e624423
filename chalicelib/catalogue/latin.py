"""Reading Latin letters in a query: English words, pinyin in full or half typed, initials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chalicelib.catalogue.concepts import (
    ENGLISH,
    INITIALS,
    INTENT,
    PINYIN,
    SYNONYM,
    THING,
    WEAK,
    Concept,
    Way,
    ways_of,
)
from chalicelib.catalogue.language import Entry, Language
from chalicelib.catalogue.normalise import fold_english, fold_pinyin
from chalicelib.catalogue.snapshot import SnapshotFile
from chalicelib.catalogue.syllables import is_pinyin, syllable_end

_MAX_PHRASE: Final = 4  # words
_MAX_WORDS: Final = 24
_MAX_SOUND: Final = 40
_MIN_SOUND: Final = 4  # letters: fewer begin too many names to mean one of them inside a longer text
_MIN_INITIALS: Final = 3  # two letters are the initials of anything
_MUST_EXPLAIN: Final = 0.7  # of the letters: `swimming` holds `ming`, and is not about 明


class LatinReader:
    """Reads Latin letters with one snapshot's language."""

    def __init__(self, file: SnapshotFile, language: Language) -> None:
        self._file = file
        self._language = language

    def read(self, text: str) -> list[Concept]:
        """Return the concepts of words that are separated by spaces."""
        words = fold_english(text).split()[:_MAX_WORDS]
        english = self._language.entries(list(dict.fromkeys(_phrases(words))), "english")
        concepts: list[Concept] = []
        sounds: list[str] = []
        position = 0
        while position < len(words):
            taken, concept = self._english_at(words, position, english)
            if not taken:
                sounds.append(words[position])
                position += 1
                continue
            concepts += self._sound_concepts(sounds)
            sounds = []
            if concept is not None:
                concepts.append(concept)
            position += taken
        return concepts + self._sound_concepts(sounds)

    def _english_at(
        self, words: Sequence[str], position: int, english: dict[str, list[Entry]]
    ) -> tuple[int, Concept | None]:
        """Return how many words from `position` on are English that we know, and what they mean (None: nothing)."""
        for length in range(min(_MAX_PHRASE, len(words) - position), 0, -1):
            phrase = " ".join(words[position : position + length])
            for form in _singulars(phrase):
                if form in english:
                    ways = [way for entry in english[form] for way in ways_of(entry.means, ENGLISH)]
                    ways.append(Way("english", phrase, ENGLISH))
                    return length, Concept(phrase, min(entry.weight for entry in english[form]), ways)
        return (1, None) if words[position] in self._language.stop_words else (0, None)

    def _sound_concepts(self, words: Sequence[str]) -> list[Concept]:
        """Return the concepts of words that are pinyin, initials, or English that only names contain."""
        if not words:
            return []
        joined = fold_pinyin("".join(words))[:_MAX_SOUND]
        spoken = all(is_pinyin(word) for word in words)
        if len(words) > 1 and not spoken:
            return [concept for word in words for concept in self._sound_concepts([word])]
        concept = Concept(joined if spoken else words[0], THING)
        for entry in self._language.entries([joined], "pinyin").get(joined, ()):
            concept.ways += [Way("text", entry.said, PINYIN), *ways_of(entry.means, PINYIN * SYNONYM)]
        for entry in self._language.entries([joined], "initials").get(joined, ()):
            said = INITIALS if spoken else PINYIN  # what cannot be pinyin is more surely initials
            concept.ways += [Way("text", entry.said, said), *ways_of(entry.means, INITIALS)]
        for kind, weight in (("pinyin", PINYIN), ("initials", INITIALS)):
            if self._file.longest_sound(kind, joined) == len(joined):
                concept.ways.append(Way(kind, joined, weight))
        if not spoken:
            concept.ways.append(Way("english", words[0], ENGLISH))
        if len(concept.ways) > (0 if spoken else 1):
            return [concept]
        return self._split_sound(joined) or [Concept(joined, THING, [Way("english", joined, ENGLISH)])]

    def _split_sound(self, joined: str) -> list[Concept]:
        """Cut a long sound where the longest known beginnings end: shenfenzhengdiule → shenfenzheng, diule."""
        concepts: list[Concept] = []
        position = explained = 0
        while position < len(joined):
            concept = self._known_sound(joined[position:])
            if concept is None:
                position = syllable_end(joined, position)
                continue
            concepts.append(concept)
            position += len(concept.said)
            explained += len(concept.said)
        return concepts if explained >= _MUST_EXPLAIN * len(joined) else []

    def _known_sound(self, text: str) -> Concept | None:
        """Return the concept of the longest beginning of `text` that is known."""
        beginnings = [text[:end] for end in range(len(text), 1, -1)]
        spoken = self._language.entries(beginnings, "pinyin")
        short = self._language.entries([one for one in beginnings if len(one) >= _MIN_INITIALS], "initials")
        sounding = {kind: self._file.longest_sound(kind, text) for kind in ("pinyin", "initials")}
        for beginning in beginnings:
            for kind, found, weight in (("pinyin", spoken, PINYIN), ("initials", short, INITIALS)):
                entries = found.get(beginning)
                if entries:
                    ways = [way for entry in entries for way in ways_of([entry.said, *entry.means], weight)]
                    weights = {entry.weight for entry in entries}
                    heavy = WEAK if weights == {WEAK} else INTENT if INTENT in weights else THING
                    return Concept(beginning, heavy, ways)
                if len(beginning) >= _MIN_SOUND and len(beginning) <= sounding[kind]:
                    return Concept(beginning, THING, [Way(kind, beginning, weight)])
        return None


def _phrases(words: Sequence[str]) -> list[str]:
    spans = (
        words[start:end]
        for start in range(len(words))
        for end in range(start + 1, min(start + _MAX_PHRASE, len(words)) + 1)
    )
    return [form for span in spans for form in _singulars(" ".join(span))]


def _singulars(phrase: str) -> list[str]:
    """Return the phrase, and what it may be the plural of."""
    forms = [phrase]
    if phrase.endswith("ies"):
        forms.append(phrase[:-3] + "y")
    if phrase.endswith("s"):
        forms.append(phrase[:-1])
    if phrase.endswith("es"):
        forms.append(phrase[:-2])
    return forms
