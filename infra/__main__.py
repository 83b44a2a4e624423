"""Ops commands: `python -m infra …`. Each group of commands has its own room; `--help` says what there is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    from infra.bench.commands import add_commands as add_bench_commands
    from infra.catalogue.commands import add_commands as add_catalogue_commands
    from infra.local.commands import add_commands as add_local_commands
    from infra.package.commands import add_commands as add_package_commands

    parser = argparse.ArgumentParser(prog="python -m infra", description="Operate Yima.")
    groups = parser.add_subparsers(dest="group", required=True, metavar="COMMAND")
    add_catalogue_commands(groups)
    add_local_commands(groups)
    add_package_commands(groups)
    add_bench_commands(groups)
    parsed = parser.parse_args(arguments)
    run = parsed.run
    return int(run(parsed))


if __name__ == "__main__":
    sys.exit(main())
