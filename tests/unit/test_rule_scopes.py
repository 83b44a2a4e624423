"""Which rule a clock runs under: the most specific one that is valid; and what a running clock keeps of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.cases.lifecycle.decisions import start_deadlines
from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.view_parts import deadline_view
from chalicelib.cases.progress.views import Progress
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.deadline_rules import AmbiguousRules, DeadlineRules, Scope
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.records import from_item, to_item

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
SHIPPED = DeadlineRules.load()


def entry(variant: str, value: int = 1, scope: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    title = {"zh": f"名{value}", "en": f"name {value}"}
    source = {"zh": f"源{value}", "en": f"source {value}"}
    return {
        "id": "acceptance",
        "variant": variant,
        "value": value,
        "calendar": "working_days",
        "starts": "submitted",
        "title": title,
        "source": source,
        "law_version": "2026",
        "applies_to": {"dispute_types": "*", "organisation_kinds": "*", **(scope or {})},
        **more,
    }


def rules_of(*entries: dict[str, Any], version: str = "v1") -> DeadlineRules:
    return DeadlineRules.of({"version": version, "rules": list(entries)})


def variant_of(rule_id: str, *scope: Any) -> str | None:
    found = SHIPPED.pick(rule_id, NOW.date(), Scope(*scope))
    return None if found is None else found.variant


@pytest.mark.parametrize(
    ("scope", "variant"),
    [
        (("neighbour", "commercial"), "general"),
        (("neighbour", None), "general"),
        ((None, None, True), "court_platform"),
        (("neighbour", "commercial", True), "court_platform"),
        (("neighbour_noise", "peoples_mediation_committee"), "peoples_mediation"),
        (("neighbour_noise", "peoples_mediation_committee", True), "peoples_mediation_court_platform"),
        (("labour", "labour"), "labour"),
        (("labour_wages", "peoples_mediation_committee"), "labour"),  # the type goes before the organisation
        (("labour_wages", "labour", True), "labour"),
        (("labour_gig", "labour"), "general"),  # no employment
        (("labourious", None), "general"),  # a code that only begins with the same letters
        (("medical_dental", "medical"), "medical"),
    ],
)
def test_the_most_specific_rule_is_taken(scope: tuple[Any, ...], variant: str) -> None:
    assert variant_of("mediation_period", *scope) == variant


def test_a_rule_that_does_not_hold_for_a_case_starts_no_clock() -> None:
    assert variant_of("arbitration_review", "neighbour") is None
    assert variant_of("arbitration_review", "labour_wages") == "labour"
    dates = DueDates(SHIPPED, work_calendar())
    assert dates.find("arbitration_review", NOW, Scope("neighbour")) is None
    with pytest.raises(KeyError):
        dates.due("arbitration_review", NOW, Scope("neighbour"))


def test_a_rule_holds_from_its_first_day_to_its_last_in_shanghai() -> None:
    rules = rules_of(
        entry("old", 3, valid_until="2026-11-24"),
        entry("new", 5, valid_from="2026-11-25"),
    )
    dates = DueDates(rules, work_calendar())
    assert dates.due("acceptance", datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)).kept.variant == "old"
    assert dates.due("acceptance", datetime(2026, 11, 24, 16, tzinfo=UTC)).kept.variant == "new"
    with pytest.raises(KeyError):
        DueDates(rules_of(entry("later", valid_from="2026-12-01")), work_calendar()).due("acceptance", NOW)


def test_between_equals_the_later_rule_is_taken_in_whatever_order_they_stand() -> None:
    one, other = entry("general", 3), entry("longer", 5, valid_from="2026-06-01")
    for rules in (rules_of(one, other), rules_of(other, one)):
        assert rules.pick("acceptance", date(2026, 5, 31), Scope()) == rules_of(one).get("acceptance")
        picked = rules.pick("acceptance", date(2026, 6, 1), Scope())
        assert picked is not None
        assert picked.value == 5


@pytest.mark.parametrize(
    "second",
    [
        entry("general"),
        entry("other"),
        entry("other", scope={"dispute_types": "*"}),
        entry("general", scope={"dispute_types": ["labour"]}),
    ],
)
def test_a_file_in_which_nothing_decides_is_refused(second: dict[str, Any]) -> None:
    with pytest.raises(AmbiguousRules, match="acceptance"):
        rules_of(entry("general"), second)


@pytest.mark.parametrize(
    ("one", "other", "clear"),
    [
        ({"dispute_types": ["labour"]}, {"dispute_types": ["labour", "medical"]}, False),
        ({"dispute_types": ["labour"]}, {"dispute_types": ["medical"]}, True),
        ({"dispute_types": ["labour"]}, {"dispute_types": ["labour_gig"]}, True),  # the subtype is nearer
        ({"organisation_kinds": ["labour"]}, {"organisation_kinds": ["labour"]}, False),
        ({"organisation_kinds": ["labour"]}, {"organisation_kinds": ["medical"]}, True),
        ({"court_invited": True}, {"court_invited": True}, False),
        ({"court_invited": True}, {"court_invited": False}, True),
        ({"court_invited": True}, {"organisation_kinds": ["labour"]}, True),
        ({"dispute_types": ["labour"], "except_dispute_types": ["labour"]}, {"dispute_types": ["labour"]}, True),
    ],
)
def test_which_scopes_are_apart(one: dict[str, Any], other: dict[str, Any], clear: bool) -> None:
    entries = entry("one", scope=one), entry("other", scope=other)
    if clear:
        assert len(rules_of(*entries).all()) == 2
    else:
        with pytest.raises(AmbiguousRules):
            rules_of(*entries)


def test_rules_whose_times_do_not_meet_are_clear() -> None:
    span: dict[str, Any] = {"valid_from": "2026-01-01", "valid_until": "2026-06-30"}
    assert rules_of(entry("one", **span), entry("other", valid_from="2026-07-01"))
    with pytest.raises(AmbiguousRules):
        rules_of(entry("one", **span), entry("other", **span))


def filed(rules: DeadlineRules) -> Case:
    case = Case(
        code="C",
        status="submitted",
        version=1,
        dispute_type="neighbour",
        region="210202",
        organisation="org",
        parties=(),
        deadlines=(),
        reached={},
        since="t",
        created_at="t",
        updated_at="t",
        head="",
    )
    return start_deadlines(case, ("acceptance",), NOW, DueDates(rules, work_calendar()))


@pytest.mark.parametrize(
    "later",
    [
        rules_of(entry("general", 5), version="v2"),
        rules_of(version="v2"),
    ],
    ids=["changed", "removed"],
)
def test_a_running_clock_keeps_its_date_and_the_words_of_the_rule_it_began_with(later: DeadlineRules) -> None:
    case = from_item(Case, to_item(filed(rules_of(entry("general", 3)))))
    (running,) = case.deadlines
    assert running.kept is not None
    assert (running.kept.version, running.kept.value, running.kept.calendar) == ("v1", 3, "working_days")
    shown = deadline_view(running, later, "zh", NOW)
    assert (shown.due_at[:10], shown.title, shown.source, shown.rule) == ("2026-11-27", "名3", "源3", "acceptance")
    due = Progress.of(case, later, "en", NOW).current.due
    assert due is not None
    assert (due.source, due.text) == ("source 3", "By 2026-11-27: name 3")


def test_a_clock_that_was_stored_without_its_rule_has_the_present_words_or_plain_ones() -> None:
    stored = to_item(filed(rules_of(entry("general", 3))))
    for one in stored["deadlines"]:
        del one["kept"]
    case = from_item(Case, stored)
    assert deadline_view(case.deadlines[0], rules_of(entry("general", 5)), "en", NOW).title == "name 5"
    assert deadline_view(case.deadlines[0], rules_of(), "zh", NOW).title == "办理期限"
    assert (case.organisation_kind, case.court_invited) == (None, False)  # as of a case from before they were kept


def test_a_clock_of_no_known_rule_is_shown() -> None:
    strange = Deadline("no_such_rule", "2026-11-27T15:59:59.000Z", provisional=False, started_at="2026-11-24")
    shown = deadline_view(strange, SHIPPED, "en", NOW)
    assert (shown.rule, shown.title) == ("no_such_rule", "A time limit")
    assert replace(strange, rule="acceptance").kept is None
