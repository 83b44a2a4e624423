"""What the operator reads: the faults as they are found, what was withdrawn, and the sum of it all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from infra.catalogue.importer import ImportRules, Summary
from infra.catalogue.rows import Fault
from infra.catalogue.source import Place

MAX_PRINTED: Final = 200
_MAX_IGNORED: Final = 50
_REPORT_COLUMNS: Final = ("file", "line", "element", "field", "reason")

Say = Callable[[str], None]


def printable(text: str) -> str:
    """Return a text of the file so that it cannot steer a terminal, and can always be written."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown.encode("utf-8", "backslashreplace").decode()


class FaultReport:
    """Says the first faults, counts the rest, and writes all of them to a CSV file if there is to be one."""

    def __init__(self, say: Say, path: Path | None = None) -> None:
        self._say = say
        self._path = path
        self._count = 0

    def __enter__(self) -> Self:
        if self._path is not None:
            # With a byte order mark, or Excel takes it for the system's old encoding.
            self._file = self._path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(_REPORT_COLUMNS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is not None:
            self._file.close()
        if self._count > MAX_PRINTED:
            where = "" if self._path is None else f", all of them in {self._path}"
            hint = "; --report PATH writes all of them to a CSV file" if self._path is None else ""
            self._say(f"  … and {self._count - MAX_PRINTED} more{where}{hint}")

    def add(self, fault: Fault) -> None:
        """Take one fault."""
        self._count += 1
        if self._path is not None:
            place = fault.place
            cells = (place.file or "", place.line, place.element or "", fault.field, fault.reason)
            self._writer.writerow([_harmless(cell) for cell in cells])
        if self._count <= MAX_PRINTED:
            field = f"{fault.field}: " if fault.field else ""
            self._say(printable(f"  {fault.place}: {field}{fault.reason}"))


def _harmless(cell: str | int) -> str | int:
    """Keep a spreadsheet from taking a text of the file for a formula."""
    if isinstance(cell, int):
        return cell
    text = printable(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


class WithdrawalReport:
    """Says which items are withdrawn: the first of them by code, the rest as a number."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._count = 0

    def add(self, code: str) -> None:
        """Take one code."""
        self._count += 1
        if self._count <= MAX_PRINTED:
            self._say(f"  withdrawn: {printable(code)}")
        elif self._count == MAX_PRINTED + 1:
            self._say("  … and more withdrawn, counted below")


def describe_ignored(ignored: Mapping[str, Place]) -> str | None:
    """Return the warning for the names of the file that stand for no field; None if there are none."""
    if not ignored:
        return None
    shown = [f"{printable(name)} (first in {place})" for name, place in list(ignored.items())[:_MAX_IGNORED]]
    more = f", and {len(ignored) - _MAX_IGNORED} more" if len(ignored) > _MAX_IGNORED else ""
    return f"columns not known here, and ignored: {', '.join(shown)}{more}"


def describe_summary(summary: Summary, rules: ImportRules) -> list[str]:
    """Return the lines at the end of an import."""
    counts = f"read {summary.read}, bad {summary.bad}"
    if summary.refused:
        return [
            f"{counts}: nothing was written.",
            "Correct the rows above and import the file again, or import the good rows only with --skip-bad.",
        ]
    changes = f"new {summary.new}, changed {summary.changed}, unchanged {summary.unchanged}"
    lines = [f"{counts}, {changes}, restored {summary.restored}, withdrawn {summary.withdrawn}."]
    if summary.withdrawal_held_back:
        lines.append(
            "Nothing was withdrawn: a bad row does not tell which item it is about, "
            "and that item may be among those gone from the file."
        )
    if rules.dry_run:
        lines.append("This was a dry run: nothing was written.")
    return lines
