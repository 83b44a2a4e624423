"""A change of a day sheet as one conditional update: every part of its expressions is named here, and says why.

Two sessions can never have one cell, whoever races whom: each cell is taken under a condition of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.appointments.booking.races import SheetChanged
from chalicelib.appointments.booking.refusals import PartyBusy, SlotTaken
from chalicelib.appointments.booking.sheets import Sheet, SheetChange
from chalicelib.shared.errors import YimaError
from chalicelib.shared.items import Item
from chalicelib.shared.transactions import Transaction, Write


def write_of(table: str, change: SheetChange) -> Write:
    """Return the update that makes the change, if nobody was faster."""
    names: dict[str, str] = {"#by": "by"}
    values: dict[str, Any] = {":me": change.by}
    sets, removes, conditions = [], [], []
    cell: dict[str, Any] = {"by": change.by} if change.until is None else {"by": change.by, "until": change.until}
    for number, name in enumerate(change.take):
        names[f"#t{number}"] = name
        sets.append(f"#t{number} = :cell")
        # Free: nobody's, or held by somebody whose time is over, or mine already.
        mine = [":me", *(f":own{n}" for n, _ in enumerate(sorted(change.over)))]
        conditions.append(
            f"(attribute_not_exists(#t{number}) OR #t{number}.#until <= :now OR #t{number}.#by IN ({', '.join(mine)}))"
        )
    if change.take:
        names["#until"] = "until"
        values |= {":cell": cell, ":now": change.now, **{f":own{n}": own for n, own in enumerate(sorted(change.over))}}
    for number, name in enumerate(sorted(set(change.give) - set(change.take))):
        names[f"#g{number}"] = name
        removes.append(f"#g{number}")
        conditions.append(f"#g{number}.#by = :me")  # what is not mine any more is not mine to give
    if change.mediates:
        _track(change, names, values, sets, removes, conditions)
    expression = " ".join(
        part
        for part in (f"SET {', '.join(sets)}" if sets else "", f"REMOVE {', '.join(removes)}" if removes else "")
        if part
    )
    if not change.take and not change.give:
        values.pop(":me")
        names.pop("#by")
    transaction = Transaction()
    transaction.update(
        table,
        {"pk": change.key.pk, "sk": change.key.sk},
        expression,
        condition=" AND ".join(conditions),
        refusal=_refusal(change),
        names=names,
        values=values,
    )
    return transaction.writes[0]


def _track(  # noqa: PLR0917
    change: SheetChange,
    names: dict[str, str],
    values: dict[str, Any],
    sets: list[str],
    removes: list[str],
    conditions: list[str],
) -> None:
    names["#live"] = "live"
    if change.new:  # a map must be there before something can be put into it
        sets.append("#live = :live")
        values[":live"] = {change.by: change.until or ""}
        conditions.append("attribute_not_exists(#live)")
        return
    names["#me"] = change.by
    if change.take:
        sets.append("#live.#me = :until")
        values[":until"] = change.until or ""
    else:
        removes.append("#live.#me")
    gone = sorted({*change.lapsed, *change.over} - {change.by})
    for number, who in enumerate(gone):
        names[f"#l{number}"] = who
        removes.append(f"#live.#l{number}")
        # Those who are counted out must still be in: or two bookers would count the same one out.
        conditions.append(f"attribute_exists(#live.#l{number})")
    conditions.append("attribute_exists(#live)")
    if change.cap is not None:
        conditions.append("size(#live) < :cap")
        values[":cap"] = change.cap + len(gone)


def _refusal(change: SheetChange) -> Callable[[Item | None], YimaError]:
    def refuse(found: Item | None) -> YimaError:
        if found is not None and not Sheet.from_item(found).is_free(
            change.take, change.now, own=change.over | {change.by}
        ):
            of_party = change.key.sk.startswith("DAY#") and not change.mediates
            return PartyBusy() if of_party else SlotTaken()
        return SheetChanged()

    return refuse
