"""Due dates that were counted by hand from the articles, each with its reason: `hand_counted.csv` beside this file."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from chalicelib.shared.calendar import WorkCalendar
from chalicelib.shared.clock import SHANGHAI
from chalicelib.shared.deadline_rules import DeadlineRules, Scope
from chalicelib.shared.deadlines import DueDates

_FILE = Path(__file__).with_name("hand_counted.csv")
_INVITED = " (court_invited)"
COUNTING = DueDates(DeadlineRules.load(), WorkCalendar())


def rows() -> list[dict[str, str]]:
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def scope_of(row: dict[str, str]) -> Scope:
    said = {"*": None}
    kind = row["organisation_kind"].removesuffix(_INVITED)
    invited = row["organisation_kind"].endswith(_INVITED)
    return Scope(said.get(row["dispute_type"], row["dispute_type"]), said.get(kind, kind), invited)


def test_there_are_enough_of_them_each_with_its_article() -> None:
    assert len(rows()) >= 100
    assert all(row["article"] and row["why"] for row in rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['rule_id']}-{row['start']}-{row['dispute_type']}")
def test_a_date_is_as_it_was_counted_by_hand(row: dict[str, str]) -> None:
    start = datetime.fromisoformat(row["start"]).replace(tzinfo=SHANGHAI)
    due = COUNTING.due(row["rule_id"], start, scope_of(row))
    last = due.at.astimezone(SHANGHAI)
    assert (f"{last:%Y-%m-%d %H:%M:%S}", due.provisional) == (
        f"{row['due_day']} 23:59:59",
        row["provisional"] == "true",
    ), f"{row['article']}: {row['why']}"


def test_a_window_over_the_new_year_closes_on_its_first_working_day() -> None:
    due = COUNTING.due("confirmation_window", datetime(2026, 12, 2, 10, tzinfo=SHANGHAI))
    assert due.at.astimezone(SHANGHAI).date().isoformat() == "2027-01-04"
    assert due.provisional
