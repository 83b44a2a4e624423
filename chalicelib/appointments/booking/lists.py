"""In which lists an appointment stands: of its organisation, mediator, case and parties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.appointments.booking.model import Appointment


class Owner(NamedTuple):
    """Whose list. `kind`: ORGANISATION, MEDIATOR, CASE, PARTY; `id`: theirs, of a person the pseudonym."""

    kind: str
    id: str

    def partition(self, status: str | None = None) -> str:
        """Return the partition of the index in which the list stands, of one status or of all."""
        name = f"LIST#{self.kind}#{self.id}"
        return name if status is None else f"{name}#{status}"


def owners_of(one: Appointment) -> Iterator[Owner]:
    """Yield the owner of every list that the appointment stands in."""
    yield Owner("ORGANISATION", one.organisation)
    yield Owner("MEDIATOR", one.mediator_person)
    yield Owner("CASE", one.case_code)
    for person in sorted(set(one.persons.values())):
        yield Owner("PARTY", person)


def place_by_status(one: Appointment) -> tuple[str, str]:
    """Return in which list of a status an appointment stands, and where: requests by the end of their hold."""
    if one.status == "requested":
        return one.status, f"{one.hold_expires_at}#{one.id}"
    return one.status, f"{one.start}#{one.id}"
