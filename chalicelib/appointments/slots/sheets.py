"""Day sheets: what of a person's or a room's day is taken. One item each, one attribute a cell.

Whoever they mediate for, and whether they mediate or are a party: a person has one sheet a day, so that nobody is in
two places. A cell is `{by, until}`: who has it, and for how long if it is only held. A cell whose hold has run out is
free. `live` lists the sessions that the person mediates that day, so that a daily cap can be held to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self


class SheetKey(NamedTuple):
    """Where a sheet is kept."""

    pk: str
    sk: str

    @classmethod
    def of_room(cls, organisation: str, day: str, room: str) -> Self:
        """Return the key of a room's day."""
        return cls(f"DAY#{organisation}#{day}", f"ROOM#{room}")

    @classmethod
    def of_person(cls, person: str, day: str) -> Self:
        """Return the key of a person's day, mediator or party; `person` is a pseudonym."""
        return cls(f"PERSON#{person}", f"DAY#{day}")


class Cell(NamedTuple):
    """Who has a cell; `until`: when the hold ends, or None if it is firm."""

    by: str
    until: str | None

    def is_free(self, now: str) -> bool:
        """Tell whether the hold has run out."""
        return self.until is not None and self.until <= now


@dataclass(frozen=True, slots=True)
class Sheet:
    """A day as it was read."""

    key: SheetKey
    cells: Mapping[str, Cell] = field(default_factory=dict)
    live: Mapping[str, str] = field(default_factory=dict)
    lists_live: bool = False  # whether `live` is there yet: a person who was only a party that day has none

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Return the sheet that an item holds. By hand: its cells are attributes, so that each can be a condition."""
        cells = {name: Cell(value["by"], value.get("until")) for name, value in item.items() if _is_cell(name)}
        return cls(SheetKey(item["pk"], item["sk"]), cells, item.get("live", {}), lists_live="live" in item)

    def is_free(self, names: Iterable[str], now: str, *, own: frozenset[str] = frozenset()) -> bool:
        """Tell whether cells are free, or held by one of `own`."""
        found = (self.cells.get(name) for name in names)
        return all(cell is None or cell.is_free(now) or cell.by in own for cell in found)

    def count(self, now: str, *, without: frozenset[str] = frozenset()) -> int:
        """Return how many sessions the person mediates that day, as of an instant."""
        return sum(1 for who, until in self.live.items() if who not in without and not (until and until <= now))

    def lapsed(self, now: str) -> list[str]:
        """Return those whose hold has run out."""
        return sorted(who for who, until in self.live.items() if until and until <= now)

    def cells_of(self, who: str) -> list[str]:
        """Return the cells that somebody still has."""
        return sorted(name for name, cell in self.cells.items() if cell.by == who)


@dataclass(frozen=True, slots=True)
class DaySheets:
    """The sheets that there are of one day (`2026-11-25`), as of an instant. `own`: whose cells count as free."""

    day: str
    now: str
    sheets: Mapping[SheetKey, Sheet]
    own: frozenset[str] = frozenset()

    def of_person(self, person: str) -> Sheet:
        """Return a person's sheet, an empty one if there is none."""
        key = SheetKey.of_person(person, self.day)
        return self.sheets.get(key, Sheet(key))

    def are_free(self, persons: Iterable[str], cells: Sequence[str]) -> bool:
        """Tell whether all of these people are free in the cells."""
        return all(self.of_person(person).is_free(cells, self.now, own=self.own) for person in persons)

    def load_of(self, person: str) -> int:
        """Return how many sessions the person mediates that day, those of `own` not counted."""
        return self.of_person(person).count(self.now, without=self.own)

    def find_free_room(self, organisation: str, rooms: Iterable[str], cells: Sequence[str]) -> str | None:
        """Return the first room that is free in the cells, or None."""
        for room in rooms:
            sheet = self.sheets.get(SheetKey.of_room(organisation, self.day, room))
            if sheet is None or sheet.is_free(cells, self.now, own=self.own):
                return room
        return None


@dataclass(frozen=True, slots=True)
class SheetChange:
    """Cells that `by` takes and gives back on one sheet, together.

    `until`: when a hold ends, None for good; `over`: holds of one's own that may be replaced; `cap`: at most so many
    in `live`, `lapsed` ones (as they were read) not counted. `mediates`: the session is one that the sheet's person
    mediates, and `live` lists it; `new`: there is no `live` yet.
    """

    key: SheetKey
    by: str
    now: str
    take: tuple[str, ...] = ()
    give: tuple[str, ...] = ()
    until: str | None = None
    over: frozenset[str] = frozenset()
    cap: int | None = None
    lapsed: tuple[str, ...] = ()
    new: bool = False
    mediates: bool = False


def moved(taken: Iterable[SheetChange], given: Iterable[SheetChange]) -> list[SheetChange]:
    """Return what is taken and given back together, one change for each sheet: no item twice in a transaction."""
    changes = {change.key: change for change in taken}
    for change in given:
        also = changes.get(change.key)
        changes[change.key] = change if also is None else replace(also, give=change.give, new=False)
    return list(changes.values())


def _is_cell(name: str) -> bool:
    return len(name) == 5 and name[0] == "t" and name[1:].isdigit()  # noqa: PLR2004 - t0900
