"""`python -m infra stack`: write the resources file and the policies, or say whether they are fresh."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from infra.stack.template import list_stale, write_files

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_commands(groups: Groups) -> None:
    """Add `stack` to the parser."""
    stack = groups.add_parser("stack", help="write infra/resources.json and the policies from infra/stack/")
    stack.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is stale")
    stack.set_defaults(run=run_stack)


def run_stack(arguments: argparse.Namespace) -> int:
    """Write what is stale, and name it; with `--check`, only name it, and return 1 if there is any."""
    if not arguments.check:
        for path in write_files():
            print(f"written: {path}")
        return 0
    stale = list_stale()
    for path in stale:
        print(f"stale: {path}; run `python -m infra stack`", file=sys.stderr)
    return 1 if stale else 0
