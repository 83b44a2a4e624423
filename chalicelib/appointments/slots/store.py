"""Day sheets and mediators' hours in DynamoDB.

| access pattern | table or index | key condition |
| --- | --- | --- |
| a person's day, mediator or party | AppointmentsTable | `pk = PERSON#<pseudonym>`, `sk = DAY#<date>` |
| a room's day | AppointmentsTable | `pk = DAY#<organisation>#<date>`, `sk = ROOM#<room>` |
| availability of an organisation's mediators | AppointmentsTable | `pk = AVAILABILITY#<organisation>` |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.appointments.slots.model import Availability
from chalicelib.appointments.slots.races import AvailabilityChanged
from chalicelib.appointments.slots.sheet_writes import write_of
from chalicelib.appointments.slots.sheets import Sheet, SheetChange, SheetKey
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import Stale
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.transactions import Committer, Transaction, Write


class SlotStore:
    """What of each day is taken, and when mediators work."""

    def __init__(self, clients: Clients, table: str, committer: Committer) -> None:
        self._table = Table(clients, table)
        self._committer = committer

    def read_sheets(self, keys: Sequence[SheetKey]) -> dict[SheetKey, Sheet]:
        """Return those of the sheets that there are. One read for 100."""
        found = self._table.find_many(list(dict.fromkeys(keys)))  # a person may be asked for twice, the engine may not
        return {SheetKey(item["pk"], item["sk"]): Sheet.from_item(item) for item in found}

    def sheet_writes(self, changes: Iterable[SheetChange]) -> list[Write]:
        """Return the conditional updates of day sheets."""
        return [write_of(self._table.name, change) for change in changes]

    def read_availability(self, organisation: str) -> dict[str, Availability]:
        """Return the availability of those of its mediators who said any. One query."""
        items = self._table.list_partition(f"AVAILABILITY#{organisation}")
        return {item["mediator"]: from_item(Availability, item) for item in items}

    def put_availability(self, availability: Availability) -> None:
        """Write a mediator's hours if they are still at the version before; raise `Stale`."""
        transaction = Transaction()
        transaction.put(
            self._table.name,
            {**_key(availability), **to_item(availability)},
            condition="attribute_not_exists(pk) OR #version = :seen",
            refusal=lambda _: Stale(),
            names={"#version": "version"},
            values={":seen": availability.version - 1},
        )
        self._committer.commit(transaction)

    def check_availability(self, seen: Availability) -> Write:
        """Return the check that a mediator's hours are still those that were read."""
        transaction = Transaction()
        never_said = seen.version == 0
        transaction.check(
            self._table.name,
            _key(seen),
            condition="attribute_not_exists(pk)" if never_said else "#version = :seen",
            refusal=lambda _: AvailabilityChanged(),
            names=None if never_said else {"#version": "version"},
            values=None if never_said else {":seen": seen.version},
        )
        return transaction.writes[0]


def _key(availability: Availability) -> dict[str, str]:
    return {"pk": f"AVAILABILITY#{availability.organisation}", "sk": f"MEDIATOR#{availability.mediator}"}
