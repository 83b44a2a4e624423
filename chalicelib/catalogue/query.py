"""What a query means: the concepts it names, and for each one the ways a catalogue may write it.

    我想办身份证丢了的手续  →  [身份证]  [丢了 = 挂失 | 补领 | 遗失 …]        (我想, 办, 的, 手续 carry nothing)
    jiehun dengji          →  [jiehundengji as pinyin]
    how to get a passport  →  [passport = 护照]
    开火锅店                →  [开…店 = 食品经营许可 | 个体工商户设立登记]
    营业执造                →  [营业执照, with one wrong character]

Everything that knows a language is data in the snapshot: the lexicon, the characters' sounds, the fillers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from chalicelib.catalogue.concepts import (
    HOMOPHONE,
    LITERAL,
    MISTYPED_LENGTHS,
    SYNONYM,
    THING,
    WEAK,
    Concept,
    Meaning,
    Way,
    ways_of,
)
from chalicelib.catalogue.language import Entry, Language
from chalicelib.catalogue.latin import LatinReader
from chalicelib.catalogue.normalise import bigrams, fold, runs_of, squeeze
from chalicelib.catalogue.snapshot import SnapshotFile

MAX_ANALYSED: Final = 120  # characters: no citizen's question needs more, and a hostile one gets no more
MAX_CONCEPTS: Final = 8
_MAX_WORD: Final = 12  # the longest phrase that is looked up in the lexicon, in characters
_MAX_MISTYPED: Final = 6  # characters that may be the wrong one


class QueryReader:
    """Reads queries with one snapshot's language."""

    def __init__(self, file: SnapshotFile, language: Language) -> None:
        self._language = language
        self._latin = LatinReader(file, language)

    def read(self, query: str) -> Meaning:
        """Return what `query` means; no concepts if it says nothing."""
        folded = fold(query[: 4 * MAX_ANALYSED], self._language.simplified)[:MAX_ANALYSED].strip()
        concepts: dict[str, Concept] = {}
        for kind, text in _stretches(folded):
            for concept in self._latin.read(text) if kind == "latin" else self._read_han(text):
                concepts.setdefault(concept.said, concept)
        telling = sorted(concepts.values(), key=lambda concept: -concept.weight)[:MAX_CONCEPTS]
        return Meaning(folded, squeeze(folded), [concept for concept in concepts.values() if concept in telling])

    def _read_han(self, run: str) -> list[Concept]:
        lexicon = self._words_in(run)
        concepts: list[Concept] = []
        unknown: list[tuple[int, str]] = []
        for start, piece in self._segments(run, lexicon):
            if isinstance(piece, Concept):
                concepts.append(piece)
                continue
            unknown += [(start + place, rest) for place, rest in self._without_fillers(piece)]
        for mistyped in self._mistyped(run, unknown):
            said_there = [one for one in concepts if one.said in run[mistyped[0] : mistyped[1]]]
            concepts = [one for one in concepts if one not in said_there] + [mistyped[2]]
            unknown = [(at, rest) for at, rest in unknown if not mistyped[0] <= at < mistyped[1]]
        return concepts + [self._unknown_word(rest) for _, rest in unknown]

    def _words_in(self, run: str) -> Mapping[str, list[Entry]]:
        places = {run[i:j] for i in range(len(run)) for j in range(i + 1, min(i + _MAX_WORD, len(run)) + 1)}
        return self._language.entries(list(places), "han")

    def _segments(self, run: str, lexicon: Mapping[str, list[Entry]]) -> Iterator[tuple[int, Concept | str]]:
        """Yield the lexicon's words in `run`, longest first at each place, and the text between them."""
        start = position = 0
        while position < len(run):
            longest = next(
                (
                    n
                    for n in range(min(_MAX_WORD, len(run) - position), 0, -1)
                    if run[position : position + n] in lexicon
                ),
                0,
            )
            if longest:
                word = run[position : position + longest]
                end, concept = position + longest, _known_word(word, lexicon[word])
            else:
                end, spoken = self._pattern_at(run, position, lexicon)
                if spoken is None:
                    position += 1
                    continue
                concept = spoken
            if start < position:
                yield start, run[start:position]
            yield position, concept
            start = position = end
        if start < len(run):
            yield start, run[start:]

    def _pattern_at(self, run: str, position: int, lexicon: Mapping[str, list[Entry]]) -> tuple[int, Concept | None]:
        """Return the end and the concept of a way of speaking with a gap, such as 开…店, that begins at `position`."""
        for pattern in self._language.patterns.get(run[position], ()):
            match = pattern.expression.match(run, position)
            if match is None or _names_a_thing(match.group()[1:], lexicon):
                continue
            gap = match.group(1)
            ways = [Way("text", gap, LITERAL), *ways_of(pattern.means, SYNONYM)] if len(gap) > 1 else []
            return match.end(), Concept(match.group(), THING, ways or ways_of(pattern.means, SYNONYM))
        return position, None

    def _without_fillers(self, piece: str) -> Iterator[tuple[int, str]]:
        position = 0
        for match in self._language.fillers.finditer(piece):
            if position < match.start():
                yield position, piece[position : match.start()]
            position = match.end()
        if position < len(piece):
            yield position, piece[position:]

    def _mistyped(self, run: str, unknown: Sequence[tuple[int, str]]) -> list[tuple[int, int, Concept]]:
        """Return (start, end, concept) of a word of the lexicon that stands in `run` with one wrong character."""
        known = self._language.weights
        wrong = [
            at
            for start, rest in unknown
            for at in range(start, start + len(rest))
            # What some name of the catalogue says just so is not mistyped.
            if run[max(0, at - 1) : at + 1] not in known and run[at : at + 2] not in known
        ][:_MAX_MISTYPED]
        places = {
            f"{run[start:at]}?{run[at + 1 : start + length]}": (start, start + length)
            for at in wrong
            for length in MISTYPED_LENGTHS
            for start in range(max(0, at - length + 1), min(at, len(run) - length) + 1)
        }
        for form, entries in self._language.entries(list(places), "typo").items():
            start, end = places[form]
            ways = [Way("text", run[start:end], LITERAL)]
            for entry in entries:
                ways += ways_of([entry.said, *entry.means], HOMOPHONE)
            return [(start, end, Concept(run[start:end], entries[0].weight, ways))]
        return []

    def _unknown_word(self, text: str) -> Concept:
        concept = Concept(text, THING * min(1.0, 0.4 + 0.2 * len(text)), [Way("text", text, LITERAL)])
        if len(text) == 1 or all(pair in self._language.weights for pair in bigrams(text)):
            return concept  # the catalogue writes it so: no need to guess what else it sounds like
        sound = self._language.sound_of(text)
        if sound:
            concept.ways.append(Way("pinyin", sound, HOMOPHONE))
            for entry in self._language.entries([sound], "pinyin").get(sound, ()):
                concept.ways += ways_of([entry.said, *entry.means], HOMOPHONE)
        return concept


def _names_a_thing(text: str, lexicon: Mapping[str, list[Entry]]) -> bool:
    return any(
        text[i:j] in lexicon and any(entry.weight >= THING for entry in lexicon[text[i:j]])
        for i in range(len(text))
        for j in range(i + 2, len(text) + 1)
    )


def _known_word(word: str, entries: Sequence[Entry]) -> Concept:
    ways = [Way("text", word, LITERAL)]
    for entry in entries:
        ways += ways_of(entry.means, SYNONYM)
    weights = [entry.weight for entry in entries]
    return Concept(word, WEAK if WEAK in weights else min(weights), ways)


def _stretches(folded: str) -> Iterator[tuple[str, str]]:
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
