"""A command that is overtaken is decided anew, so often and with pauses, and then refused."""

from __future__ import annotations

import pytest

from chalicelib.shared.deciding import MAX_DECISIONS, decide_anew
from chalicelib.shared.dynamo import Pauses
from chalicelib.shared.errors import Conflict


class Counted:
    """An attempt that is overtaken so many times."""

    def __init__(self, overtaken: int) -> None:
        self.overtaken = overtaken
        self.made = 0

    def __call__(self) -> str | None:
        self.made += 1
        return None if self.made <= self.overtaken else "done"


def pauses(waits: list[float]) -> Pauses:
    return Pauses(waits.append, lambda: 1.0)


def test_what_is_decided_at_once_waits_for_nothing() -> None:
    waits: list[float] = []
    attempt = Counted(0)
    assert decide_anew(attempt, pauses(waits)) == "done"
    assert (attempt.made, waits) == (1, [])


def test_what_was_overtaken_is_decided_anew_after_growing_pauses() -> None:
    waits: list[float] = []
    attempt = Counted(3)
    assert decide_anew(attempt, pauses(waits)) == "done"
    assert attempt.made == 4
    assert waits == sorted(set(waits))
    assert len(waits) == 3
    first: list[float] = []
    pauses(first).pause(0)
    assert waits[0] == first[0]


@pytest.mark.parametrize("at_most", [1, 2, 5])
def test_whoever_is_overtaken_each_time_is_refused_without_a_last_pause(at_most: int) -> None:
    waits: list[float] = []
    attempt = Counted(at_most)
    with pytest.raises(Conflict):
        decide_anew(attempt, pauses(waits), at_most=at_most)
    assert attempt.made == at_most
    assert len(waits) == at_most - 1


def test_the_last_attempt_counts() -> None:
    attempt = Counted(MAX_DECISIONS - 1)
    assert decide_anew(attempt, pauses([])) == "done"
    assert attempt.made == MAX_DECISIONS == 12


def test_pauses_are_real_ones_unless_others_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []
    monkeypatch.setattr(Pauses, "pause", lambda _, attempt: waited.append(attempt))
    assert decide_anew(Counted(2)) == "done"
    assert waited == [0, 1]


def test_what_is_made_may_be_false() -> None:
    assert decide_anew(lambda: False, pauses([])) is False
