"""A case in a list, as people see it."""

from __future__ import annotations

from typing import Self

from chalicelib.cases.lifecycle.lists import Listing
from chalicelib.cases.lifecycle.names import Names
from chalicelib.cases.lifecycle.records import Listed
from chalicelib.cases.lifecycle.statuses import STATUSES
from chalicelib.shared.codes import show_code
from chalicelib.shared.texts import Language
from chalicelib.web.view import View


class NextDue(View):
    """The date that comes next, and the id of its rule."""

    at: str
    provisional: bool
    rule: str


class NextSession(View):
    """The next session that is asked for or fixed."""

    id: str
    start: str
    mode: str


class CaseLine(View):
    """A case in a list. `title`: what the applicant called it, to parties; to staff its type and code."""

    code: str
    title: str
    status: str
    status_name: str
    colour: str
    percent: int
    dispute_type: str
    dispute_type_name: str
    region: str
    region_name: str | None
    organisation: str
    organisation_name: str | None
    court: str | None
    court_name: str | None
    next_step: str
    next_due: NextDue | None
    appointment: NextSession | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, listed: Listed, listing: Listing, names: Names, language: Language) -> Self:
        """Return the view of one line."""
        status, code = STATUSES[listed.status], show_code(listed.code)
        type_name = names.type_name(listed.dispute_type, language)
        return cls(
            code=code,
            title=listing.titles.get(listed.code) or f"{type_name} {code}",
            status=listed.status,
            status_name=status.name.text(language),
            colour=status.colour,
            percent=status.percent,
            dispute_type=listed.dispute_type,
            dispute_type_name=type_name,
            region=listed.region,
            region_name=names.region_name(listed.region, language),
            organisation=listed.organisation,
            organisation_name=names.organisation_name(listed.organisation, language),
            court=listed.court,
            court_name=names.organisation_name(listed.court, language),
            next_step=status.next_step.text(language),
            next_due=None if listed.next_due is None else NextDue(**listed.next_due),
            appointment=_next_session(listed, listing.now),
            created_at=listed.created_at,
            updated_at=listed.updated_at,
        )


class CaseList(View):
    """A page of cases."""

    items: list[CaseLine]
    next_cursor: str | None


def _next_session(listed: Listed, now: str) -> NextSession | None:
    """Return the first session that is not over, and whose hold has not run out."""
    ahead = [one for one in listed.sessions if one["end"] > now and one.get("hold_expires_at", "~") > now]
    if not ahead:
        return None
    first = min(ahead, key=lambda one: str(one["start"]))
    return NextSession(id=first["id"], start=first["start"], mode=first["mode"])
