"""Ops commands: `python -m infra …`. Each group of commands has its own room; `--help` says what there is."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    from infra.audit.commands import add_commands as add_audit_commands
    from infra.bench.commands import add_commands as add_bench_commands
    from infra.catalogue.commands import add_commands as add_catalogue_commands
    from infra.docs.commands import add_commands as add_docs_commands
    from infra.events.commands import add_commands as add_event_commands
    from infra.fonts.commands import add_commands as add_font_commands
    from infra.local.commands import add_commands as add_local_commands
    from infra.mutants.commands import add_commands as add_mutant_commands
    from infra.organisations.commands import add_commands as add_organisation_commands
    from infra.package.commands import add_commands as add_package_commands
    from infra.ratings.commands import add_commands as add_rating_commands
    from infra.rules.commands import add_commands as add_rules_commands
    from infra.simulate.commands import add_commands as add_simulate_commands
    from infra.stack.commands import add_commands as add_stack_commands
    from infra.states.commands import add_commands as add_state_commands

    parser = argparse.ArgumentParser(prog="python -m infra", description="Operate Yima.")
    parser.add_argument("--stack", help="the CloudFormation stack that ops commands act on")
    groups = parser.add_subparsers(dest="group", required=True, metavar="COMMAND")
    add_catalogue_commands(groups)
    add_organisation_commands(groups)
    add_rules_commands(groups)
    add_audit_commands(groups)
    add_event_commands(groups)
    add_rating_commands(groups)
    add_local_commands(groups)
    add_state_commands(groups)
    add_stack_commands(groups)
    add_font_commands(groups)
    add_package_commands(groups)
    add_bench_commands(groups)
    add_simulate_commands(groups)
    add_docs_commands(groups)
    add_mutant_commands(groups)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    from chalicelib.settings import SettingMissing
    from infra.deployment import StackUnusable, environment_of_stack

    parsed = make_parser().parse_args(arguments)
    try:
        if parsed.stack:
            os.environ.update(environment_of_stack(parsed.stack))
        return int(parsed.run(parsed))
    except (SettingMissing, StackUnusable) as unusable:
        print(f"{unusable}; name the deployment with --stack, before the command", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
