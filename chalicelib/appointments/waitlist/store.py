"""The waitlist, and the slots that are kept for those in it, in DynamoDB.

| access pattern | table or index | key condition |
| --- | --- | --- |
| the waitlist of a mediator, first come first | AppointmentsTable | `pk = WAITLIST#<organisation>#<mediator>` |
| in which line a case waits | AppointmentsTable | `pk = WAITING#<case>`, `sk = SPOT` |
| an offer | AppointmentsTable | `pk = OFFER-<id>`, `sk = META` |
| offers that have run out | gsi1 | `gsi1pk = OFFERS#<shard>`, `gsi1sk <= <instant>` |
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from chalicelib.appointments.waitlist.model import Line, Offer, Spot, Waiting, find_wish
from chalicelib.appointments.waitlist.races import WishChanged
from chalicelib.shared.aws import Clients
from chalicelib.shared.due import DueIndex
from chalicelib.shared.dynamo import Table
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.transactions import Committer, Transaction, Write

_KEPT_AFTER: Final = timedelta(days=1)
"""For how long a wish is kept after its last day; nobody is offered anything for it by then."""


class WaitlistStore:
    """Wishes and offers."""

    def __init__(self, clients: Clients, table: str, committer: Committer) -> None:
        self._table = Table(clients, table)
        self._committer = committer
        self.due_offers = DueIndex(self._table, "OFFERS")

    def list_line(self, organisation: str, mediator: str) -> Line:
        """Return who waits for a mediator's slots, first come first. One query."""
        items = list(self._table.list_partition(f"WAITLIST#{organisation}#{mediator}"))
        read = [(item, find_wish(item)) for item in items]
        broken = tuple((item["pk"], item["sk"]) for item, waiting in read if waiting is None)
        return Line([waiting for _, waiting in read if waiting is not None], broken)

    def mend_line(self, line: Line) -> None:
        """Remove the rows that hold no wish."""
        self._table.delete_many(line.broken)

    def find_spot(self, case_code: str) -> Spot | None:
        """Return where a case's wish stands, or None. One read."""
        item = self._table.find(f"WAITING#{case_code}", "SPOT")
        return None if item is None else from_item(Spot, item)

    def join_line(self, waiting: Waiting, former: Spot | None, idempotency: Idempotency, result: Any) -> None:
        """Put a case into the line, in the place of its former wish; raise `WishChanged` if that is another by now."""
        transaction = Transaction()
        ttl = int((waiting.ends_at + _KEPT_AFTER).timestamp())
        spot = {"pk": f"WAITING#{waiting.case_code}", "sk": "SPOT", **to_item(waiting.spot), "ttl": ttl}
        if former is None:
            transaction.put(
                self._table.name, spot, condition="attribute_not_exists(pk)", refusal=lambda _: WishChanged()
            )
        else:
            transaction.put(self._table.name, spot, **_unchanged(former))
            if _line_key(former) != _line_key(waiting.spot):
                transaction.delete(self._table.name, _line_key(former))
        transaction.put(self._table.name, {**_line_key(waiting.spot), **to_item(waiting), "ttl": ttl})
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
            {"pk": offer.id, "sk": "META", **to_item(offer), **self.due_offers.keys(offer.id, offer.expires_at)},
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
        return None if item is None else from_item(Offer, item)

    def end_offer(self, offer: Offer) -> None:
        """Forget an offer that was taken."""
        self._table.delete_many([(offer.id, "META")])


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
