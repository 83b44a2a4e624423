"""Importing a catalogue file: all of it or nothing, only what changed, and nothing withdrawn by mistake.

The file is read once. Its good rows are kept aside on disk until the whole file is known to be good; then they are
compared with the catalogue, a hundred at a time, and what is new or different is written. Each write stands by
itself, so an import that was cut off is simply run again.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final, Protocol

from chalicelib.catalogue.model import ItemState, ServiceItem
from infra.catalogue.rows import BadRow, Fault, GoodRow, RowReader
from infra.catalogue.source import AnyRow, Place

BATCH_SIZE: Final = 100


class CatalogueWriter(Protocol):
    """The catalogue, as far as an import goes."""

    def find_states(self, codes: Sequence[str]) -> Mapping[str, ItemState]:
        """Return what the catalogue holds of the items; absent codes are absent."""
        ...

    def list_codes(self) -> Iterator[str]:
        """Yield the codes of all items that are not withdrawn."""
        ...

    def put_items(self, items: Sequence[ServiceItem]) -> None:
        """Write the items; a withdrawn one is live again."""
        ...

    def withdraw(self, codes: Sequence[str]) -> None:
        """Take the items out of service."""
        ...


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What the operator allows: withdrawing what is gone, going on without bad rows, and writing at all."""

    replace: bool = False
    skip_bad: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class Summary:
    """What an import did, or with `dry_run` would do, counted in rows and items.

    `refused`: there were bad rows, and nothing was written. `withdrawal_held_back`: items gone from the file were not
    withdrawn, because a bad row does not tell which item it is about.
    """

    read: int = 0
    bad: int = 0
    new: int = 0
    changed: int = 0
    restored: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    refused: bool = False
    withdrawal_held_back: bool = False


class Progress(Protocol):
    """Who is told how far the import is."""

    def read(self) -> None:
        """One more row was read."""
        ...

    def compare(self, done: int, total: int) -> None:
        """So many of the good rows were compared with the catalogue, and written where needed."""
        ...


def import_catalogue(
    rows: Iterable[AnyRow],
    writer: CatalogueWriter,
    rules: ImportRules,
    *,
    reader: RowReader,
    on_fault: Callable[[Fault], None],
    on_withdrawn: Callable[[str], None],
    progress: Progress,
) -> Summary:
    """Import the rows; every fault goes to `on_fault` as it is found, every code withdrawn to `on_withdrawn`."""
    summary = Summary()
    with tempfile.TemporaryFile() as aside:
        seen = _Seen()
        for row in rows:
            summary.read += 1
            progress.read()
            good = _judge(reader.read(row), seen, on_fault)
            if good is None:
                summary.bad += 1
            else:
                aside.write(good.document.encode() + b"\n")
        if summary.bad and not rules.skip_bad:
            summary.refused = True
            return summary
        aside.seek(0)
        _write_changes(aside, writer, rules, summary, progress)
    if rules.replace:
        _withdraw_gone(seen, writer, rules, summary, on_withdrawn)
    return summary


class _Seen:
    """The codes of the file, and where each came first."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.has_nameless = False


def _judge(row: GoodRow | BadRow, seen: _Seen, on_fault: Callable[[Fault], None]) -> GoodRow | None:
    """Return the row if it is good and the first one with its code; else report what is wrong with it."""
    code = row.item.code if isinstance(row, GoodRow) else row.code
    first = None if code is None else seen.places.setdefault(code, row.place)
    faults = [] if isinstance(row, GoodRow) else list(row.faults)
    if code is None:
        seen.has_nameless = True
    elif first is not None and first != row.place:
        faults.append(
            Fault(row.place, row.code_name, f"{code} is the code of {first} already; a code is used once in a file")
        )
    for fault in faults:
        on_fault(fault)
    return row if isinstance(row, GoodRow) and not faults else None


def _write_changes(
    documents: IO[bytes], writer: CatalogueWriter, rules: ImportRules, summary: Summary, progress: Progress
) -> None:
    total = summary.read - summary.bad
    done = 0
    while batch := [ServiceItem.model_validate_json(line) for line in itertools.islice(documents, BATCH_SIZE)]:
        states = writer.find_states([item.code for item in batch])
        to_write = [item for item in batch if _count(item, states.get(item.code), summary)]
        if to_write and not rules.dry_run:
            writer.put_items(to_write)
        done += len(batch)
        progress.compare(done, total)


def _count(item: ServiceItem, state: ItemState | None, summary: Summary) -> bool:
    """Count the item as what it is, and tell whether it has to be written."""
    if state is None:
        summary.new += 1
    elif state.withdrawn:
        summary.restored += 1
    elif state.digest != item.digest():
        summary.changed += 1
    else:
        summary.unchanged += 1
        return False
    return True


def _withdraw_gone(
    seen: _Seen,
    writer: CatalogueWriter,
    rules: ImportRules,
    summary: Summary,
    on_withdrawn: Callable[[str], None],
) -> None:
    if seen.has_nameless:
        summary.withdrawal_held_back = True
        return
    gone = [code for code in writer.list_codes() if code not in seen.places]
    if gone and not rules.dry_run:
        writer.withdraw(gone)
    for code in gone:
        on_withdrawn(code)
    summary.withdrawn = len(gone)
