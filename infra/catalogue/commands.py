"""`python -m infra catalogue …`: import a file, publish the search snapshot, see what is published."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Never

from botocore.exceptions import BotoCoreError, ClientError
from tqdm import tqdm

from chalicelib.shared.errors import YimaError
from infra.catalogue.importer import CatalogueWriter, ImportRules, Progress, Summary, import_catalogue
from infra.catalogue.readers import open_source
from infra.catalogue.report import FaultReport, WithdrawalReport, describe_ignored, describe_summary, printable
from infra.catalogue.rows import RowReader
from infra.catalogue.source import CatalogueFileUnreadable, Source

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001
    Bar = tqdm[Never]

DONE: Final = 0
REFUSED: Final = 1
UNREADABLE: Final = 2
UNAVAILABLE: Final = 3
"""AWS did not answer, or refused: the command can be run again."""

_EXIT_CODES: Final = "exit codes: 0 done, 1 refused for bad rows, 2 wrong usage or unreadable file, 3 AWS failed"


def add_commands(groups: Groups) -> None:
    """Add `catalogue` and its commands to the parser; each sets `run`, which takes the arguments."""
    catalogue = groups.add_parser("catalogue", help="import, publish and look at the catalogue")
    commands = catalogue.add_subparsers(dest="command", required=True, metavar="COMMAND")

    importing = commands.add_parser(
        "import",
        help="import service items from a file",
        description="Import service items from CSV, JSON, JSON Lines or XLSX, or from a directory of JSON files.",
        epilog=_EXIT_CODES,
    )
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--replace", action="store_true", help="withdraw the items that are gone from the file")
    importing.add_argument("--skip-bad", action="store_true", help="import the good rows, although there are bad ones")
    importing.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
    importing.add_argument("--report", type=Path, metavar="PATH", help="write every fault to a CSV file")
    importing.add_argument("--encoding", metavar="NAME", help="the encoding of a text file, if it is not recognised")
    importing.set_defaults(run=run_import)

    publishing = commands.add_parser("publish", help="build the search snapshot, and make it the current one")
    publishing.set_defaults(run=run_publish)

    status = commands.add_parser("status", help="say what the catalogue holds, and what is published")
    status.set_defaults(run=run_status)


def run_import(arguments: argparse.Namespace) -> int:
    """Import a file into the catalogue's table."""
    from infra.catalogue.wiring import catalogue_store

    rules = ImportRules(replace=arguments.replace, skip_bad=arguments.skip_bad, dry_run=arguments.dry_run)
    try:
        source = open_source(arguments.file, arguments.encoding)
        summary = import_source(source, catalogue_store(), rules, report=arguments.report)
    except (CatalogueFileUnreadable, OSError) as error:
        warn(f"{arguments.file} cannot be imported: {error}")
        return UNREADABLE
    except (YimaError, BotoCoreError, ClientError) as error:
        return _say_unavailable(error)
    return REFUSED if summary.refused else DONE


def import_source(
    source: Source, writer: CatalogueWriter, rules: ImportRules, *, report: Path | None = None
) -> Summary:
    """Import an opened file, saying on the way what the operator needs to know."""
    print(f"Reading {source.description}.")
    for warning in source.warnings:
        warn(f"warning: {warning}")
    reader = RowReader()
    with Bars() as bars, FaultReport(warn, report) as faults:
        summary = import_catalogue(
            source.rows,
            writer,
            rules,
            reader=reader,
            on_fault=faults.add,
            on_withdrawn=WithdrawalReport(say).add,
            progress=bars,
        )
    ignored = describe_ignored(reader.ignored)
    if ignored:
        warn(f"warning: {ignored}")
    for line in describe_summary(summary, rules):
        print(line)
    return summary


def run_publish(_: argparse.Namespace) -> int:
    """Publish the catalogue as it stands."""
    from infra.catalogue.wiring import publisher

    try:
        with tqdm(desc="Publishing", unit=" items", disable=None) as bar:
            published = publisher().publish(lambda done: _move(bar, done))
    except (YimaError, BotoCoreError, ClientError) as error:
        return _say_unavailable(error)
    pointer = published.pointer
    what = "Published" if published.changed else "Already published"
    print(f"{what}: version {pointer.version}, {pointer.item_count} items, {pointer.byte_count} bytes.")
    return DONE


def run_status(_: argparse.Namespace) -> int:
    """Say how many items are live, and which snapshot is published."""
    from infra.catalogue.wiring import catalogue_store, publisher

    try:
        live = sum(1 for _ in catalogue_store().list_codes())
        pointer = publisher().current()
    except (YimaError, BotoCoreError, ClientError) as error:
        return _say_unavailable(error)
    print(f"Catalogue: {live} items.")
    if pointer is None:
        print("Published: nothing yet; `python -m infra catalogue publish` does it.")
    else:
        print(
            f"Published: version {pointer.version}, {pointer.item_count} items, {pointer.byte_count} bytes, "
            f"at {pointer.published_at}."
        )
    return DONE


class Bars(Progress):
    """A bar for reading, then one for comparing and writing; on stderr, and none where that is no terminal."""

    def __enter__(self) -> Bars:
        self._reading: Bar = tqdm(desc="Reading", unit=" rows", disable=None)
        self._comparing: Bar | None = None
        return self

    def __exit__(self, *_: object) -> None:
        self._reading.close()
        if self._comparing is not None:
            self._comparing.close()

    def read(self) -> None:
        """Move the first bar by one row."""
        self._reading.update()

    def compare(self, done: int, total: int) -> None:
        """Move the second bar."""
        if self._comparing is None:
            self._reading.close()
            self._comparing = tqdm(desc="Writing", unit=" items", total=total, disable=None)
        _move(self._comparing, done)


def _move(bar: Bar, done: int) -> None:
    bar.update(done - bar.n)


def say(line: str) -> None:
    """Say a line on stdout, above a bar that may be there."""
    tqdm.write(line, file=sys.stdout)


def warn(line: str) -> None:
    """Say a line on stderr, above a bar that may be there."""
    tqdm.write(line, file=sys.stderr)


def _say_unavailable(error: Exception) -> int:
    detail = error.detail.en if isinstance(error, YimaError) and error.detail else str(error)
    warn(printable(f"AWS did not do it: {detail}"))
    warn("What was written so far stands; run the same command again, and it goes on from there.")
    return UNAVAILABLE
