"""Figures from counts, to the digit; and how a target's counters are named and spread."""

from __future__ import annotations

import pytest

from chalicelib.ratings.rating.tallies import Summary, add_up, names_of, names_of_handled, shards_of, summarise

AT = "2026-11-24T00:00:00.000Z"


def test_counters_of_a_rating_and_of_a_handled_one() -> None:
    assert names_of(AT, 2) == ["l2", "m202611_2"]
    assert names_of_handled(AT) == ["handled", "m202611_handled"]


def test_a_target_is_spread_by_how_busy_it_is() -> None:
    assert (shards_of("staff:m-1"), shards_of("service:mediation"), shards_of("organisation:staff:1")) == (20, 64, 64)


def test_counters_of_all_shards_are_added_and_nothing_else_is() -> None:
    shards = [
        {"pk": "SUMMARY#x", "sk": "SHARD#01", "target": "t", "gsi1pk": "1", "l5": 2, "handled": 1, "m202611_5": 2},
        {
            "l5": 1,
            "l1": 4,
            "m202611_5": 1,
            "m202611_handled": 3,
            "list": "7",
            "x5": 4,
            "mx20261_5": 1,
            "lx": 9,
            "month": 5,
            "m20261x_5": 1,
        },
    ]
    assert add_up(shards) == {"l5": 3, "l1": 4, "handled": 1, "m202611_5": 3, "m202611_handled": 3}
    assert add_up([]) == {}


COUNTS = {
    "l5": 3,
    "l3": 1,
    "l2": 1,
    "l1": 2,
    "handled": 2,
    "m202610_5": 3,
    "m202610_2": 1,
    "m202610_1": 2,
    "m202610_handled": 1,
    "m202611_3": 1,
    "m202611_handled": 1,
}


def test_figures_of_a_target_and_of_its_months() -> None:
    summary = summarise(COUNTS, 5)
    assert (summary.count, summary.average) == (7, round(22 / 7, 2))
    assert summary.distribution == {"5": 3, "4": 0, "3": 1, "2": 1, "1": 2}
    assert (summary.bad_rate, summary.handled_rate) == (0.4286, 0.6667)
    assert list(summary.months) == ["2026-10", "2026-11"]
    october, november = summary.months.values()
    assert october == Summary(3.17, 6, {"5": 3, "4": 0, "3": 0, "2": 1, "1": 2}, 0.5, 0.3333, {})
    assert november == Summary(None, 1, dict.fromkeys("54321"), None, None, {})


@pytest.mark.parametrize(("count", "shown"), [(4, False), (5, True), (6, True)])
def test_a_group_is_shown_from_the_smallest_size_on(count: int, shown: bool) -> None:
    summary = summarise({"l4": count}, 5)
    assert (summary.average is not None, summary.bad_rate is not None, summary.count) == (shown, shown, count)
    assert summary.distribution == ({"5": 0, "4": count, "3": 0, "2": 0, "1": 0} if shown else dict.fromkeys("54321"))


def test_where_nothing_is_bad_there_is_no_rate_of_handling() -> None:
    assert summarise({"l4": 5}, 5).handled_rate is None
    assert summarise({"l2": 5}, 5).handled_rate == 0.0
    assert summarise({"l3": 4, "l1": 1, "handled": 1}, 5).handled_rate == 1.0


def test_of_nobody_there_is_nothing_to_hide() -> None:
    assert summarise({}, 5) == Summary(None, 0, {"5": 0, "4": 0, "3": 0, "2": 0, "1": 0}, None, None, {})
