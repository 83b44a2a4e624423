"""Triage: from a text in a citizen's own words to a dispute type; deterministic, and explained word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.triage.red_lines import Alarm, find_red_lines
from chalicelib.triage.rules import Combination, Rule, RuleSet
from chalicelib.triage.writing import Writing

OTHER: Final = "other"
MIN_SCORE: Final = 0.2
_HALF: Final = 3.0  # the sum of weights at which the score is one half
_MAX_WORDS: Final = 4
_FURTHER: Final = 0.25
_LOOK_BACK: Final = 14
MAX_ALTERNATIVES: Final = 3
_LATIN: Final = re.compile("[a-z][ -~]*")


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule that matched, and the words by which it did, as the person wrote them."""

    rule: str
    words: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A type with its score from 0 to 1, and why."""

    type: str
    subtype: str | None
    score: float
    matched: tuple[Matched, ...]


@dataclass(frozen=True, slots=True)
class Triage:
    """The best type, what else it may be, red lines that are touched, and whether a question would help."""

    best: Candidate
    alternatives: tuple[Candidate, ...]
    alarm: Alarm | None
    unsure: bool


def triage(text: str, answers: Mapping[str, str], rules: RuleSet) -> Triage:
    """Return what the text is about. The same text gets the same answer, whoever asks, as long as the rules hold."""
    writing = Writing.of(text)
    matched: dict[tuple[str, str | None], list[Matched]] = {}
    by_rule: dict[str, tuple[Rule, dict[str, str]]] = {}
    for begin, end, word in _find_words(writing.plain, rules):
        for rule in rules.rules_of.get(word, ()):
            said = by_rule.setdefault(rule.id, (rule, {}))[1]
            said.setdefault(word, writing.written(begin, end))
    for rule, said in by_rule.values():
        worth = rule.weight * (1 + _FURTHER * (min(len(said), _MAX_WORDS) - 1))
        matched.setdefault((rule.type, rule.subtype), []).append(Matched(rule.id, tuple(said.values()), worth))
    for combination in rules.combinations:
        words = _one_of_each(writing, combination)
        if words:
            matched.setdefault((combination.type, combination.subtype), []).append(
                Matched(combination.id, words, combination.weight)
            )
    for (question, value), main in rules.answers.items():
        if answers.get(question) == value:
            matched.setdefault((main, None), []).append(Matched(f"answer.{question}", (value,), rules.answer_weight))
    ranked = _rank(matched)
    alarm = find_red_lines(writing, rules.red_lines)
    if not ranked or ranked[0].score < MIN_SCORE:
        return Triage(Candidate(OTHER, None, 0.0, ()), tuple(ranked[:MAX_ALTERNATIVES]), alarm, unsure=True)
    best, rest = ranked[0], ranked[1:]
    unsure = bool(rest) and best.score - rest[0].score < rules.ask_below_margin
    return Triage(best, tuple(rest[:MAX_ALTERNATIVES]), alarm, unsure)


def _one_of_each(writing: Writing, combination: Combination) -> tuple[str, ...]:
    """Return a word of each group as it is written, or none if one group has none in the text."""
    words = []
    for group in combination.groups:
        hit = group.search(writing.plain)
        if hit is None:
            return ()
        words.append(writing.written(*hit.span()))
    return tuple(dict.fromkeys(words))


def _find_words(plain: str, rules: RuleSet) -> Iterator[tuple[int, int, str]]:
    """Yield the rules' words in the text and their places, in order: none inside longer ones, none that is negated."""
    english = [
        (hit.start(), hit.end(), hit[0])
        for latin in _LATIN.finditer(plain)
        for hit in rules.english.finditer(plain, *latin.span())
    ]
    for begin, end, said in sorted([*_chinese(plain, rules), *english]):
        if rules.negated.search(plain[max(0, begin - _LOOK_BACK) : begin]) is None:
            yield begin, end, _known(said, rules)


def _chinese(plain: str, rules: RuleSet) -> Iterator[tuple[int, int, str]]:
    """Yield the longest Chinese word at each place, if it reaches beyond the one before."""
    reached = 0
    for begin, character in enumerate(plain):
        for word in rules.by_first.get(character, ()):  # the longest first
            if plain.startswith(word, begin):
                if begin + len(word) > reached:
                    reached = begin + len(word)
                    yield begin, reached, word
                break


def _known(said: str, rules: RuleSet) -> str:
    """Return the rules' own form of a word that may stand inflected in the text."""
    while said and said not in rules.rules_of:
        said = said[:-1]
    return said


def _rank(matched: Mapping[tuple[str, str | None], list[Matched]]) -> list[Candidate]:
    mains: dict[str, list[tuple[str | None, list[Matched]]]] = {}
    for (main, subtype), hits in matched.items():
        mains.setdefault(main, []).append((subtype, hits))
    ranked = []
    for main, parts in mains.items():
        total = sum(hit.weight for _, hits in parts for hit in hits)
        specific = [(sum(hit.weight for hit in hits), subtype) for subtype, hits in parts if subtype is not None]
        subtype = max(specific, key=lambda one: (one[0], one[1]))[1] if specific else None
        every = sorted((hit for _, hits in parts for hit in hits), key=lambda hit: (-hit.weight, hit.rule))
        ranked.append(Candidate(main, subtype, round(total / (total + _HALF), 3), tuple(every)))
    return sorted(ranked, key=lambda one: (-one.score, one.type))
