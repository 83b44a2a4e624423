"""Ratings as tables: CSV and XLSX, with nothing in them that a spreadsheet program would run."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

from openpyxl import Workbook

from chalicelib.ratings.rating.model import Entry

_RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a cell a formula (OWASP, CSV Injection)."""


class Row(NamedTuple):
    """One rating of one target as it is exported."""

    rating: str
    target: str
    date: str
    level: int
    tags: str
    text: str
    reply: str
    rectified: str
    follow_up_level: str
    follow_up: str
    hidden: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the row of an entry."""
        later = entry.follow_up or {}
        return cls(
            entry.id,
            entry.target,
            entry.at[:10],
            entry.level,
            " ".join(entry.tags),
            entry.text or "",
            entry.reply or "",
            "yes" if entry.rectified else "no",
            str(later.get("level") or ""),
            later.get("text") or "",
            entry.hidden or "",
        )


def inert(cell: object) -> object:
    """Return a cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUN) else cell


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows as CSV in UTF-8 with a byte order mark, which spreadsheet programs expect."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Row._fields)
        writer.writerows([inert(cell) for cell in row] for row in rows)


def write_xlsx(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows as a workbook; every text is text, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("ratings")
    sheet.append(list(Row._fields))
    for row in rows:
        sheet.append([inert(cell) for cell in row])
    book.save(path)
