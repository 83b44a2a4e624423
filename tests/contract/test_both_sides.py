"""What two sides, and a court, may do in one case: in turn, at once, twice, too late, and on the other's behalf."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases.lifecycle.lists import CaseFilter
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AlreadyDone, CourtDiffers
from chalicelib.cases.lifecycle.service import Asked
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import parse_instant
from chalicelib.shared.errors import NotAllowed, NotFound, Stale, YimaError
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.world import CLERK, LI, MEDIATOR, WANG, World
from tests.world import NOW

COURT, OTHER_COURT = (Viewer(f"judge-{n}", frozenset({"court"}), f"court-{n}", None) for n in (1, 2))
ANSWERS = {"voluntary": True, "understood": True, "accepted": True}
PAYS = {"text": "t", "payer": "p1", "payee": "p2", "amount_cents": 100, "due_on": None}
PARTIES = (WANG, LI)


@pytest.fixture
def world(clients: Clients) -> World:
    return World(clients)


@pytest.fixture
def real(dynamodb_local_url: str) -> World:
    return World(local_clients(dynamodb_local_url))


def case_of(world: World, code: str) -> Case:
    found = world.store.find_case(code)
    assert found is not None
    return found


def names(world: World, code: str) -> list[str]:
    return [event.name for event in world.store.list_events(code)]


def consented(world: World) -> str:
    code = world.joined()
    world.act(LI, code, "consent", terms_version="2026-01")
    return code


def signed(world: World, *terms: dict[str, Any]) -> str:
    code = consented(world)
    world.leave_choice(code, *PARTIES)
    world.act(CLERK, code, "assign", mediator_id="m-1")
    world.act(MEDIATOR, code, "take")
    drafted = world.act(MEDIATOR, code, "draft_agreement", text="t", terms=list(terms))
    for party in PARTIES:
        world.act(party, code, "sign", agreement_sha256=drafted.case.agreement_sha256)
    return code


def apply(world: World, viewer: Viewer, code: str, court: str = "court-1") -> None:
    world.act(viewer, code, "apply_confirmation", court_id=court, declarations=[])


def received(world: World) -> str:
    code = signed(world)
    for party in PARTIES:
        apply(world, party, code)
    world.act(COURT, code, "receive")
    return code


def refuses(world: World, refusal: type[YimaError], viewer: Viewer, code: str, action: str, **details: Any) -> None:
    """Hold that an action is refused, and changes nothing."""
    before = case_of(world, code)
    with pytest.raises(refusal):
        world.act(viewer, code, action, **details)
    assert case_of(world, code) == before


def test_an_application_is_accepted_once_and_its_clock_stays(world: World) -> None:
    code = received(world)
    world.clock.at += timedelta(days=3)
    refuses(world, AlreadyDone, COURT, code, "receive")
    assert names(world, code).count("received") == 1


def test_the_court_asks_for_nothing_more_after_its_ruling(world: World) -> None:
    confirmed, dismissed = received(world), received(world)
    world.act(COURT, confirmed, "ask")
    for party in PARTIES:
        world.act(party, confirmed, "answer_enquiry", **ANSWERS)
    world.act(COURT, confirmed, "confirm", document_no="1")
    world.act(COURT, dismissed, "dismiss", reason="r")
    for code in (confirmed, dismissed):
        until = (NOW + timedelta(days=5)).date()
        refuses(world, IllegalTransition, COURT, code, "supplement", what="w", until=until)
        refuses(world, IllegalTransition, WANG, code, "answer_supplement", text="t", evidence_ids=[])
        assert world.fault(code) is None


def test_papers_are_answered_once_by_each_party_and_not_after_the_ruling(world: World) -> None:
    code = received(world)
    until = (NOW + timedelta(days=5)).date()
    world.act(COURT, code, "supplement", what="w", until=until)
    refuses(world, AlreadyDone, COURT, code, "supplement", what="w", until=until)
    world.act(WANG, code, "answer_supplement", text="t", evidence_ids=[])
    refuses(world, AlreadyDone, WANG, code, "answer_supplement", text="t", evidence_ids=[])
    world.act(COURT, code, "dismiss", reason="r")
    refuses(world, IllegalTransition, LI, code, "answer_supplement", text="t", evidence_ids=[])


def test_both_parties_apply_to_the_same_court_and_no_other_sees_the_case(world: World) -> None:
    code = signed(world)
    apply(world, WANG, code)
    refuses(world, CourtDiffers, LI, code, "apply_confirmation", court_id="court-2", declarations=[])
    with pytest.raises(NotFound):  # one party alone brings nothing before a court
        world.cases.get_case(COURT, code)
    apply(world, LI, code)
    assert world.cases.get_case(COURT, code).relation == "court"
    with pytest.raises(NotFound):
        world.cases.get_case(OTHER_COURT, code)
    for court, found in ((COURT, [code]), (OTHER_COURT, [])):
        assert [one.code for one in world.lists.list_cases(court, CaseFilter(None, None), None, 10).page.items] == found


def test_parties_who_apply_to_different_courts_at_once_are_before_one_or_none(real: World) -> None:
    code = signed(real)
    done = at_once(
        real,
        code,
        [
            (party, "apply_confirmation", {"court_id": f"court-{number}", "declarations": []})
            for number, party in enumerate(PARTIES, start=1)
        ],
    )
    case = case_of(real, code)
    assert sorted(done, key=str) == sorted(["done", "CourtDiffers"])
    assert (case.status, case.before_court) == ("signed", False)
    assert [party.applied_at is not None for party in case.parties].count(True) == 1


@pytest.mark.parametrize(
    ("viewer", "action"),
    [(LI, "report_performed"), (WANG, "acknowledge"), (WANG, "report_default"), (MEDIATOR, "report_performed")],
)
def test_of_a_duty_each_side_says_what_is_its_own_to_say(world: World, viewer: Viewer, action: str) -> None:
    code = signed(world, PAYS)
    refuses(world, NotAllowed, viewer, code, action, n=1, note=None)
    refuses(world, NotFound, WANG, code, "report_performed", n=2, note=None)


def test_a_performance_that_is_acknowledged_cannot_be_reported_as_a_default(world: World) -> None:
    code = signed(world, PAYS, PAYS)
    world.act(WANG, code, "report_performed", n=1, note=None)
    refuses(world, AlreadyDone, WANG, code, "report_performed", n=1, note=None)
    world.act(LI, code, "acknowledge", n=1, note=None)
    refuses(world, AlreadyDone, LI, code, "report_default", n=1, note=None)


def test_after_a_default_was_made_good_the_case_still_comes_to_its_quiet_end(world: World) -> None:
    code = signed(world, PAYS, PAYS)
    world.act(LI, code, "report_default", n=1, note=None)
    assert case_of(world, code).status == "defaulted"
    world.act(LI, code, "acknowledge", n=1, note=None)
    case = case_of(world, code)
    assert case.status == "signed"
    (quiet_end,) = (one for one in case.deadlines if one.rule == "conclude")
    assert parse_instant(quiet_end.at) >= NOW + timedelta(days=60)


def test_both_choose_the_same_mediator_at_once(real: World) -> None:
    for _ in range(5):
        code = consented(real)
        done = at_once(real, code, [(party, "choose_mediator", {"mediator_id": "m-1"}) for party in PARTIES])
        case = case_of(real, code)
        assert done == ["done", "done"]
        assert (case.status, case.mediator) == ("assigned", "m-1")
        assert (names(real, code).count("choice_made"), names(real, code).count("mediator_chosen")) == (1, 1)
        assert real.fault(code) is None


def test_different_choices_at_once_assign_nobody(real: World) -> None:
    for choices in (("m-1", "m-2"), ("m-1", None), (None, None)):
        code = consented(real)
        moves = [(party, "choose_mediator", {"mediator_id": one}) for party, one in zip(PARTIES, choices, strict=True)]
        assert at_once(real, code, moves) == ["done", "done"]
        case = case_of(real, code)
        assert (case.status, case.mediator) == ("accepted", None)
        assert [party.choice for party in case.parties] == [one or "" for one in choices]
        assert real.fault(code) is None


@pytest.mark.parametrize("action", ["choose_mediator", "sign"])
def test_who_acts_on_a_version_that_is_overtaken_is_told_so_and_may_try_again(real: World, action: str) -> None:
    if action == "sign":
        code, digest = real.agreed()
        details: dict[str, Any] = {"agreement_sha256": digest}
    else:
        code, details = consented(real), {"mediator_id": "m-1"}
    version = case_of(real, code).version
    done = at_once(real, code, [(party, action, details) for party in PARTIES], version=version)
    assert sorted(done) == ["Stale", "done"]
    (late,) = (party for party, said in zip(PARTIES, done, strict=True) if said == "Stale")
    with pytest.raises(Stale):
        real.cases.act(late, code, Asked(action, details, version), real.key())
    real.cases.act(late, code, Asked(action, details, version + 1), real.key())
    assert case_of(real, code).status == {"sign": "signed", "choose_mediator": "assigned"}[action]
    assert real.fault(code) is None


def at_once(
    world: World, code: str, moves: Sequence[tuple[Viewer, str, dict[str, Any]]], version: int | None = None
) -> list[str]:
    """Make moves side by side; return for each `done`, or the name of the refusal."""

    def move(viewer: Viewer, action: str, details: dict[str, Any]) -> str:
        try:
            world.cases.act(viewer, code, Asked(action, details, version), world.key())
        except YimaError as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(len(moves)) as pool:
        return [run.result() for run in [pool.submit(move, *one) for one in moves]]
