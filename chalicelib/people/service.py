"""The use cases of the signed-in person: who read my data, everything about me, erase me."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chalicelib.people.model import Access, LegalHold, ProfileChanged
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import Conflict
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

Section = Callable[[Viewer], Any]
"""Returns what one context keeps about somebody, as JSON values."""

Erase = Callable[[Viewer], int]
"""Erases what one context keeps about somebody; returns how much that was. May be done again after a failure."""

Forget = Callable[[str], list[Write]]
"""Returns the writes that remove how one context finds a person (a pseudonym): done last, all together."""

MAX_DECISIONS: Final = 4
"""How often an erasure is decided anew because the person filed or joined a case meanwhile."""

__all__ = ["Access", "Erasure", "LegalHold", "PeopleService"]  # other contexts know people by this room


class Ledger(Protocol):
    """Where readings of personal data are noted."""

    def list_accesses(
        self, person: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Access], Mapping[str, Any] | None]:
        """Return a page of entries, newest first."""
        ...


class Profiles(Protocol):
    """Whom pseudonyms stand for."""

    def find_uses(self, person: str) -> int | None:
        """Return how often the profile came to be needed, or None without one."""
        ...

    def forget(self, person: str, uses: int | None, also: Sequence[Write]) -> None:
        """Forget the profile and do `also`; raise `ProfileChanged` if it came to be needed again."""
        ...


class Answers(Protocol):
    """Where answers of idempotent requests are kept."""

    def remember(self, idempotency: Idempotency, result: Any) -> Any:
        """Keep the answer of a request whose effect needs no transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, and when. `erased`: how many things, by context."""

    at: str
    erased: Mapping[str, int]


class PeopleService:
    """The rights of the person whose data it is (个人信息保护法 art. 44–47)."""

    def __init__(  # noqa: PLR0917
        self,
        ledger: Ledger,
        answers: Answers,
        sections: Mapping[str, Section],
        erasers: Mapping[str, Erase],
        last_erasers: Mapping[str, Erase],
        profiles: Profiles,
        forgets: Sequence[Forget],
        held_by: Callable[[Viewer], list[str]],
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._answers = answers
        self._sections = sections
        self._erasers = erasers
        self._last_erasers = last_erasers
        self._profiles = profiles
        self._forgets = forgets
        self._held_by = held_by
        self._pseudonyms = pseudonyms
        self._clock = clock

    def list_accesses(
        self, viewer: Viewer, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Access], Mapping[str, Any] | None]:
        """Return who of the staff read the viewer's data, newest first."""
        return self._ledger.list_accesses(self._pseudonyms().of(viewer.subject), after, limit)

    def export(self, viewer: Viewer) -> dict[str, Any]:
        """Return everything that is kept about the viewer, by context."""
        sections = {name: section(viewer) for name, section in self._sections.items()}
        return {"exported_at": format_instant(self._clock.now()), **sections}

    def erase(self, viewer: Viewer, idempotency: Idempotency) -> Erasure:
        """Erase what is kept about the viewer; raise `LegalHold`, with the cases, while any of them is open.

        Doing it twice does no harm: what is gone is gone, and an erasure that was interrupted is completed by the
        next one. What finds the person goes when that is done, held to their having filed or joined nothing since the
        beginning; and at last what may have come until then to somebody who could be found.
        """
        person = self._pseudonyms().of(viewer.subject)
        for _ in range(MAX_DECISIONS):
            uses = self._profiles.find_uses(person)
            holding = self._held_by(viewer)
            if holding:
                raise LegalHold.of(holding)
            erased = {name: erase(viewer) for name, erase in self._erasers.items()}
            also = [write for forget in self._forgets for write in forget(person)]
            try:
                self._profiles.forget(person, uses, also)
            except ProfileChanged:
                continue
            erased |= {name: erase(viewer) for name, erase in self._last_erasers.items()}
            result = Erasure(format_instant(self._clock.now()), {**erased, "profile": int(uses is not None)})
            self._answers.remember(idempotency, result)
            return result
        raise Conflict
