"""Invariants of a city at rest: nothing waits, nothing goes wrong any more."""

from __future__ import annotations

from infra.simulate.invariants import chains, desks, notices, privacy, ratings, sheets, standing
from infra.simulate.story import Story


def check(story: Story) -> None:
    """Check every invariant."""
    check_sheets(story)
    chains.check(story)
    notices.check(story)
    ratings.check(story)
    standing.check(story)
    desks.check(story)
    privacy.check(story)


def check_sheets(story: Story) -> None:
    """Check day sheets against appointments."""
    sheets.check(story)
