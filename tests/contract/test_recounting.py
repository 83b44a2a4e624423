"""A calendar arrives while cases run: their dates are counted anew, who is concerned is told, and only if they moved."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.appeals.service import AppealService
from chalicelib.cases.lifecycle.clockwork import CaseClock
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.recounting import CaseRecount
from chalicelib.cases.lifecycle.refusals import InviteExpired, WindowClosed
from chalicelib.cases.lifecycle.service import CaseService
from chalicelib.notices.model import notices_of
from chalicelib.ratings.handling.recounting import RatingRecount
from chalicelib.shared.aws import Clients
from chalicelib.shared.calendar import PublishedYear, WorkCalendar
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.deadlines import DeadlineRules, DueDates
from chalicelib.shared.dynamo import Table
from chalicelib.shared.editions import OutdatedIndex, oldest_of
from chalicelib.shared.jobs import Job
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.test_ratings import STAFF, Ratings, citizen
from tests.contract.world import CLERK, FILING, LI, MEDIATOR, WANG, World

YEARS_END = datetime(2026, 12, 30, 2, tzinfo=UTC)  # a Wednesday: three working days end in January
FIRST, SECOND = "2026-12-30T03:00:00.000Z", "2026-12-30T04:00:00.000Z"
REVIEWER = Viewer("r-1", frozenset({"reviewer"}), None, None)


def year(edition: str, holidays: tuple[str, ...], workdays: tuple[str, ...] = ()) -> dict[int, PublishedYear]:
    return {2027: PublishedYear.of({"holidays": holidays, "workdays": workdays}, edition)}


LONGER = year(FIRST, ("2027-01-01", "2027-01-04"))  # Monday is off as well
SAME = year(FIRST, ("2027-01-01",))
SHORTER = year(FIRST, ("2027-01-01",), ("2027-01-02",))  # a Saturday is worked

COURT: dict[str, Any] = {"court_id": "court-1", "declarations": []}


class Published(DueDates):
    """Due dates by a calendar that arrives in the middle of a test."""

    def __init__(self, years: Mapping[int, PublishedYear] | None = None) -> None:
        super().__init__(DeadlineRules.load(), WorkCalendar(years))

    def publish(self, years: Mapping[int, PublishedYear]) -> None:
        self._calendar = WorkCalendar(years)


class Town(World):
    """Cases that count by a calendar which arrives."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        self.dates = Published()
        self.clock.at = YEARS_END
        self.cases = CaseService(
            self.store,
            self.routing,
            self.container.cases.preparation,
            self.ledger,
            remember=self.people.profile_write,
            entrance=self.container.cases.entrance,
            due_dates=self.dates,
            pseudonyms=lambda: Pseudonyms(b"root"),
            clock=self.clock,
        )
        self.appeals = AppealService(self.cases, self.store, self.dates)
        self.outdated = self.index("CasesTable")
        self.recount = CaseRecount(self.cases, self.store, self.dates, self.outdated)
        self.work = CaseClock(self.cases, self.store, self.dates, self.container.cases.escalation, self.clock)

    def index(self, table: str) -> OutdatedIndex:
        return OutdatedIndex(
            Table(self.clients, self.tables[table]), lambda: self.dates.calendar, lambda: self.clock.at.year
        )

    def run(self) -> dict[str, int]:
        return Job("deadlines", [self.recount.part], self.clock).run()

    def filed(self) -> str:
        return self.cases.file(WANG, FILING, self.key()).case.code

    def case(self, code: str) -> Case:
        found = self.store.find_case(code)
        assert found is not None
        return found

    def days(self, code: str) -> dict[str, tuple[str, bool]]:
        return {one.rule: (one.at[:10], one.provisional) for one in self.case(code).deadlines}

    def names(self, code: str) -> list[str]:
        return [event.name for event in self.store.list_events(code)]


@pytest.fixture
def town(clients: Clients) -> Town:
    return Town(clients)


@pytest.fixture
def real(dynamodb_local_url: str) -> Town:
    """An engine on which transactions of two threads are apart."""
    return Town(local_clients(dynamodb_local_url))


