"""The rule set of triage as data: words and their weights, words that count together, negations; and red lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

from chalicelib.shared.rule_files import RULES
from chalicelib.triage.red_line_rules import RedLines
from chalicelib.triage.writing import plain_form

_RULES: Final = RULES
_INFLECTED: Final = r"(?:s|es|d|ed|ing|'s)?(?![a-z])"


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that speak for a type. `subtype`: None if they speak for the main type alone."""

    id: str
    type: str
    subtype: str | None
    weight: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """Words that count only together: one of each group."""

    id: str
    type: str
    subtype: str | None
    weight: float
    groups: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules. `published` is the document itself, as it stands open to the parties."""

    version: str
    rules_of: Mapping[str, tuple[Rule, ...]]
    by_first: Mapping[str, tuple[str, ...]]
    english: re.Pattern[str]
    combinations: tuple[Combination, ...]
    red_lines: RedLines
    negated: re.Pattern[str]
    answers: Mapping[tuple[str, str], str]
    answer_weight: float
    ask_below_margin: float
    questions: Sequence[Mapping[str, Any]]
    published: Mapping[str, Any]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship; read and compiled once a process."""
        document = json.loads((_RULES / "triage.json").read_text(encoding="utf-8"))
        rules = [
            Rule(one["id"], one["type"], one["subtype"], one["weight"], (*one["words"]["zh"], *one["words"]["en"]))
            for one in document["rules"]
        ]
        rules_of: dict[str, tuple[Rule, ...]] = {}
        for rule in rules:
            for word in rule.words:
                said = plain_form(word.rstrip("*"))
                rules_of[said] = (*rules_of.get(said, ()), rule)
        negations = document["negations"]
        red_lines = RedLines.load()
        version = f"{document['version']}/{red_lines.version}"
        return cls(
            version=version,
            rules_of=rules_of,
            by_first=_by_first(rules_of),
            english=re.compile(_any(word for rule in rules for word in rule.words if word.isascii())),
            combinations=tuple(_combination(one) for one in document["combinations"]),
            red_lines=red_lines,
            negated=_before(negations["before"], 2),
            answers={
                (question["id"], answer["value"]): answer["type"]
                for question in document["questions"]
                for answer in question["answers"]
            },
            answer_weight=document["answer_weight"],
            ask_below_margin=document["ask_below_margin"],
            questions=document["questions"],
            published={**document, **_published(red_lines), "version": version},
        )


def _combination(one: Mapping[str, Any]) -> Combination:
    groups = tuple(re.compile(_any(group)) for group in one["all"])
    return Combination(one["id"], one["type"], one["subtype"], one["weight"], groups)


def _published(red_lines: RedLines) -> dict[str, Any]:
    """Return the rules of red lines as they are published: every rule that an answer can name, and its vocabulary."""
    document = red_lines.published
    explained = {name: value for name, value in document.items() if name not in {"rules", "concerns", "hotlines"}}
    return {
        "urgent": [*document["rules"], *document["concerns"]],
        "hotlines": document["hotlines"],
        "red_lines": explained,
    }


def _any(words: Iterable[str]) -> str:
    """Return an expression for any of the words, longer ones first; English ones whole, inflected or not."""
    return "|".join(_one(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


def _one(word: str) -> str:
    if not word.isascii():
        return re.escape(word)
    if word.endswith("*"):
        return rf"(?<![a-z]){re.escape(word[:-1])}[a-z]*"
    return rf"(?<![a-z]){re.escape(word)}{_INFLECTED}"


def _by_first(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the Chinese words by their first character, longer ones first."""
    found: dict[str, list[str]] = {}
    for word in words:
        if not word.isascii():
            found.setdefault(word[0], []).append(word)
    return {first: tuple(sorted(those, key=lambda one: (-len(one), one))) for first, those in found.items()}


def _before(words: Mapping[str, Sequence[str]], gap: int) -> re.Pattern[str]:
    """Return an expression for a negation before a word, at most `gap` characters away."""
    zh = "|".join(re.escape(word) for word in sorted(words["zh"], key=len, reverse=True))
    en = "|".join(re.escape(word.strip()) for word in sorted(words["en"], key=len, reverse=True))
    return re.compile(rf"(?:(?:{zh})[^，。！？；,.!?;]{{0,{gap}}}|(?<![a-z])(?:{en}) (?:[a-z]+ ){{0,1}})$")
