"""JSON and JSON Lines: one element after the other, each with the line it begins at."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from infra.catalogue.columns import describe_missing, find_field, list_missing
from infra.catalogue.encodings import TextEncoding
from infra.catalogue.json_text import SPACE, STRICT, JsonText, RefusedJson, describe_json_error, describe_kind
from infra.catalogue.source import AnyRow, CatalogueFileUnreadable, Place, Row, Source, UnreadableRow

ITEMS_NAME: Final = "services"
_JUDGED_BY: Final = 100
"""Whether a required name is missing altogether is judged by this many elements."""

_LINES_JUDGED: Final = 20
_MAX_PEEK_CHARACTERS: Final = 1_000_000


def is_json_lines(path: Path, encoding: TextEncoding) -> bool:
    """Tell JSON Lines from one JSON document, where the first character is a brace."""
    with path.open(encoding=encoding.codec) as text:
        peek = text.read(_MAX_PEEK_CHARACTERS)
    lines = [line for line in peek.lstrip(SPACE).split("\n") if line.strip(SPACE)]
    first, *others = [_find_object(line) for line in lines[:_LINES_JUDGED]]
    if first is not None:
        return ITEMS_NAME not in first
    # The first line may be a broken element: then others are whole, and it looks like one, or all of them do.
    looks_whole = lines[0].rstrip().endswith("}") or all(line.startswith("{") for line in lines[:_LINES_JUDGED])
    return (looks_whole and any(others)) or path.suffix.lower() in {".jsonl", ".ndjson"}


def _find_object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line.strip(SPACE))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def open_json_lines(path: Path, encoding: TextEncoding) -> Source:
    """Return the elements of a JSON Lines file, read as a stream."""
    return Source(f"JSON Lines, {encoding.name}", require_names(_read_lines(path, encoding)))


def open_json(path: Path, encoding: TextEncoding) -> Source:
    """Return the elements of a JSON document: a list, `{"services": [...]}`, or a single item.

    The text is held in memory whole; the elements are decoded one by one.
    """
    document = JsonText(path.read_text(encoding=encoding.codec))
    opens_at = document.at
    if document.peek() == "[":
        return Source(f"JSON list, {encoding.name}", require_names(_read_elements(document)))
    members = document.list_members()
    document.expect_end()
    document.at = opens_at
    if ITEMS_NAME in members:
        document.at = members[ITEMS_NAME]
        if document.peek() != "[":
            raise document.broken(f"{ITEMS_NAME!r} is not a list")
        others = tuple(
            f"{name!r} beside {ITEMS_NAME!r} was not read: only service items are imported"
            for name in members
            if name != ITEMS_NAME
        )
        rows = _read_elements(document, to_the_end=False)
        return Source(f"JSON, {encoding.name}", require_names(rows), others)
    if any(find_field(name) is not None for name in members):
        return Source(f"JSON, one item, {encoding.name}", require_names(iter([_decode(document, element=1)])))
    raise CatalogueFileUnreadable(
        f"the JSON object is neither an item nor has it {ITEMS_NAME!r}; it has: {', '.join(members) or 'nothing'}"
    )


def _read_lines(path: Path, encoding: TextEncoding) -> Iterator[AnyRow]:
    with path.open(encoding=encoding.codec, newline="\n") as lines:
        element = 0
        for number, line in enumerate(lines, start=1):
            stripped = line.strip(SPACE)
            if stripped:
                element += 1
                yield _decode_line(stripped, Place(number))


def _decode_line(text: str, place: Place) -> AnyRow:
    try:
        return _to_row(STRICT.decode(text), place)
    except (ValueError, RecursionError) as error:
        return UnreadableRow(place, describe_json_error(error))


def _to_row(value: object, place: Place) -> AnyRow:
    if not isinstance(value, dict):
        return UnreadableRow(place, f"an item is expected here, as a JSON object, not {describe_kind(value)}")
    return Row(place, value)


def _read_elements(document: JsonText, *, to_the_end: bool = True) -> Iterator[AnyRow]:
    for element in document.list_elements():
        yield _decode(document, element)
    if to_the_end:
        document.expect_end()


def _decode(document: JsonText, element: int) -> AnyRow:
    place = Place(document.line(), element=element)
    try:
        return _to_row(document.read_value(STRICT), place)
    except RefusedJson as error:
        document.read_value()
        return UnreadableRow(place, str(error))


def require_names(rows: Iterator[AnyRow]) -> Iterator[AnyRow]:
    """Yield the rows; raise `CatalogueFileUnreadable` if a required name is in none of the first of them."""
    first = list(itertools.islice(rows, _JUDGED_BY))
    names = list(dict.fromkeys(name for row in first if isinstance(row, Row) for name in row.values))
    missing = list_missing(names)
    if missing and any(isinstance(row, Row) for row in first):
        raise CatalogueFileUnreadable(describe_missing(missing, names))
    return itertools.chain(first, rows)
