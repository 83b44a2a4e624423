"""By which numbers staff at windows find a person: blind indexes, each noted with the person, so that erasure finds it.

`pk = REFERENCE#<blind index>` holds who is known by it; `pk = PERSON#<pseudonym>`, `sk = KNOWN#<blind index>` is the
note.
"""

from __future__ import annotations

from typing import Final

from chalicelib.ratings.rating.refusals import ContactTaken
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import Item
from chalicelib.shared.transactions import Transaction, Write

_NOTE: Final = "KNOWN#"


def note_of(person: str, reference: str) -> Item:
    """Return the key of the note that a person is known by a reference."""
    return {"pk": f"PERSON#{person}", "sk": _NOTE + reference}


def claims_of(table: Table, reference: str, person: str) -> list[Write]:
    """Return the writes by which a person is known by a reference; refused with `ContactTaken` if another is."""
    transaction = Transaction()
    transaction.put(
        table.name,
        {**_key_of(reference), "person": person},
        condition="attribute_not_exists(pk) OR person = :person",
        refusal=lambda _: ContactTaken(),
        values={":person": person},
    )
    transaction.put(table.name, note_of(person, reference))
    return transaction.writes


def writes_of(table: Table, reference: str, person: str) -> list[Write]:
    """Return the writes by which a person is known by a reference, unless another is."""
    transaction = Transaction()
    transaction.update(
        table.name,
        _key_of(reference),
        "SET person = if_not_exists(person, :person)",
        values={":person": person},
    )
    transaction.put(table.name, note_of(person, reference))
    return transaction.writes


def forget_writes(table: Table, person: str) -> list[Write]:
    """Return the writes by which a person is known by no reference any more; those of other accounts stay."""
    notes = table.list_partition(f"PERSON#{person}", prefix=_NOTE, attributes=("sk",))
    noted = [item["sk"].removeprefix(_NOTE) for item in notes]
    found = table.find_many([(f"REFERENCE#{one}", "PERSON") for one in noted])
    theirs = {item["pk"].removeprefix("REFERENCE#") for item in found if item["person"] == person}
    transaction = Transaction()
    for reference in noted:
        if reference in theirs:
            transaction.delete(table.name, _key_of(reference))
        transaction.delete(table.name, note_of(person, reference))
    return transaction.writes


def _key_of(reference: str) -> Item:
    return {"pk": f"REFERENCE#{reference}", "sk": "PERSON"}
