"""Readings of personal data by staff, as they are noted before the data is shown."""

from __future__ import annotations

from typing import Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.policies import STAFF
from chalicelib.people.public import Access
from chalicelib.shared.viewer import Viewer

PURPOSE_OF: Final = {
    "mediator": "case_handling",
    "clerk": "case_handling",
    "court": "judicial_confirmation",
    "reviewer": "appeal_review",
    "supervisor": "supervision",
}
"""Why each function reads a case unless it says otherwise."""


def accesses_of(
    viewer: Viewer, relation: str, person: str, case: Case, at: str, *, what: str, purpose: str | None = None
) -> list[Access]:
    """Return what is to be noted when this viewer reads the case: an entry for each party with an account.

    Parties who read their own case are no staff: nothing is noted.
    """
    if relation not in STAFF:
        return []
    return [
        Access(
            person=party.person,
            at=at,
            case_code=case.code,
            reader=person,
            role=relation,
            organisation=viewer.organisation,
            purpose=purpose or PURPOSE_OF[relation],
            what=what,
        )
        for party in case.parties
        if party.person is not None
    ]