def test_a_date_that_moves_is_on_the_chain_and_told_to_the_parties(town: Town) -> None:
    code = town.filed()
    assert town.days(code) == {"acceptance": ("2027-01-05", True)}
    assert town.run() == {}  # nothing arrived
    town.dates.publish(LONGER)
    assert town.run() == {"deadline_moved": 1}
    assert town.days(code) == {"acceptance": ("2027-01-06", False)}
    event = list(town.store.list_events(code))[-1]
    assert (event.name, event.actor) == ("deadline_moved", "clock")
    assert (event.data["rule"], event.data["old_due_at"][:10], event.data["due_at"][:10]) == (
        "acceptance",
        "2027-01-05",
        "2027-01-06",
    )
    (notice,) = notices_of(event)
    assert (notice.relation, notice.data["due_at"]) == ("applicant", event.data["due_at"])
    assert town.run() == {}  # and is not counted again
    assert town.names(code).count("deadline_moved") == 1


def test_who_acts_next_and_the_parties_are_all_told(town: Town) -> None:
    code, *_ = town.mediating()
    town.dates.publish(LONGER)
    done = town.run()
    assert done["deadline_moved"] >= 1
    event = next(one for one in town.store.list_events(code) if one.name == "deadline_moved")
    assert {one.relation for one in notices_of(event)} == {"applicant", "respondent", "mediator"}


def test_where_no_date_moves_nobody_is_told_and_it_is_certain_now(town: Town) -> None:
    code = town.filed()
    town.dates.publish(SAME)
    assert town.run() == {"deadlines_confirmed": 1}
    assert town.days(code) == {"acceptance": ("2027-01-05", False)}
    event = list(town.store.list_events(code))[-1]
    assert list(notices_of(event)) == []
    assert town.run() == {}


def test_a_correction_counts_again_and_what_it_does_not_concern_stays_untouched(town: Town) -> None:
    code = town.filed()
    town.clock.at = datetime(2026, 11, 24, 2, tzinfo=UTC)
    other = town.filed()  # over before the year ends
    town.clock.at = YEARS_END
    version = town.case(other).version
    town.dates.publish(LONGER)
    town.run()
    town.dates.publish(year(SECOND, ("2027-01-01",)))
    assert town.run() == {"deadline_moved": 1}
    assert town.days(code) == {"acceptance": ("2027-01-05", False)}
    assert town.case(other).version == version
    town.dates.publish({2026: PublishedYear.of({"holidays": ["2026-11-26"], "workdays": []}, SECOND)})
    town.clock.at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert town.run()["deadline_moved"] >= 1
    assert town.days(other) == {"acceptance": ("2026-11-30", False)}


def test_a_changed_rule_moves_no_running_date(town: Town) -> None:
    code = town.filed()
    town.dates._rules = DeadlineRules("2027-01", [replace(DeadlineRules.load().get("acceptance"), value=9)])
    town.dates.publish(LONGER)
    town.run()
    assert town.days(code) == {"acceptance": ("2027-01-06", False)}
    (running,) = town.case(code).deadlines
    assert running.kept is not None
    assert (running.kept.value, running.kept.version) == (3, DeadlineRules.load().version)


def test_a_day_that_the_parties_agreed_on_does_not_move(town: Town) -> None:
    code, applicant, respondent = town.mediating()
    until = (YEARS_END + timedelta(days=60)).date()
    for person in (applicant, respondent):
        town.act(person, code, "extend", until=until)
    before = next(one for one in town.case(code).deadlines if one.rule == "mediation_period")
    town.dates.publish({2027: PublishedYear.of({"holidays": [until.isoformat()], "workdays": []}, FIRST)})
    town.run()
    assert before in town.case(code).deadlines


def test_a_shorter_calendar_takes_no_day_away_that_is_running_out(town: Town) -> None:
    code = town.filed()
    town.clock.at = datetime(2027, 1, 5, 1, tzinfo=UTC)  # the last day, as it was counted; the 4th, as it is now
    town.dates.publish(SHORTER)
    assert town.run() == {"deadlines_confirmed": 1}
    assert town.days(code) == {"acceptance": ("2027-01-05", False)}


