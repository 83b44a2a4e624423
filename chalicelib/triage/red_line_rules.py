"""The rules of red lines as data: words by class, what is no act after all, patterns, kinds, and whom it concerns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

from chalicelib.shared.rule_files import RULES
from chalicelib.shared.texts import Text
from chalicelib.triage.writing import plain_form

_FILE: Final = RULES / "red_lines.json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a red line is about, what to do, and whom to call. Kinds are ordered: the gravest first."""

    code: str
    level: str  # critical, high
    text: Text
    hotlines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a pattern: a word of one of these classes, at most `within` units after the place before.

    A Chinese character is a unit, and so is a Latin word. `across`: a clause may end in between.
    """

    classes: frozenset[str]
    within: int
    across: bool
    role: str | None  # act, by, whom


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern of words that touches a red line, and why.

    `unless`: classes whose words, up to `unless_within` units before the pattern, inside it, or up to `unless_after`
    units after it, explain it otherwise.
    """

    id: str
    kind: str
    why: Text
    slots: tuple[Slot, ...]
    unless: frozenset[str]
    unless_within: int
    unless_after: int


@dataclass(frozen=True, slots=True)
class Concern:
    """Another kind that an alarm is of, because of who does it (`by`), suffers it (`whom`), or writes (`me`).

    `stated`: the text must say that they suffer it; it is not enough that they are the last who were named.
    """

    id: str
    kind: str
    why: Text
    after: frozenset[str]
    by: frozenset[str]
    whom: frozenset[str]
    me: frozenset[str]
    stated: bool


@dataclass(frozen=True, slots=True)
class NoAct:
    """What stands after a word that then is no act: an object (打 … 电话), or a lawful threat (威胁 … 起诉)."""

    words: frozenset[str]
    fillers: frozenset[str] | None  # None: anything within the clause
    filler_lengths: Mapping[str, tuple[int, ...]]  # by their first character, longest first
    within: int
    objects: frozenset[str]
    object_lengths: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that hide those inside them. Marks of time and of fiction are a vocabulary of their own: they hide no act.

    `classes_of`: the classes of each word; `lengths`: of the words that begin with two characters, longest first.
    """

    classes_of: Mapping[str, frozenset[str]]
    lengths: Mapping[str, tuple[int, ...]]
    expressions: tuple[tuple[frozenset[str], re.Pattern[str]], ...]

    @classmethod
    def of(cls, names: Iterable[str], classes: Mapping[str, Any]) -> Self:
        """Return the vocabulary of these classes."""
        found: dict[str, set[str]] = {}
        expressions: list[tuple[frozenset[str], re.Pattern[str]]] = []
        for name in names:
            for part in _parts(name, classes):
                for word in _words(classes[part]["words"]):
                    found.setdefault(word, set()).add(name)
                expressions.extend(
                    (frozenset({name}), re.compile(expression)) for expression in classes[part].get("expressions", ())
                )
        classes_of = {word: frozenset(those) for word, those in found.items()}
        beginnings: dict[str, set[int]] = {}
        for word in classes_of:
            beginnings.setdefault(word[:2], set()).add(len(word))
        lengths = {two: tuple(sorted(those, reverse=True)) for two, those in beginnings.items()}
        return cls(classes_of, lengths, tuple(expressions))


@dataclass(frozen=True, slots=True)
class RedLines:
    """One version of the rules of red lines. `published`: the document itself."""

    version: str
    kinds: Mapping[str, Kind]
    hotlines: Mapping[str, Text]
    vocabularies: tuple[Vocabulary, ...]
    acts: frozenset[str]
    rules: tuple[Rule, ...]
    waiting: Mapping[str, tuple[tuple[int, int], ...]]  # class: the places of patterns that wait for it
    concerns: tuple[Concern, ...]
    concerns_of: Mapping[str, tuple[Concern, ...]]  # by the kind that they come after
    no_acts: Mapping[str, tuple[NoAct, ...]]  # by the word that may be none
    negations: frozenset[str]
    negation_lengths: Mapping[str, tuple[int, ...]]  # by their last character, longest first
    fillers: frozenset[str]
    filler_lengths: Mapping[str, tuple[int, ...]]
    correlated: tuple[tuple[str, str, bool], ...]  # a negation, what follows, and whether a clause may end between
    always: tuple[str, ...]
    settled_within: int
    elsewhere_within: int
    published: Mapping[str, Any]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship; read once a process."""
        document = json.loads(_FILE.read_text(encoding="utf-8"))
        classes = document["classes"]
        rules = tuple(_rule(one) for one in document["rules"])
        kinds = {
            one["code"]: Kind(one["code"], one["level"], Text(**one["text"]), tuple(one["hotlines"]))
            for one in document["kinds"]
        }
        concerns = tuple(_concern(one) for one in document["concerns"])
        no_acts = tuple(_no_act(one) for one in document["no_acts"])
        negation = document["negation"]
        negations, fillers = frozenset(_words(negation["words"])), frozenset(_words(negation["fillers"]))
        return cls(
            version=document["version"],
            kinds=kinds,
            hotlines={number: Text(**name) for number, name in document["hotlines"].items()},
            vocabularies=tuple(
                Vocabulary.of([name for name, one in classes.items() if bool(one.get("marks")) is marks], classes)
                for marks in (False, True)
            ),
            acts=frozenset(name for name, one in classes.items() if one.get("act")),
            rules=rules,
            waiting=_waiting(rules),
            concerns=concerns,
            concerns_of={kind: tuple(one for one in concerns if kind in one.after) for kind in kinds},
            no_acts={
                word: tuple(one for one in no_acts if word in one.words) for each in no_acts for word in each.words
            },
            negations=negations,
            negation_lengths=_lengths_by(negations, -1),
            fillers=fillers,
            filler_lengths=_lengths_by(fillers, -1),
            correlated=tuple((one["first"], one["then"], one.get("across", False)) for one in negation["pairs"]),
            always=tuple(_words(negation["always"])),
            settled_within=document["settled"]["within"],
            elsewhere_within=document["elsewhere"]["within"],
            published=document,
        )


