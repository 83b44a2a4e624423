"""Talking inside a case, and reading its agreement. Messages are sealed under the key of who wrote them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import CASE_SUBJECT, EVERYBODY, place_of, seen_by
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.errors import Conflict, NotAllowed, NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.items import Item
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

_TALKERS: Final = frozenset({"applicant", "respondent", "mediator", "clerk"})
_SIGNERS: Final = frozenset({"applicant", "respondent", "mediator", "clerk", "court", "reviewer", "supervisor"})
_TALKED_IN: Final = frozenset({"accepted", "assigned", "mediating", "agreed", "signed", "confirming"})


class NothingToSay(Conflict):
    """A message in a case that is not open for talking."""

    slug = "case-closed"
    title = Text("案件当前不能留言", "No messages can be sent in this case now")
    remedy = Text("案件受理后、结案前可以留言。", "Messages can be sent from acceptance until the case ends.")


class MessageStore(Protocol):
    """Where items of a case are kept."""

    def put_item(self, code: str, sk: str, values: Item, *, idempotency: Idempotency, result: Any) -> Any:
        """Write an item."""
        ...

    def find_item(self, code: str, sk: str) -> Item | None:
        """Return an item, or None."""
        ...

    def list_items(
        self, code: str, prefix: str, *, limit: int, after: Mapping[str, Any] | None = None
    ) -> tuple[list[Item], Mapping[str, Any] | None]:
        """Return a page of items."""
        ...

    def every_item(self, code: str, prefix: str) -> Iterator[Item]:
        """Yield every item."""
        ...

    def list_seen(
        self,
        code: str,
        prefix: str,
        audiences: Sequence[str],
        *,
        limit: int,
        after: Mapping[str, Any] | None = None,
    ) -> tuple[list[Item], Mapping[str, Any] | None]:
        """Return a page of the items that any of the audiences may see."""
        ...


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


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement as frozen, and who signed."""

    case: Case
    text: str
    terms: list[str]
    sha256: str


class ConversationService:
    """Messages and agreements."""

    def __init__(self, cases: CaseService, store: MessageStore, clock: Clock) -> None:
        self._cases = cases
        self._store = store
        self._clock = clock

    def send(
        self, viewer: Viewer, code: str, text: str, to: str, *, for_settlement: bool, idempotency: Idempotency
    ) -> Message:
        """Send a message to all in the case, or to the mediator only."""
        seen = self._cases.get(viewer, code)
        if seen.relation not in _TALKERS:
            raise NotAllowed
        if seen.case.status not in _TALKED_IN:
            raise NothingToSay
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

    def list_messages(
        self, viewer: Viewer, code: str, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Message], Mapping[str, Any] | None]:
        """Return the messages that the viewer may read, oldest first."""
        seen = self._cases.get(viewer, code, what="messages")
        if seen.relation not in _TALKERS:
            raise NotAllowed
        if seen.relation == "mediator":
            items, position = self._store.list_items(seen.case.code, "MESSAGE#", after=after, limit=limit)
        else:
            audiences = (EVERYBODY, seen.person)
            items, position = self._store.list_seen(seen.case.code, "MESSAGE#", audiences, after=after, limit=limit)
        return [_message(item, seen) for item in items], position

    def get_agreement(self, viewer: Viewer, code: str) -> Agreement:
        """Return the present agreement; raise `NotFound` if none was drafted."""
        seen = self._cases.get(viewer, code, what="agreement")
        case = seen.case
        if seen.relation not in _SIGNERS or case.agreement_sha256 is None:
            raise NotFound
        item = self._store.find_item(case.code, f"AGREEMENT#{case.agreement_no:03d}")
        if item is None:
            raise NotFound
        opened = seen.loaded.unsealed(place_of(item["sk"], "agreement"), item["agreement"])
        if opened is None:
            raise NotFound
        content = json.loads(opened)
        return Agreement(case, content["text"], content["terms"], item["sha256"])


_DIGITS: Final = str.maketrans(dict.fromkeys("-:.TZ", None))


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