def test_a_shorter_calendar_is_followed_while_there_is_time(town: Town) -> None:
    code = town.filed()
    town.dates.publish(SHORTER)
    assert town.run() == {"deadline_moved": 1}
    assert town.days(code) == {"acceptance": ("2027-01-04", False)}


def test_of_five_cases_a_broken_one_stops_no_other(town: Town) -> None:
    codes = [town.filed() for _ in range(5)]
    table = Table(town.clients, town.tables["CasesTable"])
    meta = table.find(f"CASE#{codes[2]}", "META")
    assert meta is not None
    table.put_many([{name: value for name, value in meta.items() if name != "parties"}])
    town.dates.publish(LONGER)
    done = town.run()
    assert (done["deadline_moved"], done["failed"]) == (4, 1)
    assert town.run() == {"failed": 1}  # it is tried again, and stops nobody
    table.put_many([meta])
    assert town.run() == {"deadline_moved": 1}
    assert [town.names(code).count("deadline_moved") for code in codes] == [1] * 5


def test_runs_that_overlap_move_each_date_once(real: Town) -> None:
    codes = [real.filed() for _ in range(5)]
    real.dates.publish(LONGER)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(real.run) for _ in range(2)]
    assert sum(one.result().get("deadline_moved", 0) for one in runs) == 5
    assert [real.names(code).count("deadline_moved") for code in codes] == [1] * 5


def test_what_is_over_is_not_listed_and_what_stands_in_a_list_is_read_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, over = town.filed(), town.filed()
    town.act(CLERK, over, "refuse", reason="other")
    town.clock.at += timedelta(days=60)
    town.dates.publish(LONGER)
    read: list[str] = []
    find = town.store.find_case

    def found(one: str) -> Case | None:
        read.append(one)
        return find(one)

    monkeypatch.setattr(town.store, "find_case", found)
    town.run()
    assert sorted(set(read)) == sorted({code, over})  # its appeal window still runs
    read.clear()
    town.run()
    assert read == []


def test_an_appeals_date_moves_with_its_case(town: Town) -> None:
    code, applicant, _ = town.mediating()
    town.act(MEDIATOR, code, "end", ground="other")
    appeal = town.appeals.file(applicant, code, "outcome", "t", town.key())
    assert (appeal.provisional, appeal.kept is not None) == (True, True)
    town.dates.publish(LONGER)
    assert town.run() == {"deadline_moved": 1}
    (moved,) = town.appeals.list_appeals(REVIEWER, code)
    (reply,) = town.case(code).deadlines
    assert (moved.due_at, moved.provisional) == (reply.at, False)
    assert moved.due_at > appeal.due_at
    assert moved.text == "t"


def signed(town: Town) -> tuple[str, Viewer, Viewer]:
    code, applicant, respondent = town.mediating()
    drafted = town.act(MEDIATOR, code, "draft_agreement", text="t", terms=[])
    for person in (applicant, respondent):
        town.act(person, code, "sign", agreement_sha256=str(drafted.case.agreement_sha256))
    return code, applicant, respondent


def test_no_window_closes_on_a_provisional_date_and_nobody_is_refused_by_one(town: Town) -> None:
    town.clock.at = datetime(2026, 12, 2, 2, tzinfo=UTC)
    code, applicant, respondent = signed(town)
    assert town.days(code)["confirmation_window"] == ("2027-01-04", True)
    town.clock.at = datetime(2027, 1, 5, 2, tzinfo=UTC)
    assert town.work.run() == {}
    assert town.case(code).status == "signed"
    town.act(applicant, code, "apply_confirmation", **COURT)  # it may be open yet
    town.dates.publish(SAME)
    assert town.run() == {"deadlines_confirmed": 1}
    with pytest.raises(WindowClosed):  # now it is certain
        town.act(respondent, code, "apply_confirmation", **COURT)
    assert town.work.run() == {"confirmation_window_closed": 1}
    assert town.case(code).status == "signed"  # it still binds


