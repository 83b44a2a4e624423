"""Looking services up in the published snapshot: candidates by the index, then ranking. No calls to AWS."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from chalicelib.catalogue.candidates import CandidateFinder, matching_filters
from chalicelib.catalogue.filters import Counts, Filters, count_facets
from chalicelib.catalogue.language import Language
from chalicelib.catalogue.normalise import core_of, core_places, fold
from chalicelib.catalogue.query import QueryReader
from chalicelib.catalogue.ranking import Judge, Match, best_first, separate_parts
from chalicelib.catalogue.snapshot import SnapshotFile

_KEPT_NAMES: Final = 4096
_KEPT_COUNTS: Final = 256  # combinations of filters: a bound, so that made-up ones do not fill the memory


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
    """The catalogue as it was published. Safe to use from several threads.

    A search judges at most `candidates.MAX_CANDIDATES` items; its total and facets count the matches among them.
    """

    def __init__(self, file: SnapshotFile) -> None:
        self._file = file
        self._language = Language(file)
        self._reader = QueryReader(file, self._language)
        self._candidates = CandidateFinder(file, self._language)
        self._letters_of = lru_cache(maxsize=_KEPT_NAMES)(self._read_letters)
        self._counts: dict[Filters, tuple[int, Counts]] = {}
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
        return Found(hits, len(matches), count_facets(match.row.values for match in matches))

    def suggest(self, text: str, limit: int = 8) -> list[Suggestion]:
        """Complete what is being typed: beginnings of words, of pinyin and of initials count."""
        ranks = [match.row.rank for match in self._matches(text, Filters())[:limit]]
        return [Suggestion(summary["name"], summary["code"]) for summary in self._file.summaries(ranks)]

    def list_popular(self, limit: int) -> list[dict[str, Any]]:
        """Return the summaries of the most used items."""
        return self._file.summaries(self._file.listed(limit, 0))

    def list_themes(self) -> list[tuple[str, int]]:
        """Return the life events, and how many items belong to each."""
        return [(theme, count) for theme, count in self._file.document("themes")]

    def list_bundles(self) -> list[dict[str, Any]]:
        """Return all bundles."""
        return self._file.document("bundles")  # type: ignore[no-any-return]

    def find_bundle(self, bundle_id: str) -> dict[str, Any] | None:
        """Return one bundle, or None."""
        return next((bundle for bundle in self.list_bundles() if bundle["id"] == bundle_id), None)

    # -- without a query

    def _browse(self, filters: Filters, limit: int, offset: int) -> Found:
        expression = matching_filters(filters)
        if expression is None:
            ranks = self._file.listed(limit, offset)
        else:
            ranks = self._file.matching(expression, limit, offset)
        total, facets = self._count(filters, expression)
        return Found([Hit(summary, []) for summary in self._file.summaries(ranks)], total, facets)

    def _count(self, filters: Filters, expression: str | None) -> tuple[int, Counts]:
        # The file never changes, so what was counted once stays right.
        counted = self._counts.get(filters)
        if counted is None:
            values = self._file.values(expression)
            counted = len(values), count_facets(values)
            if len(self._counts) >= _KEPT_COUNTS:
                self._counts = {}
            self._counts[filters] = counted
        return counted

    # -- with a query

    def _matches(self, query: str, filters: Filters) -> list[Match]:
        meaning = self._reader.read(query)
        by_code = self._candidates.with_code(meaning, filters)
        if by_code:
            return [Match(row, 1.0, []) for row in self._file.rows(by_code)]
        if not meaning.concepts:
            return []
        found = self._candidates.find_candidates(meaning, filters)
        language = self._language
        judge = Judge(
            meaning,
            sounds=found.sounds,
            english=found.english,
            weights=language.weights,
            not_in=language.not_in,
            usual=language.usual,
        )
        return best_first([judge.judge(row) for row in self._file.rows(found.ranks)])

    def _highlights(self, name: str, match: Match) -> list[str]:
        """Return the matched parts as they stand in the name that is shown."""
        core, places = self._letters_of(name)
        shown: list[str] = []
        for part in separate_parts(match.parts):
            start = core.find(part)
            if start >= 0:
                shown += _stretches_at(name, places[start : start + len(part)])
        return list(dict.fromkeys(shown))

    def _read_letters(self, name: str) -> tuple[str, list[int]]:
        """Return the core of a shown name, and where in the name each letter of it stands."""
        folded = fold(name, self._language.simplified)
        if len(folded) != len(name):  # a character that folds into two: no part can be pointed at safely
            return "", []
        return core_of(folded), core_places(folded)


def _stretches_at(name: str, places: list[int]) -> list[str]:
    """Return the parts of `name` at these places: one, unless something in brackets stands between them."""
    parts: list[str] = []
    start = before = places[0]
    for place in [*places[1:], len(name) + 1]:
        if place != before + 1:
            parts.append(name[start : before + 1])
            start = place
        before = place
    return parts
