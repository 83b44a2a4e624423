"""DynamoDB's expressions: conditions and updates, compiled once, evaluated on items in wire form.

Wire form: attribute names to typed values, such as `{"pk": {"S": "CASE#1"}}`. Grammar: "Condition and filter
expressions" and "Update expressions" in the DynamoDB developer guide. What the guide refuses is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

Attributes = Mapping[str, Any]
Test = Callable[["Bound"], bool]
Operand = Callable[["Bound"], Any]
Steps = tuple[str | int, ...]

_TOKEN: Final = re.compile(r"\s*(<>|<=|>=|[=<>(),+\-.\[\]]|[#:]?[A-Za-z0-9_]+)")
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: _rank(one, other) < 0,
    "<=": lambda one, other: _rank(one, other) <= 0,
    ">": lambda one, other: _rank(one, other) > 0,
    ">=": lambda one, other: _rank(one, other) >= 0,
}


class BadExpression(ValueError):
    """An expression that DynamoDB would answer with a `ValidationException`."""


@dataclass(frozen=True, slots=True)
class Bound:
    """An item with the names and values that an expression's placeholders stand for."""

    item: Attributes
    names: Mapping[str, str]
    values: Attributes

    def name(self, word: str) -> str:
        """Return the attribute name that a word stands for."""
        if word[0] != "#":
            return word
        if word not in self.names:
            raise BadExpression(f"no name is given for {word}")
        return self.names[word]

    def find(self, path: Steps) -> Any:
        """Return the typed value at a path, or None."""
        found: Any = {"M": self.item}
        for step in path:
            inner = found.get("L" if isinstance(step, int) else "M")
            if inner is None:
                return None
            if isinstance(step, int):
                found = inner[step] if step < len(inner) else None
            else:
                found = inner.get(self.name(step))
            if found is None:
                return None
        return found


def placeholders(text: str) -> set[str]:
    """Return the `#names` and `:values` in an expression."""
    return set(re.findall(r"[#:][A-Za-z0-9_]+", text))


class Words:
    """The words of an expression, read one after the other."""

    def __init__(self, text: str) -> None:
        self._words: list[str] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            found = _TOKEN.match(text, place)
            if found is None:
                raise BadExpression(f"cannot read {text[place:]!r}")
            self._words.append(found[1])
            place = found.end()
        self._at = 0

    def peek(self) -> str:
        """Return the next word, empty at the end."""
        return self._words[self._at] if self._at < len(self._words) else ""

    def take(self, wanted: str | None = None) -> str:
        """Return the next word and go on; raise `BadExpression` unless it is the one that is wanted."""
        word = self.peek()
        if not word or (wanted is not None and word.upper() != wanted):
            raise BadExpression(f"{wanted or 'a word'} is missing at {word!r}")
        self._at += 1
        return word

    def takes(self, wanted: str) -> bool:
        """Go on and return True if the next word is the one that is wanted."""
        if self.peek().upper() != wanted:
            return False
        self._at += 1
        return True

    def path(self) -> Steps:
        """Read a document path."""
        steps: list[str | int] = [self.take()]
        while self.peek() in {".", "["}:
            if self.take() == ".":
                steps.append(self.take())
            else:
                steps.append(int(self.take()))
                self.take("]")
        return tuple(steps)


@cache
def compile_condition(text: str) -> Test:
    """Return the test that a condition or key condition expression stands for."""
    words = Words(text)
    test = _either(words)
    if words.peek():
        raise BadExpression(f"unexpected {words.peek()!r}")
    return test


def _either(words: Words) -> Test:
    tests = [_both(words)]
    while words.takes("OR"):
        tests.append(_both(words))
    return tests[0] if len(tests) == 1 else lambda bound: any(test(bound) for test in tests)


def _both(words: Words) -> Test:
    tests = [_negation(words)]
    while words.takes("AND"):
        tests.append(_negation(words))
    return tests[0] if len(tests) == 1 else lambda bound: all(test(bound) for test in tests)


def _negation(words: Words) -> Test:
    if words.takes("NOT"):
        inner = _negation(words)
        return lambda bound: not inner(bound)
    if words.takes("("):
        test = _either(words)
        words.take(")")
        return test
    function = _FUNCTIONS.get(words.peek())
    if function is not None:
        words.take()
        words.take("(")
        test = function(words)
        words.take(")")
        return test
    return _comparison(words)


def _comparison(words: Words) -> Test:
    left = operand(words)
    word = words.take().upper()
    if word == "BETWEEN":
        low = operand(words)
        words.take("AND")
        high = operand(words)
        return lambda bound: _known(left, low, bound, ">=") and _known(left, high, bound, "<=")
    if word == "IN":
        words.take("(")
        options = [operand(words)]
        while words.takes(","):
            options.append(operand(words))
        words.take(")")
        return lambda bound: any(_known(left, one, bound, "=") for one in options)
    if word not in _COMPARE:
        raise BadExpression(f"{word!r} compares nothing")
    right = operand(words)
    return lambda bound: _known(left, right, bound, word)


def _known(left: Operand, right: Operand, bound: Bound, how: str) -> bool:
    one, other = left(bound), right(bound)
    if one is None or other is None:
        return how == "<>" and one is not other
    return _COMPARE[how](_comparable(one), _comparable(other))


def _comparable(value: Any) -> tuple[str, Any]:
    ((kind, inner),) = value.items()
    if kind == "N":
        return kind, Decimal(inner)
    if kind in {"SS", "NS", "BS"}:
        return kind, frozenset(inner)
    return kind, inner


def _rank(one: tuple[str, Any], other: tuple[str, Any]) -> float:
    if one[0] != other[0]:
        return float("nan")  # values of two types are in no order
    return float(one[1] > other[1]) - float(one[1] < other[1])


def operand(words: Words) -> Operand:
    """Read a path, a value, or a size."""
    word = words.peek()
    if word.startswith(":"):
        words.take()
        return lambda bound: _value(bound, word)
    if word == "size":
        words.take()
        words.take("(")
        path = words.path()
        words.take(")")
        return lambda bound: _size(bound.find(path))
    path = words.path()
    return lambda bound: bound.find(path)


def _value(bound: Bound, word: str) -> Any:
    if word not in bound.values:
        raise BadExpression(f"no value is given for {word}")
    return bound.values[word]


def _size(value: Any) -> Any:
    if value is None:
        return None
    ((kind, inner),) = value.items()
    if kind == "S":
        return {"N": str(len(inner.encode()))}
    return {"N": str(len(inner))} if kind in {"B", "L", "M", "SS", "NS", "BS"} else None


def _exists(words: Words) -> Test:
    path = words.path()
    return lambda bound: bound.find(path) is not None


def _not_exists(words: Words) -> Test:
    path = words.path()
    return lambda bound: bound.find(path) is None


def _begins_with(words: Words) -> Test:
    path = words.path()
    words.take(",")
    prefix = operand(words)
    return lambda bound: _inner(bound.find(path)).startswith(_inner(prefix(bound)))


def _contains(words: Words) -> Test:
    path = words.path()
    words.take(",")
    sought = operand(words)

    def test(bound: Bound) -> bool:
        found = bound.find(path)
        if found is None:
            return False
        ((kind, inner),) = found.items()
        return (sought(bound) if kind == "L" else _inner(sought(bound))) in inner

    return test


def _inner(value: Any) -> Any:
    return "" if value is None else next(iter(value.values()))


_FUNCTIONS: Final[dict[str, Callable[[Words], Test]]] = {
    "attribute_exists": _exists,
    "attribute_not_exists": _not_exists,
    "begins_with": _begins_with,
    "contains": _contains,
}
