"""Who earns a rating: parties of a case that was accepted, when its mediation ends; each target once a person and case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.ratings.rating.model import Invitation, Target
from chalicelib.ratings.rating.refusals import AlreadyRated
from chalicelib.ratings.rating.service import Earned, Said
from chalicelib.shared.aws import Clients
from chalicelib.shared.events import Event
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.test_ratings import PERSONS, Ratings
from tests.contract.world import CLERK, FILING, LI, WANG
from tests.world import NOW

REVIEWER = Viewer("reviewer", frozenset({"reviewer"}), None, None)
MEDIATION = {"service:mediation", "organisation:org-1", "channel:online"}


class Disputes(Ratings):
    """Cases whose events reach ratings."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        self.appeals = self.container.cases.appeals

    def relay(self, code: str, *, times: int = 1, backwards: bool = False) -> None:
        events = list(self.store.list_events(code))
        for event in (list(reversed(events)) if backwards else events) * times:
            self.ratings.on_case_event(event)

    def filed(self) -> str:
        return self.cases.file(WANG, FILING, self.key()).case.code

    def accepted(self) -> str:
        code = self.filed()
        self.act(CLERK, code, "accept")
        invite = self.cases.get_case(WANG, code).loaded.text_of("p2")["invite_code"]
        self.cases.join(LI, code, invite, self.key())
        return code

    def reopened(self, code: str) -> None:
        appeal = self.appeals.file(WANG, code, "process", "t", self.key())
        self.appeals.decide(REVIEWER, code, appeal.id, "r", self.key(), upheld=True)

    def open_to(self, viewer: Viewer) -> list[Invitation]:
        return list(self.ratings.list_invitations(viewer, None, 100).items)

    def rate_all(self, viewer: Viewer, invitation: Invitation) -> None:
        said = [Said(one.target, 1, (), "t") for one in invitation.targets]
        self.ratings.rate(viewer, invitation.id, said, self.key(), anonymous=True)


def targets_of(invitations: Iterable[Invitation]) -> list[str]:
    return [target.target for invitation in invitations for target in invitation.targets]


@pytest.fixture
def world(clients: Clients) -> Disputes:
    return Disputes(clients)


def test_filing_and_withdrawing_earns_nothing_however_often(world: Disputes) -> None:
    for _ in range(3):
        code = world.filed()
        world.act(WANG, code, "withdraw", reason="r")
        world.relay(code)
    assert world.open_to(WANG) == []


def test_a_case_that_was_not_accepted_or_withdrawn_later_earns_nothing(world: Disputes) -> None:
    refused, withdrawn = world.filed(), world.accepted()
    world.act(CLERK, refused, "refuse", reason="other")
    world.act(WANG, withdrawn, "withdraw", reason="r")
    for code in (refused, withdrawn):
        world.relay(code)
    assert world.open_to(WANG) == world.open_to(LI) == []


def test_the_end_of_an_accepted_case_is_rated_once_by_each_party(world: Disputes) -> None:
    code = world.accepted()
    world.act(LI, code, "decline", reason="r")
    world.relay(code, times=3)
    world.relay(code, backwards=True)
    for party in (WANG, LI):
        (invitation,) = world.open_to(party)
        assert set(targets_of([invitation])) == MEDIATION
        world.rate_all(party, invitation)
    world.relay(code, times=2)
    assert world.open_to(WANG) == world.open_to(LI) == []
    assert world.ratings.summarise("service:mediation").count == 2


def test_a_reopened_case_that_ends_again_is_not_rated_again(world: Disputes) -> None:
    code = world.accepted()
    world.act(LI, code, "decline", reason="r")
    world.relay(code)
    (rated,), (kept,) = world.open_to(WANG), world.open_to(LI)
    world.rate_all(WANG, rated)
    world.clock.at += timedelta(days=2)
    world.reopened(code)
    world.act(CLERK, code, "end", ground="party_unreachable")
    world.relay(code, times=2)
    world.relay(code, backwards=True)
    assert world.open_to(WANG) == []
    assert world.open_to(LI) == [kept]


