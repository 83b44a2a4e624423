"""Appointments in DynamoDB.

| access pattern | table or index | key condition |
| --- | --- | --- |
| an appointment | AppointmentsTable | `pk = APPOINTMENT#<id>`, `sk = META` |
| a person's day, mediator or party | AppointmentsTable | `pk = PERSON#<pseudonym>`, `sk = DAY#<date>` |
| a room's day | AppointmentsTable | `pk = DAY#<organisation>#<date>`, `sk = ROOM#<room>` |
| how many requests a party made on a day | AppointmentsTable | `pk = PERSON#<pseudonym>`, `sk = BOOKED#<date>` |
| availability of an organisation's mediators | AppointmentsTable | `pk = AVAILABILITY#<organisation>` |
| appointments of a party, mediator, organisation, case | gsi1 | `gsi1pk = LIST#<kind>#<owner>`, between starts |
| those of one status | gsi1 | `gsi1pk = LIST#<kind>#<owner>#<status>`, between starts |
| requests whose hold runs, by its end | gsi1 | `gsi1pk = LIST#<kind>#<owner>#requested`, from now on |
| holds and reminders that are due | gsi1 | `gsi1pk = DUE#<shard>`, `gsi1sk <= <instant>` |
| sessions that are over and not reported | gsi1 | `gsi1pk = REPORTS#<shard>`, `gsi1sk <= <instant>` |
| offers that have run out | gsi1 | `gsi1pk = OFFERS#<shard>`, `gsi1sk <= <instant>` |
| the waitlist of a mediator, first come first | AppointmentsTable | `pk = WAITLIST#<organisation>#<mediator>` |
| in which line a case waits | AppointmentsTable | `pk = WAITING#<case>`, `sk = SPOT` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.races import AppointmentChanged, AvailabilityChanged, WishChanged
from chalicelib.appointments.booking.refusals import DailyLimit
from chalicelib.appointments.booking.sheet_writes import write_of
from chalicelib.appointments.booking.sheets import Sheet, SheetChange, SheetKey
from chalicelib.appointments.slots.model import Availability
from chalicelib.appointments.waitlist.model import Line, Offer, Spot, Waiting
from chalicelib.shared.aws import Clients
from chalicelib.shared.due import DueIndex
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import Stale
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.items import Item
from chalicelib.shared.transactions import Committer, Transaction, Write

_KEPT_AFTER: Final = timedelta(days=1)
"""For how long a wish is kept after its last day; nobody is offered anything for it by then."""


class AppointmentStore:
    """Appointments, day sheets, availability, the waitlist."""

    def __init__(self, clients: Clients, table: str, committer: Committer) -> None:
        self._table = Table(clients, table)
        self._committer = committer
        self.due = DueIndex(self._table)
        self.due_reports = DueIndex(self._table, "REPORTS")
        self.due_offers = DueIndex(self._table, "OFFERS")

    def find(self, appointment_id: str) -> Appointment | None:
        """Return an appointment, or None. One consistent read."""
        item = self._table.find(f"APPOINTMENT#{appointment_id}", "META")
        return None if item is None else Appointment.from_item(item)

    def find_answer(self, idempotency: Idempotency) -> StoredAnswer | None:
        """Return the answer that a key's first request got, or None; raise `IdempotencyKeyReused`. One read."""
        return self._committer.find_answer(idempotency)

    def remember(self, idempotency: Idempotency, result: Any) -> StoredAnswer:
        """Keep and return the answer of a request whose effects are made; raise `Replayed`, `IdempotencyKeyReused`."""
        return self._committer.remember(idempotency, result) or idempotency.render(result)

    def find_many(self, ids: Sequence[str]) -> list[Appointment]:
        """Return appointments in the order of their ids. One read for 100."""
        items = self._table.find_many([(f"APPOINTMENT#{one}", "META") for one in ids])
        found = {item["id"]: Appointment.from_item(item) for item in items}
        return [found[one] for one in ids if one in found]

    def list_ids(
        self,
        kind: str,
        owner: str,
        *,
        first: str,
        last: str,
        after: Mapping[str, Any] | None,
        limit: int,
        status: str | None = None,
    ) -> tuple[list[str], Mapping[str, Any] | None]:
        """Return ids by start, from `first` to `last`, of one status or all, and the position to go on from.

        One query. Requests have an order of their own: see `list_requested`.
        """
        pk = f"LIST#{kind}#{owner}" if status is None else f"LIST#{kind}#{owner}#{status}"
        start = None if after is None else dict(after)
        items, more = self._table.query_index(pk, since=first, until=last, after=start, limit=limit)
        return [item["id"] for item in items], more

    def list_requested(
        self, kind: str, owner: str, *, now: str, first: str, last: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[str], Mapping[str, Any] | None]:
        """Return ids of requests whose hold runs, the first to end before the others, and the position to go on from.

        One query. Requests of other days are read past: there are only as many as holds that run.
        """
        pk, since = f"LIST#{kind}#{owner}#requested", f"{now}~"
        if not first and not last:
            start = None if after is None else dict(after)
            items, more = self._table.query_index(pk, since=since, after=start, limit=limit)
            return [item["id"] for item in items], more
        if after is not None:
            since = max(since, f"{after['gsi1sk']}~")
        running = self._table.list_index(pk, since=since)
        found = list(islice((item for item in running if first <= item["start"] <= (last or "~")), limit + 1))
        page = found[:limit]
        more = {name: page[-1][name] for name in ("pk", "sk", "gsi1pk", "gsi1sk")} if len(found) > limit else None
        return [item["id"] for item in page], more

    def read_sheets(self, keys: Sequence[SheetKey]) -> dict[SheetKey, Sheet]:
        """Return those of the sheets that there are. One read for 100."""
        found = self._table.find_many(list(dict.fromkeys(keys)))  # a person may be asked for twice, the engine may not
        return {SheetKey(item["pk"], item["sk"]): Sheet.from_item(item) for item in found}

    def read_availability(self, organisation: str) -> dict[str, Availability]:
        """Return the availability of those of its mediators who said any. One query."""
        items = self._table.list_partition(f"AVAILABILITY#{organisation}")
        return {item["mediator"]: Availability.from_item(item) for item in items}

    def put_availability(self, availability: Availability) -> None:
        """Write a mediator's hours if they are still at the version before; raise `Stale`."""
        key = {"pk": f"AVAILABILITY#{availability.organisation}", "sk": f"MEDIATOR#{availability.mediator}"}
        transaction = Transaction()
        transaction.put(
            self._table.name,
            {**key, **availability.to_item()},
            condition="attribute_not_exists(pk) OR #version = :seen",
            refusal=lambda _: Stale(),
            names={"#version": "version"},
            values={":seen": availability.version - 1},
        )
        self._committer.commit(transaction)

    def check_availability(self, seen: Availability) -> Write:
        """Return the check that a mediator's hours are still those that were read."""
        transaction = Transaction()
        key = {"pk": f"AVAILABILITY#{seen.organisation}", "sk": f"MEDIATOR#{seen.mediator}"}
        never_said = seen.version == 0
        transaction.check(
            self._table.name,
            key,
            condition="attribute_not_exists(pk)" if never_said else "#version = :seen",
            refusal=lambda _: AvailabilityChanged(),
            names=None if never_said else {"#version": "version"},
            values=None if never_said else {":seen": seen.version},
        )
        return transaction.writes[0]

    def sheet_writes(self, changes: Iterable[SheetChange]) -> list[Write]:
        """Return the conditional updates of day sheets."""
        return [write_of(self._table.name, change) for change in changes]

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

    def appointment_writes(self, one: Appointment, next_due: str | None, before: Appointment | None) -> list[Write]:
        """Return the writes of an appointment and its places in lists; `before`: the version decided on, or None."""
        transaction = Transaction()
        key = {"pk": f"APPOINTMENT#{one.id}"}
        meta: Item = {**key, "sk": "META", **one.to_item()}
        if next_due is not None:
            is_over = one.status == "confirmed" and next_due >= one.end
            meta |= (self.due_reports if is_over else self.due).keys(one.id, next_due)
        refusal: Callable[[Item | None], AppointmentChanged] = lambda _: AppointmentChanged()  # noqa: E731
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
        listed = moved or before is None or _place_by_status(before) != _place_by_status(one)
        for kind, owner in _lists_of(one):
            name = f"LIST#{kind}#{owner}"
            if moved:
                row = {"id": one.id, "gsi1pk": name, "gsi1sk": f"{one.start}#{one.id}"}
                transaction.put(self._table.name, {**key, "sk": name, **row})
            if listed:
                status, place = _place_by_status(one)
                row = {"id": one.id, "start": one.start, "gsi1pk": f"{name}#{status}", "gsi1sk": place}
                transaction.put(self._table.name, {**key, "sk": f"STATUS#{kind}#{owner}", **row})
        return transaction.writes

    def list_line(self, organisation: str, mediator: str) -> Line:
        """Return who waits for a mediator's slots, first come first. One query."""
        items = list(self._table.list_partition(f"WAITLIST#{organisation}#{mediator}"))
        read = [(item, Waiting.from_item(item)) for item in items]
        broken = tuple((item["pk"], item["sk"]) for item, waiting in read if waiting is None)
        return Line([waiting for _, waiting in read if waiting is not None], broken)

    def mend_line(self, line: Line) -> None:
        """Remove the rows that hold no wish."""
        self._table.delete_many(line.broken)

    def find_spot(self, case_code: str) -> Spot | None:
        """Return where a case's wish stands, or None. One read."""
        item = self._table.find(f"WAITING#{case_code}", "SPOT")
        return None if item is None else Spot(*(item[name] for name in Spot._fields))

    def join_line(self, waiting: Waiting, former: Spot | None, idempotency: Idempotency, result: Any) -> None:
        """Put a case into the line, in the place of its former wish; raise `WishChanged` if that is another by now."""
        transaction = Transaction()
        ttl = int((waiting.ends_at + _KEPT_AFTER).timestamp())
        spot = {"pk": f"WAITING#{waiting.case_code}", "sk": "SPOT", **waiting.spot._asdict(), "ttl": ttl}
        if former is None:
            transaction.put(
                self._table.name, spot, condition="attribute_not_exists(pk)", refusal=lambda _: WishChanged()
            )
        else:
            transaction.put(self._table.name, spot, **_unchanged(former))
            if _line_key(former) != _line_key(waiting.spot):
                transaction.delete(self._table.name, _line_key(former))
        transaction.put(self._table.name, {**_line_key(waiting.spot), **waiting.to_item(), "ttl": ttl})
        self._committer.commit(transaction, idempotency=idempotency, result=result)

    def end_wish(self, spot: Spot) -> bool:
        """Take a wish out of the line unless it was made anew since it was read; tell whether it went."""
        transaction = Transaction()
        transaction.delete(self._table.name, {"pk": f"WAITING#{spot.case_code}", "sk": "SPOT"}, **_unchanged(spot))
        transaction.delete(self._table.name, _line_key(spot))
        try:
            self._committer.commit(transaction)
        except WishChanged:
            return False
        return True

    def offer_writes(self, offer: Offer, spot: Spot) -> list[Write]:
        """Return the writes that keep an offer until it runs out, if the case still waits."""
        transaction = Transaction()
        transaction.put(
            self._table.name,
            {"pk": offer.id, "sk": "META", **offer.to_item(), **self.due_offers.keys(offer.id, offer.expires_at)},
        )
        transaction.update(
            self._table.name,
            _line_key(spot),
            "SET kept_until = :until",
            condition="attribute_exists(case_code)",  # an update of what is gone would make a row of it
            refusal=lambda _: WishChanged(),
            values={":until": offer.expires_at},
        )
        return transaction.writes

    def offer_end_writes(self, offer: Offer, spot: Spot | None) -> list[Write]:
        """Return the writes that end an offer, and note in the line, if the case still waits, that it was made."""
        transaction = Transaction()
        transaction.delete(self._table.name, {"pk": offer.id, "sk": "META"})
        if spot is not None:
            transaction.update(
                self._table.name,
                _line_key(spot),
                "SET offered = list_append(if_not_exists(offered, :none), :offered) REMOVE kept_until",
                condition="attribute_exists(case_code)",
                refusal=lambda _: WishChanged(),
                values={":offered": [offer.start], ":none": []},
            )
        return transaction.writes

    def find_offer(self, offer_id: str) -> Offer | None:
        """Return an offer, or None. One read."""
        item = self._table.find(offer_id, "META")
        return None if item is None else Offer.from_item(item)

    def end_offer(self, offer: Offer) -> None:
        """Forget an offer that was taken."""
        self._table.delete_many([(offer.id, "META")])


def _place_by_status(one: Appointment) -> tuple[str, str]:
    """Return in which list of a status an appointment stands, and where: requests by the end of their hold."""
    if one.status == "requested":
        return one.status, f"{one.hold_expires_at}#{one.id}"
    return one.status, f"{one.start}#{one.id}"


def _lists_of(one: Appointment) -> Iterator[tuple[str, str]]:
    yield "ORGANISATION", one.organisation
    yield "MEDIATOR", one.mediator_person
    yield "CASE", one.case_code
    for person in sorted(set(one.persons.values())):
        yield "PARTY", person


def _line_key(spot: Spot) -> dict[str, str]:
    return {
        "pk": f"WAITLIST#{spot.organisation}#{spot.mediator}",
        "sk": f"{spot.created_at}#{spot.case_code}",
    }


def _unchanged(spot: Spot) -> dict[str, Any]:
    """Return the condition that a wish is the one that was read, or gone."""
    return {
        "condition": "attribute_not_exists(pk) OR (created_at = :since AND mediator = :mediator AND case_seq = :seq)",
        "refusal": lambda _: WishChanged(),
        "values": {":since": spot.created_at, ":mediator": spot.mediator, ":seq": spot.case_seq},
    }
