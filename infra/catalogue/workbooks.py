"""XLSX workbooks, read as a stream; archives that would unpack to something huge are refused first."""

from __future__ import annotations

import contextlib
import itertools
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from infra.catalogue.source import AnyRow, CatalogueFileUnreadable, Place, Source
from infra.catalogue.tables import Header, NumberedRow, count_known, describe_skipped, find_header, to_row

MAX_UNPACKED_BYTES: Final = 1_000_000_000
MAX_SHARED_TEXT_BYTES: Final = 300_000_000
"""The table of shared texts is the one part that is held in memory."""

_MAX_PARTS: Final = 10_000
_HEADER_WITHIN_ROWS: Final = 10
_ROWS_AT_A_TIME: Final = 100
# What openpyxl raises on parts that are missing, cut short, or not the XML they should be.
_LIBRARY_ERRORS: Final = (
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    ParseError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
)
_DAMAGED: Final = "the file looks like XLSX, but cannot be read: open it in Excel or WPS, and save it again"


def open_workbook(path: Path) -> Source:
    """Return the rows of the sheet whose header has the most names that we know."""
    _check_archive(path)
    sheets = _list_sheets(path)
    if not sheets:
        raise CatalogueFileUnreadable("the workbook has no sheet with anything in it")
    name = max(sheets, key=lambda sheet: max(count_known(row.cells) for row in sheets[sheet]))
    first = sheets[name]
    header = find_header(first)
    others = [f"the sheet {other!r} was not read: only {name!r} was" for other in sheets if other != name]
    return Source(
        f"XLSX, sheet {name!r}",
        _read_sheet(path, name, header),
        (*others, *describe_skipped(first[: header.row_count - 1])),
    )


def _check_archive(path: Path) -> None:
    """Refuse what is no workbook, and what would unpack to more than its share (a “zip bomb”).

    The sizes are those the archive declares; `zipfile` never unpacks a part beyond its declared size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {part.filename: part.file_size for part in archive.infolist()}
    except zipfile.BadZipFile:
        raise CatalogueFileUnreadable(_DAMAGED) from None
    if "xl/workbook.xml" not in parts:
        raise CatalogueFileUnreadable(
            "the file is a ZIP archive but no XLSX workbook: unpack it, or save it as .xlsx, CSV or JSON"
        )
    unpacked = sum(parts.values())
    if len(parts) > _MAX_PARTS or unpacked > MAX_UNPACKED_BYTES:
        raise CatalogueFileUnreadable(
            f"the workbook would unpack to {unpacked // 1_000_000} MB in {len(parts)} parts; "
            f"at most {MAX_UNPACKED_BYTES // 1_000_000} MB are read: split it, or save it as CSV"
        )
    if parts.get("xl/sharedStrings.xml", 0) > MAX_SHARED_TEXT_BYTES:
        raise CatalogueFileUnreadable("the texts of the workbook are too large to be held in memory: save it as CSV")


def _list_sheets(path: Path) -> dict[str, list[NumberedRow]]:
    """Return the first rows of each sheet that has any."""
    with _Workbook(path) as workbook:
        first = {name: workbook.read_first(name) for name in workbook.names}
    return {name: rows for name, rows in first.items() if rows}


def _read_sheet(path: Path, name: str, header: Header) -> Iterator[AnyRow]:
    with _Workbook(path) as workbook:
        to_skip = header.row_count
        for row in workbook.read(name):
            if to_skip:
                to_skip -= 1
            else:
                found = to_row(Place(row.number, "row"), row.cells, header)
                if found is not None:
                    yield found


class _Workbook:
    """An open workbook; whatever a damaged one makes the library raise is one clear error."""

    def __init__(self, path: Path) -> None:
        from openpyxl import load_workbook

        # Opened here, for by a path the library would judge the file by its name.
        self._file = path.open("rb")
        try:
            with _clear_errors():
                self._book = load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
        except CatalogueFileUnreadable:
            self._file.close()
            raise
        self.names = [sheet.title for sheet in self._book.worksheets]

    def __enter__(self) -> _Workbook:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()
        self._file.close()

    def read_first(self, name: str) -> list[NumberedRow]:
        return list(itertools.islice(self.read(name), _HEADER_WITHIN_ROWS))

    def read(self, name: str) -> Iterator[NumberedRow]:
        """Yield the rows that are not empty."""
        sheet: Any = self._book[name]
        # The declared dimensions are often wrong, in both directions.
        sheet.reset_dimensions()
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        while True:
            with _clear_errors():
                batch: list[tuple[int, tuple[Any, ...]]] = list(itertools.islice(rows, _ROWS_AT_A_TIME))
            if not batch:
                return
            for number, cells in batch:
                if any(cell is not None for cell in cells):
                    yield NumberedRow(number, cells)


@contextlib.contextmanager
def _clear_errors() -> Iterator[None]:
    """Silence the library's warnings (lost styles, unknown extensions), and put its errors in our words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except _LIBRARY_ERRORS as error:
        raise CatalogueFileUnreadable(_DAMAGED) from error