def test_who_let_an_invitation_run_out_may_rate_the_second_end(world: Disputes) -> None:
    code = world.accepted()
    world.act(LI, code, "decline", reason="r")
    world.relay(code)
    (first,) = world.open_to(WANG)
    world.clock.at += timedelta(days=29)
    world.reopened(code)
    world.clock.at += timedelta(days=2)
    world.act(CLERK, code, "end", ground="party_unreachable")
    world.relay(code, times=2)
    world.relay(code, backwards=True)
    (second,) = world.open_to(WANG)
    assert second.id != first.id
    world.rate_all(WANG, second)
    with pytest.raises(AlreadyRated):
        world.rate_all(WANG, second)
    world.relay(code)
    assert world.open_to(WANG) == []


def test_an_agreement_in_force_earns_the_rating_and_its_performance_none_more(world: Disputes) -> None:
    code, digest = world.agreed()
    for party in (WANG, LI):
        world.act(party, code, "sign", agreement_sha256=digest)
    world.relay(code)
    (invitation,) = world.open_to(WANG)
    assert invitation.because == "agreement_effective"
    world.rate_all(WANG, invitation)
    for party in (WANG, LI):
        world.act(party, code, "fulfil")
    world.relay(code)
    assert world.open_to(WANG) == []
    assert [one.because for one in world.open_to(LI)] == ["agreement_effective"]


def test_what_a_court_does_with_an_agreement_earns_no_second_rating_of_the_mediation(world: Disputes) -> None:
    code, digest = world.agreed()
    for party in (WANG, LI):
        world.act(party, code, "sign", agreement_sha256=digest)
    world.relay(code)
    world.clock.at += timedelta(days=20)
    for party in (WANG, LI):
        world.act(party, code, "apply_confirmation", court_id="court-1", declarations=[])
    world.clock.at += timedelta(days=15)  # by now the invitation has run out
    assert world.open_to(WANG) == []
    world.act(Viewer("judge", frozenset({"court"}), "court-1", None), code, "dismiss", reason="r")
    for party in (WANG, LI):
        world.act(party, code, "fulfil")
    world.relay(code, times=2)
    assert world.open_to(WANG) == world.open_to(LI) == []


def held(world: Disputes, code: str, session: str) -> Event:
    """The event of a session that was held, as the chain's last."""
    last = list(world.store.list_events(code))[-1]
    data: dict[str, Any] = {"appointment": session, "mediator": "m-1", "organisation": "org-1"}
    return Event.happened(
        code,
        last.seq + 1,
        world.clock.now(),
        "session_held",
        actor="a",
        actor_role="mediator",
        status="mediating",
        data=data,
        prev_hash=last.hash,
        audience=last.audience,
    )


def test_the_mediator_is_rated_once_a_session(world: Disputes) -> None:
    code, _ = world.agreed()
    one = held(world, code, "session-1")
    again = replace(one, seq=one.seq + 1)
    world.clock.at += timedelta(hours=1)
    assert [world.ratings.on_case_event(event) for event in (one, one, again, one)] == [2, 0, 0, 0]
    (invitation,) = world.open_to(WANG)
    world.rate_all(WANG, invitation)
    assert world.ratings.on_case_event(again) == 0
    assert world.ratings.on_case_event(held(world, code, "session-2")) == 2
    assert targets_of(world.open_to(WANG)) == ["staff:m-1"]


def test_only_what_was_not_covered_is_left_of_a_second_invitation(world: Disputes) -> None:
    person = PERSONS.of(WANG.subject)
    both = [Target("service:mediation", "service"), Target("organisation:org-2", "overall")]
    subject = {"type": "case", "code": "C"}
    first = world.ratings.invitation("a", person, Earned("ended", subject, both[:1], "org-1", "online", NOW))
    later = NOW + timedelta(days=1)
    second = world.ratings.invitation("b", person, Earned("ended", subject, both, "org-2", "online", later))
    assert [world.ratings_store.invite(one, "C") for one in (first, second, second)] == [True, True, False]
    assert targets_of(world.open_to(WANG)) == ["organisation:org-2", "service:mediation"]
    assert world.ratings_store.invite(replace(second, id="other-case"), "D")


def test_deliveries_side_by_side_invite_once(dynamodb_local_url: str) -> None:
    world = Disputes(local_clients(dynamodb_local_url))
    code = world.accepted()
    world.act(LI, code, "decline", reason="r")
    (ended,) = [event for event in world.store.list_events(code) if event.data.get("mediation_ended")]
    with ThreadPoolExecutor(16) as pool:
        invited = Counter(pool.map(world.ratings.on_case_event, [ended] * 16))
    assert sum(count * times for count, times in invited.items()) == 2
    assert len(world.open_to(WANG)) == len(world.open_to(LI)) == 1
