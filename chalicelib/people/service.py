"""The use cases of the signed-in person: who read my data, everything about me, erase me."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.people.model import Access
from chalicelib.people.refusals import LegalHold, ProfileChanged
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.deciding import decide_anew
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.transactions import Committer, Write
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.people.store import AccessLedger, PeopleStore

__all__ = ["Access", "Erasure", "LegalHold", "PeopleService", "Reach"]  # `Access`, `LegalHold`: see public.py

Section = Callable[[Viewer], Any]
"""Returns what one context keeps about somebody, as JSON values."""

Erase = Callable[[Viewer], int]
"""Erases what one context keeps about somebody; returns how much that was. May be done again after a failure."""

Forget = Callable[[str], list[Write]]
"""Returns the writes that remove how one context finds a person (a pseudonym): done last, all together."""

MAX_DECISIONS: Final = 4
"""How often an erasure is decided anew because the person filed or joined a case meanwhile."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where export and erasure reach, each context by its name.

    `forgets`: done after the erasers; `last_erasers`: when nobody finds the person any more, so that what came to them
    meanwhile goes too; `held_by`: returns the codes of cases that hold somebody's data for now.
    """

    sections: Mapping[str, Section]
    erasers: Mapping[str, Erase]
    last_erasers: Mapping[str, Erase]
    forgets: Sequence[Forget]
    held_by: Callable[[Viewer], list[str]]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, and when. `erased`: how many things, by context."""

    at: str
    erased: Mapping[str, int]


class PeopleService:
    """The rights of the person whose data it is (个人信息保护法 art. 44–47)."""

    def __init__(
        self,
        ledger: AccessLedger,
        profiles: PeopleStore,
        answers: Committer,
        reach: Reach,
        *,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._profiles = profiles
        self._answers = answers
        self._reach = reach
        self._pseudonyms = pseudonyms
        self._clock = clock

    def list_accesses(self, viewer: Viewer, after: Position | None, limit: int) -> Slice[Access]:
        """Return who of the staff read the viewer's data, newest first."""
        return self._ledger.list_accesses(self._pseudonyms().of(viewer.subject), after, limit)

    def export(self, viewer: Viewer) -> dict[str, Any]:
        """Return everything that is kept about the viewer, by context."""
        sections = {name: section(viewer) for name, section in self._reach.sections.items()}
        return {"exported_at": format_instant(self._clock.now()), **sections}

    def erase(self, viewer: Viewer, idempotency: Idempotency) -> Erasure:
        """Erase what is kept about the viewer; raise `LegalHold`, with the cases, while any of them is open.

        Doing it twice does no harm: what is gone is gone, and an erasure that was interrupted is completed by the
        next one. What finds the person goes when that is done, held to their having filed or joined nothing since the
        beginning; and at last what may have come until then to somebody who could be found.
        """
        person = self._pseudonyms().of(viewer.subject)

        def attempt() -> Erasure | None:
            uses = self._profiles.find_uses(person)
            holding = self._reach.held_by(viewer)
            if holding:
                raise LegalHold.of(holding)
            erased = {name: erase(viewer) for name, erase in self._reach.erasers.items()}
            also = [write for forget in self._reach.forgets for write in forget(person)]
            try:
                self._profiles.forget(person, uses, also)
            except ProfileChanged:
                return None
            erased |= {name: erase(viewer) for name, erase in self._reach.last_erasers.items()}
            return Erasure(format_instant(self._clock.now()), {**erased, "profile": int(uses is not None)})

        result = decide_anew(attempt, at_most=MAX_DECISIONS)
        self._answers.remember(idempotency, result)
        return result
