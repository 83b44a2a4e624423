"""A quiet beginning: cases that are in mediation with one mediator before the weather turns."""

from __future__ import annotations

from typing import Final

from infra.simulate.acts import cases, sessions
from infra.simulate.acts.steps import usual_steps
from infra.simulate.people import ROSTERS
from infra.simulate.story import CaseNote, Story

_MANY: Final = 12


def tell(story: Story, count: int) -> None:
    """Bring so many cases to mediation, each with a session of its own or a place in the line."""
    for _ in range(count):
        cases.file(story)
    for note in list(story.cases.values()):
        _to_mediation(story, note)
    for number, note in enumerate(story.cases.values()):
        if number % 2:
            sessions.book(story, note)
        else:
            sessions.wait_in_line(story, note)


def _to_mediation(story: Story, note: CaseNote) -> None:
    for _ in range(_MANY):
        item = story.case_item(note.code)
        if item["status"] in {"mediating", "withdrawn", "not_accepted"}:
            return
        role, action = usual_steps(item, story.now, joined=note.respondent is not None)[0]
        if role == "join":
            cases.join(story, note)
            continue
        person = cases.holder(story, note, item, role)
        if person is not None and action == "assign":
            body = {"mediator_id": next(one for one in ROSTERS[item["organisation"]] if one != note.applicant.subject)}
            cases.act(story, note, person, action, body)
        elif person is not None and action == "choose_mediator":
            cases.act(story, note, person, action, {"mediator_id": None})
        elif person is not None:
            cases.act(story, note, person, action)
