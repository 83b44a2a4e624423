"""Who may be asked about an agreement, and why: art. 205 as a table (民事诉讼法 (2023)), over the sample's courts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.cases.court.competence import Competence, CompetenceRules, Matter
from chalicelib.shared.rule_files import read_rules
from chalicelib.triage.public import DisputeTypes
from infra.organisations.importer import read_organisations

ROOT = Path(__file__).parent.parent.parent
DIRECTORY = read_organisations(ROOT / "infra/sample/organisations.json")
COURTS = [one for one in DIRECTORY if one.kind in {"court", "arbitration"}]
RULES = CompetenceRules.load()
ZHONGSHAN, XIGANG, SHAHEKOU, GANJINGZI, BEIJING, SHENYANG = "210202", "210203", "210204", "210211", "110105", "210102"
YUAN = 100


def asked(dispute_type: str = "contract_loan", **more: Any) -> Competence:
    facts: dict[str, Any] = {"case_region": GANJINGZI, "organisation_region": ZHONGSHAN, **more}
    return RULES.competent(Matter(dispute_type, **facts), COURTS)


def shown(competence: Competence) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.court.id.partition("-")[2], one.because) for one in competence.items]


TABLE: list[tuple[str, dict[str, Any], list[tuple[str, tuple[str, ...]]], tuple[str, ...]]] = [
    (
        "each party's home and the organisation's seat",
        {"party_regions": (XIGANG, SHAHEKOU)},
        [("xigang", ("party_domicile",)), ("shahekou", ("party_domicile",)), ("zhongshan", ("organisation",))],
        (),
    ),
    (
        "one court for several reasons",
        {"party_regions": (ZHONGSHAN, ZHONGSHAN), "subject_region": ZHONGSHAN},
        [("zhongshan", ("party_domicile", "subject_matter", "organisation"))],
        (),
    ),
    (
        "a thing that moves comes after the homes",
        {"party_regions": (XIGANG,), "subject_region": SHAHEKOU},
        [("xigang", ("party_domicile",)), ("shahekou", ("subject_matter",)), ("zhongshan", ("organisation",))],
        (),
    ),
    (
        "an immovable comes before them",
        {"dispute_type": "housing_homestead_tenancy", "party_regions": (XIGANG,), "subject_region": SHAHEKOU},
        [("shahekou", ("subject_matter",)), ("xigang", ("party_domicile",)), ("zhongshan", ("organisation",))],
        (),
    ),
    (
        "no home is known: the case's region, which says so",
        {},
        [("ganjingzi", ("case_region",)), ("zhongshan", ("organisation",))],
        (),
    ),
    (
        "a home said as the whole city says nothing",
        {"party_regions": ("210200",)},
        [("ganjingzi", ("case_region",)), ("zhongshan", ("organisation",))],
        (),
    ),
    (
        "a home elsewhere",
        {"party_regions": (XIGANG, BEIJING)},
        [("xigang", ("party_domicile",)), ("zhongshan", ("organisation",))],
        ("elsewhere",),
    ),
    (
        "everything elsewhere",
        {"party_regions": (BEIJING,), "organisation_region": SHENYANG},
        [],
        ("none_here",),
    ),
    (
        "a city-wide organisation whose office is not known",
        {"party_regions": (XIGANG,), "organisation_region": "210200"},
        [("xigang", ("party_domicile",))],
        (),
    ),
    (
        "the court that sent the case, and no other",
        {"party_regions": (XIGANG,), "invited_by": ("court-ganjingzi",), "commissioned_by": "court-shahekou"},
        [("shahekou", ("invited",))],
        (),
    ),
    (
        "a court that invites the organisation comes first, with its condition",
        {"party_regions": (XIGANG,), "invited_by": ("court-ganjingzi",)},
        [
            ("ganjingzi", ("invites_organisation",)),
            ("xigang", ("party_domicile",)),
            ("zhongshan", ("organisation",)),
        ],
        (),
    ),
    ("a case that a court had filed", {"commissioned_after_filing": True}, [], ("after_filing",)),
    (
        "a large sum",
        {"party_regions": (XIGANG, SHAHEKOU), "amount_cents": 500_000_000 * YUAN},
        [("dalian-intermediate", ("party_domicile", "level", "organisation"))],
        (),
    ),
    (
        "a cent less",
        {"party_regions": (XIGANG,), "amount_cents": 500_000_000 * YUAN - 1},
        [("xigang", ("party_domicile",)), ("zhongshan", ("organisation",))],
        (),
    ),
    (
        "one party outside the province",
        {"party_regions": (XIGANG, BEIJING), "amount_cents": 100_000_000 * YUAN},
        [("dalian-intermediate", ("party_domicile", "level", "organisation"))],
        ("elsewhere",),
    ),
    (
        "all parties in the province, from another city",
        {"party_regions": (XIGANG, SHENYANG), "amount_cents": 100_000_000 * YUAN},
        [("xigang", ("party_domicile",)), ("zhongshan", ("organisation",))],
        ("elsewhere",),
    ),
    (
        "a foreign party",
        {"party_regions": (XIGANG,), "amount_cents": 20_000_000 * YUAN, "foreign": True},
        [("dalian-intermediate", ("party_domicile", "level", "organisation"))],
        (),
    ),
    (
        "trade marks go to the designated court",
        {"dispute_type": "intellectual_property_trademark", "party_regions": (XIGANG,)},
        [("dalian-ip", ("party_domicile", "designated_ip", "organisation"))],
        (),
    ),
    (
        "patents to the intermediate court",
        {"dispute_type": "intellectual_property_patent", "party_regions": (XIGANG,)},
        [("dalian-intermediate", ("party_domicile", "technical_ip", "organisation"))],
        (),
    ),
    (
        "software or not, secrets of technique or not: nobody here can know",
        {"dispute_type": "intellectual_property_copyright", "party_regions": (XIGANG,)},
        [
            ("dalian-ip", ("party_domicile", "designated_ip", "organisation")),
            ("dalian-intermediate", ("party_domicile", "technical_ip", "organisation")),
        ],
        (),
    ),
    (
        "large intellectual property",
        {
            "dispute_type": "intellectual_property_trademark",
            "party_regions": (XIGANG,),
            "amount_cents": 10**11,
        },
        [("dalian-intermediate", ("party_domicile", "level", "organisation"))],
        (),
    ),
    (
        "labour: courts, and commissions of the place of work before the employer's",
        {
            "dispute_type": "labour_wages",
            "party_regions": (XIGANG, SHAHEKOU),
            "employer_regions": (SHAHEKOU,),
            "subject_region": GANJINGZI,
        },
        [
            ("xigang", ("party_domicile",)),
            ("shahekou", ("party_domicile",)),
            ("zhongshan", ("organisation",)),
            ("ganjingzi", ("place_of_work",)),
            ("shahekou", ("employer",)),
        ],
        ("one_of_two",),
    ),
    (
        "labour without any address",
        {"dispute_type": "labour"},
        [("ganjingzi", ("case_region",)), ("zhongshan", ("organisation",)), ("ganjingzi", ("case_region",))],
        ("one_of_two",),
    ),
    (
        "casual work is civil",
        {"dispute_type": "labour_gig", "party_regions": (XIGANG,)},
        [("xigang", ("party_domicile",)), ("zhongshan", ("organisation",))],
        (),
    ),
    (
        "the sea",
        {"dispute_type": "land_forestry_aquaculture", "party_regions": (XIGANG,)},
        [("xigang", ("party_domicile",)), ("zhongshan", ("organisation",))],
        ("maritime",),
    ),
]


@pytest.mark.parametrize(("facts", "courts", "notes"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_who_is_competent(
    facts: dict[str, Any], courts: list[tuple[str, tuple[str, ...]]], notes: tuple[str, ...]
) -> None:
    found = asked(**facts)
    assert (shown(found), found.notes) == (courts, notes)


def test_courts_and_commissions_have_clocks_of_their_own() -> None:
    found = asked("labour_wages", party_regions=(XIGANG,), subject_region=GANJINGZI)
    rules = {one.court.kind: one.rule for one in found.items}
    assert rules == {"court": "confirmation_window", "arbitration": "arbitration_review"}
    assert all(asked(kind).find("arb-ganjingzi") is None for kind in ("neighbour", "labour_gig", "contract_loan"))


def test_a_court_is_found_by_its_id_and_no_other_is() -> None:
    found = asked(party_regions=(XIGANG,))
    one = found.find("court-xigang")
    assert one is not None
    assert one.because == ("party_domicile",)
    assert found.find("court-zhuanghe") is None


def test_every_type_finds_a_court_and_every_reason_has_words() -> None:
    types = DisputeTypes.load()
    for code in [*types.mains, *types.subtypes]:
        found = asked(code, party_regions=(XIGANG,))
        assert any(one.court.kind == "court" for one in found.items), code
        for one in found.items:
            assert all(RULES.because(reason).zh and RULES.because(reason).en for reason in one.because)
    for row in TABLE:
        assert all(RULES.note(note).zh and RULES.note(note).en for note in row[3])


def changed(court_id: str, **changes: Any) -> Competence:
    courts = [one.model_copy(update=changes) if one.id == court_id else one for one in COURTS]
    return RULES.competent(Matter("labour_wages", ZHONGSHAN, ZHONGSHAN, (ZHONGSHAN,)), courts)


@pytest.mark.parametrize("court_id", ["court-zhongshan", "arb-zhongshan"])
@pytest.mark.parametrize(
    "changes", [{"subjects": ("maritime",)}, {"dispute_types": ("neighbour",)}, {"covers": (SHAHEKOU,)}], ids=str
)
def test_a_court_without_the_subject_the_type_or_the_region_is_not_competent(
    court_id: str, changes: dict[str, Any]
) -> None:
    assert changed(court_id, name="as it was").find(court_id) is not None
    assert changed(court_id, **changes).find(court_id) is None


def test_a_thing_elsewhere_is_said_too() -> None:
    assert asked(party_regions=(XIGANG,), subject_region=BEIJING).notes == ("elsewhere",)


def test_rules_are_read_as_they_stand() -> None:
    made = CompetenceRules(read_rules("competence"))
    assert made.version == read_rules("competence")["version"]
    for code in ("neighbour", "labour", "labour_gig", "intellectual_property", "intellectual_property_patent"):
        matter = Matter(code, ZHONGSHAN, ZHONGSHAN, (XIGANG,))
        assert made.competent(matter, COURTS) == RULES.competent(matter, COURTS)
    assert made.competent(Matter("labour_gig", ZHONGSHAN, ZHONGSHAN), COURTS).find("arb-zhongshan") is None
    shipped = CompetenceRules.load.__func__.__wrapped__(CompetenceRules)  # type: ignore[attr-defined]
    assert shipped.version == made.version


def test_the_order_of_the_directory_decides_nothing() -> None:
    matter = Matter("contract_loan", GANJINGZI, ZHONGSHAN, (XIGANG, SHAHEKOU), amount_cents=1)
    assert RULES.competent(matter, COURTS[::-1]) == RULES.competent(matter, COURTS)
