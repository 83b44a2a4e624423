"""How well an item answers a query, as a number from 0 to about 1.3. Pure: rows and meanings in, scores out.

score = coverage of the query's concepts          (what was asked for is there)
+ closeness of the name to what was asked   (and little else is)
+ order                                     (as it was typed, not only its words)
+ commonness of the service                 (a citizen's daily need before a rare permit)
+ exactness                                 (the very name, its short name, or its beginning was typed)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from chalicelib.catalogue.concepts import Concept, Meaning, Way
from chalicelib.catalogue.normalise import bigrams
from chalicelib.catalogue.snapshot import Row

CLOSENESS: Final = 0.20  # among equal coverage, the shorter name is nearer; never worth a missing concept
COMMONNESS: Final = 0.12  # breaks ties between near names, no more
EXACT: Final = 0.50  # the whole name was typed: nothing else can be meant
EXACT_ALSO: Final = 0.25  # so was its short name or a keyword: several items may share it
BEGINS: Final = 0.06  # a name that begins with the query, before one that contains it
IN_ORDER: Final = 0.08  # as much of the query as it was typed stands in the name: order, and what joins the words
IN_ALSO: Final = 0.80  # said in the keywords or the main item, not in the name
IN_DEPARTMENT: Final = 0.30  # the department's name says little about the item
SCATTERED: Final = 0.80  # the characters are there, in another order or apart
TOO_LITTLE: Final = 0.20  # of a long word: two of its characters somewhere are chance, not a match
MAY_BE_SCATTERED: Final = 0.90  # ways less sure than this must be found whole: their parts would be noise
UNASKED_END: Final = 0.06  # who names a thing wants to have it: giving it up is asked for in so many words
PART_OF_OTHER_WORD: Final = 0.60  # 身份证 in 身份证明 is another thing
ENOUGH: Final = 0.50  # of the best score: what is further off is not a match
AT_LEAST: Final = 0.15  # below this, nothing was found
_MAX_TYPED: Final = 24
_ENDS: Final = re.compile("注销|终止|撤销|停业|歇业|解除|暂停")


@dataclass(slots=True)
class Match:
    """An item's score, and the parts of its name that earned it."""

    row: Row
    score: float
    parts: list[str]


Sounds = Mapping[tuple[str, str], Mapping[int, tuple[int, int]]]
"""(kind, sound) → rank → (first character, number of characters) in the core."""


