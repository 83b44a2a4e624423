"""At every refusal and every end there is somewhere to go, and what is said of it is whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from chalicelib.cases.lifecycle.model import Case, Deadline
from chalicelib.cases.lifecycle.stages.mediation import END_GROUNDS
from chalicelib.cases.routes.grounds import END_REASONS, REFUSALS, end_reason_name, ground_of
from chalicelib.cases.routes.model import RouteRules
from chalicelib.cases.routes.views import route_views
from chalicelib.shared.deadlines import DeadlineRules
from chalicelib.shared.rule_files import read_rules
from chalicelib.shared.texts import Text
from chalicelib.triage.public import DisputeTypes
from tests.unit.lifecycle.cases import case_in

RULES = RouteRules.load()
TYPES = DisputeTypes.load()
CODES = [*TYPES.mains, *TYPES.subtypes]
FOR_LABOUR_ONLY = "mediating:labour_period_over"
KINDS = {
    "court",
    "labour_arbitration",
    "arbitration",
    "arbitration_review",
    "administrative_review",
    "administrative_litigation",
    "enforcement",
    "payment_order",
    "police",
    "hotline",
    "mediation",
    "appeal",
}


@dataclass(frozen=True)
class Due:
    at: str = "2026-12-24T15:59:59.000Z"
    provisional: bool = True


def offered(dispute_type: str, ground: str, *running: str) -> dict[str, Any]:
    clocks = dict.fromkeys(running, Due())
    return {one.route.id: one for one in RULES.routes_for(dispute_type, ground, clocks)}


def kinds(dispute_type: str, ground: str) -> set[str]:
    return {one.route.kind for one in offered(dispute_type, ground).values()}


@pytest.mark.parametrize("ground", [one for one in RULES.grounds if one != FOR_LABOUR_ONLY])
def test_every_type_has_a_route_on_every_ground(ground: str) -> None:
    assert [code for code in CODES if not offered(code, ground)] == []


@pytest.mark.parametrize(
    "ground", [one for one in RULES.grounds if one.startswith(("failed", "dismissed", "defaulted"))]
)
def test_who_ended_without_a_settlement_is_shown_more_than_advice(ground: str) -> None:
    lame = {"hotline", "appeal", "mediation"}
    assert [code for code in CODES if kinds(code, ground) <= lame] == []


def test_every_ground_of_the_state_machine_is_known() -> None:
    ends = {f"failed:{one}" for one in END_GROUNDS if one not in {"agreement_reached", "settled_privately"}}
    refusals = {f"not_accepted:{one}" for one in REFUSALS}
    assert {*ends, *refusals, "failed:party_declined", "withdrawn"} <= set(RULES.grounds)
    with pytest.raises(KeyError):
        RULES.routes_for("neighbour", "failed:made_up", {})


def test_what_is_said_of_a_route_is_whole() -> None:
    assert len({one.id for one in RULES.routes}) == len(RULES.routes)
    for one in RULES.routes:
        assert one.kind in KINDS
        for text in (one.kind_name, one.where, one.source, *one.bring):
            assert text.zh, one.id
            assert text.en, one.id
        for named in (one.types.types if one.types.types != "*" else ()), one.types.without:
            assert all(TYPES.find_type(code) for code in named), one.id
        assert all(
            any(each == known or each == f"{known.partition(':')[0]}:*" for known in RULES.grounds)
            for each in one.grounds
        )


def test_routes_are_read_as_they_stand() -> None:
    def text(name: str) -> dict[str, str]:
        return {"zh": name, "en": name.upper()}

    whole = {
        "id": "a",
        "types": ["labour"],
        "except_types": ["labour_gig"],
        "grounds": ["failed:*"],
        "kind": "court",
        "name": text("name"),
        "where": text("where"),
        "until_rule": {"id": "clock", "from": "case_ended"},
        "until_note": text("note"),
        "rule": "limit",
        "source": text("source"),
        "bring": [text("paper")],
        "when": text("when"),
        "interruption": "civil",
    }
    bare = {**whole, "id": "b", "types": "*", "until_rule": None, "until_note": None, "rule": None, "bring": []}
    bare["interruption"] = "none"
    del bare["name"], bare["when"], bare["except_types"]
    document = {
        "version": "1",
        "grounds": ["failed:other"],
        "kinds": {"court": text("kind")},
        "interruption": {"civil": text("runs anew"), "none": None},
        "routes": [whole, bare],
    }
    rules = RouteRules.of(document)
    first, second = rules.routes
    assert rules.version == "1"
    assert (first.id, first.kind, first.kind_name.zh, first.where.en) == ("a", "court", "name", "WHERE")
    assert (first.until_rule, first.until_note, first.rule) == ("clock", Text("note", "NOTE"), "limit")
    assert (first.source.zh, first.bring, first.when) == (
        "source",
        (Text("paper", "PAPER"),),
        Text("when", "WHEN"),
    )
    assert first.interruption == Text("runs anew", "RUNS ANEW")
    assert [first.fits(code, "failed:other") for code in ("labour", "labour_gig", "neighbour")] == [True, False, False]
    assert not first.fits("labour", "settled:performed")
    assert (second.kind_name.zh, second.until_rule, second.until_note, second.rule) == ("kind", None, None, None)
    assert (second.bring, second.when, second.interruption) == ((), None, None)
    assert second.fits("labour_gig", "failed:other")
    (shown, _) = rules.routes_for("labour", "failed:other", {"clock": Due(), "limit": Due()})
    assert (shown.route.id, shown.until) == ("a", Due.at)


def test_what_ships_is_what_stands_in_the_file() -> None:
    made = RouteRules.of(read_rules("routes"))
    assert made.routes == RULES.routes
    assert [one.id for one in made.routes] == [one["id"] for one in read_rules("routes")["routes"]]


def test_every_rule_that_a_route_names_stands_among_the_deadlines() -> None:
    known = {one.id for one in DeadlineRules.load().all()}
    named = {rule for one in RULES.routes for rule in (one.rule, one.until_rule) if rule is not None}
    if "limitation_general" not in known:
        pytest.skip("the special rules have not arrived in deadlines.json yet")
    assert named <= known


TABLE = [
    (
        "labour_wages",
        "failed:period_expired",
        {"labour_arbitration", "labour_inspection"},
        {"court_gig", "arbitration"},
    ),
    ("labour_gig", "failed:period_expired", {"court_gig"}, {"labour_arbitration", "labour_inspection"}),
    ("labour_wages", "defaulted:unconfirmed", {"labour_payment_order", "labour_arbitration"}, {"sue_on_agreement"}),
    ("labour_gig", "defaulted:unconfirmed", {"sue_on_agreement_gig", "payment_order_gig"}, {"labour_payment_order"}),
    ("labour_wages", "concluded:unconfirmed", {"labour_arbitration"}, {"sue_on_agreement"}),
    ("labour_wages", "not_accepted:not_civil", {"civil_servant_review", "appointed_civil_servant"}, {"court_gig"}),
    ("labour_wages", FOR_LABOUR_ONLY, {"labour_arbitration_after_fifteen_days"}, {"labour_arbitration"}),
    ("expropriation_demolition_compensation", "failed:other", {"administrative_agreement_suit"}, {"file_again"}),
    (
        "expropriation_demolition_family_share",
        "failed:other",
        {"court_family_share"},
        {"administrative_agreement_suit"},
    ),
    ("expropriation_demolition_compensation", "signed", {"administrative_agreement_suit"}, {"confirm_still_open"}),
    (
        "traffic_accident_injury",
        "failed:other",
        {"traffic_finding_review", "traffic_police_mediation"},
        {"arbitration"},
    ),
    ("neighbour_noise", "not_accepted:not_civil", {"penalty_review", "administrative_litigation"}, {"court_neighbour"}),
    ("neighbour", "defaulted:confirmed", {"enforcement"}, {"sue_on_agreement", "payment_order"}),
    ("neighbour", "defaulted:unconfirmed", {"sue_on_agreement", "payment_order"}, {"enforcement"}),
    ("neighbour", "dismissed:before_receipt", {"confirm_still_open"}, {"sue_on_agreement", "mediate_again"}),
    ("neighbour", "dismissed:after_receipt", {"sue_on_agreement", "mediate_again"}, {"confirm_still_open"}),
    ("neighbour", "not_accepted:already_decided", {"retrial", "closed_case"}, {"court_neighbour"}),
    ("consumer_goods", "failed:positions_too_far", {"court_consumer", "arbitration"}, {"labour_arbitration"}),
]


@pytest.mark.parametrize(("dispute_type", "ground", "shown", "hidden"), TABLE)
def test_the_law_of_each_matter_is_kept_apart(
    dispute_type: str, ground: str, shown: set[str], hidden: set[str]
) -> None:
    found = set(offered(dispute_type, ground))
    assert shown <= found
    assert not hidden & found


def test_a_clock_of_the_case_says_until_when_and_words_say_it_otherwise() -> None:
    running = offered("neighbour", "failed:other", "appeal_window")
    appeal, court = running["platform_appeal"], running["court_neighbour"]
    assert (appeal.until, appeal.provisional) == (Due.at, True)
    assert (court.until, court.provisional, court.route.rule) == (None, False, "limitation_general")
    assert court.route.until_note
    assert offered("neighbour", "failed:other")["platform_appeal"].until is None


def test_interruption_is_said_as_the_law_of_the_matter_has_it() -> None:
    for code, ground in product(CODES, RULES.grounds):
        for one in RULES.routes_for(code, ground, {}):
            said = one.route.interruption
            if one.route.kind in {"administrative_review", "administrative_litigation"}:
                assert said is None or "第一百九十五条" not in said.zh  # it does not interrupt those
            if one.route.id == "labour_arbitration":
                assert said is not None
                assert "第二十七条" in said.zh


def period(*, escalated: bool) -> tuple[Deadline, ...]:
    return (Deadline("mediation_period", "t", provisional=False, started_at="t", escalated=escalated),)


def in_status(status: str, **more: Any) -> Case:
    return replace(case_in("mediating"), status=status, **more)


@pytest.mark.parametrize(
    ("case", "ground"),
    [
        (in_status("mediating"), None),
        (in_status("submitted"), None),
        (in_status("mediating", dispute_type="labour_wages", deadlines=period(escalated=True)), FOR_LABOUR_ONLY),
        (in_status("mediating", dispute_type="labour_wages", deadlines=period(escalated=False)), None),
        (in_status("mediating", dispute_type="labour_gig", deadlines=period(escalated=True)), None),
        (in_status("mediating", deadlines=period(escalated=True)), None),
        (in_status("failed", end_reason="party_declined"), "failed:party_declined"),
        (in_status("failed", end_reason="no_answer"), "failed:other"),
        (in_status("failed", end_reason="agreement_reached"), "settled:agreement_reached"),
        (in_status("settled", end_reason="settled_privately"), "settled:settled_privately"),
        (in_status("settled"), "settled:performed"),
        (in_status("withdrawn", end_reason="withdrawn"), "withdrawn"),
        (in_status("not_accepted", end_reason="not_civil"), "not_accepted:not_civil"),
        (in_status("not_accepted", end_reason="not_accepted"), "not_accepted:other"),
        (in_status("defaulted"), "defaulted:unconfirmed"),
        (in_status("concluded", document_no="1"), "concluded:confirmed"),
        (in_status("confirmed", document_no="1"), "confirmed"),
        (in_status("signed", effective_at="2"), None),
        (in_status("signed", effective_at="2", dismissed_at="3", agreement_sha256="ab"), "dismissed:before_receipt"),
        (
            in_status("signed", effective_at="2", dismissed_at="3", agreement_sha256="ab", refused_sha256="ab"),
            "dismissed:after_receipt",
        ),
    ],
)
def test_a_case_stands_on_its_ground(case: Case, ground: str | None) -> None:
    assert ground_of(case) == ground
    assert ground is None or ground in RULES.grounds
    for language in ("zh", "en"):
        shown = route_views(case, language)
        assert bool(shown) is (ground is not None)


def test_a_route_is_shown_with_its_date_in_the_readers_language() -> None:
    clock = Deadline("appeal_window", "2026-12-24T15:59:59.000Z", provisional=False, started_at="t")
    case = in_status("failed", end_reason="positions_too_far", deadlines=(clock,))
    zh, en = ({one.id: one for one in route_views(case, language)} for language in ("zh", "en"))
    appeal = zh["platform_appeal"]
    assert (appeal.until, appeal.provisional, appeal.rule) == (clock.at, False, "appeal_window")
    assert (zh["court_neighbour"].kind, zh["court_neighbour"].kind_name) == ("court", "向人民法院起诉（申请）")
    assert (en["court_neighbour"].kind_name, en["court_neighbour"].name) == ("court", "court")
    assert "limitation was interrupted" in str(en["court_neighbour"].interruption)


def test_every_reason_has_words_and_a_reason_nobody_knows_does_not_break_the_case() -> None:
    more = {"party_declined", "withdrawn", "performed", "confirmed", "unconfirmed"}
    assert {*END_GROUNDS, *more} == set(END_REASONS)
    for reason in [*END_REASONS, "made_up"]:
        said = end_reason_name(in_status("failed", end_reason=reason))
        assert said is not None
        assert said.zh
        assert said == END_REASONS.get(reason, END_REASONS["other"])
    assert end_reason_name(in_status("mediating")) is None
    refused = end_reason_name(in_status("not_accepted", end_reason="not_civil"))
    assert refused == REFUSALS["not_civil"]
    before_codes = end_reason_name(in_status("not_accepted", end_reason="not_accepted"))
    assert before_codes is not None
    assert before_codes not in REFUSALS.values()


def test_words_follow_the_law_of_the_matter() -> None:
    medical = in_status("failed", end_reason="period_expired", dispute_type="medical_dental")
    labour = in_status("settled", end_reason="agreement_reached", dispute_type="labour_wages")
    assert "第三十八条" in str(end_reason_name(medical))
    assert "第三十八条" not in str(end_reason_name(replace(medical, end_reason="other")))
    assert "仲裁" in str(end_reason_name(labour))
    assert "第十七条" in str(end_reason_name(replace(labour, end_reason="party_declined")))
    assert "凭协议起诉" in str(end_reason_name(replace(labour, dispute_type="labour_gig")))
