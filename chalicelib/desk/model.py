"""What waits for somebody on the staff, and on whose desk it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self, get_args

Kind = Literal[
    "case", "appointment", "bad_rating", "appeal", "challenge", "identity", "voice", "recommendation", "escalation"
]
"""What can wait on a desk (3b-bodies, "Desk item")."""

KINDS: Final = frozenset(get_args(Kind))

ALL: Final = "ALL"
"""The owner of a desk that the whole city has once: the reviewers', the supervisors'."""

NEVER: Final = "~"
"""The place of what is due at no instant: after every instant."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk.

    `function`: organisation, mediator, court, reviewer or supervisor; `owner`: an id, of a mediator the pseudonym, or
    `ALL`.
    """

    function: str
    owner: str = ALL

    def __str__(self) -> str:
        return f"{self.function.upper()}#{self.owner}"


@dataclass(frozen=True, slots=True)
class DeskItem:
    """One thing that waits on one desk: codes and instants only, nothing personal.

    `kind` and `id` name it; it stands on `desk` since `since`, and waits for `waiting_for`. `rule`: of its due date.
    `until`: from then on nobody can act on it any more, whether or not it was taken away. `about`: a target
    (`staff:<id>`): whoever that is does not find it on their desk.
    """

    kind: Kind
    id: str
    desk: str
    since: str
    status: str
    waiting_for: str
    case_code: str | None = None
    dispute_type: str | None = None
    due_at: str | None = None
    provisional: bool = False
    rule: str | None = None
    until: str | None = None
    about: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What names it among all that waits anywhere."""
        return self.kind, self.id

    @property
    def place(self) -> str:
        """Where it stands in the order of its desk: by its due date; what has none comes last."""
        return f"{self.due_at or NEVER}#{self.kind}#{self.id}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """That something came on a desk, `at` an instant."""

    at: str
    item: DeskItem

    @property
    def id(self) -> str:
        """The name of the notice: by it one is told from another."""
        return f"{self.at}-{self.item.kind}-{self.item.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a desk. `kind`: only this; `due_after`, `due_until`: instants between which it is due, both included.

    `hidden_from`: what is about this target is left out; `now`: what nobody can act on any more then, too.
    """

    desk: str
    now: str
    kind: str | None = None
    due_after: str | None = None
    due_until: str | None = None
    hidden_from: str | None = None

    def due_between(self, after: str | None, until: str) -> Self:
        """Return the same of what is due after an instant, and until another."""
        return replace(self, due_after=after, due_until=until)

    def shows(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row of the desk is to be seen."""
        return bool(row.get("about", "") != self.hidden_from and row.get("until", "~") > self.now)
