"""A change of a day sheet as one conditional update: every part of its expressions is named here, and says why.

Two sessions can never have one cell, whoever races whom: each cell is taken under a condition of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.appointments.slots.races import SheetChanged
from chalicelib.appointments.slots.refusals import PartyBusy, SlotTaken
from chalicelib.appointments.slots.sheets import Sheet, SheetChange
from chalicelib.shared.errors import YimaError
from chalicelib.shared.items import Item
from chalicelib.shared.transactions import Transaction, Write


@dataclass(frozen=True, slots=True)
class _Update:
    """The parts of one update's expressions as they are collected."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    sets: list[str] = field(default_factory=list)
    removes: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)

    @property
    def expression(self) -> str:
        """The update expression."""
        clauses = (("SET", self.sets), ("REMOVE", self.removes))
        return " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses if parts)


def write_of(table: str, change: SheetChange) -> Write:
    """Return the update that makes the change, if nobody was faster."""
    update = _Update()
    if change.take or change.give:
        update.names["#by"] = "by"
        update.values[":me"] = change.by
    _take(update, change)
    _give(update, change)
    if change.mediates:
        _list_live(update, change)
    transaction = Transaction()
    transaction.update(
        table,
        {"pk": change.key.pk, "sk": change.key.sk},
        update.expression,
        condition=" AND ".join(update.conditions),
        refusal=_refusal(change),
        names=update.names,
        values=update.values,
    )
    return transaction.writes[0]


def _take(update: _Update, change: SheetChange) -> None:
    """Take cells that are free: nobody's, or held by somebody whose time is over, or one's own already."""
    if not change.take:
        return
    own = {f":own{number}": who for number, who in enumerate(sorted(change.over))}
    mine = ", ".join([":me", *own])
    cell = {"by": change.by} if change.until is None else {"by": change.by, "until": change.until}
    update.names["#until"] = "until"
    update.values.update({":cell": cell, ":now": change.now, **own})
    for number, name in enumerate(change.take):
        taken = f"#t{number}"
        update.names[taken] = name
        update.sets.append(f"{taken} = :cell")
        update.conditions.append(
            f"(attribute_not_exists({taken}) OR {taken}.#until <= :now OR {taken}.#by IN ({mine}))"
        )


def _give(update: _Update, change: SheetChange) -> None:
    """Give back only cells that the session still has: by now they may be somebody else's."""
    for number, name in enumerate(sorted(set(change.give) - set(change.take))):
        given = f"#g{number}"
        update.names[given] = name
        update.removes.append(given)
        update.conditions.append(f"{given}.#by = :me")


def _list_live(update: _Update, change: SheetChange) -> None:
    """Keep the list of the sessions that the sheet's person mediates that day, and hold it to the daily cap."""
    update.names["#live"] = "live"
    if change.new:  # a map must be there before something can be put into it
        update.sets.append("#live = :live")
        update.values[":live"] = {change.by: change.until or ""}
        update.conditions.append("attribute_not_exists(#live)")
        return
    update.names["#me"] = change.by
    if change.take:
        update.sets.append("#live.#me = :until")
        update.values[":until"] = change.until or ""
    else:
        update.removes.append("#live.#me")
    gone = sorted({*change.lapsed, *change.over} - {change.by})
    for number, who in enumerate(gone):
        update.names[f"#l{number}"] = who
        update.removes.append(f"#live.#l{number}")
        # Those who are counted out must still be in: or two bookers would count the same one out.
        update.conditions.append(f"attribute_exists(#live.#l{number})")
    update.conditions.append("attribute_exists(#live)")
    if change.cap is not None:
        update.conditions.append("size(#live) < :cap")
        update.values[":cap"] = change.cap + len(gone)


def _refusal(change: SheetChange) -> Callable[[Item | None], YimaError]:
    def refuse(found: Item | None) -> YimaError:
        if found is not None and not Sheet.from_item(found).is_free(
            change.take, change.now, own=change.over | {change.by}
        ):
            of_party = change.key.sk.startswith("DAY#") and not change.mediates
            return PartyBusy() if of_party else SlotTaken()
        return SheetChanged()

    return refuse
