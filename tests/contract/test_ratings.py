"""Ratings on both engines: one for an invitation, figures that add up, a chain that holds."""

from __future__ import annotations

import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.ratings.rating.model import Rating
from chalicelib.ratings.rating.privacy import RatingPrivacy
from chalicelib.ratings.rating.refusals import AlreadyRated, InvitationExpired, NotInvited, WrongStep
from chalicelib.ratings.rating.service import Said
from chalicelib.ratings.visits.model import Visit
from chalicelib.ratings.visits.refusals import CitizenUnknown
from chalicelib.shared.aws import Clients
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.events import GENESIS, Event
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.viewer import Viewer
from infra.ratings.commands import differences_of
from tests.contract.conftest import local_clients
from tests.contract.world import World
from tests.world import NOW

CLERK = Viewer("clerk", frozenset({"clerk"}), "org-1", None)
STAFF = Viewer("window", frozenset({"window"}), "org-1", None)
SUPERVISOR = Viewer("boss", frozenset({"supervisor"}), None, None)
PERSONS = Pseudonyms(b"root")


def citizen(number: int) -> Viewer:
    return Viewer(f"citizen-{number}", frozenset(), None, "王小明")


class Ratings(World):
    """Ratings on one engine."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        ratings = self.container.ratings
        self.ratings_store, self.ratings = ratings.store, ratings.service
        self.handling, self.visits = ratings.handling, ratings.visits
        self._keys_made = itertools.count()

    def key(self, name: str | None = None) -> Idempotency:
        name = name or f"rating-key-{next(self._keys_made)}"
        return Idempotency(name, "request", NOW, lambda _: StoredAnswer(200, {}, b"{}"))

    def closed(self, number: int, *people: Viewer) -> Event:
        audience = [{"person": PERSONS.of(one.subject), "relation": "applicant"} for one in people]
        data = {"mediation_ended": True, "organisation": "org-1"}
        return Event.happened(
            f"CASE{number}",
            1,
            self.clock.now(),
            "ended",
            actor="a",
            actor_role="mediator",
            status="failed",
            data=data,
            prev_hash=GENESIS,
            audience=audience,
        )

    def invite(self, *people: Viewer) -> None:
        self.ratings.on_case_event(self.closed(next(self._keys_made), *people))

    def rate(self, viewer: Viewer, level: int, **more: Any) -> Rating:
        invitation, *_ = self.ratings.list_invitations(viewer, None, 10).items
        said = [Said("organisation:org-1", level, (), more.get("text", "t"))]
        return self.ratings.rate(viewer, invitation.id, said, self.key(), anonymous=more.get("anonymous", True))


@pytest.fixture
def world(clients: Clients) -> Ratings:
    return Ratings(clients)


@pytest.fixture
def real(dynamodb_local_url: str) -> Ratings:
    return Ratings(local_clients(dynamodb_local_url))


def test_an_event_invites_once_however_often_and_in_whatever_order_it_comes(world: Ratings) -> None:
    event = world.closed(1, citizen(1), citizen(2))
    assert [world.ratings.on_case_event(event) for _ in range(3)] == [2, 0, 0]
    found = world.ratings.list_invitations(citizen(1), None, 10).items
    assert [target.kind for target in found[0].targets] == ["service", "overall", "channel"]


def test_figures_show_no_average_below_five(world: Ratings) -> None:
    for number, level in enumerate((5, 4, 3, 1), start=1):
        world.invite(citizen(number))
        world.rate(citizen(number), level)
    summary = world.ratings.summarise("organisation:org-1")
    assert (summary.average, summary.count, summary.bad_rate) == (None, 4, None)
    world.invite(citizen(5))
    world.rate(citizen(5), 2)
    summary = world.ratings.summarise("organisation:org-1")
    assert (summary.average, summary.count, summary.bad_rate, summary.handled_rate) == (3.0, 5, 0.4, 0.0)
    assert summary.months["2026-11"].count == 5


def test_a_bad_rating_goes_through_its_steps_in_order_and_counts_as_handled(world: Ratings) -> None:
    for number in range(5):
        world.invite(citizen(number))
    bad = world.rate(citizen(0), 1)
    for number in range(1, 5):
        world.rate(citizen(number), 5)
    with pytest.raises(WrongStep):
        world.handling.step(CLERK, bad.id, "close", None, world.key())
    for action in ("contact", "reply", "close"):
        world.handling.step(CLERK, bad.id, action, "已电话联系13800138000", world.key())
    summary = world.ratings.summarise("organisation:org-1")
    assert summary.handled_rate == 1.0
    entries = world.ratings.list_entries("organisation:org-1", None, 10).items
    (entry,) = [one for one in entries if one.id == bad.id]
    assert (entry.rectified, entry.reply) == (True, "已电话联系***")
    other = Viewer("c", frozenset({"clerk"}), "org-2", None)
    with pytest.raises(NotFound):
        world.handling.step(other, bad.id, "contact", None, world.key())
    with pytest.raises(NotAllowed):
        world.handling.list_bad(citizen(0), None, None, None, 10)
    assert list(differences_of(world.ratings_store, "organisation:org-1")) == []


def test_a_hidden_rating_stays_visible_as_hidden_and_counts(world: Ratings) -> None:
    world.invite(citizen(1))
    rating = world.rate(citizen(1), 2, text="张三是骗子")
    with pytest.raises(NotAllowed):
        world.handling.hide(CLERK, rating.id, "r", world.key())
    world.handling.hide(SUPERVISOR, rating.id, "人身攻击", world.key())
    (entry,) = world.ratings.list_entries("organisation:org-1", None, 10).items
    assert (entry.text, entry.hidden, entry.level) == (None, "人身攻击", 2)
    assert world.ratings.summarise("organisation:org-1").count == 1


def test_an_invitation_ends_and_is_its_owners_alone(world: Ratings) -> None:
    world.invite(citizen(1))
    (invitation,) = world.ratings.list_invitations(citizen(1), None, 10).items
    said = [Said("organisation:org-1", 5, (), None)]
    with pytest.raises(NotFound):
        world.ratings.rate(citizen(2), invitation.id, said, world.key(), anonymous=True)
    with pytest.raises(NotInvited):
        world.ratings.rate(citizen(1), invitation.id, [*said, *said], world.key(), anonymous=True)
    world.clock.at += timedelta(days=30)
    with pytest.raises(InvitationExpired):
        world.ratings.rate(citizen(1), invitation.id, said, world.key(), anonymous=True)
    assert world.ratings.list_invitations(citizen(1), None, 10).items == []


def test_erasing_leaves_the_public_figure_and_nobody_can_read_the_original(world: Ratings) -> None:
    world.invite(citizen(1))
    rating = world.rate(citizen(1), 4, text="原文")
    assert RatingPrivacy(world.ratings_store, lambda: PERSONS, world.clock).erase(citizen(1)) == 1
    keys = world.clients.dynamodb.query(
        TableName=world.tables["PeopleTable"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"KEYS#RATING-{rating.id}"}},
    )["Items"]
    assert keys == []
    assert world.ratings.summarise("organisation:org-1").count == 1


def test_visits_find_whom_they_served_and_nobody_rates_themselves(world: Ratings) -> None:
    code, _ = world.visits.offer_code(citizen(1))
    visit = Visit("S-1", code.lower(), "window", "window", completed=True)
    assert len(world.visits.record(STAFF, visit, world.key()).invitations) == 2
    with pytest.raises(CitizenUnknown):
        world.visits.record(STAFF, visit, world.key())
    own, _ = world.visits.offer_code(STAFF)
    with pytest.raises(NotInvited):
        world.visits.record(STAFF, Visit("S-1", own, "window", "window", completed=True), world.key())
    late, _ = world.visits.offer_code(citizen(2))
    world.clock.at += timedelta(minutes=11)
    with pytest.raises(CitizenUnknown):
        world.visits.record(STAFF, Visit("S-1", late, "window", "window", completed=True), world.key())


def test_bursts_are_flagged_and_not_dropped(world: Ratings) -> None:
    for number in range(6):
        code, _ = world.visits.offer_code(citizen(number))
        world.visits.record(STAFF, Visit("S-1", code, "window", "m-1", completed=False), world.key())
        (invitation,) = world.ratings.list_invitations(citizen(number), None, 10).items
        said = [Said("staff:m-1", 5, (), "张大力很好")]
        world.ratings.rate(citizen(number), invitation.id, said, world.key(), anonymous=False)
    (flag,) = world.handling.list_flags(SUPERVISOR, None, 10).items
    assert (flag["staff"], flag["ratings"]) == ("m-1", 5)
    entries = world.ratings.list_entries("staff:m-1", None, 10).items
    assert len(entries) == 6
    assert {(entry.name, entry.text) for entry in entries} == {(None, "***很好")}


def test_what_is_overdue_is_escalated_once(world: Ratings) -> None:
    world.invite(citizen(1))
    bad = world.rate(citizen(1), 1)
    assert world.handling.run() == {}
    world.clock.at += timedelta(days=5)
    assert world.handling.run() == {"bad_rating_escalated": 1}
    assert world.handling.run() == {}
    world.handling.step(CLERK, bad.id, "contact", None, world.key())
    world.clock.at += timedelta(days=40)
    assert world.handling.run() == {"bad_rating_escalated": 1}
    assert [one.id for one in world.handling.list_bad(CLERK, None, True, None, 10).items] == [bad.id]


def test_thirty_two_submissions_of_one_invitation_are_one_rating(real: Ratings) -> None:
    real.invite(citizen(1))
    (invitation,) = real.ratings.list_invitations(citizen(1), None, 10).items

    def submit(_: int) -> str:
        said = [Said("organisation:org-1", 5, (), None)]
        try:
            real.ratings.rate(citizen(1), invitation.id, said, real.key(), anonymous=True)
        except AlreadyRated:
            return "already"
        return "rated"

    with ThreadPoolExecutor(32) as pool:
        assert Counter(pool.map(submit, range(32))) == {"rated": 1, "already": 31}
    assert real.ratings.summarise("organisation:org-1").count == 1


def test_figures_equal_the_recount_after_many_ratings_at_once(real: Ratings) -> None:
    people = [citizen(number) for number in range(160)]
    for person in people:
        real.invite(person)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: real.rate(one[1], 1 + one[0] % 5), enumerate(people)))
    summary = real.ratings.summarise("organisation:org-1")
    assert dict(summary.distribution) == {"5": 32, "4": 32, "3": 32, "2": 32, "1": 32}
    assert list(differences_of(real.ratings_store, "organisation:org-1")) == []
