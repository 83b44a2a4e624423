"""`python -m infra simulate`: tell the stories of some seeds, and say which invariants did not hold."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from infra.simulate.run import Outcome

    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

_LINES: Final = 25


def add_commands(groups: Groups) -> None:
    """Add `simulate` to the parser."""
    from infra.simulate.faults_put_back import FAULTS

    command = groups.add_parser("simulate", help="let random people and faults loose on the app, from a seed")
    command.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    command.add_argument("--seeds", type=int, default=1, help="how many seeds (default: 1)")
    command.add_argument("--steps", type=int, default=500, help="how many steps each (default: 500)")
    command.add_argument(
        "--with-fault", action="append", default=[], choices=sorted(FAULTS), help="put a known fault back"
    )
    command.add_argument("--until", metavar="INVARIANT", help="end a story as soon as this invariant is broken")
    command.add_argument("--trace", type=int, default=_LINES, metavar="LINES", help="lines told before a violation")
    command.set_defaults(run=run_simulate)


def run_simulate(arguments: argparse.Namespace) -> int:
    """Run the seeds; return 0 if every invariant held, 1 if not."""
    from infra.simulate.run import simulate

    broken = 0
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        outcome = simulate(seed, arguments.steps, faults=arguments.with_fault, stop_at=arguments.until)
        broken += bool(outcome.violations)
        print(describe(outcome, arguments.trace))
    print(f"{arguments.seeds} seeds, {broken} with violations.")
    return 1 if broken else 0


def describe(outcome: Outcome, lines: int = _LINES) -> str:
    """Return what came of a seed: one line if all is well, else the violations and the trace before the first."""
    head = (
        f"seed {outcome.seed}, {outcome.steps} steps: {outcome.requests} requests, {outcome.calls} AWS calls, "
        f"{outcome.seconds:.1f} s, trace {outcome.digest[:12]}"
    )
    if not outcome.violations:
        return head
    first = next((n for n, line in enumerate(outcome.trace) if " !! " in line), len(outcome.trace))
    return "\n".join(
        [
            head,
            *(f"  {one}" for one in outcome.violations),
            f"  replay: python -m infra simulate --seed {outcome.seed} --steps {outcome.steps}",
            "  what came before the first:",
            *(f"    {line}" for line in outcome.trace[max(0, first - lines) : first + 1]),
        ]
    )
