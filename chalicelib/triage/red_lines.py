"""Red lines: whether a text speaks of violence, self-harm or a child in danger, and by which rules and words.

Words of the rules are found first (`red_line_words`), then patterns of them: one word of each place of a pattern, in
order, near each other. Each word is looked at once for each place that waits for it, so that the time grows with the
length of the text alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from chalicelib.triage.red_line_rules import Concern, RedLines, Rule, Slot
from chalicelib.triage.red_line_words import Word, find_words
from chalicelib.triage.writing import Writing

_NEAR: Final = 16  # units before an act in which who does it, or suffers it, is looked for
_BESIDE: Final = 4  # units after it (打我和孩子)
_ME: Final = ("我", "俺", "咱", " me")
_SUFFERED: Final = ("挨", "遭", "受", "被")
_I: Final = ("我", "俺", "i ")


@dataclass(frozen=True, slots=True)
class Touched:
    """A rule by which a red line is touched, and the words, as the person wrote them."""

    rule: str
    kind: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a text touches. `kinds`: the gravest first."""

    kinds: tuple[str, ...]
    touched: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A pattern that was found: a word for each of its places."""

    rule: Rule
    words: tuple[Word, ...]

    def at(self, role: str) -> Word | None:
        return next((word for word, slot in zip(self.words, self.rule.slots, strict=True) if slot.role == role), None)


def find_red_lines(writing: Writing, rules: RedLines) -> Alarm | None:
    """Return which red lines a text touches, or None."""
    text = writing.without_noise()
    words = find_words(text, rules)
    places = _Places(words)
    found: dict[str, tuple[str, list[str]]] = {}
    for hit in _hits(words, rules):
        if _is_explained(hit, places, rules):
            continue
        for rule, kind, those in ((hit.rule.id, hit.rule.kind, hit.words), *_concerned(hit, places, rules)):
            said = found.setdefault(rule, (kind, []))[1]
            written = (text.written(word.begin, word.end) for word in those if word.begin < word.end)
            said.extend(one for one in written if one not in said)
    if not found:
        return None
    touched = [kind for kind, _ in found.values()]
    kinds = tuple(kind for kind in rules.kinds if kind in touched)
    order = {kind: place for place, kind in enumerate(rules.kinds)}
    every = sorted(
        (Touched(rule, kind, tuple(said)) for rule, (kind, said) in found.items()),
        key=lambda one: (order[one.kind], one.rule),
    )
    return Alarm(kinds, tuple(every))


def _hits(words: Iterable[Word], rules: RedLines) -> Iterator[_Hit]:
    """Yield every pattern that is found. For each place of a pattern only the latest beginning is kept."""
    begun: list[list[tuple[Word, ...] | None]] = [[None] * len(rule.slots) for rule in rules.rules]
    for word in words:
        waiting = {spot for name in word.classes for spot in rules.waiting.get(name, ())}
        for number, place in sorted(waiting, reverse=True):  # the last place of a pattern first
            rule, kept = rules.rules[number], begun[number]
            before = kept[place - 1] if place else ()
            if before is None or (before and not _fits(before[-1], word, rule.slots[place])):
                continue
            if place + 1 == len(rule.slots):
                yield _Hit(rule, (*before, word))
            else:
                kept[place] = (*before, word)


def _fits(before: Word, word: Word, slot: Slot) -> bool:
    if word.begin < before.end or (word.clause != before.clause and not slot.across and "end" not in slot.classes):
        return False
    return word.first - before.last - 1 <= slot.within


class _Places:
    """Where words of each class stand."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._words: dict[str, list[Word]] = {}
        self._units: dict[str, list[int]] = {}
        for word in words:
            for name in word.classes:
                self._words.setdefault(name, []).append(word)
                self._units.setdefault(name, []).append(word.first)

    def any(self, names: Iterable[str], first: int, last: int) -> bool:
        """Return whether a word of these classes begins within these units."""
        return any(
            bisect_left(self._units.get(name, ()), first) < bisect_right(self._units.get(name, ()), last)
            for name in names
        )

    def first_of(self, names: Iterable[str]) -> Word | None:
        """Return the first word of these classes in the text."""
        return next((self._words[name][0] for name in names if name in self._words), None)

    def nearest(self, names: Iterable[str], last: int, *, within: int, but: Word | None) -> Word | None:
        """Return the last word of these classes that ends by unit `last`, other than `but`."""
        best: Word | None = None
        for name in names:
            those = self._words.get(name, [])
            number = bisect_right(self._units.get(name, []), last) - 1
            if number >= 0 and those[number] == but:
                number -= 1
            if (
                number >= 0
                and last - those[number].last <= within
                and (best is None or those[number].begin > best.begin)
            ):
                best = those[number]
        return best

    def beside(self, names: Iterable[str], first: int, last: int, clause: int) -> Word | None:
        """Return a word of these classes that begins within these units and stands in this clause."""
        for name in names:
            number = bisect_left(self._units.get(name, []), first)
            those = self._words.get(name, [])
            if number < len(those) and those[number].first <= last and those[number].clause == clause:
                return those[number]
        return None


