"""What a catalogue file is to the importer: rows with a place, or places that could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple


class CatalogueFileUnreadable(Exception):
    """A file of which nothing can be imported, said in words for the person who sent it."""


class Place(NamedTuple):
    """Where in the file: the physical line (text), the row (XLSX), and for JSON the element, all counted from 1."""

    line: int
    unit: Literal["line", "row"] = "line"
    element: int | None = None
    file: str | None = None

    def __str__(self) -> str:
        where = f"{self.unit} {self.line}"
        if self.element is not None:
            where = f"element {self.element} ({where})"
        return where if self.file is None else f"{self.file}: {where}"


class Row(NamedTuple):
    """One item as the file has it: names and values untouched."""

    place: Place
    values: Mapping[str, Any]


class UnreadableRow(NamedTuple):
    """A row that is there, but has no values to be had."""

    place: Place
    reason: str


AnyRow = Row | UnreadableRow


@dataclass(frozen=True, slots=True)
class Source:
    """An opened catalogue file. `rows` can be read once, and may raise `CatalogueFileUnreadable` on the way."""

    description: str
    rows: Iterator[AnyRow]
    warnings: tuple[str, ...] = ()
