"""Narrowing a search: one set of filters, asked of the index in SQL, or of rows that ranking has at hand."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from chalicelib.catalogue.snapshot import Row

_LISTED: Final = {"theme": "themes", "audience": "audiences", "channel": "channels"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What to narrow a search by; None: any. A region code covers those below it (GB/T 2260 codes nest)."""

    theme: str | None = None
    department: str | None = None
    type: str | None = None
    audience: str | None = None
    channel: str | None = None
    region: str | None = None


def condition_of(filters: Filters) -> tuple[str, list[Any]]:
    """Return the SQL condition on `items`' columns, and its values."""
    conditions, values = ["1"], []
    for field in fields(filters):
        value = getattr(filters, field.name)
        if value is None:
            continue
        column = _LISTED.get(field.name)
        if column:
            conditions.append(f"',' || {column} || ',' LIKE ?")
            values.append(f"%,{value},%")
        elif field.name == "region":
            conditions.append("region LIKE ?")
            values.append(_region_prefix(value) + "%")
        else:
            conditions.append(f"{field.name} = ?")
            values.append(value)
    return " AND ".join(conditions), values


def passes(row: Row, filters: Filters) -> bool:
    """Tell whether a row passes all filters."""
    return (
        (filters.theme is None or filters.theme in row.themes.split(","))
        and (filters.department is None or filters.department == row.department)
        and (filters.type is None or filters.type == row.type)
        and (filters.audience is None or filters.audience in row.audiences.split(","))
        and (filters.channel is None or filters.channel in row.channels.split(","))
        and (filters.region is None or (row.region or "").startswith(_region_prefix(filters.region)))
    )


def _region_prefix(code: str) -> str:
    """Return what all codes at or below a region begin with: 210200 → 2102, 210000 → 21."""
    if len(code) >= 6:  # noqa: PLR2004
        for length in (2, 4, 6, 9):
            if not code[length:].strip("0"):
                return code[:length]
    return code
