"""Cases in DynamoDB.

| access pattern | table or index | key condition |
| --- | --- | --- |
| a case's state (progress, permissions) | CasesTable | `pk = CASE#<code>`, `sk = META` |
| a case with its sealed texts | CasesTable | `pk = CASE#<code>`, `sk` begins with `META` |
| its timeline, oldest first | CasesTable | `pk = CASE#<code>`, `sk` begins with `EVENT#` |
| its messages | CasesTable | `pk = CASE#<code>`, `sk` begins with `MESSAGE#` |
| an agreement, an appeal | CasesTable | `pk = CASE#<code>`, `sk = AGREEMENT#<n>`, `APPEAL#<id>` |
| the keys of its data subjects | PeopleTable | `pk = KEYS#<code>` |
| every case that a person is a party of, read consistently | PeopleTable | `pk = PERSON#<pseudonym>`, `CASE#<code>` |
| its messages, its evidence as one of its people may see them | gsi1 | `gsi1pk = MESSAGE#<code>#<audience>`, by `sk` |
| cases of a party, organisation, mediator, the court, reviewers | gsi1 | `gsi1pk = LIST#<kind>#<id>`, by filing |
| those of one status | gsi1 | `gsi1pk = LIST#<kind>#<id>#<status>`, by filing |
| those with a date between two instants, the first due first | gsi1 | `gsi1pk = LIST#<kind>#<id>##DUE`, by date |
| what of the case waits on whose desk | DesksTable | see `chalicelib/desk/store.py` |
| cases with a due date until an instant | gsi1 | `gsi1pk = DUE#<shard>`, `gsi1sk <= <instant>` |
| cases with dates that an older edition of a year counted | gsi1 | see `chalicelib/shared/editions.py` |
| what happened in a span of time | gsi1 | `gsi1pk = EVENTS#<day in UTC>#<shard>`, `gsi1sk = <instant>#<code>#<seq>` |

The index holds codes and pseudonyms only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chalicelib.cases.lifecycle.desks import desk_items
from chalicelib.cases.lifecycle.list_store import ListStore
from chalicelib.cases.lifecycle.listing import put_lists
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import Change, Loaded, NewCase, VersionConflict, seen_by
from chalicelib.cases.lifecycle.same_filing import SameFilings
from chalicelib.desk.public import Desks
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import format_instant
from chalicelib.shared.crypto import Keyring, Keys
from chalicelib.shared.due import DueIndex
from chalicelib.shared.dynamo import Table
from chalicelib.shared.editions import write_rows
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.shards import shard_of
from chalicelib.shared.transactions import Committer, Refusal, Transaction, Write

EVENT_SHARDS: Final = 8
_KEK: Final = "KEK"


class CaseStore:
    """The cases, their events, texts and keys."""

    def __init__(  # noqa: PLR0917 - what it keeps, and where
        self, clients: Clients, cases: str, people: str, committer: Committer, keys: Keys, desks: Desks
    ) -> None:
        self._cases = Table(clients, cases)
        self.due = DueIndex(self._cases)
        self._people = Table(clients, people)
        self.same = SameFilings(self._people)
        self.lists = ListStore(self._cases, self._people, keys)
        self._committer = committer
        self._keys = keys
        self._desks = desks

    def find_case(self, code: str) -> Case | None:
        """Return the case's state. One read of one item."""
        item = self._cases.find(_pk(code), "META")
        return None if item is None else from_item(Case, item)

    def find_cases(self, codes: Sequence[str]) -> list[Case]:
        """Return the state of those of the cases that there are, in no order. One read for 100."""
        return [from_item(Case, item) for item in self._cases.find_many([(_pk(one), "META") for one in {*codes}])]

    def find_loaded(self, code: str) -> Loaded | None:
        """Return the case with its sealed texts and open keys. Two reads."""
        items = list(self._cases.list_partition(_pk(code), prefix="META"))
        if not items or items[0]["sk"] != "META":
            return None
        return Loaded.of(from_item(Case, items[0]), items[1:], self.open_keys(code))

    def new_keyring(self, code: str, subjects: Sequence[str]) -> tuple[bytes, Keyring]:
        """Return new keys for a case that is about to be filed."""
        return self._keys.make(code, list(subjects))

    def create(self, filed: NewCase, *, idempotency: Idempotency, result: Any) -> StoredAnswer | None:
        """Write a new case, its first event, texts and keys, together."""
        case = filed.case
        transaction = Transaction()
        for subject, wrapped in {_KEK: filed.wrapped_kek, **filed.keys.wrapped}.items():
            transaction.put(self._people.name, {"pk": f"KEYS#{case.code}", "sk": subject, "wrapped": wrapped})
        transaction.put(self._cases.name, {"pk": _pk(case.code), "sk": "META#TEXTS", "texts": dict(filed.texts)})
        people = [party.person for party in case.parties if party.person]
        transaction.writes.extend(self.person_write(one, case.code, filed.same) for one in people)
        self._write(transaction, case, filed.event)
        transaction.writes.extend(filed.also)
        return self._committer.commit(transaction, idempotency=idempotency, result=result)

    def appeal_due_write(self, code: str, appeal: str, due_at: str, *, provisional: bool) -> Write:
        """Return the write that moves an appeal's due date, for the transaction that moves the case's deadline."""
        alone = Transaction()
        alone.update(
            self._cases.name,
            {"pk": _pk(code), "sk": f"APPEAL#{appeal}"},
            "SET due_at = :at, provisional = :provisional",
            condition="attribute_exists(pk)",
            values={":at": due_at, ":provisional": provisional},
            refusal=lambda _: VersionConflict(),
        )
        return alone.writes[0]

    def commit(self, change: Change, *, idempotency: Idempotency | None, result: Any = None) -> StoredAnswer | None:
        """Write a command's effect: state, event, lists and further items, if nobody was faster.

        Raises `VersionConflict` if the case is no longer at the version that was decided on.
        """
        transaction = Transaction()
        self._write(transaction, change.case, change.event, change)
        for sk, values in change.items.items():
            transaction.put(self._cases.name, {"pk": _pk(change.case.code), "sk": sk, **values})
        transaction.writes.extend(change.also)
        transaction.writes.extend(self.same.changes(change))
        return self._committer.commit(transaction, idempotency=idempotency, result=result)

    def put_item(
        self, code: str, sk: str, values: Item, *, idempotency: Idempotency, result: Any
    ) -> StoredAnswer | None:
        """Write one item of a case that is no change of its state, such as a message."""
        transaction = Transaction()
        transaction.put(
            self._cases.name,
            {"pk": _pk(code), "sk": sk, **values},
            condition="attribute_not_exists(pk)",
            refusal=lambda _: VersionConflict(),
        )
        return self._committer.commit(transaction, idempotency=idempotency, result=result)

    def change_item(
        self, code: str, sk: str, values: Item, *, was: str, idempotency: Idempotency, result: Any
    ) -> StoredAnswer | None:
        """Replace an item whose status is `was`; raise `VersionConflict` if it is another by now."""
        transaction = Transaction([self.item_change(code, sk, values, was=was)])
        return self._committer.commit(transaction, idempotency=idempotency, result=result)

    def item_change(self, code: str, sk: str, values: Item, *, was: str) -> Write:
        """Return the write that replaces an item whose status is `was`, for a transaction that does more."""
        alone = Transaction()
        alone.put(
            self._cases.name,
            {"pk": _pk(code), "sk": sk, **values},
            condition="#status = :was",
            names={"#status": "status"},
            values={":was": was},
            refusal=lambda _: VersionConflict(),
        )
        return alone.writes[0]

    def find_item(self, code: str, sk: str) -> Item | None:
        """Return one item of a case."""
        return self._cases.find(_pk(code), sk)

    def list_items(self, code: str, prefix: str, *, limit: int, after: Position | None = None) -> Slice[Item]:
        """Return a page of a case's items whose `sk` begins with `prefix`, by `sk`."""
        start = None if after is None else {"pk": _pk(code), "sk": after["sk"]}
        items, last = self._cases.query(_pk(code), prefix=prefix, after=start, limit=limit)
        return Slice(items, None if last is None else {"sk": last["sk"]})

    def every_item(self, code: str, prefix: str) -> Iterator[Item]:
        """Yield every item of a case whose `sk` begins with `prefix`, in its order."""
        return self._cases.list_partition(_pk(code), prefix=prefix)

    def list_seen(
        self, code: str, prefix: str, audiences: Sequence[str], *, limit: int, after: Position | None = None
    ) -> Slice[Item]:
        """Return a page of the items that any of the audiences may see, by `sk`; see `seen_by`.

        A query for each audience and one batch read: what others have put there costs nothing.
        """
        found: set[str] = set()
        more = False
        for audience in audiences:
            start = (
                None if after is None else {"pk": _pk(code), "sk": after["sk"], **seen_by(code, after["sk"], audience)}
            )
            pk = seen_by(code, prefix, audience)["gsi1pk"]
            items, last = self._cases.query_index(pk, after=start, limit=limit)
            found.update(item["sk"] for item in items)
            more = more or last is not None
        page = sorted(found)[:limit]
        read = {item["sk"]: item for item in self._cases.find_many([(_pk(code), sk) for sk in page])}
        position = {"sk": page[-1]} if page and (more or len(found) > limit) else None
        return Slice([read[sk] for sk in page if sk in read], position)

    def list_events(self, code: str) -> Iterator[Event]:
        """Yield every event of a case in order."""
        return map(Event.from_item, self.every_item(code, "EVENT#"))

    def find_event(self, code: str, seq: int) -> Event | None:
        """Return one event of a case, or None. One read."""
        item = self._cases.find(_pk(code), _event_sk(seq))
        return None if item is None else Event.from_item(item)

    def list_event_ids(self, first: datetime, last: datetime) -> Iterator[tuple[str, int]]:
        """Yield case and number of every event from `first` to `last`, day by day; by time within a shard of a day."""
        since, until = format_instant(first), format_instant(last)
        first_day, last_day = first.astimezone(UTC).date(), last.astimezone(UTC).date()
        for number in range((last_day - first_day).days + 1):
            day = (first_day + timedelta(days=number)).isoformat()
            for shard in range(EVENT_SHARDS):
                for item in self._cases.list_index(f"EVENTS#{day}#{shard}", since=since, until=f"{until}~"):
                    _, code, seq = item["gsi1sk"].split("#")
                    yield code, int(seq)

    def person_write(self, person: str, code: str, same: Sequence[str] = ()) -> Write:
        """Return the write that notes that a person's account is bound to a case, so that erasure finds it.

        `same`: by which digests the case is recognised in another filing of theirs (see `same_filing.py`).
        """
        alone = Transaction()
        recognised = {"same": list(same)} if same else {}
        alone.put(self._people.name, {"pk": f"PERSON#{person}", "sk": f"CASE#{code}", **recognised})
        return alone.writes[0]

    def list_codes_of(self, person: str) -> list[str]:
        """Return the code of every case that a person's account is bound to, read consistently."""
        notes = self._people.list_partition(f"PERSON#{person}", prefix="CASE#", attributes=("sk",))
        return [item["sk"].removeprefix("CASE#") for item in notes]

    def code_deletes(self, person: str, codes: Sequence[str]) -> list[Write]:
        """Return the writes that remove the notes that a person is a party of these cases."""
        transaction = Transaction()
        for code in codes:
            transaction.delete(self._people.name, {"pk": f"PERSON#{person}", "sk": f"CASE#{code}"})
        return transaction.writes

    def list_subjects(self, code: str) -> set[str]:
        """Return whose keys of a case are left."""
        return {item["sk"] for item in self._people.list_partition(f"KEYS#{code}", attributes=("sk",))} - {_KEK}

    def key_deletes(self, code: str, subjects: Iterable[str], *, staying: str | None) -> list[Write]:
        """Return the writes that delete subjects' keys for good: what they encrypted cannot be read any more.

        `staying`: another subject whose key must still be there; None: nobody's is left, and the case's own key goes.
        """
        transaction = Transaction()
        for subject in sorted(subjects):
            transaction.delete(self._people.name, {"pk": f"KEYS#{code}", "sk": subject})
        if staying is None:
            transaction.delete(self._people.name, {"pk": f"KEYS#{code}", "sk": _KEK})
        else:
            key = {"pk": f"KEYS#{code}", "sk": staying}
            refusal: Refusal = lambda _: VersionConflict()  # noqa: E731
            transaction.check(self._people.name, key, condition="attribute_exists(pk)", refusal=refusal)
        return transaction.writes

    def open_keys(self, code: str) -> Keyring:
        """Return the keys of a case that are left. One read."""
        rows = {item["sk"]: item["wrapped"] for item in self._people.list_partition(f"KEYS#{code}")}
        wrapped_kek = rows.pop(_KEK, None)
        return Keyring(code, {}, {}) if wrapped_kek is None else self._keys.open(code, wrapped_kek, rows)

    def _write(self, transaction: Transaction, case: Case, event: Event, change: Change | None = None) -> None:
        meta: Item = {"pk": _pk(case.code), "sk": "META", **to_item(case)}
        open_clocks = [one.acts_at for one in case.deadlines if one.acts_at is not None]
        if open_clocks:
            meta |= self.due.keys(case.code, min(open_clocks))
        if change is None:
            transaction.put(
                self._cases.name, meta, condition="attribute_not_exists(pk)", refusal=lambda _: VersionConflict()
            )
        else:
            transaction.put(
                self._cases.name,
                meta,
                condition="#version = :seen",
                names={"#version": "version"},
                values={":seen": change.before.version},
                refusal=lambda _: VersionConflict(),
            )
        transaction.put(
            self._cases.name,
            {
                "pk": _pk(case.code),
                "sk": _event_sk(event.seq),
                **event.to_item(),
                "gsi1pk": f"EVENTS#{event.at[:10]}#{shard_of(case.code, EVENT_SHARDS)}",
                "gsi1sk": f"{event.at}#{case.code}#{event.seq:06d}",
            },
            condition="attribute_not_exists(pk)",
            refusal=lambda _: VersionConflict(),
        )
        before = None if change is None else change.before
        counted = {} if before is None else before.editions
        write_rows(transaction, self._cases.name, _pk(case.code), case.code, counted, case.editions)
        put_lists(transaction, self._cases.name, case, before)
        waited = () if before is None else desk_items(before)
        transaction.writes.extend(self._desks.writes(waited, desk_items(case), event.at))


def _pk(code: str) -> str:
    return f"CASE#{code}"


def _event_sk(seq: int) -> str:
    return f"EVENT#{seq:06d}"
