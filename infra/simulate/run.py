"""One seed from beginning to end: so many steps, then peace, then every invariant."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from infra.simulate.acts import cases, prelude, rights, sessions
from infra.simulate.engine.faults import Weather
from infra.simulate.faults_put_back import put_back
from infra.simulate.invariants import after, during, lawful
from infra.simulate.logs import LogWatch
from infra.simulate.story import Story, Violation
from infra.simulate.streams import Deliveries, Jobs

_OFFERS_RUN_OUT: Final = 0.2
"""How often the next step is that an offer, if there is one, runs out."""
_LEAPS: Final = (*("hours",) * 6, *("session",) * 6, "day", "day", "midnight", "days", "month", "season", "year")
_LAST_ACTS: Final = 60
"""How many answered errands are replayed at the end, at most."""


@dataclass(frozen=True)
class Outcome:
    """What came of a seed. `events`: the names of all that happened."""

    seed: int
    steps: int
    violations: Sequence[Violation]
    trace: Sequence[str]
    digest: str
    events: frozenset[str]
    calls: int
    requests: int
    seconds: float

    @property
    def names(self) -> set[str]:
        """The invariants that did not hold."""
        return {one.name for one in self.violations}


def simulate(
    seed: int,
    steps: int,
    *,
    faults: Sequence[str] = (),
    weather: Weather | None = None,
    stop_at: str | None = None,
) -> Outcome:
    """Tell the story of a seed; `faults`: known ones, put back; `stop_at`: end as soon as this invariant is broken."""
    begun = time.perf_counter()
    story = Story(seed, weather)
    with ExitStack() as stack:
        for fault in faults:
            stack.enter_context(put_back(fault))
        stack.enter_context(story.told())
        director = Director(story)
        director.tell(steps, stop_at)
    return Outcome(
        seed,
        story.step,
        tuple(story.violations),
        tuple(story.trace),
        story.digest,
        frozenset(story.happened),
        story.city.calls.count,
        len(story.errands.every),
        time.perf_counter() - begun,
    )


class Director:
    """Decides what happens next."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._log = LogWatch(story)
        self._deliveries = Deliveries(story, self._log)
        self._jobs = Jobs(story, self._log)
        story.listeners.append(during.Watch(story))
        story.listeners.append(lawful.Watch(story))
        mood, crowded = story.choices.choice, story.weather.crowded
        self._acts: list[tuple[str, Callable[[], None], float]] = [
            ("file", lambda: cases.file(story), mood((2, 4))),
            ("go on", lambda: cases.go_on(story), mood((20, 40))),
            ("as offered", lambda: cases.as_offered(story), mood((4, 12))),
            ("meddle", lambda: cases.meddle(story), mood((1, 3))),
            ("talk", lambda: cases.talk(story), mood((1, 3))),
            ("serve", lambda: cases.serve(story), mood((1, 3))),
            ("receipts", lambda: cases.report(story), mood((0, 2))),
            ("appeal", lambda: cases.appeal(story), mood((1, 4))),
            ("book", lambda: sessions.book(story), mood((4, 12))),
            ("session", lambda: sessions.handle(story), mood((6, 15))),
            ("give up", lambda: sessions.give_up(story), 8 if crowded else mood((0, 2))),
            ("line", lambda: sessions.wait_in_line(story), 8 if crowded else mood((0, 2))),
            ("leave line", lambda: sessions.leave_line(story), mood((0, 1, 2))),
            ("hours", lambda: sessions.set_hours(story), mood((0, 1))),
            ("rate", lambda: rights.rate(story), mood((2, 6))),
            ("bad ratings", lambda: rights.handle_bad(story), mood((0, 2))),
            ("visit", lambda: rights.visit(story), mood((0, 1))),
            ("look", lambda: rights.look_around(story), mood((1, 4))),
            ("erase", lambda: rights.erase(story), mood((1, 3))),
            ("retry", self._retry, 8),
            ("replay", self._replay, mood((2, 6))),
            ("deliver", self._deliveries.deliver, mood((8, 20))),
            ("deliver again", self._deliveries.deliver_again, 20 * story.weather.redelivered),
            ("job", self._jobs.run_one, mood((2, 6))),
        ]

    def tell(self, steps: int, stop_at: str | None = None) -> None:
        """Tell the whole story."""
        story = self._story
        names = [name for name, _, _ in self._acts]
        weights = [weight for _, _, weight in self._acts]
        works = {name: work for name, work, _ in self._acts}
        story.calm()
        prelude.tell(story, story.weather.settled_cases, story.weather.bound_cases)
        story.rage()
        while story.step < steps:
            if any(one.name == stop_at for one in story.violations):
                break
            under_way = story.scheduler.under_way
            if under_way and (len(under_way) >= story.weather.at_once or story.choices.random() < 0.6):
                story.scheduler.turn()
                continue
            story.step += 1
            if sessions.offers(story) and story.choices.random() < _OFFERS_RUN_OUT:
                self._let_offer_run_out()
                continue
            if story.choices.random() < story.weather.clock_leaps:
                self._leap()
                continue
            name = story.choices.choices(names, weights)[0]
            story.scheduler.start(name, works[name])
        story.scheduler.finish()
        if not any(one.name == stop_at for one in story.violations):
            self._come_to_rest()

    def _let_offer_run_out(self) -> None:
        """Go to when the next offer runs out: the job that lets it lapse, and people in the line, meet there."""
        story = self._story
        story.scheduler.finish()
        due = [datetime.fromisoformat(one) for one in sessions.offers(story)]
        if due and due[0] > story.now:
            story.city.clock.advance(due[0] - story.now)
            story.say("-- an offer runs out")
        story.scheduler.start("job", self._jobs.run_deadlines)
        for act in (sessions.leave_line, story.choices.choice((sessions.wait_in_line, sessions.book))):
            work = functools.partial(act, story)
            story.scheduler.start("in line", work, asleep=story.choices.randint(0, 30))

    def _leap(self) -> None:
        """Move the clock: people wait for sessions, nights and holidays pass; nothing is under way meanwhile."""
        story = self._story
        story.scheduler.finish()
        kind = story.choices.choice(_LEAPS[:13] if story.weather.crowded else _LEAPS)
        by = {
            "hours": lambda: timedelta(hours=story.choices.randint(1, 8)),
            "session": lambda: rights.wait_for_end(story),
            "day": lambda: timedelta(days=1),
            "midnight": self._to_midnight,
            "days": lambda: timedelta(days=story.choices.randint(2, 9)),
            "month": lambda: timedelta(days=31),
            "season": lambda: timedelta(days=75),
            "year": self._to_new_year,
        }[kind]()
        if by > timedelta(hours=12):
            self._deliveries.drain()  # a stream forgets after 24 hours
        story.city.clock.advance(by)
        story.say(f"-- {kind}: {by}")
        for table in story.city.engine.tables.values():
            table.sweep(story.now.timestamp(), lambda: story.choices.random() < 0.5)

    def _to_midnight(self) -> timedelta:
        now = self._story.now + timedelta(hours=8)
        end = now.replace(hour=23, minute=59, second=59, microsecond=900_000)
        return max(end - now, timedelta(0))

    def _to_new_year(self) -> timedelta:
        now = self._story.now + timedelta(hours=8)
        return now.replace(month=12, day=31, hour=23, minute=59, second=59, microsecond=0) - now

    def _retry(self) -> None:
        waiting = self._story.errands.open()
        if waiting:
            self._story.errands.send(self._story.choices.choice(waiting))

    def _replay(self) -> None:
        answered = self._story.errands.answered()
        if answered:
            errand = self._story.choices.choice(answered[-40:])
            self._story.errands.send(errand)

    def _come_to_rest(self) -> None:
        """End the bad weather, bring everything to its end, and check what must be true then."""
        story = self._story
        self._log.check()
        story.calm()
        for _ in range(3):
            for errand in story.errands.open():
                story.errands.send(errand)
        self._settle()
        self._replay_all()
        after.check_sheets(story)
        story.city.clock.advance(timedelta(hours=26))
        story.say("-- the last day")
        self._settle()
        after.check(story)

    def _settle(self) -> None:
        story = self._story
        for _ in range(6):
            self._deliveries.drain()
            self._deliveries.replay_quarantine()
            done = {**self._jobs.run("deadlines"), **self._jobs.work_off()}
            self._deliveries.drain()
            for job in story.city.jobs():
                if job != "deadlines":
                    self._jobs.run(job)
            story.city.clock.advance(timedelta(minutes=10))
            if not done and not self._deliveries.pending():
                return

    def _replay_all(self) -> None:
        story = self._story
        answered = story.errands.answered()
        erased = [one for one in answered if _is_about_erased(story, one)]
        some = story.choices.sample(answered, min(len(answered), _LAST_ACTS))
        for errand in {one.number: one for one in [*erased[-_LAST_ACTS:], *some]}.values():
            story.errands.send(errand)


def _is_about_erased(story: Story, errand: object) -> bool:
    person, case = getattr(errand, "person", None), getattr(errand, "case", None)
    if person is not None and person.erased_at is not None:
        return True
    note = story.cases.get(case or "")
    return note is not None and any(one is not None and one.erased_at for one in (note.applicant, note.respondent))