def _parts(name: str, classes: Mapping[str, Any]) -> Iterable[str]:
    """Yield a class and all that it includes, directly or not."""
    yield name
    for part in classes[name].get("includes", ()):
        yield from _parts(part, classes)


def _words(words: Mapping[str, Iterable[str]]) -> Iterable[str]:
    """Yield the words of both languages in their plain form, also as they are typed without the apostrophe (dont)."""
    for language in ("zh", "en"):
        for word in words[language]:
            plain = plain_form(word)
            yield plain
            if "n't" in plain or "i'm" in plain:
                yield plain.replace("n't", "nt").replace("i'm", "im")


def _lengths(words: Iterable[str]) -> tuple[int, ...]:
    """Return the lengths of words, longest first."""
    return tuple(sorted({len(word) for word in words}, reverse=True))


def _lengths_by(words: Iterable[str], place: int) -> dict[str, tuple[int, ...]]:
    """Return the lengths of words by their first (0) or last (-1) character, longest first."""
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(word[place], []).append(word)
    return {character: _lengths(those) for character, those in found.items()}


def _rule(one: Mapping[str, Any]) -> Rule:
    slots = tuple(
        Slot(frozenset(slot["is"]), slot.get("within", 0), slot.get("across", False), slot.get("role"))
        for slot in one["pattern"]
    )
    unless = one.get("unless", {"is": (), "within": 0})
    why, after = Text(**one["why"]), unless.get("after", 0)
    return Rule(one["id"], one["kind"], why, slots, frozenset(unless["is"]), unless["within"], after)


def _waiting(rules: tuple[Rule, ...]) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return which places of which patterns wait for a word of each class."""
    found: dict[str, list[tuple[int, int]]] = {}
    for number, rule in enumerate(rules):
        for place in reversed(range(len(rule.slots))):
            for name in rule.slots[place].classes:
                found.setdefault(name, []).append((number, place))
    return {name: tuple(places) for name, places in found.items()}


def _concern(one: Mapping[str, Any]) -> Concern:
    after, by, whom, me = (frozenset(one.get(name, ())) for name in ("after", "by", "whom", "me"))
    return Concern(one["id"], one["kind"], Text(**one["why"]), after, by, whom, me, one.get("stated", False))


def _no_act(one: Mapping[str, Any]) -> NoAct:
    fillers = None if one["fillers"] is None else frozenset(_words(one["fillers"]))
    objects = frozenset(_words(one["objects"]))
    return NoAct(
        frozenset(_words(one["words"])),
        fillers,
        _lengths_by(fillers or (), 0),
        one["within"],
        objects,
        _lengths_by(objects, 0),
    )
