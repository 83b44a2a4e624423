"""Invitations and ratings: what may be rated by whom, what a rating says, and how a bad one is handled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple, Self

from chalicelib.ratings.rating.refusals import WrongStep
from chalicelib.shared.clock import format_instant, parse_instant
from chalicelib.shared.crypto import Keyring
from chalicelib.shared.deadline_rules import KeptRule
from chalicelib.shared.editions import Editions
from chalicelib.shared.idempotency import Shown

STEPS: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "contact": (frozenset({"opened"}), "contacted"),
    "fix": (frozenset({"contacted"}), "fixing"),
    "reply": (frozenset({"contacted", "fixing"}), "replied"),
    "close": (frozenset({"replied"}), "closed"),
}
"""How a bad rating is handled: step → from which statuses, to which. The one declared table."""

HANDLED_IN: Final = ("opened", "contacted", "fixing", "replied", "closed")
"""The statuses of handling, in its order."""


class Target(NamedTuple):
    """What is rated: `service:CODE`, `staff:ID`, `organisation:ID`, `channel:NAME`; `kind`: one of the four."""

    target: str
    kind: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """Leave to rate, earned by an event. `person`: a pseudonym; `subject`: what it was about, `{type, code}`."""

    id: str
    person: str
    because: str
    subject: Mapping[str, str]
    targets: tuple[Target, ...]
    organisation: str
    channel: str
    created_at: str
    expires_at: str
    rating: str | None = None

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the last second is over."""
        return now >= parse_instant(self.expires_at)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was said of one target. `public_text`: screened; the original is sealed elsewhere."""

    target: str
    kind: str
    level: int
    tags: tuple[str, ...] = ()
    public_text: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of handling: by which role, when. `note`: screened."""

    action: str
    at: str
    role: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """How a bad rating is handled. `due_at`: of the next duty; `escalated`: duties that were missed.

    `contact`, `fix`: the rules that the duties are counted by; None of what was stored before they were kept;
    `editions`: of the years that they were counted by. `escalated_to`: the functions on whose desks the present duty
    stands because it is overdue, with the instant since when; `escalates_at`: the last second before the next hears.
    """

    status: str
    contact_due_at: str
    fix_due_at: str
    provisional: bool
    steps: tuple[Step, ...] = ()
    escalated: tuple[str, ...] = ()
    contact: KeptRule | None = None
    fix: KeptRule | None = None
    editions: Editions = field(default_factory=dict)
    escalated_to: Mapping[str, str] = field(default_factory=dict)
    escalates_at: str | None = None

    @property
    def acts_at(self) -> str | None:
        """When something happens by itself next: at the duty's end, or when somebody else is to hear of it."""
        return self.due_at if self.status not in self.escalated else self.escalates_at

    @property
    def due_at(self) -> str | None:
        """When the next duty is due, or None if there is none left."""
        if self.status == "opened":
            return self.contact_due_at
        return self.fix_due_at if self.status in {"contacted", "fixing"} else None

    @property
    def due_rule(self) -> tuple[str, KeptRule | None]:
        """The id of the next duty's rule, and the rule as it was when the rating was made."""
        return ("bad_rating_contact", self.contact) if self.status == "opened" else ("bad_rating_fix", self.fix)

    def stepped(self, action: str, at: datetime, role: str, note: str | None) -> Self:
        """Return the handling one step on; raise `WrongStep`."""
        sources, target = STEPS[action]
        if self.status not in sources:
            raise WrongStep
        step = Step(action, format_instant(at), role, note)
        return replace(self, status=target, steps=(*self.steps, step), escalated_to={}, escalates_at=None)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the citizen said later, once."""

    at: str
    level: int | None = None
    public_text: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating with everything that came of it.

    `organisation`: whose service it is; `name`: masked, if not anonymous; `answer_key`: stored answers that show the
    rating are sealed under it (and under the service's), so that they go when its author is erased: None then;
    `follow_up_rule`: the rule that `follow_up_until` is counted by.
    """

    id: str
    invitation: str
    person: str
    organisation: str
    channel: str
    subject: Mapping[str, str]
    judgements: tuple[Judgement, ...]
    anonymous: bool
    created_at: str
    follow_up_until: str
    version: int
    head: str
    name: str | None = None
    follow_up: FollowUp | None = None
    handling: Handling | None = None
    hidden: str | None = None
    shards: Mapping[str, int] = field(default_factory=dict)
    answer_key: bytes | None = None
    follow_up_rule: KeptRule | None = None

    def erased(self) -> Self:
        """Return what is left once its author is erased: levels and tags, and what staff did; no words, no name."""
        judgements = tuple(replace(one, public_text=None) for one in self.judgements)
        later = None if self.follow_up is None else replace(self.follow_up, public_text=None)
        return replace(self, judgements=judgements, follow_up=later, name=None, answer_key=None)

    def shown(self) -> Shown:
        """Return what an answer about the rating shows."""
        if self.answer_key is None:
            return Shown("rating", self.id)
        return Shown("rating", self.id, Keyring(f"RATING-{self.id}", {}, {"author": self.answer_key}), ("author",))


@dataclass(frozen=True, slots=True)
class Entry:
    """A rating of one target as the public sees it."""

    id: str
    target: str
    at: str
    level: int
    tags: tuple[str, ...]
    text: str | None
    name: str | None
    reply: str | None
    rectified: bool
    follow_up: Mapping[str, Any] | None
    hidden: str | None


def entries_of(rating: Rating) -> list[Entry]:
    """Return the public entry of each target. Nobody is named to the person who is rated."""
    handling = rating.handling
    reply = None if handling is None else next((step.note for step in handling.steps if step.action == "reply"), None)
    follow_up = None
    if rating.follow_up is not None:
        later = rating.follow_up
        follow_up = {"at": later.at, "level": later.level, "text": None if rating.hidden else later.public_text}
    return [
        Entry(
            rating.id,
            one.target,
            rating.created_at,
            one.level,
            one.tags,
            None if rating.hidden else one.public_text,
            None if one.kind == "staff" else rating.name,
            reply,
            handling is not None and handling.status == "closed",
            follow_up,
            rating.hidden,
        )
        for one in rating.judgements
    ]
