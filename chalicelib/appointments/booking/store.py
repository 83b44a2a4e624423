"""Appointments in DynamoDB.

| access pattern | table or index | key condition |
| --- | --- | --- |
| an appointment | AppointmentsTable | `pk = APPOINTMENT#<id>`, `sk = META` |
| how many requests a party made on a day | AppointmentsTable | `pk = PERSON#<pseudonym>`, `sk = BOOKED#<date>` |
| appointments of a party, mediator, organisation, case | gsi1 | `gsi1pk = LIST#<kind>#<owner>`, between starts |
| those of one status | gsi1 | `gsi1pk = LIST#<kind>#<owner>#<status>`, between starts |
| requests whose hold runs, by its end | gsi1 | `gsi1pk = LIST#<kind>#<owner>#requested`, from now on |
| holds and reminders that are due | gsi1 | `gsi1pk = DUE#<shard>`, `gsi1sk <= <instant>` |
| what waits on a mediator's desk | DesksTable | see `chalicelib/desk/store.py` |
| sessions that are over and not reported | gsi1 | `gsi1pk = REPORTS#<shard>`, `gsi1sk <= <instant>` |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from chalicelib.appointments.booking.desks import desk_items
from chalicelib.appointments.booking.lists import Owner, owners_of, place_by_status
from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.races import AppointmentChanged
from chalicelib.appointments.booking.refusals import DailyLimit
from chalicelib.desk.public import Desks
from chalicelib.shared.aws import Clients
from chalicelib.shared.due import DueIndex
from chalicelib.shared.dynamo import Table
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.transactions import Committer, Refusal, Transaction, Write

_INDEX_KEYS: Final = ("pk", "sk", "gsi1pk", "gsi1sk")


class AppointmentStore:
    """Appointments, and the lists in which they stand."""

    def __init__(self, clients: Clients, table: str, committer: Committer, desks: Desks) -> None:
        self._table = Table(clients, table)
        self._desks = desks
        self._committer = committer
        self.due = DueIndex(self._table)
        self.due_reports = DueIndex(self._table, "REPORTS")

    def find(self, appointment_id: str) -> Appointment | None:
        """Return an appointment, or None. One consistent read."""
        item = self._table.find(f"APPOINTMENT#{appointment_id}", "META")
        return None if item is None else from_item(Appointment, item)

    def find_many(self, ids: Sequence[str]) -> list[Appointment]:
        """Return appointments in the order of their ids. One read for 100."""
        items = self._table.find_many([(f"APPOINTMENT#{one}", "META") for one in ids])
        found = {item["id"]: from_item(Appointment, item) for item in items}
        return [found[one] for one in ids if one in found]

    def find_answer(self, idempotency: Idempotency) -> StoredAnswer | None:
        """Return the answer that a key's first request got, or None; raise `IdempotencyKeyReused`. One read."""
        return self._committer.find_answer(idempotency)

    def remember(self, idempotency: Idempotency, result: Any) -> StoredAnswer:
        """Keep and return the answer of a request whose effects are made; raise `Replayed`, `IdempotencyKeyReused`."""
        return self._committer.remember(idempotency, result) or idempotency.render(result)

    def list_ids(
        self, owner: Owner, *, first: str, last: str, after: Position | None, limit: int, status: str | None = None
    ) -> Slice[str]:
        """Return a page of ids by start, from `first` to `last`, of one status or all.

        One query. Requests have an order of their own: see `list_requested`.
        """
        start = None if after is None else dict(after)
        items, last_key = self._table.query_index(
            owner.partition(status), since=first, until=last, after=start, limit=limit
        )
        return Slice([item["id"] for item in items], last_key)

    def list_requested(
        self, owner: Owner, *, now: str, first: str, last: str, after: Position | None, limit: int
    ) -> Slice[str]:
        """Return a page of ids of requests whose hold runs, the first to end before the others.

        One query. Requests of other days are read past: there are only as many as holds that run.
        """
        pk, since = owner.partition("requested"), f"{now}~"
        if not first and not last:
            start = None if after is None else dict(after)
            items, last_key = self._table.query_index(pk, since=since, after=start, limit=limit)
            return Slice([item["id"] for item in items], last_key)
        if after is not None:
            since = max(since, f"{after['gsi1sk']}~")
        running = self._table.list_index(pk, since=since)
        found = list(islice((item for item in running if first <= item["start"] <= (last or "~")), limit + 1))
        page = found[:limit]
        position = {name: page[-1][name] for name in _INDEX_KEYS} if len(found) > limit else None
        return Slice([item["id"] for item in page], position)

    def count_writes(self, persons: Iterable[str], day: str, limit: int) -> list[Write]:
        """Return the writes that count one more request of each person on a day, at most `limit`."""
        transaction = Transaction()
        for person in persons:
            transaction.update(
                self._table.name,
                {"pk": f"PERSON#{person}", "sk": f"BOOKED#{day}"},
                "ADD requests :one",
                condition="attribute_not_exists(requests) OR requests < :limit",
                refusal=lambda _: DailyLimit(),
                values={":one": 1, ":limit": limit},
            )
        return transaction.writes

    def appointment_writes(
        self, one: Appointment, next_due: str | None, before: Appointment | None, *, dispute_type: str
    ) -> list[Write]:
        """Return the writes of an appointment, its places in lists, and what of it waits on its mediator's desk.

        `before`: the version decided on, or None; `dispute_type`: of its case.
        """
        transaction = Transaction()
        key = {"pk": f"APPOINTMENT#{one.id}"}
        meta: Item = {**key, "sk": "META", **to_item(one)}
        if next_due is not None:
            is_over = one.status == "confirmed" and next_due >= one.end
            meta |= (self.due_reports if is_over else self.due).keys(one.id, next_due)
        refusal: Refusal = lambda _: AppointmentChanged()  # noqa: E731
        if before is None:
            transaction.put(self._table.name, meta, condition="attribute_not_exists(pk)", refusal=refusal)
        else:
            transaction.put(
                self._table.name,
                meta,
                condition="#version = :seen",
                refusal=refusal,
                names={"#version": "version"},
                values={":seen": before.version},
            )
        moved = before is None or before.start != one.start  # lists hold what does not change otherwise
        listed = moved or before is None or place_by_status(before) != place_by_status(one)
        for owner in owners_of(one):
            name = owner.partition()
            if moved:
                row = {"id": one.id, "gsi1pk": name, "gsi1sk": f"{one.start}#{one.id}"}
                transaction.put(self._table.name, {**key, "sk": name, **row})
            if listed:
                status, place = place_by_status(one)
                row = {"id": one.id, "start": one.start, "gsi1pk": owner.partition(status), "gsi1sk": place}
                transaction.put(self._table.name, {**key, "sk": f"STATUS#{owner.kind}#{owner.id}", **row})
        waited = () if before is None else desk_items(before, dispute_type)
        return [*transaction.writes, *self._desks.writes(waited, desk_items(one, dispute_type), one.updated_at)]