def _is_explained(hit: _Hit, places: _Places, rules: RedLines) -> bool:
    """Return whether something else explains the words: an animal, a vehicle, a film; or it is long settled."""
    first, last = hit.words[0].first, hit.words[-1].last
    unless = hit.rule.unless
    if unless and places.any(unless, first - hit.rule.unless_within, last + hit.rule.unless_after):
        return True
    clause = hit.words[-1].clause
    if unless and places.beside(("by_en",), last + 1, last + 1, clause) is not None:  # was hit by a falling branch
        return places.beside(unless, last + 1, last + _BESIDE, clause) is not None
    if _is_told(hit, places, rules):
        return True
    around = (first - rules.settled_within, last + rules.settled_within)
    if places.any(("ongoing",), *around):
        return False
    return places.any(("settled",), *around) or (places.any(("past",), *around) and places.any(("over",), *around))


def _is_told(hit: _Hit, places: _Places, rules: RedLines) -> bool:
    """Return whether the words are those of a story, a rule or a slander, and not of what happened to the writer."""
    act, whom = hit.at("act") or hit.words[0], hit.at("whom")
    first, last = hit.words[0].first, hit.words[-1].last
    if whom is not None and "me" in whom.classes:
        return False
    if places.any(("slander",), first - rules.elsewhere_within, first):
        return True
    if any(word.said.startswith(_I) for word in hit.words):
        return False
    before = places.nearest(("elsewhere",), first, within=rules.elsewhere_within, but=None)
    if before is not None and not places.any(("me",), before.last, last):
        return True
    return places.beside(("title",), last + 1, last + _BESIDE, act.clause) is not None


@dataclass(frozen=True, slots=True)
class _Roles:
    """Who does what to whom, as far as the pattern itself says it. `last`: the unit where the pattern ends."""

    act: Word
    by: Word | None
    whom: Word | None
    last: int


def _concerned(hit: _Hit, places: _Places, rules: RedLines) -> Iterator[tuple[str, str, tuple[Word, ...]]]:
    """Yield the kinds that an alarm is of because of who does it, who suffers it, or who writes."""
    act = hit.at("act") or hit.words[0]
    roles = _Roles(act, hit.at("by"), hit.at("whom"), hit.words[-1].last)
    for concern in rules.concerns_of[hit.rule.kind]:
        sought = [
            _find_doer(concern, roles, places) if concern.by else act,
            _find_sufferer(concern, roles, places) if concern.whom else act,
            places.first_of(concern.me) if concern.me else act,
        ]
        found = tuple(word for word in sought if word is not None)
        if len(found) == len(sought):
            yield concern.id, concern.kind, found


def _find_doer(concern: Concern, roles: _Roles, places: _Places) -> Word | None:
    by, act = roles.by, roles.act
    if by is not None and by.classes & concern.by:
        return by
    if by is not None and "other" not in by.classes:
        return None
    near = places.nearest(("person", *concern.by), act.first, within=_NEAR, but=roles.whom)
    if near is None or not near.classes & concern.by or places.any(("be",), near.last + 1, act.first):
        return None  # who stands before 被 suffers it
    return near


def _find_sufferer(concern: Concern, roles: _Roles, places: _Places) -> Word | None:
    whom, act, last = roles.whom, roles.act, roles.last
    if whom is not None and whom.classes & concern.whom:
        return whom
    beside = places.beside(concern.whom, last, last + _BESIDE, act.clause)
    if beside is not None:
        return beside
    if whom is not None and "other" not in whom.classes:
        return None
    if any(one in act.said for one in _ME) or places.beside(("me",), last, last + _BESIDE, act.clause) is not None:
        return None
    return _last_named(concern, roles, places)


def _last_named(concern: Concern, roles: _Roles, places: _Places) -> Word | None:
    """Return who was named last before the act, unless that is who does it."""
    act = roles.act
    near = places.nearest(concern.whom, act.first, within=_NEAR, but=roles.by)
    if near is None:
        return None
    passive = act.said.startswith(_SUFFERED) or places.any(("be",), near.last + 1, act.first)
    if concern.stated and not passive:
        return None
    if places.any(("be",), near.first - 1, near.first - 1):  # who stands after 被 does it
        return places.nearest(concern.whom, near.first - 1, within=_NEAR, but=near)
    return near
