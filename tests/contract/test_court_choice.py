"""Who may be asked about the agreement of a case: to whom it is shown, on which grounds, until when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cases.court.choice import Choices, CourtChoice
from chalicelib.organisations.model import Organisation
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import work_calendar
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.errors import NotFound
from chalicelib.shared.viewer import Viewer
from infra.organisations.importer import read_organisations
from tests.contract.world import CLERK, FILING, LI, MEDIATOR, WANG, World

ROOT = Path(__file__).parent.parent.parent
SAMPLE = read_organisations(ROOT / "infra/sample/organisations.json")
SUPERVISOR = Viewer("s", frozenset({"supervisor"}), None, None)
STRANGER = Viewer("nobody", frozenset(), None, None)


class Directory:
    """The sample's courts, and one organisation."""

    def __init__(self, **organisation: Any) -> None:
        seat = {"region": "210200", "seat_region": "210204", **organisation}
        data = {"id": "org-1", "name": "o", "kind": "labour", "covers": [], "dispute_types": ["*"], **seat}
        self.organisation: Organisation | None = Organisation.model_validate(data)

    def find_organisation(self, organisation_id: str) -> Organisation | None:
        assert organisation_id == "org-1"
        return self.organisation

    def list_courts(self) -> list[Organisation]:
        return [one for one in SAMPLE if one.kind in {"court", "arbitration"}]


@pytest.fixture
def world(clients: Clients) -> World:
    return World(clients)


def due_dates() -> DueDates:
    return DueDates(DeadlineRules.load(), work_calendar())


def choice_of(world: World, directory: Directory | None = None) -> CourtChoice:
    return CourtChoice(world.cases, directory or Directory(), due_dates())


def filing(**more: Any) -> dict[str, Any]:
    filed: dict[str, Any] = json.loads(json.dumps(FILING))
    for party, region in more.pop("regions", {}).items():
        (filed["applicant"] if party == "p1" else filed["respondents"][0])["region"] = region
    return {**filed, **more}


def in_force(world: World, filed: Mapping[str, Any], *, sign: bool = True) -> str:
    code = world.cases.file(WANG, filed, world.key()).case.code
    world.act(CLERK, code, "accept")
    invite = world.cases.get_case(WANG, code).loaded.text_of("p2")["invite_code"]
    world.cases.join(LI, code, invite, world.key())
    world.act(LI, code, "consent", terms_version="2026-01")
    world.leave_choice(code, WANG, LI)
    world.act(CLERK, code, "assign", mediator_id="m-1")
    world.act(MEDIATOR, code, "take")
    drafted = world.act(MEDIATOR, code, "draft_agreement", text="t", terms=[])
    if sign:
        for party in (WANG, LI):
            world.act(party, code, "sign", agreement_sha256=str(drafted.case.agreement_sha256))
    return code


def ids(choices: Choices) -> dict[str, tuple[str, ...]]:
    return {one.court.id: one.codes for one in choices.items}


def test_it_is_shown_to_the_parties_their_mediator_and_their_clerk_only(world: World) -> None:
    code = in_force(world, filing())
    choice = choice_of(world)
    shown = [ids(choice.list_courts(viewer, code)) for viewer in (WANG, LI, MEDIATOR, CLERK)]
    assert shown == [shown[0]] * 4
    for viewer in (SUPERVISOR, STRANGER):
        with pytest.raises(NotFound):
            choice.list_courts(viewer, code)


def test_before_the_agreement_is_in_force_there_is_nothing_to_confirm_and_it_says_so(world: World) -> None:
    code = in_force(world, filing(), sign=False)
    found = choice_of(world).list_courts(WANG, code)
    assert (found.items, found.declarations, found.cautions) == ([], [], [])
    assert [note.zh for note in found.notes] == ["协议尚未生效，还不能申请司法确认。"]


