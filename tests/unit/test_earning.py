"""What a person has earned to rate, once: what an earlier invitation covers is left out of a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.ratings.rating.earning import earn
from chalicelib.ratings.rating.model import Invitation, Target
from chalicelib.ratings.rating.refusals import RatingChanged
from chalicelib.shared.aws import Clients
from chalicelib.shared.deciding import MAX_DECISIONS
from chalicelib.shared.dynamo import Pauses, Table
from chalicelib.shared.errors import Conflict
from chalicelib.shared.sealing import AesGcmSealer
from chalicelib.shared.transactions import Committer, Transaction
from infra.local.moto_speed import cheap_transactions
from tests.unit.tables import fresh_table

SERVICE, STAFF = Target("service:mediation", "service"), Target("staff:m-1", "staff")
DAYS = [f"2026-11-{day:02d}T00:00:00.000Z" for day in range(1, 31)]
ONE = Invitation(
    "I1", "wang", "case_ended", {"type": "case", "code": "C"}, (SERVICE, STAFF), "o", "online", DAYS[0], DAYS[9]
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Clients]:
    with cheap_transactions(), mock_aws():
        yield Clients()


class Earned:
    """Earns on one table, and counts the calls."""

    def __init__(self, engine: Clients) -> None:
        self.table = Table(engine, fresh_table(engine, "RatingsTable"))
        self.committer = Committer(engine, self.table.name, lambda: AesGcmSealer(b"root", "answers"))

    def earn(self, invitation: Invitation, occasion: str = "C") -> bool:
        return earn(self.table, self.committer, invitation, occasion)

    def held(self, person: str = "wang") -> dict[str, list[str]]:
        """Return the targets of each invitation of a person, by its id."""
        items = self.table.list_partition(f"PERSON#{person}")
        return {item["id"]: [one[0] for one in item["targets"]] for item in items if "targets" in item}

    def change(self, invitation: Invitation, **changes: Any) -> None:
        items = self.table.list_partition(f"PERSON#{invitation.person}")
        (item,) = [one for one in items if one.get("id") == invitation.id]
        self.table.put_many([{**item, **changes}])


@pytest.fixture
def earned(engine: Clients) -> Earned:
    return Earned(engine)


def later(name: str, *, at: str = DAYS[4], targets: tuple[Target, ...] = (SERVICE, STAFF)) -> Invitation:
    return replace(ONE, id=name, created_at=at, expires_at=DAYS[29], targets=targets)


def test_the_first_invitation_of_an_occasion_is_whole(earned: Earned) -> None:
    assert earned.earn(ONE)
    assert earned.held() == {"I1": ["service:mediation", "staff:m-1"]}
    places = {item["sk"] for item in earned.table.list_partition("PERSON#wang")} - {"INVITATION#I1"}
    assert places == {"EARNED#C#service:mediation", "EARNED#C#staff:m-1"}


def test_the_same_again_earns_nothing(earned: Earned) -> None:
    earned.earn(ONE)
    assert not earned.earn(ONE)
    assert not earned.earn(replace(ONE, expires_at=DAYS[0], created_at=DAYS[20]))
    assert len(earned.held()) == 1


def test_nothing_is_earned_without_targets(earned: Earned) -> None:
    assert not earned.earn(replace(ONE, targets=()))
    assert earned.held() == {}


def test_what_is_still_open_is_not_earned_twice(earned: Earned) -> None:
    earned.earn(ONE)
    assert not earned.earn(later("I2"))
    assert earned.held() == {"I1": ["service:mediation", "staff:m-1"]}


def test_only_what_is_new_is_left_of_a_later_one(earned: Earned) -> None:
    earned.earn(replace(ONE, targets=(SERVICE,)))
    assert earned.earn(later("I2"))
    assert earned.held()["I2"] == ["staff:m-1"]
    other = Target("staff:m-2", "staff")
    assert earned.earn(later("I3", targets=(SERVICE, STAFF, other)))
    assert earned.held()["I3"] == ["staff:m-2"]


@pytest.mark.parametrize(("at", "again"), [(DAYS[8], False), (DAYS[9], True), (DAYS[10], True)])
def test_what_ran_out_unused_is_in_nobodys_way(earned: Earned, at: str, again: bool) -> None:
    earned.earn(ONE)
    assert earned.earn(later("I2", at=at)) is again
    assert earned.held().get("I2") == (["service:mediation", "staff:m-1"] if again else None)


def test_what_was_rated_is_never_earned_again(earned: Earned) -> None:
    earned.earn(ONE)
    earned.change(ONE, rating="R")
    assert not earned.earn(later("I2", at=DAYS[20]))


def test_a_renewed_invitation_is_what_later_ones_are_held_to(earned: Earned) -> None:
    earned.earn(ONE)
    renewed = later("I2", at=DAYS[10])
    assert earned.earn(renewed)
    assert not earned.earn(later("I3", at=DAYS[12]))
    assert earned.earn(replace(later("I4", at=DAYS[29]), expires_at="2027"))


def test_other_occasions_and_other_people_earn_their_own(earned: Earned) -> None:
    assert earned.earn(ONE)
    assert earned.earn(later("I2"), "C#session")
    assert earned.earn(replace(ONE, id="I3", person="li"))
    assert (len(earned.held()), len(earned.held("li"))) == (2, 1)


def overtaken(earned: Earned, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], times: int = 1) -> list[int]:
    """Let somebody go first at each of the next `times` commits."""
    commit, tries = earned.committer.commit, [0]

    def slow(transaction: Transaction) -> None:
        tries[0] += 1
        if tries[0] <= times:
            with monkeypatch.context() as patched:
                patched.setattr(earned.committer, "commit", commit)
                act()
        commit(transaction)

    monkeypatch.setattr(earned.committer, "commit", slow)
    return tries


def test_two_that_are_earned_at_once_are_one(earned: Earned, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = overtaken(earned, monkeypatch, lambda: earned.earn(replace(ONE, targets=(SERVICE,))))
    assert earned.earn(later("I2"))
    assert tries == [2]
    assert earned.held() == {"I1": ["service:mediation"], "I2": ["staff:m-1"]}


def test_two_renewals_at_once_are_one(earned: Earned, monkeypatch: pytest.MonkeyPatch) -> None:
    earned.earn(ONE)
    overtaken(earned, monkeypatch, lambda: earned.earn(later("I2", at=DAYS[10])), times=1)
    assert not earned.earn(later("I3", at=DAYS[10]))
    assert set(earned.held()) == {"I1", "I2"}


@pytest.mark.parametrize(("times", "given_up"), [(MAX_DECISIONS - 1, False), (MAX_DECISIONS, True)])
def test_whoever_is_overtaken_each_time_gives_up(
    earned: Earned, monkeypatch: pytest.MonkeyPatch, times: int, given_up: bool
) -> None:
    left = [times]

    def always(transaction: Transaction) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise RatingChanged

    monkeypatch.setattr(earned.committer, "commit", always)
    monkeypatch.setattr(Pauses, "pause", lambda *_: None)
    if given_up:
        with pytest.raises(Conflict) as caught:
            earned.earn(ONE)
        assert type(caught.value) is Conflict
    else:
        assert earned.earn(ONE)
