"""Random stories of the whole city: short ones always, many long ones in `make test-deep`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from infra.simulate.commands import describe
from infra.simulate.faults_put_back import FAULTS
from infra.simulate.run import simulate

SHORT_SEEDS = (1, 2, 3, 4, 5)
FOUND: tuple[tuple[int, int, str], ...] = (
    (5, 500, "a redelivered event cancelled a session that was booked after it"),
    (18, 500, "who left the line while an offer lapsed left a row without a wish, and every later event failed"),
    (1, 500, "the key of `confirm` was taken for other ids"),
    (2, 500, "a mediator of two organisations had two sessions at one instant"),
    (9, 500, "a replay, and a staff's screen, showed what was erased"),
    (4, 500, "a mediator who had passed a case on read its phones in a replay"),
    (6, 500, "a case that was never accepted earned an invitation"),
    (7, 500, "one broken record held back its batch"),
    (22, 500, "a redelivered event told an erased person again"),
    (0, 500, "events were in no signed checkpoint"),
    (10, 500, "a case that was over still waited in a line"),
    (4, 500, "a case whose agreement was signed still waited in a line"),
    (29, 500, "the answer to `no_show` counted one absence more than its replay"),
)
"""Seeds and steps of what was found, and what it was: each tells another story with each change of the code."""


@pytest.mark.parametrize("seed", SHORT_SEEDS)
def test_every_invariant_holds_in_a_short_story(seed: int) -> None:
    outcome = simulate(seed, 120)
    assert not outcome.violations, describe(outcome)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_every_invariant_holds_in_a_long_story(seed: int) -> None:
    outcome = simulate(seed, 500)
    assert not outcome.violations, describe(outcome)


@pytest.mark.deep
@pytest.mark.parametrize(("seed", "steps", "what"), FOUND)
def test_what_was_found_once_is_not_found_again(seed: int, steps: int, what: str) -> None:
    outcome = simulate(seed, steps)
    assert not outcome.violations, f"{what}?\n{describe(outcome)}"


@pytest.mark.deep
@pytest.mark.parametrize("fault", FAULTS)
def test_a_known_fault_put_back_is_found_within_fifty_seeds(fault: str) -> None:
    found = (simulate(seed, 500, faults=[fault]).names for seed in range(50))
    assert any(names & FAULTS[fault].invariants for names in found)


@pytest.mark.deep
def test_everything_that_can_happen_to_a_case_happens_in_some_story() -> None:
    rows = TRANSITIONS.values()
    wanted = {row.event for row in rows} | {row.collective for row in rows if row.collective} | {"challenge_refused"}
    wanted -= {"consented"}  # one of several respondents agreed: in these stories there is one
    happened: set[str] = set()
    for seed in range(300, 400):
        happened |= simulate(seed, 300).events
        if wanted <= happened:
            return
    assert wanted - happened == set()


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    told = "from infra.simulate.run import simulate; print(simulate(4, 60).digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", told],
            env={**os.environ, "PYTHONHASHSEED": hashseed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hashseed in ("0", "1")
    }
    assert len(digests) == 1
    assert digests == {simulate(4, 60).digest + "\n"}


def test_different_seeds_tell_different_stories() -> None:
    assert simulate(4, 30).digest != simulate(5, 30).digest


def test_a_seed_tells_the_same_story_whatever_was_told_before() -> None:
    told = "from infra.simulate.run import simulate; {before}; print(simulate(4, 120).digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", told.format(before=before)], check=True, capture_output=True, text=True
        ).stdout
        for before in ("0", "simulate(0, 200)")
    }
    assert len(digests) == 1
