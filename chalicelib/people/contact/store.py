"""Proved numbers and one-time codes in DynamoDB.

| access pattern | table | key condition |
| --- | --- | --- |
| which number a person has proved, by code or claim | PeopleTable | `pk = PERSON#<pseudonym>`, `sk = CONTACT#<how>` |
| who has proved a number | PeopleTable | `pk = NUMBER#<blind index>`, `sk` begins with `PROVED#` |
| a person's code on its way to a number | PeopleTable | `pk = PERSON#<pseudonym>`, `sk = CODE#<blind index>` |
| texts that left for a person, or to a number | PeopleTable | `sk = TEXTS` in either partition |

Several people may have proved one number: each has a row of their own in it. No number stands here in the open.
"""

from __future__ import annotations

from typing import Any, Final

from chalicelib.people.contact.model import CodeOnItsWay, How, Proved, Texts
from chalicelib.people.contact.refusals import ContactChanged
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import YimaError
from chalicelib.shared.items import Item
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.transactions import Committer, Refusal, Transaction, Write

_CONTACT: Final = "CONTACT#"
_CODE: Final = "CODE#"
_PROVED: Final = "PROVED#"
_TEXTS: Final = "TEXTS"


class ContactStore:
    """Who has proved which number."""

    def __init__(self, clients: Clients, table: str, committer: Committer) -> None:
        self._table = Table(clients, table)
        self._committer = committer

    def find_proved(self, person: str, how: How) -> Proved | None:
        """Return the number that a person has proved in this way, or None. One read."""
        item = self._table.find(_of(person), _CONTACT + how)
        return None if item is None else from_item(Proved, item)

    def list_proved(self, person: str) -> list[Proved]:
        """Return the numbers that a person has proved: one by code, one by claim at most."""
        return [from_item(Proved, item) for item in self._table.list_partition(_of(person), prefix=_CONTACT)]

    def list_people(self, number: str) -> list[str]:
        """Return who has proved a number (blind index), as pseudonyms: two of them, if they are more. One read."""
        # Three rows: somebody who has proved it in both ways has two.
        found, _ = self._table.query(_number(number), prefix=_PROVED, limit=3)
        return list(dict.fromkeys(item["person"] for item in found))

    def keep_writes(self, person: str, proved: Proved, seen: Proved | None, refusal: Refusal) -> list[Write]:
        """Return the writes by which a person has proved a number; the one that they had `seen` finds them no more.

        `refusal`: what it means that they have proved another one in this way meanwhile.
        """
        transaction = Transaction()
        unchanged: dict[str, Any] = {"condition": "attribute_not_exists(pk)"}
        if seen is not None:
            unchanged = _still(seen)
        item = {"pk": _of(person), "sk": _CONTACT + proved.how, **to_item(proved)}
        transaction.put(self._table.name, item, refusal=refusal, **unchanged)
        transaction.put(self._table.name, {**_row(proved.number, person, proved.how), "person": person})
        if seen is not None and seen.number != proved.number:
            transaction.delete(self._table.name, _row(seen.number, person, seen.how))
        return transaction.writes

    def keep(self, person: str, proved: Proved, seen: Proved | None, code: CodeOnItsWay | None) -> None:
        """Keep that a person has proved a number; see `keep_writes`. `code`: that proved it, and proves nothing again.

        Raises `ContactChanged` if either is another by now.
        """
        transaction = Transaction(self.keep_writes(person, proved, seen, _changed))
        if code is not None:
            transaction.update(
                self._table.name,
                {"pk": _of(person), "sk": _CODE + proved.number},
                "SET used_at = :now",
                condition="digest = :digest",
                values={":now": proved.proved_at, ":digest": code.digest},
                refusal=_changed,
            )
        self._committer.commit(transaction)

    def find_code(self, person: str, number: str) -> CodeOnItsWay | None:
        """Return the newest code that left to a number for a person, or None. One read."""
        item = self._table.find(_of(person), _CODE + number)
        return None if item is None else from_item(CodeOnItsWay, item)

    def count_try(self, person: str, number: str, code: CodeOnItsWay, at_most: int) -> bool:
        """Count one try of a code before it is compared; tell whether it may be tried (and is the newest still)."""
        return self._table.update(
            (_of(person), _CODE + number),
            "ADD tries :one",
            condition="digest = :digest AND tries < :most",
            values={":one": 1, ":digest": code.digest, ":most": at_most},
        )

    def find_texts_for(self, person: str) -> Texts:
        """Return when texts left for a person. One read."""
        return self._find_texts(_of(person))

    def find_texts_to(self, number: str) -> Texts:
        """Return when texts left to a number (blind index), for whomever. One read."""
        return self._find_texts(_number(number))

    def send_off(self, person: str, number: str, code: CodeOnItsWay, for_person: Texts, to_number: Texts) -> None:
        """Keep a code, and count its text for both; `ContactChanged` if another text was counted meanwhile."""
        transaction = Transaction()
        transaction.put(self._table.name, {"pk": _of(person), "sk": _CODE + number, **to_item(code)})
        self._count(transaction, _of(person), for_person)
        self._count(transaction, _number(number), to_number)
        self._committer.commit(transaction)

    def count_for(self, person: str, for_person: Texts) -> None:
        """Count a wish for a text for a person only; `ContactChanged` if another one was counted meanwhile."""
        transaction = Transaction()
        self._count(transaction, _of(person), for_person)
        self._committer.commit(transaction)

    def take_back(self, person: str, number: str, code: CodeOnItsWay, for_person: Texts, to_number: Texts) -> None:
        """Forget a code whose text did not leave, and what was counted; `ContactChanged` if more happened since."""
        transaction = Transaction()
        transaction.delete(
            self._table.name,
            {"pk": _of(person), "sk": _CODE + number},
            condition="digest = :digest",
            values={":digest": code.digest},
            refusal=_changed,
        )
        self._count(transaction, _of(person), for_person)
        self._count(transaction, _number(number), to_number)
        self._committer.commit(transaction)

    def forget_proved(self, person: str, proved: Proved) -> None:
        """Forget a number that a person has proved; `ContactChanged` if it is another by now."""
        transaction = Transaction()
        key = {"pk": _of(person), "sk": _CONTACT + proved.how}
        transaction.delete(self._table.name, key, refusal=_changed, **_still(proved))
        transaction.delete(self._table.name, _row(proved.number, person, proved.how))
        self._committer.commit(transaction)

    def forget_codes(self, person: str) -> None:
        """Forget a person's codes, and how many left."""
        codes = self._table.list_partition(_of(person), prefix=_CODE, attributes=("sk",))
        self._table.delete_many([*((_of(person), item["sk"]) for item in codes), (_of(person), _TEXTS)])

    def _find_texts(self, pk: str) -> Texts:
        item = self._table.find(pk, _TEXTS)
        return Texts() if item is None else from_item(Texts, item)

    def _count(self, transaction: Transaction, pk: str, texts: Texts) -> None:
        """Write what was counted, the n-th time, unless somebody else wrote the n-th time."""
        unchanged: dict[str, Any] = {"condition": "attribute_not_exists(pk)"}
        if texts.writes > 1:
            unchanged = {"condition": "writes = :before", "values": {":before": texts.writes - 1}}
        transaction.put(self._table.name, {"pk": pk, "sk": _TEXTS, **to_item(texts)}, refusal=_changed, **unchanged)


def _changed(item: Item | None) -> YimaError:  # noqa: ARG001 - as a refusal is called
    return ContactChanged()


def _still(proved: Proved) -> dict[str, Any]:
    """Return the condition that somebody's number is the one that was seen."""
    return {"condition": "#number = :seen", "names": {"#number": "number"}, "values": {":seen": proved.number}}


def _of(person: str) -> str:
    return f"PERSON#{person}"


def _number(number: str) -> str:
    return f"NUMBER#{number}"


def _row(number: str, person: str, how: How) -> dict[str, str]:
    """Return the key of the row that a person has proved a number."""
    return {"pk": _number(number), "sk": f"{_PROVED}{person}#{how}"}
