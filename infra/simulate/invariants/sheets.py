"""Occupied cells of day sheets are those of live appointments and offers, no more and no fewer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.items import from_wire
from infra.simulate.story import Story

_CELL: Final = re.compile(r"t\d{4}")
_TOOK_PLACE: Final = frozenset({"confirmed", "held", "no_show", "unreported"})
_BOOKABLE: Final = frozenset({"assigned", "mediating", "agreed"})
_GRID: Final = timedelta(minutes=30)


def check(story: Story) -> None:
    """Check both directions, and that every wish in a line is whole."""
    now = format_instant(story.now)
    items = [from_wire(item) for item in story.city.table("appointments").every()]
    appointments = {one["id"]: one for one in items if one["pk"].startswith("APPOINTMENT#") and one["sk"] == "META"}
    offers = {one["pk"]: one for one in items if one["pk"].startswith("OFFER-")}
    sheets = [one for one in items if any(_CELL.fullmatch(name) for name in one)]
    for sheet in sheets:
        for name, cell in sorted(sheet.items()):
            if _CELL.fullmatch(name) and (cell.get("until") is None or cell["until"] > now):
                _check_cell(story, f"{sheet['pk']} {sheet['sk']} {name}", cell, appointments, offers)
    for one in appointments.values():
        if one["status"] == "confirmed" or (one["status"] == "requested" and one["hold_expires_at"] > now):
            _check_taken(story, one, sheets)
    _check_line(story, items)


def _check_line(story: Story, items: list[dict[str, Any]]) -> None:
    """Each wish is whole, and each case finds its own: the spot of the case and the row of the line go together."""
    now = story.now.timestamp()
    items = [one for one in items if one.get("ttl", now + 1) > now]  # what is over is swept row by row, in no order
    spots = {one["pk"].partition("#")[2] for one in items if one["pk"].startswith("WAITING#")}
    wishes = [one for one in items if one["pk"].startswith("WAITLIST#")]
    for one in wishes:
        if "modes" not in one:
            story.found("broken-wish", f"{one['pk']} {one['sk']} holds only {sorted(one)}")
        else:
            _check_wish(story, one)
    waiting = {one.get("case_code") for one in wishes}
    for code in sorted(spots ^ waiting, key=str):
        kind = "spot without a wish" if code in spots else "wish without a spot"
        story.found("broken-wish", f"a {kind}: {code}")


def _check_wish(story: Story, one: dict[str, Any]) -> None:
    """Only cases that can still book wait in a line, and in the line of their mediator."""
    case = story.case_item(one["case_code"])
    if case.get("status") not in _BOOKABLE or case.get("mediator") != one["mediator"]:
        what = f"{one['case_code']} ({case.get('status')}, {case.get('mediator')})"
        story.found("stale-wish", f"{what} waits in the line of {one['mediator']}")


def _check_cell(
    story: Story,
    where: str,
    cell: dict[str, Any],
    appointments: dict[str, dict[str, Any]],
    offers: dict[str, dict[str, Any]],
) -> None:
    """Check that a taken cell (`where`: its key and name) is an offer's, or that of a live appointment at this time."""
    until = cell.get("until")
    if cell["by"] in offers or (cell["by"].startswith("OFFER") and until is not None):
        return
    one = appointments.get(cell["by"])
    if one is None:
        story.found("cell-of-nobody", f"{where} is {cell['by']}'s, which is not there")
    elif until is None and one["status"] not in _TOOK_PLACE:
        story.found("cell-of-the-dead", f"{where} is kept by {one['id']}, which is {one['status']}")
    elif where.rpartition(" ")[2] not in cells_of(one, with_buffer=True):
        story.found("cell-left-over", f"{where} is kept by {one['id']}, which is at {one['start']}")


def _check_taken(story: Story, one: dict[str, Any], sheets: list[dict[str, Any]]) -> None:
    day = datetime.fromisoformat(one["start"]).astimezone(SHANGHAI).date().isoformat()
    mine: dict[str, set[str]] = {}
    for sheet in sheets:
        if day in {*sheet["pk"].split("#"), *sheet["sk"].split("#")}:
            taken = {name for name, cell in sheet.items() if _CELL.fullmatch(name) and cell["by"] == one["id"]}
            for word in (*sheet["pk"].split("#"), *sheet["sk"].split("#")):
                mine.setdefault(word, set()).update(taken)
    wanted = set(cells_of(one, with_buffer=False))
    for person in one["persons"].values():
        if not wanted <= mine.get(person, set()):
            story.found("cells-not-taken", f"{one['id']} ({one['status']}) at {one['start']}: a party's sheet")
    if not wanted <= mine.get(one["mediator"], set()) | mine.get(one["mediator_person"], set()):
        story.found("cells-not-taken", f"{one['id']} ({one['status']}) at {one['start']}: the mediator's sheet")
    if one.get("room") is not None and not wanted <= mine.get(one["room"], set()):
        story.found("cells-not-taken", f"{one['id']} ({one['status']}) at {one['start']}: the room's sheet")


def cells_of(one: dict[str, Any], *, with_buffer: bool) -> list[str]:
    """Return the names of an appointment's cells."""
    start, end = (datetime.fromisoformat(one[name]).astimezone(SHANGHAI) for name in ("start", "end"))
    count = (end - start) // _GRID + (one.get("buffer_cells", 0) if with_buffer else 0)
    return [f"t{start + number * _GRID:%H%M}" for number in range(count)]
