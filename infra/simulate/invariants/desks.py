"""What waits for somebody stands on exactly one desk, and nothing stands on a desk that waits for nobody."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.appointments.booking.desks import desk_items as of_appointment
from chalicelib.appointments.booking.model import Appointment
from chalicelib.cases.lifecycle.desks import desk_items as of_case
from chalicelib.cases.lifecycle.model import Case
from chalicelib.desk.model import DeskItem
from chalicelib.ratings.rating.desks import desk_items as of_rating
from chalicelib.ratings.rating.model import Rating
from chalicelib.shared.items import from_wire
from chalicelib.shared.records import from_item
from infra.simulate.story import Story


def check(story: Story) -> None:
    """Compare the desks with what cases, sessions and ratings wait for; and escalations with what was said of them."""
    wanted = {one.key: one for one in _waiting(story)}
    found: dict[tuple[str, str], DeskItem] = {}
    listed: dict[tuple[str, str], set[str]] = {}
    for item in story.city.table("desks").every():
        if not item["pk"]["S"].startswith("ITEM#"):
            continue
        row = from_wire(item)
        one = from_item(DeskItem, row)
        found[one.key] = one
        listed.setdefault(one.key, set()).add(row["gsi1pk"])
    for key in sorted(wanted.keys() - found.keys()):
        story.found("on-no-desk", f"{key} waits for {wanted[key].waiting_for}")
    for key in sorted(found.keys() - wanted.keys()):
        story.found("waits-for-nobody", f"{key} stands on {found[key].desk}")
    for key in sorted(found.keys() & wanted.keys()):
        if found[key] != wanted[key]:
            story.found("desk-differs", f"{found[key]} instead of {wanted[key]}")
        one = wanted[key]
        if listed[key] != {f"DESK#{one.desk}", f"DESK#{one.desk}#{one.kind}"}:
            story.found("on-several-desks", f"{key}: {sorted(listed[key])}")


def _waiting(story: Story) -> Iterator[DeskItem]:
    cases: dict[str, Case] = {}
    for item in story.city.table("cases").every():
        if item["pk"]["S"].startswith("CASE#") and item["sk"]["S"] == "META":
            case = from_item(Case, from_wire(item))
            cases[case.code] = case
            yield from of_case(case)
    for item in story.city.table("appointments").every():
        if item["pk"]["S"].startswith("APPOINTMENT#") and item["sk"]["S"] == "META":
            one = from_item(Appointment, from_wire(item))
            if one.case_code in cases:
                yield from of_appointment(one, cases[one.case_code].dispute_type)
    for item in story.city.table("ratings").every():
        if item["pk"]["S"].startswith("RATING#") and item["sk"]["S"] == "META":
            yield from of_rating(from_item(Rating, from_wire(item)))