def test_an_appeal_is_taken_after_a_provisional_date_and_a_case_is_held_for_it(town: Town) -> None:
    town.clock.at = datetime(2026, 12, 2, 2, tzinfo=UTC)
    code, applicant, _ = town.mediating()
    town.act(MEDIATOR, code, "end", ground="other")
    assert town.days(code) == {"appeal_window": ("2027-01-04", True)}
    town.clock.at = datetime(2027, 1, 5, 2, tzinfo=UTC)
    assert town.work.run() == {}
    assert town.appeals.file(applicant, code, "outcome", "t", town.key()).id


def test_a_mediator_keeps_a_case_on_a_provisional_date_and_loses_it_on_a_certain_one(town: Town) -> None:
    code, *_ = town.assigned()
    assert town.days(code)["mediator_reply"] == ("2027-01-05", True)
    town.clock.at = datetime(2027, 1, 6, 2, tzinfo=UTC)
    assert town.work.run() == {"escalated": 1}
    assert town.case(code).status == "assigned"
    assert town.work.run() == {}
    town.dates.publish(SAME)
    town.run()
    assert town.work.run() == {"lapsed": 1}
    assert town.case(code).status == "accepted"


def test_an_escalated_date_that_moves_ahead_runs_again(town: Town) -> None:
    code = town.filed()
    town.clock.at = datetime(2027, 1, 6, 1, tzinfo=UTC)
    assert town.work.run() == {"escalated": 1}
    town.dates.publish(LONGER)
    town.run()
    assert town.work.run() == {}
    town.clock.at += timedelta(days=1)
    assert town.work.run() == {"escalated": 1}
    assert town.names(code).count("escalated") == 2


def test_an_invite_code_is_not_over_by_a_year_that_is_not_published(town: Town) -> None:
    code = town.filed()
    town.act(CLERK, code, "accept")
    invite = town.cases.get_case(WANG, code).loaded.text_of("p2")["invite_code"]
    town.clock.at = datetime(2027, 2, 25, 2, tzinfo=UTC)
    town.dates.publish(SAME)
    with pytest.raises(InviteExpired):
        town.cases.join(LI, code, invite, town.key())
    town.dates.publish({})
    assert town.cases.join(LI, code, invite, town.key())


def test_bad_ratings_are_counted_anew_while_they_are_handled(clients: Clients) -> None:
    world, dates = Ratings(clients), Published()
    world.clock.at = YEARS_END
    world.ratings._due_dates = dates
    table = Table(clients, world.tables["RatingsTable"])
    outdated = OutdatedIndex(table, lambda: dates.calendar, lambda: world.clock.at.year)
    job = Job("deadlines", [RatingRecount(world.ratings_store, dates, outdated, world.clock).part], world.clock)
    world.invite(*map(citizen, range(4)))
    bad, closed, replied = (world.rate(citizen(number), 1) for number in range(3))
    world.rate(citizen(3), 5)
    for rating, steps in ((closed, ("contact", "reply", "close")), (replied, ("contact", "reply"))):
        for action in steps:
            world.handling.step(STAFF, rating.id, action, "n", world.key())
    world.handling.step(STAFF, bad.id, "contact", None, world.key())
    assert job.run() == {}
    dates.publish(LONGER)
    assert job.run() == {"bad_rating_deadline_moved": 1}
    before, after = bad.handling, world.ratings_store.find_rating(bad.id)
    assert before is not None
    assert after is not None
    assert after.handling is not None
    assert (after.handling.fix_due_at > before.fix_due_at, after.handling.provisional) == (True, False)
    assert [event.name for event in world.ratings_store.list_events(bad.id)][-1] == "deadline_moved"
    assert job.run() == {}
    dates.publish(year(SECOND, ("2027-01-01", "2027-01-04")))
    assert job.run() == {"bad_rating_deadlines_confirmed": 1}


def test_the_oldest_edition_of_several_dates_counts() -> None:
    assert oldest_of([{"2026": "1", "2027": "1"}, {"2027": "0"}, {}]) == {"2026": "1", "2027": "0"}
