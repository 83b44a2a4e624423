"""`python -m infra ratings recount` and `ratings export --month 2026-11`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from chalicelib.ratings.rating.model import Entry
from chalicelib.ratings.rating.tallies import names_of, names_of_handled
from chalicelib.shared.errors import YimaError
from infra.ratings.charts import draw_charts
from infra.ratings.sheets import Row, write_csv, write_xlsx

if TYPE_CHECKING:
    from chalicelib.ratings.rating.store import RatingStore

    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_commands(groups: Groups) -> None:
    """Add `ratings` and its commands to the parser."""
    group = groups.add_parser("ratings", help="recount the figures of ratings, export them for oversight")
    commands = group.add_subparsers(dest="command", required=True, metavar="COMMAND")
    recount = commands.add_parser("recount", help="count every rating anew, and report where the figures differ")
    recount.set_defaults(run=run_recount)
    export = commands.add_parser("export", help="write a month's public entries as CSV and XLSX, with charts as SVG")
    export.add_argument("--month", required=True, metavar="YYYY-MM")
    export.add_argument("--out", type=Path, default=Path("build/ratings"), help="folder (build/ratings)")
    export.set_defaults(run=run_export)


def run_recount(_: argparse.Namespace) -> int:
    """Recount; return 0 if all figures agree, 1 if some differ, 3 if AWS did not answer."""
    from chalicelib.composition.container import container

    store = container().ratings.store
    try:
        targets = list(store.list_targets())
        differing = 0
        for target in tqdm(targets, desc="targets", unit="target", file=sys.stderr):
            for name, counted, kept in differences_of(store, target):
                differing += 1
                print(f"{target}: {name} is kept as {kept}, counted {counted}")
    except YimaError as unavailable:
        print(f"AWS did not answer ({unavailable.slug}): run the command again", file=sys.stderr)
        return 3
    print(f"{len(targets)} targets recounted, {differing} figures differ.")
    return 1 if differing else 0


def run_export(arguments: argparse.Namespace) -> int:
    """Export a month; return 0 if it was written, 2 for a month that is none, 3 if AWS did not answer."""
    from chalicelib.composition.container import container

    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", arguments.month):
        print("--month is a month such as 2026-11", file=sys.stderr)
        return 2
    store = container().ratings.store
    try:
        rows = [
            Row.of(entry)
            for target in tqdm(list(store.list_targets()), desc="targets", unit="target", file=sys.stderr)
            for entry in store.list_every_entry(target)
            if entry.at.startswith(arguments.month)
        ]
    except YimaError as unavailable:
        print(f"AWS did not answer ({unavailable.slug}): run the command again", file=sys.stderr)
        return 3
    arguments.out.mkdir(parents=True, exist_ok=True)
    name = arguments.out / f"ratings-{arguments.month}"
    write_csv(name.with_suffix(".csv"), rows)
    write_xlsx(name.with_suffix(".xlsx"), rows)
    name.with_suffix(".svg").write_text(draw_charts(arguments.month, rows), encoding="utf-8")
    print(f"{len(rows)} ratings of {arguments.month}: {name}.csv, .xlsx, .svg")
    return 0


def differences_of(store: RatingStore, target: str) -> Iterable[tuple[str, int, int]]:
    """Yield name, counted and kept value of every counter of a target that is wrong."""
    counted = count(store.list_every_entry(target))
    kept: Mapping[str, int] = store.read_counts(target)
    for name in sorted({*counted, *kept}):
        if counted.get(name, 0) != kept.get(name, 0):
            yield name, counted.get(name, 0), kept.get(name, 0)


def count(entries: Iterable[Entry]) -> dict[str, int]:
    """Return the counters that entries stand for."""
    counted: dict[str, int] = {}
    for entry in entries:
        names = names_of(entry.at, entry.level)
        if entry.rectified and entry.level <= 2:  # noqa: PLR2004 - the bad levels
            names += names_of_handled(entry.at)
        for name in names:
            counted[name] = counted.get(name, 0) + 1
    return counted
