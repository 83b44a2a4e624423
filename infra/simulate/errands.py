"""Requests as phones make them: with a key, sent again until there is an answer, and each answer judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from infra.simulate.engine.scheduler import Killed
from infra.simulate.people import Person

if TYPE_CHECKING:
    from infra.simulate.story import Story

RETRIED_FOR: Final = timedelta(days=6)
"""For how long a phone goes on; answers are kept for seven days."""

_OK: Final = range(200, 300)
_REFUSED: Final = range(400, 500)
_NOT_FOUND, _KEY_REUSED, _FAULT, _UNAVAILABLE = 404, 422, 500, 503


@dataclass(eq=False)
class Reply:
    """What came back."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return self.status in _OK

    def json(self) -> Any:
        """Return the document."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The slug of a refusal, or nothing."""
        if self.ok:
            return ""
        return str(self.json().get("type", "")).rpartition("/")[2]


@dataclass(eq=False)
class Errand:
    """Something that a person asks for under one key. `first`: the first success; `effects`: events by transaction."""

    number: int
    person: Person
    method: str
    path: str
    body: Any
    key: str | None
    at: datetime
    case: str | None = None
    settled: bool = False
    first: Reply | None = None
    sending: int = 0
    committed: bool = False
    effects: list[list[str]] = field(default_factory=list)
    foreign: bool = False
    after: Callable[[Reply], None] | None = None

    @property
    def name(self) -> str:
        """The errand in a trace."""
        return f"#{self.number} {self.person.subject} {self.method} {self.path}"


class Errands:
    """All of a story's requests."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self.every: list[Errand] = []

    def ask(
        self,
        person: Person,
        method: str,
        path: str,
        body: Any = None,
        *,
        case: str | None = None,
        after: Callable[[Reply], None] | None = None,
        keyed: bool = True,
    ) -> Reply | None:
        """Ask for something new; return the reply, or None if none came."""
        number = len(self.every) + 1
        key = f"key-{number}" if keyed and method != "GET" else None
        errand = Errand(number, person, method, path, body, key, self._story.now, case, after=after)
        self.every.append(errand)
        return self.send(errand)

    def send(self, errand: Errand) -> Reply | None:
        """Send a request, the first time or again; return the reply, or None if it was lost."""
        story = self._story
        known, done, gone = errand.first, errand.committed, story.left_before(errand)
        act = story.city.scheduler.running
        context = story.alone if act is None else act.context
        errand.sending += 1
        context["errand"] = errand
        try:
            status, body, _ = story.city.invoke(errand.person, errand.method, errand.path, errand.body, errand.key)
        except Killed:
            story.say(f"{errand.name} → killed")
            return None
        finally:
            errand.sending -= 1
            context.pop("errand", None)
        reply = Reply(status, body)
        story.say(f"{errand.name} → {status} {reply.problem}")
        self._judge(errand, reply, known, done=done, gone=gone)
        if story.city.choices.random() < story.city.calls.weather.answers_lost:
            story.say(f"{errand.name}: the answer is lost")
            return None
        if reply.status in _OK or (status in _REFUSED and reply.problem != "conflict"):
            errand.settled = True
        if reply.ok and errand.after is not None:
            after, errand.after = errand.after, None
            after(reply)
        return reply

    def open(self) -> list[Errand]:
        """Return those whose person still waits for an answer, and still asks."""
        return [
            one
            for one in self.every
            if not one.settled
            and not one.foreign
            and one.key is not None
            and (one.committed or not one.person.leaving)
            and self._story.now - one.at < RETRIED_FOR
        ]

    def answered(self) -> list[Errand]:
        """Return those that can be replayed: answered, with a key that is not too old."""
        return [
            one
            for one in self.every
            if one.first is not None and one.key is not None and self._story.now - one.at < RETRIED_FOR
        ]

    def misuse(self, errand: Errand, body: Any) -> None:
        """Send another body under the same key: it is refused, and does nothing."""
        if errand.first is None or errand.body == body:
            return
        other = Errand(
            errand.number, errand.person, errand.method, errand.path, body, errand.key, self._story.now, errand.case
        )
        other.foreign = True
        reply = self.send(other)
        if other.effects or (reply is not None and reply.status not in {_KEY_REUSED, _NOT_FOUND, _UNAVAILABLE}):
            status = "lost" if reply is None else reply.status
            self._story.found("key-reused", f"{other.name} with another body: {status}, {other.effects}")

    def _judge(self, errand: Errand, reply: Reply, known: Reply | None, *, done: bool, gone: bool) -> None:
        story = self._story
        if reply.status >= _FAULT and reply.status != _UNAVAILABLE:
            story.found("internal-error", f"{errand.name}: {story.last_fault()}")
        story.check_shown(errand, reply, gone=gone)
        if errand.foreign or errand.key is None or reply.status == _UNAVAILABLE:
            return
        if reply.ok:
            if errand.first is None:
                errand.first = reply
            elif errand.first.body != reply.body:
                story.found("replay-differs", f"{errand.name}: {_difference(errand.first.body, reply.body)}")
            return
        hidden = reply.status == _NOT_FOUND and story.may_be_gone(errand)
        if (known is not None or done) and not hidden and story.now - errand.at < RETRIED_FOR:
            name = "replay-refused" if known is not None else "refused-though-done"
            story.found(name, f"{errand.name}: {reply.status} {reply.problem}")


def _difference(one: bytes, other: bytes) -> str:
    place = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    begin = max(place - 60, 0)
    return f"{one[begin : place + 60].decode(errors='replace')} / {other[begin : place + 60].decode(errors='replace')}"
