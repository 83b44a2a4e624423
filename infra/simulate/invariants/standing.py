"""No case stands still: in every status that is not final, something is open to somebody."""

from __future__ import annotations

import json
from typing import Final

from chalicelib.cases.lifecycle.statuses import STATUSES
from chalicelib.shared.codes import show_code
from infra.simulate.acts.cases import holder
from infra.simulate.story import CaseNote, Story

_FINAL: Final = frozenset(code for code, one in STATUSES.items() if one.ended)
_ROLES: Final = ("applicant", "respondent", "clerk", "mediator", "court", "reviewer")


def check(story: Story) -> None:
    """Ask for everybody in each open case what they can do."""
    for note in story.cases.values():
        status = story.case_item(note.code)["status"]
        if status in _FINAL or any(one is not None and one.leaving for one in (note.applicant, note.respondent)):
            continue
        if not any(_offered(story, note, role) for role in _ROLES):
            story.found("stands-still", f"{note.code} is {status}, and nobody can do anything")


def _offered(story: Story, note: CaseNote, role: str) -> list[str]:
    person = holder(story, note, story.case_item(note.code), role)
    if person is None:
        return []
    status, body, _ = story.city.invoke(person, "GET", f"/v1/cases/{show_code(note.code)}")
    return [one["action"] for one in json.loads(body)["actions"]] if status == 200 else []
