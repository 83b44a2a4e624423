"""`python -m infra docs`: write docs/REFERENCE.md from what the code declares."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_commands(groups: Groups) -> None:
    """Add `docs` to the parser."""
    docs = groups.add_parser("docs", help="write docs/REFERENCE.md from the code")
    docs.set_defaults(run=run_docs)


def run_docs(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - commands have one signature
    """Write the page; return 0."""
    from infra.docs.reference import PATH, make_reference

    PATH.write_text(make_reference(), encoding="utf-8")
    print(f"Written: docs/{PATH.name}")
    return 0