class Judge:
    """Judges rows against one query."""

    def __init__(
        self,
        meaning: Meaning,
        *,
        sounds: Sounds,
        english: Mapping[str, frozenset[int]],
        weights: Mapping[str, float],
        not_in: Mapping[str, Sequence[str]],
        usual: frozenset[str],
    ) -> None:
        self._meaning = meaning
        self._sounds = sounds
        self._english = english
        self._weights = weights
        self._not_in = not_in
        self._usual = usual
        self._asked = sum(concept.weight for concept in meaning.concepts) or 1.0
        self._concepts = [_Told.of(concept) for concept in meaning.concepts]
        self._pairs: dict[str, list[tuple[str, float]]] = {}
        typed = dict.fromkeys(bigrams(meaning.squeezed[:_MAX_TYPED]))
        self._typed = [(pair, weights[pair]) for pair in typed if pair in weights]
        self._typed_weight = sum(weight for _, weight in self._typed) or 1.0

    def judge(self, row: Row) -> Match:
        """Return the row's match."""
        covered = 0.0
        parts: list[str] = []
        for concept in self._concepts:
            best, part = self._best_way(concept, row)
            covered += concept.weight * best
            if part and part not in parts:
                parts.append(part)
        coverage = covered / self._asked
        explained = sum(map(len, parts))
        length = max(len(row.core) - self._usual_length(row.core, parts), explained, 1)
        score = coverage + CLOSENESS * coverage * explained / length + COMMONNESS * row.prior * coverage
        score += IN_ORDER * self._in_order(row.core)
        if _ends_something(row.core, parts):
            score -= UNASKED_END * coverage
        squeezed = self._meaning.squeezed
        if squeezed and squeezed in {row.core, row.name}:
            score += EXACT
            parts = [row.core]
        elif squeezed and squeezed in row.also and squeezed in row.also.split():
            score += EXACT_ALSO
        elif parts and row.core.startswith(parts[0]):
            score += BEGINS * coverage
        return Match(row, score, parts)

    def _in_order(self, core: str) -> float:
        found = 0.0
        for pair, weight in self._typed:
            if pair in core:
                found += weight
        return found / self._typed_weight

    def _best_way(self, concept: _Told, row: Row) -> tuple[float, str]:
        """Return how well the row says a concept, and the part of its name that does."""
        best, best_part = 0.0, ""
        name, core = row.name, row.core
        for form, weight in concept.texts:
            if weight <= best:
                break
            if form in name:
                inside = self._only_inside_others(form, name)
                found = weight * (PART_OF_OTHER_WORD if inside else 1.0)
                if found > best:
                    best, best_part = found, "" if inside else self._part_in(form, core)
        for way in concept.others:
            if way.weight > best:
                found, part = self._sounds_or_english(way, row)
                if found > best:
                    best, best_part = found, part
        if best < SCATTERED:
            best, best_part = self._less_surely(concept, row, best, best_part)
        return best, best_part

    def _part_in(self, form: str, core: str) -> str:
        # What stands in brackets is in the name, and not in its core.
        return form if form in core else self._scattered_in(form, core)[1]

    def _sounds_or_english(self, way: Way, row: Row) -> tuple[float, str]:
        if way.kind == "english":
            return (way.weight if row.rank in self._english.get(way.form, frozenset()) else 0.0), ""
        place = self._sounds.get((way.kind, way.form), {}).get(row.rank)
        return (0.0, "") if place is None else (way.weight, row.core[place[0] : place[0] + place[1]])

    def _less_surely(self, concept: _Told, row: Row, best: float, best_part: str) -> tuple[float, str]:
        """Look where a word counts less: in keywords, scattered over the name, in the department's name."""
        for form, weight in concept.texts:
            if weight * SCATTERED <= best:
                break
            if form in row.also:
                if weight * IN_ALSO > best and not self._only_inside_others(form, row.also):
                    best, best_part = weight * IN_ALSO, self._scattered_in(form, row.core)[1]
                continue
            if weight >= MAY_BE_SCATTERED and form not in row.name:
                found, part = self._scattered_in(form, row.core)
                if weight * found > best:
                    best, best_part = weight * found, part
            if weight * IN_DEPARTMENT > best and row.department and form in row.department:
                best, best_part = weight * IN_DEPARTMENT, ""
        return best, best_part

    def _only_inside_others(self, form: str, name: str) -> bool:
        if form not in self._not_in:
            return False
        for longer in self._not_in[form]:
            name = name.replace(longer, "")
        return form not in name

    def _scattered_in(self, form: str, core: str) -> tuple[float, str]:
        """Return how much of `form` is in `core`, by telling pairs, then by characters; and its longest part there."""
        pairs = self._pairs.get(form)
        if pairs is None:
            weighed = [(pair, self._weights.get(pair, 1.0)) for pair in bigrams(form)]
            total = sum(weight for _, weight in weighed) or 1.0
            pairs = self._pairs[form] = [(pair, weight / total) for pair, weight in weighed]
        by_pairs = 0.0
        telling = False
        longest = run = end = 0
        for place, (pair, weight) in enumerate(pairs):
            if pair in core:
                by_pairs += weight
                telling = telling or pair not in self._usual
                run += 1
                if run > longest:
                    longest, end = run, place
            else:
                run = 0
        characters = 0
        for char in form:
            if char in core:
                characters += 1
        if not telling and characters < len(form):  # 许可 alone is in half the names
            return 0.0, ""
        by_chars = characters / len(form)
        found = by_pairs if by_chars <= by_pairs else by_pairs + (by_chars - by_pairs) * 0.5
        if found < TOO_LITTLE:
            return 0.0, ""
        part = form[end - longest + 1 : end + 2] if longest else ""
        return SCATTERED * found, part if part in core else part[:2]

    def _usual_length(self, core: str, parts: Sequence[str]) -> int:
        length = 0
        for word in _usual_in(core, self._usual):
            if not any(word in part for part in parts):
                length += len(word)
        return length


@dataclass(frozen=True, slots=True)
class _Told:
    """A concept, its ways laid out for judging many rows: texts by weight, then the others."""

    weight: float
    texts: Sequence[tuple[str, float]]
    others: Sequence[Way]

    @classmethod
    def of(cls, concept: Concept) -> _Told:
        """Lay a concept out."""
        texts: dict[str, float] = {}
        for way in concept.ways:
            if way.kind == "text":
                texts[way.form] = max(way.weight, texts.get(way.form, 0.0))
        others = [way for way in concept.ways if way.kind != "text"]
        return cls(concept.weight, sorted(texts.items(), key=lambda told: -told[1]), others)


def _ends_something(core: str, parts: Sequence[str]) -> bool:
    end = _end_in(core)
    return end is not None and not any(end in part for part in parts)


@lru_cache(maxsize=20_000)
def _end_in(core: str) -> str | None:
    end = _ENDS.search(core)
    return None if end is None else end.group()


@lru_cache(maxsize=20_000)
def _usual_in(core: str, usual: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in sorted(usual) if word in core)


def separate_parts(parts: Sequence[str]) -> list[str]:
    """Return the parts without those that lie within another."""
    return [part for part in parts if not any(part != other and part in other for other in parts)]


def best_first(matches: Sequence[Match]) -> list[Match]:
    """Return the matches worth showing, best first; ties go to the more used item."""
    if not matches:
        return []
    best = max(match.score for match in matches)
    if best < AT_LEAST:
        return []
    worth = [match for match in matches if match.score >= ENOUGH * best]
    return sorted(worth, key=lambda match: (-match.score, match.row.rank))
