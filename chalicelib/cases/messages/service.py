"""Messages in a case, each sealed under the key of who wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.cases.lifecycle.records import CASE_SUBJECT, EVERYBODY, place_of, seen_by
from chalicelib.cases.lifecycle.refusals import CaseClosed
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore

_WRITERS: Final = frozenset({"applicant", "respondent", "mediator", "clerk"})
_DIGITS: Final = str.maketrans(dict.fromkeys("-:.TZ", None))
_OPEN: Final = frozenset({"accepted", "assigned", "mediating", "agreed", "signed", "confirming"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `for_settlement`: said to settle; not evidence against who said it (法释〔2021〕23号 art. 18)."""

    id: str
    at: str
    from_role: str
    from_party: str | None
    to: str
    text: str | None
    for_settlement: bool
    yours: bool


class MessageService:
    """Messages in cases."""

    def __init__(self, cases: CaseService, store: CaseStore) -> None:
        self._cases = cases
        self._store = store

    def send(
        self, viewer: Viewer, code: str, text: str, to: str, *, for_settlement: bool, idempotency: Idempotency
    ) -> Message:
        """Send a message to all in the case, or to the mediator only."""
        seen = self._cases.get_case(viewer, code)
        if seen.relation not in _WRITERS:
            raise NotAllowed
        if seen.case.status not in _OPEN:
            raise CaseClosed
        at = format_instant(seen.now)
        number = f"{at.translate(_DIGITS)}{new_id(6)}"
        party = seen.case.party_of(seen.person)
        party_id = None if party is None else party.id
        sk = f"MESSAGE#{number}"
        subject = party_id or CASE_SUBJECT  # what a party writes goes when their key goes
        message = Message(number, at, seen.relation, party_id, to, text, for_settlement, yours=True)
        values: Item = {
            "at": at,
            "from_role": seen.relation,
            "from_party": message.from_party,
            "person": seen.person,
            "to": to,
            "for_settlement": for_settlement,
            "text": seen.loaded.keys.seal(subject, place_of(sk, "text"), text),
            **seen_by(seen.case.code, f"MESSAGE#{number}", EVERYBODY if to == "all" else seen.person),
        }
        claim = idempotency.showing(seen.loaded.shown(subject))
        self._store.put_item(seen.case.code, sk, values, idempotency=claim, result=message)
        return message

    def list_messages(self, viewer: Viewer, code: str, after: Position | None, limit: int) -> Slice[Message]:
        """Return a page of the messages that the viewer may read, oldest first."""
        seen = self._cases.get_case(viewer, code, what="messages")
        if seen.relation not in _WRITERS:
            raise NotAllowed
        if seen.relation == "mediator":
            page = self._store.list_items(seen.case.code, "MESSAGE#", after=after, limit=limit)
        else:
            audiences = (EVERYBODY, seen.person)
            page = self._store.list_seen(seen.case.code, "MESSAGE#", audiences, after=after, limit=limit)
        return page.map(lambda item: _message(item, seen))


def _message(item: Item, seen: Seen) -> Message:
    number = item["sk"].removeprefix("MESSAGE#")
    text = seen.loaded.unsealed(place_of(item["sk"], "text"), item["text"], item["from_party"])
    return Message(
        number,
        item["at"],
        item["from_role"],
        item["from_party"],
        item["to"],
        text,
        item["for_settlement"],
        yours=item["person"] == seen.person,
    )
