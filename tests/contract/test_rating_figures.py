"""Counters over many shards: every target is found, figures add up, a wrong one shows, and nothing grows for ever."""

from __future__ import annotations

import pytest

from chalicelib.ratings.rating.service import Said
from chalicelib.ratings.visits.model import Visit
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import Unavailable
from infra.ratings.commands import differences_of
from tests.contract.test_ratings import STAFF, Ratings, citizen


@pytest.fixture
def world(clients: Clients) -> Ratings:
    return Ratings(clients)


def test_every_rated_target_is_listed_once_and_recounted(world: Ratings) -> None:
    for number in range(12):
        world.invite(citizen(number))
        (invitation,) = world.ratings.list_invitations(citizen(number), None, 10).items
        said = [Said(one.target, 1 + number % 5, (), "t") for one in invitation.targets]
        world.ratings.rate(citizen(number), invitation.id, said, world.key(), anonymous=True)
    targets = list(world.ratings_store.list_targets())
    assert sorted(targets) == ["channel:online", "organisation:org-1", "service:mediation"]
    for target in targets:
        assert list(differences_of(world.ratings_store, target)) == []
    many = world.ratings.summarise_many([*targets, "staff:nobody"])
    assert [many[one].count for one in (*targets, "staff:nobody")] == [12, 12, 12, 0]
    assert many["channel:online"] == world.ratings.summarise("channel:online")


def test_a_counter_that_was_changed_by_hand_shows(world: Ratings) -> None:
    world.invite(citizen(1))
    world.rate(citizen(1), 4)
    (item,) = [
        one
        for one in world.clients.dynamodb.scan(TableName=world.tables["RatingsTable"])["Items"]
        if one["pk"]["S"] == "SUMMARY#organisation:org-1"
    ]
    item["l4"] = {"N": "9"}
    world.clients.dynamodb.put_item(TableName=world.tables["RatingsTable"], Item=item)
    assert list(differences_of(world.ratings_store, "organisation:org-1")) == [("l4", 1, 9)]


def test_a_burst_is_counted_until_it_is_flagged_and_no_further(world: Ratings) -> None:
    for number in range(8):
        code, _ = world.visits.offer_code(citizen(number))
        world.visits.record(STAFF, Visit("S-1", code, "window", "m-1", completed=False), world.key())
        (invitation,) = world.ratings.list_invitations(citizen(number), None, 10).items
        world.ratings.rate(
            citizen(number), invitation.id, [Said("staff:m-1", 5, (), None)], world.key(), anonymous=True
        )
    counted = [
        one
        for one in world.clients.dynamodb.scan(TableName=world.tables["RatingsTable"])["Items"]
        if one["pk"]["S"].startswith("BURST#")
    ]
    assert [len(one["ratings"]["SS"]) for one in counted] == [world.ratings.rules.burst_ratings]
    assert len(world.ratings_store.list_flags(None, 10).items) == 1


def test_a_rating_that_was_not_counted_when_it_was_made_is_counted_by_its_event(
    world: Ratings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(world.ratings_store, "count_burst", down)
    ratings = []
    for number in range(world.ratings.rules.burst_ratings):
        code, _ = world.visits.offer_code(citizen(number))
        world.visits.record(STAFF, Visit("S-1", code, "window", "m-1", completed=False), world.key())
        (invitation,) = world.ratings.list_invitations(citizen(number), None, 10).items
        said = [Said("staff:m-1", 5, (), None)]
        ratings.append(world.ratings.rate(citizen(number), invitation.id, said, world.key(), anonymous=True))
    monkeypatch.undo()
    assert world.ratings_store.list_flags(None, 10).items == []
    for one in [*ratings, *reversed(ratings)]:
        for event in world.ratings_store.list_events(one.id):
            world.ratings.on_rating_event(event)
    assert len(world.ratings_store.list_flags(None, 10).items) == 1
