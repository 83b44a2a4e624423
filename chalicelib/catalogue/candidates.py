"""Finding the few items that may answer a query, by the snapshot's indexes: the rarest questions first, all bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Final, NamedTuple

from chalicelib.catalogue.concepts import Concept, Meaning, Way
from chalicelib.catalogue.filters import Filters
from chalicelib.catalogue.language import Language
from chalicelib.catalogue.normalise import bigrams
from chalicelib.catalogue.ranking import Sounds
from chalicelib.catalogue.snapshot import SnapshotFile

MAX_CANDIDATES: Final = 120  # judged for one query: enough for any page a person reads
_MAX_JUDGEMENTS: Final = 400  # of one concept against one item: who says much is answered by the first few
_LEAST_CANDIDATES: Final = 60
_PER_LOOK_UP: Final = 60
_ENOUGH_SURE: Final = 6  # found by whole words: no need to look for parts of words
_ENOUGH_UNSURE: Final = 40  # more: a word was not found whole: its parts are looked for
_MAX_LOOSE: Final = 8  # look-ups for parts
_MAX_TOGETHER: Final = 4  # concepts asked for at once: with more of them, hardly an item has all
_MAX_WAYS: Final = 12
_RARE_PAIRS: Final = 4
_MAX_SCATTERED: Final = 12  # characters: nobody puts more of them in another order
_MIN_CODE: Final = 6  # shorter latin text is a word, not the beginning of an item's code


class Candidates(NamedTuple):
    """The ranks of items that may answer, and where sounds and English words were found in them."""

    ranks: set[int]
    sounds: Sounds
    english: dict[str, frozenset[int]]


class CandidateFinder:
    """Finds candidates in one snapshot."""

    def __init__(self, file: SnapshotFile, language: Language) -> None:
        self._file = file
        self._language = language

    def with_code(self, meaning: Meaning, filters: Filters) -> list[int]:
        """Return the ranks of items whose code is, or begins with, what was typed; empty if that is no code."""
        text = meaning.folded
        if len(text) < _MIN_CODE or not text.isascii() or not any(char.isdigit() for char in text):
            return []
        found = self._file.ranks_with_code(text, _PER_LOOK_UP)
        narrowing = matching_filters(filters)
        return found if narrowing is None else self._file.matching_among(narrowing, found)

    def find_candidates(self, meaning: Meaning, filters: Filters) -> Candidates:
        """Return the items that may answer: those with all concepts first, then with any of them."""
        narrowing = matching_filters(filters)
        ranks: dict[int, None] = {}

        def look_up(expression: str, limit: int) -> list[int]:
            narrowed = expression if narrowing is None else f"({expression}) AND {narrowing}"
            found = self._file.matching(narrowed, limit)
            ranks.update(dict.fromkeys(found))
            return found

        by_weight = sorted(meaning.concepts, key=lambda concept: -concept.weight)
        groups = [group for concept in by_weight if (group := _any_way(concept.ways))]
        together = len(groups) > 1 and look_up(" AND ".join(groups[:_MAX_TOGETHER]), _PER_LOOK_UP)
        # Where some items have all, those that have one concept only come after them: a few will do.
        each = _PER_LOOK_UP // 2 if together else MAX_CANDIDATES
        sounds = self._sounds(meaning)
        for place in sounds.values():
            ranks.update(dict.fromkeys(sorted(place)[:_PER_LOOK_UP]))
        english = {
            way.form: frozenset(look_up(f"english : {_quoted(way.form.split())}", _PER_LOOK_UP))
            for concept in meaning.concepts
            for way in concept.ways
            if way.kind == "english"
        }
        unfound: list[Concept] = []
        for concept in by_weight:
            if ranks and concept.weight < by_weight[0].weight:
                break
            if (group := _any_way(concept.ways)) and not look_up(group, each):
                unfound.append(concept)
        enough = len(ranks) + _ENOUGH_UNSURE if unfound else _ENOUGH_SURE
        texts = [way.form for concept in unfound or meaning.concepts for way in concept.ways[:3] if way.kind == "text"]
        # With a wrong character somewhere, what is right around it tells most: the rarest pairs of all that was typed.
        loose = chain(self._rare_pairs(meaning.squeezed) if unfound else (), self._loose(texts))
        for expression in islice(loose, _MAX_LOOSE):
            if len(ranks) >= enough:
                break
            look_up(expression, _PER_LOOK_UP // 2)
        most = max(_LEAST_CANDIDATES, min(MAX_CANDIDATES, _MAX_JUDGEMENTS // len(meaning.concepts)))
        return Candidates(self._narrowed(_with_last(list(ranks), most), narrowing, sounds), sounds, english)

    def _narrowed(self, ranks: list[int], narrowing: str | None, sounds: Sounds) -> set[int]:
        """Return the ranks that pass the filters: what was found by its sound has not been asked yet."""
        if narrowing is None or not sounds:
            return set(ranks)
        return set(self._file.matching_among(narrowing, ranks))

    def _sounds(self, meaning: Meaning) -> dict[tuple[str, str], dict[int, tuple[int, int]]]:
        places: dict[tuple[str, str], dict[int, tuple[int, int]]] = {}
        for concept in meaning.concepts:
            for way in concept.ways:
                if way.kind in {"pinyin", "initials"} and (way.kind, way.form) not in places:
                    found = self._file.sounding(way.kind, way.form, 4 * _PER_LOOK_UP)
                    places[way.kind, way.form] = {
                        rank: (start, _characters(way.form, lengths)) for rank, start, lengths in reversed(found)
                    }
        return places

    def _loose(self, texts: Sequence[str]) -> Iterator[str]:
        """Yield looser and looser questions: all characters of a text in any order, then its rarest pairs."""
        for text in texts:
            if 1 < len(text) <= _MAX_SCATTERED:
                yield "singles : (" + " AND ".join(_quoted([char]) for char in dict.fromkeys(text)) + ")"
        for text in texts:
            yield from self._rare_pairs(text)

    def _rare_pairs(self, text: str) -> Iterator[str]:
        weights = self._language.weights
        known = [pair for pair in dict.fromkeys(bigrams(text)) if pair in weights]
        rarest = sorted(known, key=lambda pair: -weights[pair])[:_RARE_PAIRS]
        for left, right in pairwise(rarest):
            yield f"{_phrase(left)} AND {_phrase(right)}"
        for pair in rarest:
            yield _phrase(pair)


def _with_last(ranks: list[int], most: int) -> list[int]:
    """Return at most `most` of the ranks: the first ones, and those that were looked for last, in halves."""
    return ranks if len(ranks) <= most else ranks[: most // 2] + ranks[-(most - most // 2) :]


def matching_filters(filters: Filters) -> str | None:
    """Return the FTS5 expression for items that pass the filters; None if all do."""
    terms = filters.terms()
    return "filters : (" + " AND ".join(_quoted([term]) for term in terms) + ")" if terms else None


def _any_way(ways: Iterable[Way]) -> str:
    forms = dict.fromkeys(way.form for way in ways if way.kind == "text")
    return "(" + " OR ".join(map(_phrase, list(forms)[:_MAX_WAYS])) + ")" if forms else ""


def _phrase(text: str) -> str:
    """Return the FTS5 expression for `text` anywhere in a name: quoted, so that nothing in it is an operator."""
    return f"singles : {_quoted([text])}" if len(text) == 1 else f"pairs : {_quoted(bigrams(text))}"


def _quoted(tokens: Iterable[str]) -> str:
    return '"' + " ".join(token.replace('"', '""') for token in tokens) + '"'


def _characters(form: str, lengths: str) -> int:
    """Return how many characters the sound `form` covers; `lengths`: letters of each, none for initials."""
    letters = len(form)
    for count, length in enumerate(lengths, start=1):
        letters -= int(length)
        if letters <= 0:
            return count
    return len(form)
