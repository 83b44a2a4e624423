"""What passes between the use cases and the store: a loaded case, a change to write, a line of a list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from chalicelib.cases.lifecycle.model import Case
from chalicelib.shared.crypto import Erased, Keyring, Place
from chalicelib.shared.errors import Conflict
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Shown
from chalicelib.shared.transactions import Write

CASE_SUBJECT = "CASE"
"""The data subject that the case's common record belongs to: the agreement, and the words and files of staff.

It is no one party's, and goes when the last party with an account is erased. What a party wrote or handed in (texts,
messages, reasons, appeals with their decision, files) is sealed under the party's own key.
"""


def place_of(sk: str, field: str) -> Place:
    """Return the place of a sealed attribute of a case's item."""
    return Place("CasesTable", sk, field)


TEXTS = place_of("META#TEXTS", "texts")
TERMS_SK: Final = "META#TERMS"
TERMS = place_of(TERMS_SK, "terms")
"""The terms of the present agreement, beside the case, so that its duties are shown in words without a further read."""

ADDRESS_SK: Final = "META#ADDRESS#"
"""Before a party's id: where papers reach them, as they said when they consented, sealed under their key."""


def address_place(party_id: str) -> Place:
    """Return the place of a party's address for service."""
    return place_of(ADDRESS_SK + party_id, "address")


class VersionConflict(Conflict):
    """Somebody else's command came first; the case is read again, and the command decided again."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case with its texts: sealed JSON by data subject, and the keys to them."""

    case: Case
    texts: Mapping[str, bytes]
    keys: Keyring
    sealed_terms: bytes | None = None
    sealed_addresses: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case, items: Sequence[Mapping[str, Any]], keys: Keyring) -> Self:
        """Return the case with what its items beside `META` hold."""
        texts: Mapping[str, bytes] = next((one["texts"] for one in items if one["sk"] == "META#TEXTS"), {})
        terms: bytes | None = next((one["terms"] for one in items if one["sk"] == TERMS_SK), None)
        addresses = {
            one["sk"].removeprefix(ADDRESS_SK): one["address"] for one in items if one["sk"].startswith(ADDRESS_SK)
        }
        return cls(case, texts, keys, terms, addresses)

    @property
    def terms(self) -> list[dict[str, Any]]:
        """The terms of the present agreement; empty without one, and once the case's key is gone."""
        opened = None if self.sealed_terms is None else self.unsealed(TERMS, self.sealed_terms)
        return [] if opened is None else json.loads(opened)

    def text_of_duty(self, number: int) -> str | None:
        """Return the words of a duty, by its number from 1; None once the case's key is gone."""
        owed = [term["text"] for term in self.terms if term.get("payer") is not None]
        return owed[number - 1] if number <= len(owed) else None

    def text_of(self, subject: str) -> dict[str, Any]:
        """Return a subject's texts; empty once they were erased."""
        if subject not in self.texts:
            return {}
        try:
            return json.loads(self.keys.unseal(subject, TEXTS, self.texts[subject]))  # type: ignore[no-any-return]
        except Erased:
            return {}

    def data_of(self, party_id: str) -> dict[str, Any]:
        """Return what a party wrote, with where papers reach them; empty once it was erased."""
        text = self.text_of(party_id)
        return {**text, "service_address": self.service_address_of(party_id)} if text else {}

    def service_address_of(self, party_id: str) -> str | None:
        """Return where papers reach a party, as they said; None if they did not, or were erased."""
        if party_id not in self.sealed_addresses:
            said: str | None = self.text_of(party_id).get("service_address")
            return said
        return self.unsealed(address_place(party_id), self.sealed_addresses[party_id], party_id)

    def unsealed(self, place: Place, sealed: bytes, subject: str | None = None) -> str | None:
        """Return a subject's text (default: the case's own), or None once it was erased."""
        try:
            return self.keys.unseal(subject or CASE_SUBJECT, place, sealed)
        except Erased:
            return None

    def shown(self, *subjects: str) -> Shown:
        """Return what an answer about the case shows: of these subjects, or of every party. Who was erased is left out.

        A case that was loaded without its keys shows nothing that they seal.
        """
        named = subjects or tuple(party.id for party in self.case.parties)
        return Shown("case", self.case.code, self.keys, tuple(one for one in named if self.keys.holds(one)))


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that is filed: its first event, its sealed texts by data subject, their keys; `also`: further writes.

    `same`: by which digests it is recognised in another filing of the person's.
    """

    case: Case
    event: Event
    texts: Mapping[str, bytes]
    keys: Keyring
    wrapped_kek: bytes
    also: tuple[Write, ...] = ()
    same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A command's effect. `before`: the case that it was decided on; `items`: further items, by `sk`."""

    case: Case
    event: Event
    before: Case
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    also: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A case as it stands in a list. `next_due`: `{at, provisional, rule}`; `sessions`: its live appointments."""

    code: str
    status: str
    dispute_type: str
    region: str
    organisation: str
    created_at: str
    updated_at: str
    next_due: Mapping[str, Any] | None = None
    sessions: tuple[Mapping[str, Any], ...] = ()
    court: str | None = None


EVERYBODY = "ALL"
"""The audience of what everybody in a case may see. Every other audience is one person's pseudonym."""


def seen_by(code: str, sk: str, audience: str) -> dict[str, str]:
    """Return the index key under which an audience finds an item of a case; to be stored with the item.

    An item that some may not see is listed for those who may: nobody reads past what is hidden from them.
    """
    return {"gsi1pk": f"{sk.partition('#')[0]}#{code}#{audience}", "gsi1sk": sk}
