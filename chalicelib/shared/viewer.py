"""The person on whose behalf a request is made, as every context sees them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: subject, roles, organisation and name as the sign-in service states them."""

    subject: str
    roles: frozenset[str]
    organisation: str | None
    name: str | None
