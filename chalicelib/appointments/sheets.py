"""Day sheets: what of a mediator's, a room's or a person's day is taken. One item each, one attribute a cell.

A cell is `{by, until}`: who has it, and for how long if it is only held. A cell whose hold has run out is free.
`live` lists who has cells on the sheet, so that a daily cap can be held to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self


class SheetKey(NamedTuple):
    """Where a sheet is kept."""

    pk: str
    sk: str

    @classmethod
    def of_mediator(cls, organisation: str, day: str, mediator: str) -> Self:
        """Return the key of a mediator's day; all sheets of an organisation's day stand together."""
        return cls(f"DAY#{organisation}#{day}", f"MEDIATOR#{mediator}")

    @classmethod
    def of_room(cls, organisation: str, day: str, room: str) -> Self:
        """Return the key of a room's day."""
        return cls(f"DAY#{organisation}#{day}", f"ROOM#{room}")

    @classmethod
    def of_person(cls, person: str, day: str) -> Self:
        """Return the key of a party's day; `person` is a pseudonym."""
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
    exists: bool = False

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Return the sheet that an item holds."""
        cells = {name: Cell(value["by"], value.get("until")) for name, value in item.items() if _is_cell(name)}
        return cls(SheetKey(item["pk"], item["sk"]), cells, item.get("live", {}), exists=True)

    def is_free(self, names: Iterable[str], now: str, *, own: frozenset[str] = frozenset()) -> bool:
        """Tell whether cells are free, or held by one of `own`."""
        found = (self.cells.get(name) for name in names)
        return all(cell is None or cell.is_free(now) or cell.by in own for cell in found)

    def count(self, now: str, *, without: frozenset[str] = frozenset()) -> int:
        """Return how many have cells here at an instant."""
        return sum(1 for who, until in self.live.items() if who not in without and not (until and until <= now))

    def lapsed(self, now: str) -> list[str]:
        """Return those whose hold has run out."""
        return sorted(who for who, until in self.live.items() if until and until <= now)

    def cells_of(self, who: str) -> list[str]:
        """Return the cells that somebody still has."""
        return sorted(name for name, cell in self.cells.items() if cell.by == who)


@dataclass(frozen=True, slots=True)
class SheetChange:
    """Cells that `by` takes and gives back on one sheet, together.

    `until`: when a hold ends, None for good; `over`: holds of one's own that may be replaced; `cap`: at most so many
    on the sheet, `lapsed` ones (as they were read) not counted. Only mediators' sheets are `tracked` by `live`.
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

    @property
    def tracked(self) -> bool:
        """Whether the sheet lists who has cells on it."""
        return self.key.sk.startswith("MEDIATOR#")


def _is_cell(name: str) -> bool:
    return len(name) == 5 and name[0] == "t" and name[1:].isdigit()  # noqa: PLR2004 - t0900
