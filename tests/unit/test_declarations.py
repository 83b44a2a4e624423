"""What is declared to a court or a commission: all of it, nothing else; a type of dispute only warns."""

from __future__ import annotations

import pytest

from chalicelib.cases.court.declarations import DeclarationMissing, Declarations
from chalicelib.shared.errors import InvalidRequest
from chalicelib.shared.rule_files import read_rules
from chalicelib.triage.public import DisputeTypes

DECLARATIONS = Declarations.load()
COMMON = [
    "civil_matter",
    "addresses_true",
    "no_identity_relation",
    "no_other_procedure",
    "no_title",
    "true_and_voluntary",
]


def ids(place: str, dispute_type: str) -> list[str]:
    return [one.id for one in DECLARATIONS.needed(place, dispute_type)]


def test_a_court_asks_the_same_of_everybody_and_of_labour_one_more() -> None:
    types = DisputeTypes.load()
    for code in [*types.mains, *types.subtypes]:
        labour = ["labour_payment_only"] if code.startswith("labour") and code != "labour_gig" else []
        assert ids("court", code) == COMMON + labour
    assert ids("arbitration", "labour_wages") == ["true_and_voluntary", "review_no_employment"]


def test_who_declares_everything_may_go_on_in_any_order() -> None:
    DECLARATIONS.check("court", "neighbour", [*reversed(COMMON)])
    DECLARATIONS.check("arbitration", "labour", ["review_no_employment", "true_and_voluntary"])


@pytest.mark.parametrize("dispute_type", ["marriage_family_divorce", "intellectual_property_trademark", "neighbour"])
@pytest.mark.parametrize("left_out", COMMON)
def test_one_left_out_is_named_and_points_where_it_belongs(left_out: str, dispute_type: str) -> None:
    given = [one for one in COMMON if one != left_out]
    with pytest.raises(DeclarationMissing) as refused:
        DECLARATIONS.check("court", dispute_type, given)
    (violation,) = refused.value.violations
    assert (refused.value.status, refused.value.slug) == (400, "declaration-missing")
    assert (violation.pointer, violation.code) == (f"/declarations/{len(given)}", left_out)
    assert next(one.text.zh for one in DECLARATIONS.declarations if one.id == left_out) in violation.message


def test_all_that_are_missing_are_named_at_once() -> None:
    with pytest.raises(DeclarationMissing) as refused:
        DECLARATIONS.check("court", "labour_injury", [])
    assert [one.code for one in refused.value.violations] == [*COMMON, "labour_payment_only"]
    assert [one.pointer for one in refused.value.violations] == [f"/declarations/{n}" for n in range(7)]


@pytest.mark.parametrize("unknown", ["labour_payment_only", "review_no_employment", "no_such_thing"])
def test_what_is_not_asked_for_here_is_refused(unknown: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        DECLARATIONS.check("court", "neighbour", [unknown, *COMMON])
    assert [one.pointer for one in refused.value.violations] == ["/declarations/0"]


@pytest.mark.parametrize(
    "dispute_type",
    [
        "marriage_family_divorce",
        "housing_homestead_homestead",
        "land_forestry_boundary",
        "intellectual_property_trademark",
        "intellectual_property_patent",
        "expropriation_demolition_compensation",
        "contract_loan_guarantee",
        "labour_wages",
        "environment_air",
    ],
)
def test_a_type_warns_and_never_refuses(dispute_type: str) -> None:
    said = DECLARATIONS.warnings(dispute_type)
    assert len(said) >= 2  # of its type, and that terms must be clear
    assert all(one.text.zh and one.text.en and one.source.zh for one in said)
    DECLARATIONS.check("court", dispute_type, ids("court", dispute_type))


def test_everybody_is_told_to_write_clear_terms() -> None:
    assert len(DECLARATIONS.warnings("neighbour")) == 1
    assert len(DECLARATIONS.warnings("labour_gig")) == 1


def test_declarations_are_read_as_they_stand() -> None:
    def text(name: str) -> dict[str, str]:
        return {"zh": name, "en": name.upper()}

    said = {"text": text("text"), "source": text("source")}
    scope = {"dispute_types": ["labour"], "except_dispute_types": ["labour_gig"]}
    made = Declarations.of(
        {
            "version": "1",
            "declarations": [
                {"id": "a", "for": ["court"], **said},
                {"id": "b", "for": ["arbitration"], **said},
                {"id": "c", "for": ["court"], "applies_to": scope, **said},
            ],
            "warnings": [{"dispute_types": ["medical"], **said}],
            "clear_terms": said,
            "bring": {"court": [text("one")], "arbitration": [text("two")], "source": text("s")},
        }
    )
    assert made.version == "1"
    needed = {
        (place, code): [one.id for one in made.needed(place, code)]
        for place in ("court", "arbitration")
        for code in ("labour", "labour_gig")
    }
    assert needed == {
        ("court", "labour"): ["a", "c"],
        ("court", "labour_gig"): ["a"],
        ("arbitration", "labour"): ["b"],
        ("arbitration", "labour_gig"): ["b"],
    }
    assert (made.declarations[0].text.zh, made.declarations[0].source.en) == ("text", "SOURCE")
    assert [len(made.warnings(code)) for code in ("medical_dental", "labour")] == [2, 1]
    assert [made.bring(place)[0].zh for place in ("court", "arbitration")] == ["one", "two"]
    shipped = Declarations.load.__func__.__wrapped__(Declarations)  # type: ignore[attr-defined]
    assert shipped.declarations == Declarations.of(read_rules("declarations")).declarations == DECLARATIONS.declarations


def test_every_type_that_is_warned_of_exists() -> None:
    types = DisputeTypes.load()
    named = {code for one in DECLARATIONS._warnings for code in one.types.types if one.types.types != "*"}
    assert all(types.find_type(code) for code in named)
    assert all(DECLARATIONS.bring(place) for place in ("court", "arbitration"))
