"""A JSON text that is decoded piece by piece: what is held in memory is one element, and each has its line."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from infra.catalogue.source import CatalogueFileUnreadable

SPACE: Final = " \t\r\n\ufeff"


class RefusedJson(ValueError):
    """JSON that can be read in more than one way, or that only Python calls JSON."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RefusedJson(f"the name {twice!r} is given twice in one object")
    return values


def _refuse_constant(constant: str) -> NoReturn:
    raise RefusedJson(f"{constant} is not JSON")


STRICT: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse_constant)
_LENIENT: Final = json.JSONDecoder()


def describe_json_error(error: Exception) -> str:
    """Return what is wrong with a JSON text, in words."""
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON at character {error.colno}: {error.msg}"
    if isinstance(error, RefusedJson):
        return str(error)
    if isinstance(error, RecursionError):
        return "the JSON is nested too deeply"
    return "a number in the JSON has too many digits"


def describe_kind(value: object) -> str:
    """Return what a JSON value is called."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


class JsonText:
    """A JSON text and a position in it, which is always on something other than white space."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = self._skip_space(0)
        self._counted_to = 0
        self._line = 1

    @property
    def at(self) -> int:
        """Where the position is, in characters."""
        return self._at

    @at.setter
    def at(self, at: int) -> None:
        self._at = self._skip_space(at)

    def peek(self) -> str:
        """Return the character at the position; nothing at the end."""
        return self._text[self._at : self._at + 1]

    def line(self) -> int:
        """Return the line of the position, counted from 1."""
        if self._at < self._counted_to:
            self._counted_to, self._line = 0, 1
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line

    def broken(self, what: str) -> CatalogueFileUnreadable:
        """Return the error for a text that cannot be read on from here."""
        return CatalogueFileUnreadable(f"line {self.line()}: {what}")

    def read_value(self, decoder: json.JSONDecoder = _LENIENT) -> Any:
        """Return the value at the position, and move behind it; `RefusedJson` leaves the position where it is."""
        try:
            value, end = decoder.raw_decode(self._text, self._at)
        except RefusedJson:
            raise
        except json.JSONDecodeError as error:
            self.at = error.pos
            raise self.broken(f"the JSON is broken: {error.msg}") from None
        except (ValueError, RecursionError) as error:
            raise self.broken(describe_json_error(error)) from None
        self.at = end
        return value

    def list_elements(self) -> Iterator[int]:
        """Yield the number of each element of the list at the position; the caller reads it with `read_value`."""
        self.at += 1
        if self.peek() == "]":
            self.at += 1
            return
        for element in itertools.count(1):
            yield element
            closing = self.peek()
            if closing not in {",", "]"}:
                raise self.broken(f"the JSON is broken: after element {element} a comma or ] is missing")
            self.at += 1
            if closing == "]":
                return

    def list_members(self) -> dict[str, int]:
        """Return where each value of the object at the position begins, and move behind the object."""
        members: dict[str, int] = {}
        self.at += 1
        if self.peek() == "}":
            self.at += 1
            return members
        while True:
            if self.peek() != '"':
                raise self.broken("the JSON is broken: a name in quotes is missing")
            name = self.read_value()
            if self.peek() != ":":
                raise self.broken(f"the JSON is broken: after {name!r} a colon is missing")
            if name in members:
                raise self.broken(f"the name {name!r} is given twice in one object")
            self.at += 1
            members[name] = self.at
            self._pass_over_value()
            closing = self.peek()
            if closing not in {",", "}"}:
                raise self.broken(f"the JSON is broken: after the value of {name!r} a comma or }} is missing")
            self.at += 1
            if closing == "}":
                return members

    def expect_end(self) -> None:
        """Raise `CatalogueFileUnreadable` if anything follows."""
        if self.peek():
            raise self.broken("the JSON ends here, but the file goes on")

    def _pass_over_value(self) -> None:
        if self.peek() != "[":
            self.read_value()
            return
        for _ in self.list_elements():
            self.read_value()

    def _skip_space(self, at: int) -> int:
        text = self._text
        while text[at : at + 1] and text[at] in SPACE:
            at += 1
        return at
