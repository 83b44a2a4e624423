"""What is counted, invited or noted of an event happens once: again, late and in any order it changes nothing."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.shared.events import Event
from tests.contract.test_appointments import TOMORROW
from tests.contract.world import CLERK, FILING, WANG
from tests.events.test_appointment_events import mediated_again
from tests.events.town import M1, M2, Town, changes_nothing


@pytest.fixture
def code(town: Town) -> str:
    """A case that ended, was reopened, and ended again, with a session held in between."""
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    held = town.confirmed_with(M1, applicant, code, TOMORROW)
    town.clock.at = TOMORROW
    town.do(M1, held, "complete", minutes=60)
    town.act(M1, code, "end", ground="other")
    town.appeal_upheld(code, applicant)
    town.given_to_m2(code, respondent)
    town.act(M2, code, "end", ground="other")
    return code


def orders(events: list[Event]) -> list[list[Event]]:
    """Return the events in time, backwards, each twice, shuffled; with many repetitions."""
    mixed = [*events, *events]
    random.Random(7).shuffle(mixed)  # noqa: S311 - no secret
    return [events, list(reversed(events)), list(itertools.chain(*zip(events, events, strict=True))), mixed]


def load(town: Town, organisation: str = "org-1") -> int:
    table = town.tables["OrganisationsTable"]
    key = {"pk": {"S": "DIRECTORY"}, "sk": {"S": f"~LOAD#{organisation}"}}
    found = town.clients.dynamodb.get_item(TableName=table, Key=key)
    return int(found["Item"]["open_cases"]["N"])


def leaves(town: Town) -> set[str]:
    return {f"{leaf.aggregate}#{leaf.seq:06d}" for leaf in town.leaves()}


def invitations(town: Town) -> set[str]:
    return {key for key in town.snapshot() if key.startswith("RatingsTable") and "INVITATION" in key}


@pytest.mark.parametrize("order", range(4), ids=["in time", "backwards", "twice", "mixed"])
def test_each_case_is_counted_as_open_once(town: Town, code: str, order: int) -> None:
    events = orders(town.events(code))[order]
    for event in events:
        town.organisations.on_case_event(event)
    assert load(town) == 0  # opened, closed, opened again, closed again
    changes_nothing(town, town.organisations.on_case_event, events)


@pytest.mark.parametrize("order", range(4), ids=["in time", "backwards", "twice", "mixed"])
def test_a_transferred_case_is_counted_where_it_is_and_once(town: Town, order: int) -> None:
    clerks = [replace(CLERK, organisation=one) for one in ("org-1", "org-2", "org-3")]
    code = town.cases.file(WANG, FILING, town.key()).case.code
    town.act(clerks[0], code, "transfer", organisation_id="org-2", reason="r")
    town.act(clerks[1], code, "accept")
    town.act(clerks[1], code, "transfer", organisation_id="org-3", reason="r")
    for event in orders(town.events(code))[order]:
        town.organisations.on_case_event(event)
    assert [load(town, clerk.organisation or "") for clerk in clerks] == [0, 0, 1]
    town.act(clerks[2], code, "refuse", reason="other")
    for event in orders(town.events(code))[order]:
        town.organisations.on_case_event(event)
    assert load(town, "org-3") == 0
    changes_nothing(town, town.organisations.on_case_event, town.events(code))


@pytest.mark.parametrize("order", range(4), ids=["in time", "backwards", "twice", "mixed"])
def test_work_ends_with_the_agreement_and_begins_again_with_the_mediation(town: Town, order: int) -> None:
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    mediated_again(town, code, applicant, respondent)
    said = [(event.name, event.data.get("closed"), event.data.get("opened")) for event in town.events(code)]
    assert [one for one in said if one[1] or one[2]] == [
        ("submitted", None, True),
        ("agreement_effective", True, None),
        ("mediation_resumed", None, True),
    ]
    for event in orders(town.events(code))[order]:
        town.organisations.on_case_event(event)
    assert load(town) == 1


def test_a_case_is_counted_once_after_years_too(town: Town, code: str) -> None:
    opened = town.last(code, "submitted")
    town.organisations.on_case_event(opened)
    assert load(town) == 1
    for key, item in town.snapshot().items():
        assert "COUNTED" not in key or "ttl" not in item  # nothing forgets that it was counted


def test_only_what_ends_a_case_says_that_it_is_closed(town: Town) -> None:
    code, applicant, _ = town.assigned()
    town.act(M1, code, "take")
    town.act(M1, code, "end", ground="other")
    town.appeals.file(applicant, code, "process", "t", town.key())  # at the same instant
    assert [event.name for event in town.events(code) if event.data.get("closed")] == ["ended"]


@pytest.mark.parametrize("order", range(4), ids=["in time", "backwards", "twice", "mixed"])
def test_each_event_has_one_leaf_under_the_day_on_which_it_happened(town: Town, code: str, order: int) -> None:
    events = orders(town.events(code))[order]
    for event in events:
        town.audit.on_event(event)
    assert leaves(town) == {f"{code}#{event.seq:06d}" for event in events}
    changes_nothing(town, town.audit.on_event, events)


@pytest.mark.parametrize("order", range(4), ids=["in time", "backwards", "twice", "mixed"])
def test_what_was_earned_is_invited_once_though_the_case_went_on(town: Town, code: str, order: int) -> None:
    in_time = town.events(code)
    for event in orders(in_time)[order]:
        town.ratings.on_case_event(event)
    made = invitations(town)
    assert made  # the case was reopened meanwhile: the first mediator's session was held all the same
    changes_nothing(town, town.ratings.on_case_event, in_time)
    town.deliver_all(code)
    assert invitations(town) == made


def test_a_used_invitation_is_not_given_again(town: Town, code: str) -> None:
    from chalicelib.ratings.rating.service import Said
    from chalicelib.shared.viewer import Viewer

    event = town.last(code, "session_held")
    town.ratings.on_case_event(event)
    applicant = Viewer("wang-0", frozenset(), None, None)
    (invitation,) = town.ratings.list_invitations(applicant, None, 10).items
    said = [Said("staff:m-1", 5, (), None)]
    town.ratings.rate(applicant, invitation.id, said, town.key(), anonymous=True)
    changes_nothing(town, town.ratings.on_case_event, [event])
    assert town.ratings.list_invitations(applicant, None, 10).items == []


CONSUMERS: list[Callable[[Town], Callable[[Event], int]]] = [
    lambda town: town.consumers["audit"],
    lambda town: town.consumers["organisations"],
    lambda town: town.consumers["ratings"],
]


@pytest.mark.parametrize("which", CONSUMERS)
def test_an_event_of_a_case_that_is_not_there_breaks_nothing(
    town: Town, code: str, which: Callable[[Town], Callable[[Event], int]]
) -> None:
    for event in town.events(code):
        which(town)(replace(event, aggregate="0000000000000000"))
