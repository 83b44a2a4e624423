"""`python -m infra mutants`: put faults into the code one by one, and see whether a test fails for each."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.mutants.operators import Mutant, find_mutants
from infra.mutants.targets import ROOT, TARGETS, Target

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

REACH: Final = 85.0
EQUIVALENTS: Final = Path(__file__).parent / "equivalents.json"
"""Mutants that do what the code does, with the reason: they are not counted."""


def add_commands(groups: Groups) -> None:
    """Add `mutants` to the parser."""
    command = groups.add_parser("mutants", help="put faults into the code, and see whether a test fails for each")
    command.add_argument("--module", action="append", default=[], help="a module, as cases/policies; all without")
    command.add_argument("--sample", type=int, help="so many mutants, drawn from a seed; all without")
    command.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    command.add_argument("--only", default="", metavar="TEXT", help="mutants whose id holds this text")
    command.add_argument("--list", action="store_true", help="list them, run none")
    command.set_defaults(run=run_mutants)


def run_mutants(arguments: argparse.Namespace) -> int:
    """Run the mutants; return 0 if enough of them were killed, 1 if not."""
    targets = [one for one in TARGETS if not arguments.module or _name_of(one) in arguments.module]
    same = read_equivalents()
    mutants = [one for one in mutants_of(targets) if one.id not in same and arguments.only in one.id]
    if arguments.sample is not None and arguments.sample < len(mutants):
        drawn = random.Random(arguments.seed).sample(range(len(mutants)), arguments.sample)  # noqa: S311 - no secret
        mutants = [mutants[number] for number in sorted(drawn)]
    if arguments.list:
        print("\n".join(f"{one.id}  :{one.line}" for one in mutants))
        return 0
    return _run(targets, mutants, same)


def _run(targets: Sequence[Target], mutants: Sequence[Mutant], same: dict[str, str]) -> int:
    import pytest

    from infra.mutants.session import MutationSession

    files = sorted({name for target in targets for name in target.tests if (ROOT / name).exists()})
    session = MutationSession(targets, mutants)
    code = pytest.main(["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-s", *files], plugins=[session])
    if len(session.killed_by) < len(mutants):
        print(f"The run ended early (pytest: {code}).")
        return 1
    for name in session.broken:
        print(f"fails without a mutant, and is not asked: {name}")
    killed = {name for name, killer in session.killed_by.items() if killer}
    print(describe(targets, mutants, killed, same))
    survivors = [one for one in mutants if one.id not in killed]
    path = ROOT / "build" / "mutants" / "survivors.json"
    path.write_text(json.dumps([one.id for one in survivors], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for one in survivors:
        print(f"survived: {one.id}  :{one.line}")
    return 0 if 100 * len(killed) >= REACH * len(mutants) else 1


def mutants_of(targets: Sequence[Target]) -> list[Mutant]:
    """Return every mutant of some modules."""
    return [
        mutant
        for target in targets
        for mutant in find_mutants(target.path, (ROOT / target.path).read_text(encoding="utf-8"))
    ]


def read_equivalents() -> dict[str, str]:
    """Return the reasons of the mutants that are not counted, by id."""
    found: dict[str, str] = json.loads(EQUIVALENTS.read_text(encoding="utf-8"))
    return found


def describe(targets: Sequence[Target], mutants: Sequence[Mutant], killed: set[str], same: dict[str, str]) -> str:
    """Return the table: module, mutants, killed, survived, per cent, equivalents; and the total of each group."""
    lines = [f"{'module':34}{'mutants':>8}{'killed':>8}{'survived':>9}{'%':>7}{'equivalent':>11}"]

    def row(name: str, chosen: Sequence[Target]) -> None:
        paths = {one.path for one in chosen}
        mine = [one for one in mutants if one.path in paths]
        dead = sum(one.id in killed for one in mine)
        rate = f"{100 * dead / len(mine):.1f}" if mine else "-"
        equal = sum(name.partition(" ")[0] in paths for name in same)
        lines.append(f"{name:34}{len(mine):8}{dead:8}{len(mine) - dead:9}{rate:>7}{equal:11}")

    for group in dict.fromkeys(target.group for target in targets):
        mine = [one for one in targets if one.group == group]
        for one in mine:
            row(f"  {_name_of(one)}", [one])
        row(group, mine)
    row("all", targets)
    return "\n".join(lines)


def _name_of(target: Target) -> str:
    return target.path.removeprefix("chalicelib/").removesuffix(".py")
