"""How well an item answers a query, as a number from 0 to about 1.3. Pure: rows and meanings in, scores out.

score = coverage of the query's concepts          (what was asked for is there)
+ closeness of the name to what was asked   (and little else is)
+ commonness of the service                 (a citizen's daily need before a rare permit)
+ exactness                                 (the very name, or its beginning, was typed)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.catalogue.concepts import Concept, Meaning
from chalicelib.catalogue.normalise import bigrams
from chalicelib.catalogue.snapshot import Row

CLOSENESS: Final = 0.20  # among equal coverage, the shorter name is nearer; never worth a missing concept
COMMONNESS: Final = 0.12  # breaks ties between near names, no more
EXACT: Final = 0.50  # the whole name was typed: nothing else can be meant
BEGINS: Final = 0.06  # a name that begins with the query, before one that contains it
IN_ALSO: Final = 0.80  # said in the keywords or the main item, not in the name
IN_DEPARTMENT: Final = 0.30  # the department's name says little about the item
SCATTERED: Final = 0.80  # the characters are there, in another order or apart
MAY_BE_SCATTERED: Final = 0.90  # ways less sure than this must be found whole: their parts would be noise
PART_OF_OTHER_WORD: Final = 0.45  # 身份证 in 身份证明 is another thing
ENOUGH: Final = 0.50  # of the best score: what is further off is not a match
AT_LEAST: Final = 0.15  # below this, nothing was found


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
        self._pairs: dict[str, list[tuple[str, float]]] = {}

    def judge(self, row: Row) -> Match:
        """Return the row's match."""
        covered = 0.0
        parts: list[str] = []
        for concept in self._meaning.concepts:
            best, part = self._best_way(concept, row)
            covered += concept.weight * best
            if part and part not in parts:
                parts.append(part)
        coverage = covered / self._asked
        explained = sum(map(len, parts))
        length = max(len(row.core) - self._usual_length(row.core, parts), explained, 1)
        score = coverage + CLOSENESS * coverage * explained / length + COMMONNESS * row.prior * coverage
        squeezed = self._meaning.squeezed
        if squeezed and squeezed in {row.core, row.name}:
            score += EXACT
            parts = [row.core]
        elif parts and row.core.startswith(parts[0]):
            score += BEGINS * coverage
        return Match(row, score, parts)

    def _best_way(self, concept: Concept, row: Row) -> tuple[float, str]:
        best, best_part = 0.0, ""
        for way in concept.ways:
            weight = way.weight
            if weight <= best:
                continue
            if way.kind == "text":
                found, part = self._text_in(way.form, row, scattered=weight >= MAY_BE_SCATTERED)
            elif way.kind == "english":
                found, part = (1.0 if row.rank in self._english.get(way.form, frozenset()) else 0.0), ""
            else:
                place = self._sounds.get((way.kind, way.form), {}).get(row.rank)
                found, part = (0.0, "") if place is None else (1.0, row.core[place[0] : place[0] + place[1]])
            if found * weight > best:
                best, best_part = found * weight, part
        return best, best_part

    def _text_in(self, form: str, row: Row, *, scattered: bool) -> tuple[float, str]:
        """Return how well `form` is said in the row. `scattered`: its parts may also stand there apart."""
        if form in row.name:
            part = form if form in row.core else ""
            return (PART_OF_OTHER_WORD if self._only_inside_others(form, row.name) else 1.0), part
        in_name, part = self._scattered_in(form, row.core) if scattered else (0.0, "")
        if in_name < IN_ALSO and form in row.also:
            return IN_ALSO, part
        if in_name < IN_DEPARTMENT and row.department and form in row.department:
            return IN_DEPARTMENT, ""
        return in_name, part

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
        longest = run = end = 0
        for place, (pair, weight) in enumerate(pairs):
            if pair in core:
                by_pairs += weight
                run += 1
                if run > longest:
                    longest, end = run, place
            else:
                run = 0
        characters = 0
        for char in form:
            if char in core:
                characters += 1
        if by_pairs == 0.0 and characters < len(form):
            return 0.0, ""
        by_chars = characters / len(form)
        found = by_pairs if by_chars <= by_pairs else by_pairs + (by_chars - by_pairs) * 0.5
        part = form[end - longest + 1 : end + 2] if longest else ""
        return SCATTERED * found, part if part in core else part[:2]

    def _usual_length(self, core: str, parts: Sequence[str]) -> int:
        length = 0
        for word in self._usual:
            if word in core and not any(word in part for part in parts):
                length += len(word)
        return length


def separate_parts(parts: Sequence[str]) -> list[str]:
    """Return the parts without those that lie within another."""
    return [part for part in parts if not any(part != other and part in other for other in parts)]


def best_first(matches: Sequence[Match], passes: Callable[[Row], bool]) -> list[Match]:
    """Return the matches worth showing that pass a filter, best first; ties go to the more used item."""
    if not matches:
        return []
    best = max(match.score for match in matches)
    if best < AT_LEAST:
        return []
    worth = [match for match in matches if match.score >= ENOUGH * best and passes(match.row)]
    return sorted(worth, key=lambda match: (-match.score, match.row.rank))
