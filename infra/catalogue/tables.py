"""Tables: finding the header among the first rows, then one row after the other; and CSV, read as a stream."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from infra.catalogue.columns import describe_missing, find_field, list_missing
from infra.catalogue.encodings import TextEncoding
from infra.catalogue.source import AnyRow, CatalogueFileUnreadable, Place, Row, Source, UnreadableRow

_DELIMITERS: Final = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_HEADER_WITHIN_ROWS: Final = 10
"""Exports of government systems often open with a title and a date above the header."""

_MAX_CELL_CHARACTERS: Final = 1_000_000


class Header(NamedTuple):
    """The header of a table: the names by column (blank ones None), and how many rows it and those above it take."""

    names: tuple[str | None, ...]
    row_count: int


class NumberedRow(NamedTuple):
    """The cells of one row, and the line or row it begins at."""

    number: int
    cells: Sequence[Any]


def count_known(cells: Iterable[Any]) -> int:
    """Return how many of the cells are names that we know."""
    return sum(isinstance(cell, str) and find_field(cell) is not None for cell in cells)


def find_header(first_rows: Sequence[NumberedRow]) -> Header:
    """Return the header: the first of the rows with the most names that we know.

    Raise `CatalogueFileUnreadable` if a required column is missing, or a known one is there twice.
    """
    best = max(range(len(first_rows)), key=lambda at: (count_known(first_rows[at].cells), -at), default=None)
    if best is None:
        raise CatalogueFileUnreadable("the file has no rows")
    cells = ["" if cell is None else str(cell).strip() for cell in first_rows[best].cells]
    cells[:1] = [cell.lstrip("\ufeff") for cell in cells[:1]]
    missing = list_missing(cells)
    if missing:
        raise CatalogueFileUnreadable(describe_missing(missing, cells))
    repeated = [name for name, count in Counter(filter(None, cells)).items() if count > 1]
    twice = [name for name in repeated if find_field(name) is not None]
    if twice:
        raise CatalogueFileUnreadable(f"the column {twice[0]} is there twice: remove or rename one of them")
    return Header(
        tuple(f"{name} (column {at})" if name in repeated else name or None for at, name in enumerate(cells, start=1)),
        best + 1,
    )


def to_row(place: Place, cells: Sequence[Any], header: Header) -> AnyRow | None:
    """Return the row of the cells; None if all of them are blank."""
    if all(map(_is_blank, cells)):
        return None
    width = len(header.names)
    if not all(map(_is_blank, cells[width:])):
        why = "in CSV, a cell with a delimiter in it needs quotes around it"
        return UnreadableRow(place, f"{len(cells)} cells under {width} columns ({why})")
    values: dict[str, Any] = {}
    for at, (name, cell) in enumerate(zip(header.names, cells, strict=False), start=1):
        if name is not None:
            values[name] = cell
        elif not _is_blank(cell):
            values[f"(column {at}, without a name)"] = cell
    return Row(place, values)


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def open_csv(path: Path, encoding: TextEncoding) -> Source:
    """Return the rows of a delimited file, read as a stream."""
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    delimiter = _choose_delimiter(path, encoding)
    rows = _read_records(path, encoding, delimiter)
    first = list(itertools.islice((row for row in rows if isinstance(row, NumberedRow)), _HEADER_WITHIN_ROWS))
    rows.close()
    header = find_header(first)
    return Source(
        f"CSV ({_DELIMITERS[delimiter]}), {encoding.name}",
        _read_csv(path, encoding, delimiter, header),
        describe_skipped(first[: header.row_count - 1]),
    )


def _choose_delimiter(path: Path, encoding: TextEncoding) -> str:
    """Return the delimiter that makes a header of the names we know; the comma in doubt."""

    def known(delimiter: str) -> int:
        records = _read_records(path, encoding, delimiter)
        first = list(itertools.islice(records, _HEADER_WITHIN_ROWS))
        records.close()
        return max((count_known(record.cells) for record in first if isinstance(record, NumberedRow)), default=0)

    return max(_DELIMITERS, key=known)


def _read_records(path: Path, encoding: TextEncoding, delimiter: str) -> Generator[NumberedRow | UnreadableRow]:
    """Yield the records with the physical line each begins at; blank lines are none."""
    with path.open(encoding=encoding.codec, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        while True:
            begins_at = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end of data" in str(error) or "field larger" in str(error):
                    raise CatalogueFileUnreadable(
                        f'line {begins_at}: a cell opens with a quote (") that is never closed, '
                        "so nothing after it can be read"
                    ) from None
                yield UnreadableRow(Place(begins_at), _describe_broken(begins_at, reader.line_num))
                continue
            if cells:
                yield NumberedRow(begins_at, cells)


def _describe_broken(first_line: int, last_line: int) -> str:
    lines = "this line" if first_line == last_line else f"lines {first_line} to {last_line}"
    return f'{lines}: the quotes (") do not pair up; a quote inside a quoted cell is written twice'


def _read_csv(path: Path, encoding: TextEncoding, delimiter: str, header: Header) -> Iterator[AnyRow]:
    to_skip = header.row_count
    for record in _read_records(path, encoding, delimiter):
        if to_skip and isinstance(record, NumberedRow):
            to_skip -= 1
            continue
        if isinstance(record, UnreadableRow):
            yield record
            continue
        place = Place(record.number)
        row = to_row(place, record.cells, header)
        if isinstance(row, Row) and len(record.cells) < len(header.names):
            yield UnreadableRow(
                place,
                f"{len(record.cells)} cells under {len(header.names)} columns: a line break or a quote is missing",
            )
        elif row is not None:
            yield row


def describe_skipped(rows: Sequence[NumberedRow]) -> tuple[str, ...]:
    """Return a warning for each row above the header that says something."""
    texts = ["".join(str(cell) for cell in row.cells if cell is not None).strip() for row in rows]
    return tuple(
        f"line {row.number} above the header was skipped: {text[:80]}"
        for row, text in zip(rows, texts, strict=True)
        if text
    )
