"""Opening a catalogue file: what it is, is read from its content; its name is only a hint."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra.catalogue.documents import is_json_lines, open_json, open_json_lines
from infra.catalogue.encodings import TextEncoding, detect_encoding
from infra.catalogue.json_text import SPACE
from infra.catalogue.source import AnyRow, CatalogueFileUnreadable, Source
from infra.catalogue.tables import open_csv
from infra.catalogue.workbooks import open_workbook

MAX_FILE_BYTES: Final = 200_000_000

_PEEK_CHARACTERS: Final = 4096
_JSON_SUFFIXES: Final = {".json", ".jsonl", ".ndjson"}
_BINARY_FORMATS: Final[dict[bytes, str]] = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls), or one with a password: save it as .xlsx without a password",
    b"\x1f\x8b": "compressed with gzip: unpack it first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"%PDF": "a PDF: the catalogue is read from CSV, JSON, JSON Lines or XLSX",
    b"SQLite format 3": "an SQLite database: the catalogue is read from CSV, JSON, JSON Lines or XLSX",
}


def open_source(path: Path, encoding: str | None = None) -> Source:
    """Return the rows of a catalogue file, or of all JSON files in a directory.

    `encoding` names the encoding of a text file; without it, it is found out. Raise `CatalogueFileUnreadable`
    for whatever cannot be imported at all.
    """
    if path.is_dir():
        return _open_directory(path, encoding)
    _check_size([path])
    return _open_file(path, encoding)


def _open_directory(directory: Path, encoding: str | None) -> Source:
    paths = sorted(directory.glob("*.json"))
    if not paths:
        raise CatalogueFileUnreadable(f"there is no .json file in {directory}")
    _check_size(paths)
    sources = {path.name: _open_in_directory(path, encoding) for path in paths}
    others = sorted(entry.name for entry in directory.iterdir() if entry not in paths)
    return Source(
        f"a directory of {len(paths)} JSON files",
        itertools.chain.from_iterable(_name_file(source.rows, name) for name, source in sources.items()),
        (
            *(f"{name}: {warning}" for name, source in sources.items() for warning in source.warnings),
            *(f"{name} is no .json file, and was not read" for name in others),
        ),
    )


def _open_in_directory(path: Path, encoding: str | None) -> Source:
    try:
        return _open_file(path, encoding)
    except CatalogueFileUnreadable as error:
        raise CatalogueFileUnreadable(f"{path.name}: {error}") from None


def _name_file(rows: Iterator[AnyRow], name: str) -> Iterator[AnyRow]:
    try:
        for row in rows:
            yield row._replace(place=row.place._replace(file=name))
    except CatalogueFileUnreadable as error:
        raise CatalogueFileUnreadable(f"{name}: {error}") from None


def _check_size(paths: list[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise CatalogueFileUnreadable(f"there is no file {path}")
        if not path.is_file():
            raise CatalogueFileUnreadable(f"{path} is neither a file nor a directory")
    byte_count = sum(path.stat().st_size for path in paths)
    if byte_count > MAX_FILE_BYTES:
        raise CatalogueFileUnreadable(
            f"the file has {byte_count // 1_000_000} MB, at most {MAX_FILE_BYTES // 1_000_000} MB are read: split it "
            "(without --replace, each part adds to the catalogue)"
        )


def _open_file(path: Path, encoding: str | None) -> Source:
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise CatalogueFileUnreadable("the file is empty")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return open_workbook(path)
    for mark, what in _BINARY_FORMATS.items():
        if start.startswith(mark):
            raise CatalogueFileUnreadable(f"the file is {what}")
    return _open_text(path, detect_encoding(path, encoding))


def _open_text(path: Path, encoding: TextEncoding) -> Source:
    with path.open(encoding=encoding.codec) as text:
        first = text.read(_PEEK_CHARACTERS).lstrip(SPACE)[:1]
    if not first:
        raise CatalogueFileUnreadable("the file is blank")
    if first == "[":
        return open_json(path, encoding)
    if first == "{":
        return open_json_lines(path, encoding) if is_json_lines(path, encoding) else open_json(path, encoding)
    if path.suffix.lower() in _JSON_SUFFIXES:
        raise CatalogueFileUnreadable(f"the file is called {path.suffix}, but it is no JSON: it begins with {first!r}")
    if first == "<":
        raise CatalogueFileUnreadable("the file is HTML or XML: save it as CSV, JSON, JSON Lines or XLSX")
    return open_csv(path, encoding)
