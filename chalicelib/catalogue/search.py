"""Looking services up in the published snapshot: candidates by the index, then ranking. No calls to AWS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from chalicelib.catalogue.concepts import Concept, Meaning
from chalicelib.catalogue.filters import Filters, condition_of, passes
from chalicelib.catalogue.normalise import bigrams, fold
from chalicelib.catalogue.query import Language
from chalicelib.catalogue.ranking import Judge, Match, best_first, separate_parts
from chalicelib.catalogue.snapshot import FACETS, Row, SnapshotFile

MAX_CANDIDATES: Final = 160  # judged for one query: enough for any page a person reads
_PER_LOOK_UP: Final = 60
_ENOUGH_CANDIDATES: Final = 24  # found by whole words: no need to look for parts of words
_RARE_PAIRS: Final = 4
_MIN_CODE: Final = 6  # shorter latin text is a word, not the beginning of an item's code

Counts = dict[str, list[tuple[str, int]]]


class Hit(NamedTuple):
    """One item found: its summary, and the parts of its name that matched."""

    summary: dict[str, Any]
    highlights: list[str]


class Found(NamedTuple):
    """One page of what was found, how much there is in all, and how it divides."""

    hits: list[Hit]
    total: int
    facets: Counts


class Suggestion(NamedTuple):
    """One completion of what is being typed."""

    text: str
    code: str


class Snapshot:
    """The catalogue as it was published. Safe to use from several threads."""

    def __init__(self, file: SnapshotFile) -> None:
        self._file = file
        self._language = Language(file)
        about = file.document("about")
        self.version: str = about["version"]
        self.item_count: int = about["item_count"]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the snapshot at `path`; raise `SnapshotUnreadable` for a damaged or an unknown file."""
        return cls(SnapshotFile.open(path))

    def search(self, query: str | None, filters: Filters, *, limit: int, offset: int) -> Found:
        """Find the items that `query` means, best first; without a query, all of them, most used first."""
        if query is None or not query.strip():
            return self._browse(filters, limit, offset)
        matches = self._matches(query, filters)
        page = matches[offset : offset + limit]
        summaries = self._file.summaries([match.row.rank for match in page])
        hits = [
            Hit(summary, self._highlights(summary["name"], match))
            for summary, match in zip(summaries, page, strict=True)
        ]
        return Found(hits, len(matches), _count((match.row for match in matches), _row_values))

    def suggest(self, text: str, limit: int = 8) -> list[Suggestion]:
        """Complete what is being typed: beginnings of words, of pinyin and of initials count."""
        ranks = [match.row.rank for match in self._matches(text, Filters())[:limit]]
        return [Suggestion(summary["name"], summary["code"]) for summary in self._file.summaries(ranks)]

    def popular(self, limit: int) -> list[dict[str, Any]]:
        """Return the summaries of the most used items."""
        return self._file.summaries(self._file.listed("1", (), limit, 0))

    def themes(self) -> list[tuple[str, int]]:
        """Return the life events, and how many items belong to each."""
        return [(theme, count) for theme, count in self._file.document("themes")]

    def bundles(self) -> list[dict[str, Any]]:
        """Return all bundles."""
        return self._file.document("bundles")  # type: ignore[no-any-return]

    def find_bundle(self, bundle_id: str) -> dict[str, Any] | None:
        """Return one bundle, or None."""
        return next((bundle for bundle in self.bundles() if bundle["id"] == bundle_id), None)

    # -- without a query

    def _browse(self, filters: Filters, limit: int, offset: int) -> Found:
        where, values = condition_of(filters)
        counts = self._browse_counts(filters, where, values)
        summaries = self._file.summaries(self._file.listed(where, values, limit, offset))
        return Found([Hit(summary, []) for summary in summaries], counts[0], counts[1])

    def _browse_counts(self, filters: Filters, where: str, values: Sequence[Any]) -> tuple[int, Counts]:
        # The file never changes, so what was counted once stays right.
        cache = self._file.facet_cache
        if filters not in cache:
            if len(cache) >= 256:  # noqa: PLR2004 - a bound, so that made-up filters do not fill the memory
                cache.clear()
            rows = list(self._file.filter_columns(where, values))
            cache[filters] = (len(rows), _count(rows, _column_values))
        return cache[filters]  # type: ignore[no-any-return]

    # -- with a query

    def _matches(self, query: str, filters: Filters) -> list[Match]:
        meaning = self._language.understand(query)
        by_code = self._with_code(meaning)
        if by_code:
            matches = [Match(row, 1.0, []) for row in self._file.rows(by_code)]
            return best_first(matches, lambda row: passes(row, filters))
        if not meaning.concepts:
            return []
        sounds = self._sounds(meaning)
        english = {
            way.form: frozenset(self._file.matching(f"english : {_quoted(way.form.split())}", _PER_LOOK_UP))
            for concept in meaning.concepts
            for way in concept.ways
            if way.kind == "english"
        }
        language = self._language
        judge = Judge(
            meaning,
            sounds=sounds,
            english=english,
            weights=language.weights,
            not_in=language.not_in,
            usual=language.usual,
        )
        ranks = self._candidates(meaning, sounds, english)
        return best_first([judge.judge(row) for row in self._file.rows(ranks)], lambda row: passes(row, filters))

    def _with_code(self, meaning: Meaning) -> list[int]:
        text = meaning.folded
        if len(text) < _MIN_CODE or not text.isascii() or not any(char.isdigit() for char in text):
            return []
        return self._file.ranks_with_code(text, _PER_LOOK_UP)

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

    def _candidates(
        self,
        meaning: Meaning,
        sounds: Mapping[tuple[str, str], Mapping[int, Any]],
        english: Mapping[str, Iterable[int]],
    ) -> set[int]:
        """Return the ranks of items that may answer: those with all concepts first, then with any of them."""
        ranks: dict[int, None] = {}
        groups = [group for concept in meaning.concepts if (group := self._any_way(concept.ways))]
        unfound: list[Concept] = []
        strong = [concept for concept in meaning.concepts if concept.weight >= max(c.weight for c in meaning.concepts)]
        if len(groups) > 1:
            ranks.update(dict.fromkeys(self._file.matching(" AND ".join(groups), _PER_LOOK_UP)))
        for place in sounds.values():
            ranks.update(dict.fromkeys(sorted(place)[:_PER_LOOK_UP]))
        for found in english.values():
            ranks.update(dict.fromkeys(found))
        for concept in strong:
            if group := self._any_way(concept.ways):
                whole = self._file.matching(group, 2 * _PER_LOOK_UP)
                ranks.update(dict.fromkeys(whole))
                if not whole:
                    unfound.append(concept)
        enough = MAX_CANDIDATES if unfound else _ENOUGH_CANDIDATES
        for expression in self._loose(unfound or meaning.concepts):
            if len(ranks) >= enough:
                break
            ranks.update(dict.fromkeys(self._file.matching(expression, _PER_LOOK_UP)))
        return set(list(ranks)[:MAX_CANDIDATES])

    def _any_way(self, ways: Iterable[Any]) -> str:
        phrases = [_phrase(way.form) for way in ways if way.kind == "text"]
        return "(" + " OR ".join(dict.fromkeys(phrases)) + ")" if phrases else ""

    def _loose(self, concepts: Iterable[Concept]) -> Iterator[str]:
        """Yield looser and looser questions: all characters of a concept in any order, then its rarest pairs."""
        weights = self._language.weights
        texts = [way.form for concept in concepts for way in concept.ways[:3] if way.kind == "text"]
        for text in texts:
            if len(text) > 1:
                yield "singles : (" + " AND ".join(_quoted([char]) for char in dict.fromkeys(text)) + ")"
        for text in texts:
            rarest = sorted(dict.fromkeys(bigrams(text)), key=lambda pair: -weights.get(pair, 0.0))[:_RARE_PAIRS]
            known = [pair for pair in rarest if pair in weights]
            if len(known) > 1:
                for left, right in pairwise(known):
                    yield f"{_phrase(left)} AND {_phrase(right)}"
            for pair in known:
                yield _phrase(pair)

    def _highlights(self, name: str, match: Match) -> list[str]:
        """Return the matched parts as they stand in the name that is shown."""
        folded = fold(name, self._language.simplified)
        if len(folded) != len(name):  # a character that folds into two: no part can be pointed at safely
            return [part for part in separate_parts(match.parts) if part in name]
        shown = []
        for part in separate_parts(match.parts):
            start = folded.find(part)
            if start >= 0:
                shown.append(name[start : start + len(part)])
        return shown


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


def _row_values(row: Row) -> tuple[Any, ...]:
    return row.themes, row.department, row.type, row.audiences, row.channels, row.region


def _column_values(columns: tuple[Any, ...]) -> tuple[Any, ...]:
    return columns


def _count(things: Iterable[Any], values_of: Any) -> Counts:
    """Count the facets' values over rows, most frequent first."""
    counters: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    listed = {"theme", "audience", "channel"}
    for thing in things:
        for facet, value in zip(FACETS, values_of(thing), strict=True):
            if value:
                counters[facet].update(value.split(",") if facet in listed else (value,))
    return {
        facet: sorted(counter.items(), key=lambda counted: (-counted[1], counted[0]))
        for facet, counter in counters.items()
    }
