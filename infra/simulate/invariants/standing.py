"""Cases at rest: none stands still, none has a session without a mediator, and each counts for its organisation."""

from __future__ import annotations

import json
from collections import Counter
from typing import Final

from chalicelib.cases.lifecycle.statuses import STATUSES, WORKING
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import show_code
from chalicelib.shared.items import from_wire
from infra.simulate.acts.cases import holder
from infra.simulate.story import CaseNote, Story

_FINAL: Final = frozenset(code for code, one in STATUSES.items() if one.ended)
_ROLES: Final = ("applicant", "respondent", "clerk", "mediator", "court", "reviewer")


def check(story: Story) -> None:
    """Ask for everybody in each open case what they can do; count cases, and look at their sessions."""
    _check_counts(story)
    _check_sessions(story)
    for note in story.cases.values():
        status = story.case_item(note.code)["status"]
        if status in _FINAL or any(one is not None and one.leaving for one in (note.applicant, note.respondent)):
            continue
        if not any(_offered(story, note, role) for role in _ROLES):
            story.found("stands-still", f"{note.code} is {status}, and nobody can do anything")


def _check_counts(story: Story) -> None:
    """Check that an organisation's open cases are as many as those on which its work goes on."""
    every = (one for one in story.city.table("cases").every() if one["pk"]["S"].startswith("CASE#"))
    cases = [from_wire(one) for one in every if one["sk"]["S"] == "META"]
    worked = Counter(one["organisation"] for one in cases if one["status"] in WORKING)
    for item in story.city.table("organisations").partition("DIRECTORY"):
        organisation = item["sk"]["S"].partition("~LOAD#")[2]
        counted = int(item["open_cases"]["N"]) if organisation else 0
        if organisation and counted != worked[organisation]:
            story.found("open-miscounted", f"{organisation}: {counted} counted, {worked[organisation]} open")


def _check_sessions(story: Story) -> None:
    """Check that no session is agreed to come in a case without a mediator."""
    now = format_instant(story.now)
    for item in story.city.table("appointments").every():
        if not item["pk"]["S"].startswith("APPOINTMENT#") or item["sk"]["S"] != "META":
            continue
        one = from_wire(item)
        case = story.case_item(one["case_code"])
        if one["status"] == "confirmed" and one["start"] > now and case.get("mediator") is None:
            story.found("session-of-nobody", f"{one['id']} of {one['case_code']} ({case.get('status')})")


def _offered(story: Story, note: CaseNote, role: str) -> list[str]:
    person = holder(story, note, story.case_item(note.code), role)
    if person is None:
        return []
    status, body, _ = story.city.invoke(person, "GET", f"/v1/cases/{show_code(note.code)}")
    return [one["action"] for one in json.loads(body)["actions"]] if status == 200 else []
