"""One row of the transitions table: who may take an action, when, and what it does to a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text

PARTIES: Final = "applicant respondent"


class IllegalTransition(Conflict):
    """An action that the case's status, or its state, does not allow now."""

    slug = "illegal-transition"
    title = Text("当前阶段不能进行此操作", "This cannot be done at this stage")
    remedy = Text(
        "请刷新案件，按 actions 中列出的操作办理。", "Read the case again; `actions` lists what can be done now."
    )


@dataclass(frozen=True, slots=True)
class Command:
    """One action as asked for: by whom (`person`: pseudonym), as what, with which details."""

    action: str
    details: Mapping[str, Any]
    person: str
    relation: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case after it, and what the event says. `free_text` is sealed before it is stored.

    `words_of`: the data subject whose words they are; None for the party who acts, or the case if none does.
    """

    case: Case
    event: str
    data: dict[str, Any] = field(default_factory=dict)
    free_text: str | None = None
    words_of: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action changes. `complete`: False while others have yet to take the same step.

    `target`, `event`: in place of the row's; `starts`: clocks that begin beside the row's.
    """

    case: Case
    data: dict[str, Any] = field(default_factory=dict)
    free_text: str | None = None
    complete: bool = True
    target: str | None = None
    event: str | None = None
    starts: tuple[str, ...] = ()


Check = Callable[[Case, Command], None]
"""Raises the refusal if the case's state does not allow the action to this person now. Looks at no details."""

Take = Callable[[Case, Command, DueDates], Effect]
"""Takes the action; raises the refusal that lies in its details."""


def no_check(case: Case, command: Command) -> None:
    """Allow the action wherever the row does."""


def nothing_more(case: Case, command: Command, due_dates: DueDates) -> Effect:  # noqa: ARG001 - one signature
    """Change nothing but the status; keep the reason, if one was given."""
    return Effect(case, {}, command.details.get("reason"))


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: `relations` are those who may act; `starts`: rules whose deadlines begin when it takes effect.

    `target`: None if the status stays. `collective`: the event as long as others have yet to act.
    """

    action: str
    sources: frozenset[str]
    target: str | None
    relations: frozenset[str]
    event: str
    name: Text
    starts: tuple[str, ...]
    collective: str | None
    take: Take
    check: Check

    @property
    def by_clock(self) -> bool:
        """Whether it happens by itself, or by the decision of an appeal, and nobody can ask for it."""
        return not self.relations


def row(  # noqa: PLR0917 - a row of the table, in its order
    action: str,
    sources: str,
    target: str | None,
    relations: str,
    event: str,
    zh: str,
    en: str,
    *,
    starts: str = "",
    collective: str | None = None,
    take: Take = nothing_more,
    check: Check = no_check,
) -> Transition:
    """Return a row. `sources`, `relations`, `starts`: words with spaces between them."""
    return Transition(
        action,
        frozenset(sources.split()),
        target,
        frozenset(relations.split()),
        event,
        Text(zh, en),
        tuple(starts.split()),
        collective,
        take,
        check,
    )


def acting_party(case: Case, command: Command) -> Party:
    """Return the party that acts; raise `IllegalTransition` if it is none of the case."""
    party = case.party_of(command.person)
    if party is None:
        raise IllegalTransition
    return party
