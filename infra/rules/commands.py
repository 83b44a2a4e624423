"""`python -m infra calendar import FILE` and `rules import FILE`: what due dates are counted by, without a redeploy."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.shared.clock import SHANGHAI
from chalicelib.shared.deadline_rules import DeadlineRules
from chalicelib.shared.due import SHARDS
from chalicelib.shared.errors import YimaError
from infra.rules.diff import diff_of_rules, diff_of_year
from infra.rules.documents import FileRefused, read_rules, read_year

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

_EXIT_CODES: Final = "exit codes: 0 done, 1 the file was refused, 3 AWS did not answer"


def add_commands(groups: Groups) -> None:
    """Add `calendar` and `rules` and their commands to the parser."""
    years = groups.add_parser("calendar", help="import the State Council's calendar of a year")
    importing = _add_import(years, "import a year: JSON {year, source, holidays: [date], workdays: [date]}")
    importing.add_argument("--amend", action="store_true", help="correct a year that is over")
    importing.set_defaults(run=run_calendar_import)
    rules = groups.add_parser("rules", help="import the rules of due dates")
    _add_import(rules, "import rules in the form of chalicelib/rules/deadlines.json").set_defaults(run=run_rules_import)


def _add_import(group: argparse.ArgumentParser, said: str) -> argparse.ArgumentParser:
    commands = group.add_subparsers(dest="command", required=True, metavar="COMMAND")
    importing = commands.add_parser(
        "import", help=said, description=f"{said[0].upper()}{said[1:]}.", epilog=_EXIT_CODES
    )
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
    return importing


def run_calendar_import(arguments: argparse.Namespace) -> int:
    """Import a year; return the exit code."""
    return _answering(lambda: _import_year(arguments))


def run_rules_import(arguments: argparse.Namespace) -> int:
    """Import rules; return the exit code."""
    return _answering(lambda: _import_rules(arguments))


def _answering(work: Callable[[], None]) -> int:
    try:
        work()
    except FileRefused as refused:
        print(f"nothing was imported:\n{refused}", file=sys.stderr)
        return 1
    except YimaError as unavailable:
        print(f"AWS did not answer ({unavailable.slug}): run the command again", file=sys.stderr)
        return 3
    return 0


def _import_year(arguments: argparse.Namespace) -> None:
    from chalicelib.composition.container import container

    base = container().foundation
    now = base.clock.now()
    document = read_year(arguments.file, now.astimezone(SHANGHAI).date(), amend=arguments.amend)
    present = base.rule_store.read().years.get(document["year"])
    changed = list(diff_of_year(present, document))
    _say(changed, f"the calendar of {document['year']}", dry_run=arguments.dry_run)
    if changed and not arguments.dry_run:
        base.rule_store.put_year(document, now)


def _import_rules(arguments: argparse.Namespace) -> None:
    from chalicelib.composition.container import container

    base = container().foundation
    now = base.clock.now()
    imported = base.rule_store.read().deadlines
    present = DeadlineRules.load() if imported is None else DeadlineRules.of(imported)
    running = frozenset(list_running_rules(container().cases.store))
    document = read_rules(arguments.file, now.astimezone(SHANGHAI).date(), present, running)
    changed = list(diff_of_rules(present, DeadlineRules.of(document)))
    _say(changed, f"rules, version {document['version']},", dry_run=arguments.dry_run)
    if changed and not arguments.dry_run:
        base.rule_store.put_deadlines(document, now)


def list_running_rules(store: CaseStore) -> Iterator[str]:
    """Yield the rules that the open clocks of cases run under. Reads every case that waits for a due date, by 500s."""
    for shard in range(SHARDS):
        after: Mapping[str, Any] | None = None
        while True:
            entries, after = store.due.list_due(shard, "~", after)
            for case in store.find_cases([entry.id for entry in entries]):
                yield from (one.rule for one in case.deadlines)
            if after is None:
                break


def _say(changed: list[str], what: str, *, dry_run: bool) -> None:
    for line in changed:
        print(line)
    verb = "would be imported" if dry_run else "imported; running servers take it up within a minute"
    print(f"{what} {verb}." if changed else f"{what} as known: nothing changes.")
