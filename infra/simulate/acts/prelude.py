"""A quiet beginning: cases that are in mediation, or have an agreement in force, before the weather turns."""

from __future__ import annotations

from typing import Final

from infra.simulate.acts import cases, sessions
from infra.simulate.acts.steps import usual_steps
from infra.simulate.people import ROSTERS
from infra.simulate.story import CaseNote, Story

_MANY: Final = 20
_ENDED: Final = frozenset({"withdrawn", "not_accepted"})


def tell(story: Story, count: int, bound: int) -> None:
    """Bring `count` cases to mediation, each with a session or a place in the line; and `bound` to an agreement."""
    for number in range(count + bound):
        cases.file(story)
        note = list(story.cases.values())[-1]
        _bring(story, note, "mediating" if number < count else "signed")
    for number, note in enumerate(list(story.cases.values())[:count]):
        if number % 2:
            sessions.book(story, note)
        else:
            sessions.wait_in_line(story, note)


def _bring(story: Story, note: CaseNote, status: str) -> None:
    for _ in range(_MANY):
        item = story.case_item(note.code)
        if item["status"] == status or item["status"] in _ENDED:
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
