"""Acts on a rating as events of its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib.ratings.rating.model import Rating
from chalicelib.shared.events import GENESIS, Event


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to a rating, as its chain records it. `actor`: a pseudonym, or `clock`; `data`: no words."""

    name: str
    actor: str
    role: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def recorded(rating: Rating, act: Act) -> tuple[Rating, Event]:
    """Return the rating with an act as the next event at the end of its chain."""
    seq = 1 if rating.head == GENESIS else rating.version + 1
    status = "rated" if rating.handling is None else rating.handling.status
    event = Event.happened(
        f"RATING-{rating.id}",
        seq,
        act.at,
        act.name,
        actor=act.actor,
        actor_role=act.role,
        status=status,
        data=act.data,
        prev_hash=rating.head,
    )
    return replace(rating, version=seq, head=event.hash), event
