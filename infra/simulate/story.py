"""One story: a city, a seed, what happened step by step, and what was found to be wrong."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chalicelib.shared.items import Item, from_wire
from infra.simulate.city import City, captured
from infra.simulate.determinism import repeatable
from infra.simulate.engine.faults import Weather
from infra.simulate.engine.scheduler import Scheduler
from infra.simulate.engine.tables import Change
from infra.simulate.errands import Errand, Errands, Reply
from infra.simulate.people import Person
from infra.simulate.sealed import Sealed

_TOLD_TWICE: Final = 3
"""How often one kind of violation is told of in full."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be. `name`: the invariant; `step`: when it was seen."""

    name: str
    detail: str
    step: int

    def __str__(self) -> str:
        """Return it as a line."""
        return f"step {self.step}: {self.name}: {self.detail}"


@dataclass(eq=False)
class CaseNote:
    """What the simulation remembers of a case. `values`: the respondent's, as they were filed."""

    code: str
    applicant: Person
    values: set[str]
    respondent: Person | None = None


class Story:
    """What happens, and what is noticed."""

    def __init__(self, seed: int, weather: Weather | None = None) -> None:
        self.seed = seed
        self.step = 0
        self.choices = random.Random(f"choices {seed}")
        self.chance = random.Random(f"chance {seed}")
        self.trace: list[str] = []
        self.violations: list[Violation] = []
        self.cases: dict[str, CaseNote] = {}
        self.sealed = Sealed()
        self.scheduler = Scheduler(self.choices)
        self.weather = weather or Weather.of(self.choices)
        self.alone: dict[str, Any] = {}
        self.happened: set[str] = set()
        self.listeners: list[Callable[[Sequence[Change]], None]] = []
        self.city: City
        self.errands: Errands

    @contextmanager
    def told(self) -> Iterator[None]:
        """Have everything repeatable, logs kept, and changes noticed, while the story is told."""
        with repeatable(self.chance, self._waited), self.sealed.noticed():
            self.city = City(self.choices, self.chance, self.scheduler)
            self.errands = Errands(self)
            self.city.engine.observe = self._changed
            self.rage()
            with captured(self.city.log):
                yield

    @property
    def now(self) -> datetime:
        """The city's time."""
        return self.city.clock.now()

    @property
    def digest(self) -> str:
        """SHA-256 of the trace: two runs of one seed have the same."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    @property
    def errand(self) -> Errand | None:
        """The request that is being served, if it is one that is."""
        act = self.scheduler.running
        found: Errand | None = (self.alone if act is None else act.context).get("errand")
        return found

    def rage(self) -> None:
        """Let the run's weather begin."""
        self.city.calls.weather = self.weather
        self.scheduler.stays = self.weather.stays

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self.city.calls.weather = Weather()
        self.scheduler.stays = 1.0

    def say(self, text: str) -> None:
        """Add a line to the trace."""
        self.trace.append(f"{self.step:04d} {self.now:%m-%dT%H:%M:%S.%f} {text}"[:300])

    def found(self, name: str, detail: str) -> None:
        """Note a violation."""
        if sum(one.name == name for one in self.violations) < _TOLD_TWICE:
            self.violations.append(Violation(name, detail[:600], self.step))
            self.say(f"!! {name}: {detail}")

    def case_item(self, code: str) -> Item:
        """Return a case's state as it is stored, past every process."""
        found = self.city.table("cases").find((f"CASE#{code}", "META"))
        return {} if found is None else from_wire(found)

    def person_of(self, pseudonym: str | None) -> Person | None:
        """Return whom a pseudonym stands for."""
        return next((one for one in self.city.people.values() if self.pseudonym(one) == pseudonym), None)

    def pseudonym(self, person: Person) -> str:
        """Return a person's pseudonym."""
        from chalicelib.shared.crypto import Pseudonyms

        if not hasattr(self, "_pseudonyms"):
            self._pseudonyms = Pseudonyms(b"the root secret of a simulated city")
        return self._pseudonyms.of(person.subject)

    def bind(self, code: str, person: Person) -> None:
        """Note that a person has joined a case: what was filed about them is theirs from now on."""
        note = self.cases[code]
        note.respondent = person
        person.plant(*note.values)

    def notice_respondent(self, note: CaseNote, item: Item) -> None:
        """Note who has joined a case where the answer to that was lost."""
        joined = next((one.get("person") for one in item["parties"] if one["role"] == "respondent"), None)
        person = self.person_of(joined)
        if note.respondent is None and person is not None:
            self.bind(note.code, person)

    def may_be_gone(self, errand: Errand) -> bool:
        """Tell whether the person may no longer see what the errand was about."""
        if errand.person.leaving:  # from the first step of their erasure on
            return True
        if errand.case is None:
            return any(self._is_gone_from(one, errand.person) for one in self._shown_by(errand))
        return self._is_gone_from(errand.case, errand.person)

    def _shown_by(self, errand: Errand) -> list[str]:
        """Return the cases that an answer shows which is about none in particular."""
        if errand.path.endswith("/appointments/confirm"):
            table = self.city.table("appointments")
            found = [table.find((f"APPOINTMENT#{one}", "META")) for one in errand.body["ids"]]
            return [one["case_code"]["S"] for one in found if one is not None]
        if errand.path == "/v1/cases":
            made = [one.split()[0] for each in errand.effects for one in each]
            return [pk.removeprefix("CASE#") for pk in made if pk.startswith("CASE#")]
        if "/visits" in errand.path or "/bad-ratings" in errand.path:
            return list(self.cases) if any(one.leaving for one in self.city.people.values()) else []
        return []

    def _is_gone_from(self, code: str, person: Person) -> bool:
        """Tell whether answers about a case are given to a person no more: left, or one whom they show was erased."""
        note = self.cases.get(code)
        if note is not None and any(one is not None and one.leaving for one in (note.applicant, note.respondent)):
            return True
        item = self.case_item(code)
        me = self.pseudonym(person)
        if any(party.get("person") == me for party in item["parties"]):
            return False
        roles = person.roles
        if "clerk" in roles:
            gone = item["organisation"] != person.organisation
        elif "court" in roles:
            gone = not item.get("before_court") or item.get("court") != person.organisation
        elif "reviewer" in roles:
            gone = item.get("appeal") is None and (item.get("challenge") or {}).get("state") != "with_reviewer"
        else:
            gone = item.get("mediator") != person.subject
        return bool(gone)

    def left_before(self, errand: Errand) -> bool:
        """Tell whether a request that is sent again is about a case that its person has nothing to do with by now."""
        return errand.first is not None and errand.case in self.cases and self._is_gone_from(errand.case, errand.person)

    def check_shown(self, errand: Errand, reply: Reply, *, gone: bool) -> None:
        """Check that an answer shows nothing of whom it must not: of the erased, of those whom one left.

        `gone`: whether the person had left the case when the request was sent; who leaves meanwhile may still be shown.
        """
        text = reply.body.decode()
        for person in self.city.people.values():
            if person.erased_at is not None:
                shown = sorted(value for value in person.personal if value in text)
                if shown:
                    self.found("erased-shown", f"{errand.name}: {person.subject}'s {shown[0]}")
        if errand.case not in self.cases or errand.person.erased_at is not None:
            return
        note = self.cases[errand.case]
        leaving = any(one is not None and one.leaving for one in (note.applicant, note.respondent))
        if not leaving and gone and not errand.person.leaving:
            values = {*note.values, note.applicant.phone}
            shown = sorted(value for value in values if value in text)
            if shown:
                self.found("stranger-shown", f"{errand.name} is nothing to the case any more, and reads {shown[0]}")

    def last_fault(self) -> str:
        """Return what the last logged fault was, and where."""
        for line in reversed(self.city.log.getvalue().splitlines()):
            if '"fault"' in line and '"operation"' in line:
                fault = json.loads(line)
                return f"{fault['fault']} at {[one.rpartition('/')[2] for one in fault['frames'][-3:]]}"
        return "nothing was logged"

    def _waited(self) -> None:
        self.scheduler.pause()

    def _changed(self, changes: Sequence[Change]) -> None:
        errand = self.errand
        events = [one for one in changes if one.kind == "INSERT" and one.key[1].startswith("EVENT#")]
        self.happened |= {one.new["name"]["S"] for one in events if one.new is not None}
        if errand is not None:
            if any(one.key[0].startswith("IDEMPOTENCY#") for one in changes):
                errand.committed = True
            if events:
                self._effect(errand, events)
        for listen in self.listeners:
            listen(changes)

    def _effect(self, errand: Errand, events: Sequence[Change]) -> None:
        made = [_named(one) for one in events]
        earlier = [one for each in errand.effects for one in each]
        many = errand.path.endswith(("/appointments/confirm", "/me/erasure"))  # one transaction for each of several
        if (earlier and not many) or set(made) & set(earlier):
            self.found("effect-twice", f"{errand.name}: {earlier} and then {made}")
        errand.effects.append(made)


def _named(change: Change) -> str:
    item: dict[str, Any] = change.new or {}
    data = item["data"]["M"]
    return f"{change.key[0]} {item['name']['S']} {data.get('appointment', {}).get('S', '')}"