def test_the_domiciles_that_were_declared_decide(world: World) -> None:
    code = in_force(world, filing(regions={"p1": "210202", "p2": "210203"}))
    choices = choice_of(world).list_courts(WANG, code)
    assert ids(choices) == {
        "court-zhongshan": ("party_domicile",),
        "court-xigang": ("party_domicile",),
        "court-shahekou": ("organisation",),
    }
    assert choice_of(world).competence(world.cases.get_case(LI, code)).find("court-xigang") is not None
    case = world.cases.get_case(WANG, code).case
    (window,) = [one for one in case.deadlines if one.rule == "confirmation_window"]
    assert {(one.rule, one.until) for one in choices.items} == {("confirmation_window", window.at)}
    assert [one.id for one in choices.declarations][:2] == ["civil_matter", "addresses_true"]
    assert all(one.because and one.bring for one in choices.items)


def test_without_a_domicile_the_cases_region_stands_in_and_says_so(world: World) -> None:
    code = in_force(world, filing())
    choices = choice_of(world).list_courts(LI, code)
    assert ids(choices)["court-zhongshan"] == ("case_region",)
    assert "没有登记住所地" in choices.items[0].because[0].zh


def test_an_organisation_that_left_the_directory_breaks_nothing(world: World) -> None:
    code = in_force(world, filing())
    directory = Directory()
    directory.organisation = None
    assert ids(choice_of(world, directory).list_courts(WANG, code)) == {
        "court-zhongshan": ("case_region", "organisation")
    }


def test_what_an_erased_party_declared_decides_no_more(world: World) -> None:
    code = in_force(world, filing(regions={"p1": "210211"}))
    key = {"pk": {"S": f"KEYS#{code}"}, "sk": {"S": "p1"}}
    world.clients.dynamodb.delete_item(TableName=world.tables["PeopleTable"], Key=key)
    assert "court-ganjingzi" not in ids(choice_of(world).list_courts(LI, code))


def test_where_somebody_lives_is_stored_in_no_open_field(world: World) -> None:
    code = in_force(world, filing(regions={"p1": "110105", "p2": "310101"}, subject_region="440305"))
    world.act(WANG, code, "fulfil")
    for table in world.tables.values():
        stored = json.dumps(
            [page["Items"] for page in world.clients.dynamodb.get_paginator("scan").paginate(TableName=table)],
            default=repr,
        )
        for region in ("110105", "310101", "440305"):
            assert region not in stored
    assert world.cases.get_case(LI, code).loaded.text_of("p2")["region"] == "310101"


def test_an_invited_organisation_names_its_court_first(world: World) -> None:
    code = in_force(world, filing(regions={"p1": "210203"}))
    directory = Directory(court_invited=True, invited_by=["court-ganjingzi"])
    assert next(iter(ids(choice_of(world, directory).list_courts(WANG, code)).items())) == (
        "court-ganjingzi",
        ("invites_organisation",),
    )


def test_labour_lists_commissions_with_a_clock_of_their_own(world: World) -> None:
    code = in_force(world, filing(dispute_type="labour_wages", subject_region="210211"))
    choices = choice_of(world).list_courts(WANG, code)
    commission = next(one for one in choices.items if one.court.kind == "arbitration")
    assert (commission.court.id, commission.codes) == ("arb-ganjingzi", ("place_of_work",))
    assert commission.rule == "arbitration_review"
    assert {one.id for one in choices.declarations} >= {"labour_payment_only", "review_no_employment"}
    assert any("只能选择一种" in note.zh for note in choices.notes)
    if "arbitration_review" in {one.id for one in DeadlineRules.load().all()}:
        effective = world.cases.get_case(WANG, code).case.effective_at
        assert effective is not None
        assert commission.until is not None
        assert commission.until > effective
    else:  # its rule has not arrived: no date is better than a wrong one
        assert (commission.until, commission.provisional) == (None, False)


def test_a_clock_that_does_not_run_is_counted_from_the_agreements_effect(world: World) -> None:
    code = in_force(world, filing())
    before = {one.until for one in choice_of(world).list_courts(WANG, code).items}
    for party in (WANG, LI):
        world.act(party, code, "apply_confirmation", court_id="court-zhongshan", declarations=[])
    assert {one.until for one in choice_of(world).list_courts(WANG, code).items} == before
