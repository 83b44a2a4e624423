"""`python -m infra organisations import FILE`: load mediation organisations and their mediators."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.organisations.model import Organisation
from chalicelib.shared.errors import YimaError
from infra.organisations.importer import OrganisationsRefused, read_organisations

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_commands(groups: Groups) -> None:
    """Add `organisations` and its commands to the parser."""
    group = groups.add_parser("organisations", help="import mediation organisations and their mediators")
    commands = group.add_subparsers(dest="command", required=True, metavar="COMMAND")
    importing = commands.add_parser("import", help="import organisations from a JSON file; all of it, or nothing")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
    importing.set_defaults(run=run_import)


def run_import(arguments: argparse.Namespace) -> int:
    """Import a file; return 0 if it was done, 1 if the file was refused, 3 if AWS did not answer."""
    try:
        found = read_organisations(arguments.file)
        if not arguments.dry_run:
            store_organisations(found)
    except OrganisationsRefused as refused:
        print(f"nothing was imported:\n{refused}", file=sys.stderr)
        return 1
    except YimaError as unavailable:
        print(f"AWS did not answer ({unavailable.slug}): run the command again", file=sys.stderr)
        return 3
    mediators = sum(len(one.mediators) for one in found)
    verb = "would be imported" if arguments.dry_run else "imported"
    print(f"{len(found)} organisations with {mediators} mediators {verb}.")
    return 0


def store_organisations(found: Sequence[Organisation]) -> None:
    """Write organisations, each in place of the one with its id."""
    from chalicelib.composition.container import container
    from chalicelib.organisations.store import OrganisationStore

    base = container().foundation
    OrganisationStore(base.aws, base.settings.organisations_table, base.answers).put_all(found)
