"""The person on whose behalf a request is made, as every context sees them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: subject, roles, organisation and name as the sign-in service states them.

    `phone`: their number (E.164), if the sign-in service says that it has verified it; else None.
    """

    subject: str
    roles: frozenset[str]
    organisation: str | None
    name: str | None
    phone: str | None = None
