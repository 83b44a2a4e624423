"""The words of the red-line rules in a text: which stand there, and which of them are negated or no act after all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final

from chalicelib.triage.red_line_rules import NoAct, RedLines, Vocabulary
from chalicelib.triage.writing import Writing, is_chinese

_CLAUSE_ENDS: Final = frozenset(",。!?;:")
_LOOK_BACK: Final = 16  # characters between a negation and what it negates, at most
_CORRELATED: Final = 16


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the rules in the text. `begin`, `end`: characters; `first`, `last`: units; clauses are numbered."""

    said: str
    begin: int
    end: int
    first: int
    last: int
    clause: int
    classes: frozenset[str]


def find_words(writing: Writing, rules: RedLines) -> list[Word]:
    """Return the rules' words in the order of the text, without those inside longer ones and acts that are none."""
    plain = writing.plain
    units, clauses = _measure(plain)
    found: list[Word] = []
    masked = bytearray(len(plain))
    for vocabulary in rules.vocabularies:
        for begin, end, classes in _longest(plain, vocabulary):
            if "mask" in classes:
                masked[begin:end] = b"\1" * (end - begin)
            found.append(Word(plain[begin:end], begin, end, units[begin], units[end - 1], clauses[begin], classes))
    words = []
    for word in found:
        if word.classes & rules.acts and (_is_no_act(plain, word, rules) or _is_negated(writing, word, masked, rules)):
            continue
        words.append(word)
    words.extend(
        Word("", place, place, units[place], units[place], clauses[place], _END)
        for place in range(len(plain))
        if _ends_clause(plain, place)
    )
    if plain:
        words.append(Word("", len(plain), len(plain), units[-1] + 1, units[-1] + 1, clauses[-1], _END))
    return sorted(words, key=lambda one: (one.begin, one.end))


_END: Final = frozenset({"end"})


def _measure(plain: str) -> tuple[list[int], list[int]]:
    """Return for each character the number of its unit and of its clause."""
    units: list[int] = []
    clauses: list[int] = []
    unit = clause = 0
    in_latin = False
    for place, character in enumerate(plain):
        latin = (character.isalnum() and not is_chinese(character)) or character == "'"
        if (latin and not in_latin) or is_chinese(character):
            unit += 1
        in_latin = latin
        if _ends_clause(plain, place):
            clause += 1
        units.append(unit)
        clauses.append(clause)
    return units, clauses


def _ends_clause(plain: str, place: int) -> bool:
    if plain[place] == ".":
        return place + 1 == len(plain) or not plain[place + 1].isalnum()
    return plain[place] in _CLAUSE_ENDS


def _longest(plain: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield the words of a vocabulary in the text, without those inside longer ones."""
    spans: dict[tuple[int, int], frozenset[str]] = {}
    for begin, end, classes in _spans(plain, vocabulary):
        spans[begin, end] = spans.get((begin, end), frozenset()) | classes
    reached = 0
    for (begin, end), classes in sorted(spans.items(), key=lambda one: (one[0][0], -one[0][1])):
        if end > reached:
            reached = end
            yield begin, end, classes


def _spans(plain: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield the longest word at each place, and what the expressions find."""
    for begin, character in enumerate(plain):
        if _is_latin(character) and begin and _is_latin(plain[begin - 1]):
            continue
        for length in (*vocabulary.lengths.get(plain[begin : begin + 2], ()), 1):  # the longest first
            classes = vocabulary.classes_of.get(plain[begin : begin + length])
            if classes is not None and _is_whole(plain, begin, begin + length):
                yield begin, begin + length, classes
                break
    for classes, expression in vocabulary.expressions:
        for hit in expression.finditer(plain):
            yield hit.start(), hit.end(), classes


def _is_whole(plain: str, begin: int, end: int) -> bool:
    """Return whether a Latin word is no part of a longer one."""
    if end > len(plain):
        return False
    before = begin > 0 and _is_latin(plain[begin]) and _is_latin(plain[begin - 1])
    after = end < len(plain) and _is_latin(plain[end - 1]) and _is_latin(plain[end])
    return not before and not after


def _is_latin(character: str) -> bool:
    return "a" <= character <= "z"


def _is_no_act(plain: str, word: Word, rules: RedLines) -> bool:
    return any(_finds_object(plain, word.end, one) for one in rules.no_acts.get(word.said, ()))


def _finds_object(plain: str, begin: int, one: NoAct) -> bool:
    """Return whether an object stands after `begin`, with nothing but fillers in between."""
    reachable = {begin}
    for place in range(begin, min(begin + one.within + 1, len(plain))):
        if place not in reachable:
            continue
        character = plain[place]
        for length in one.object_lengths.get(character, ()):
            if plain[place : place + length] in one.objects and _is_whole(plain, place, place + length):
                return True
        if character == " " or (one.fillers is None and not _ends_clause(plain, place)):
            reachable.add(place + 1)
        elif one.fillers is not None:
            for length in one.filler_lengths.get(character, ()):
                if plain[place : place + length] in one.fillers:
                    reachable.add(place + length)
    return False


def _is_negated(writing: Writing, word: Word, masked: bytearray, rules: RedLines) -> bool:
    """Return whether a negation stands before the word, with nothing but fillers in between; two cancel out."""
    plain, count = writing.plain, 0
    reachable = {word.begin}
    for place in range(word.begin, max(0, word.begin - _LOOK_BACK), -1):
        if place not in reachable or (place < word.begin and writing.is_torn(place)):
            continue
        said = _said_before(plain, place, rules.negations, rules.negation_lengths)
        if said and not masked[place - 1]:
            if _is_correlated(plain, said[0], word, rules):
                return False
            count += 1
            reachable = {place - len(said[0])}
            continue
        if plain[place - 1] == " ":
            reachable.add(place - 1)
        reachable.update(place - len(one) for one in _said_before(plain, place, rules.fillers, rules.filler_lengths))
    return count % 2 == 1


def _said_before(plain: str, place: int, words: Set[str], lengths: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Return which of the words end right before `place`, longest first."""
    return [
        plain[place - length : place]
        for length in lengths.get(plain[place - 1], ())
        if length <= place and plain[place - length : place] in words and _is_whole(plain, place - length, place)
    ]


def _is_correlated(plain: str, said: str, word: Word, rules: RedLines) -> bool:
    """Return whether the negation is half of a pair that negates nothing (不是打就是骂，没有一次不打)."""
    before = plain[max(0, word.begin - _CORRELATED) : word.begin]
    if any(one in before for one in rules.always):
        return True
    after = plain[word.end : word.end + _CORRELATED]
    size = next((place for place in range(len(after)) if _ends_clause(after, place)), len(after))
    return any(
        said == first and then in (after if across else after[:size]) for first, then, across in rules.correlated
    )
