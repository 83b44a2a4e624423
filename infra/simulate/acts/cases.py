"""Disputes: filing, joining, and the actions of everybody who has a part in a case."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.cases.lifecycle.stages.duties import DUTY_ACTIONS
from chalicelib.cases.lifecycle.statuses import STATUSES
from chalicelib.cases.lifecycle.transitions import TRANSITIONS
from chalicelib.shared.codes import parse_code, show_code
from infra.simulate.acts.bodies import application, details
from infra.simulate.acts.steps import usual_steps
from infra.simulate.errands import Reply
from infra.simulate.people import REGIONS, Person, filing
from infra.simulate.story import CaseNote, Story

_TYPES: Final = ("neighbour", "contract_loan", "consumer", "labour")
_ENDED: Final = frozenset(code for code, one in STATUSES.items() if one.ended)
_ENDING: Final = frozenset(
    (
        *("withdraw", "refuse", "mark_unreachable", "decline", "end", "refuse_to_sign"),
        *("transfer", "pass", "recuse", "replace", "request_changes", "withdraw_application", "dismiss"),
    )
)
"""Actions that lead away from an agreement: mostly passed over, or no case would come far."""
_NOT_NOW: Final = frozenset(
    (
        *("illegal-transition", "not-allowed", "consent-missing", "choice-open", "challenge-decided"),
        *("window-closed", "already-refused", "enquiry-open", "duty-not-due"),
    )
)
"""Refusals that lie in the case and not in the details: what is offered does not meet them."""
_ROLES: Final = ("applicant", "respondent", "mediator", "clerk", "court", "reviewer")


def file(story: Story) -> None:
    """File a dispute."""
    person = story.choices.choice([one for one in story.city.citizens if not one.leaving])
    number = len(story.errands.every)
    region = REGIONS[0] if story.weather.crowded and number % 4 else story.choices.choice(REGIONS)
    body, theirs = filing(person, number, region, story.choices.choice(_TYPES))
    person.plant(*theirs, personal=False)

    def filed(reply: Reply) -> None:
        view = reply.json()
        code = parse_code(view["code"])
        story.cases[code] = CaseNote(code, person, theirs)

    story.errands.ask(person, "POST", "/v1/cases", body, after=filed)


def go_on(story: Story) -> None:
    """Take a case one step further."""
    note = choose(story)
    if note is None:
        file(story)
        return
    item = story.case_item(note.code)
    story.notice_respondent(note, item)
    options = usual_steps(item, story.now, joined=note.respondent is not None)
    if item["status"] == "mediating" and story.weather.crowded and story.choices.random() < 0.85:
        return  # people still talk: and need sessions for it
    if not options or story.choices.random() < 0.15:
        as_offered(story, note)
        return
    role, action = story.choices.choice(options)
    if role == "join":
        join(story, note)
        return
    person = holder(story, note, item, role)
    if person is not None and not person.leaving:
        act(story, note, person, action)


def as_offered(story: Story, note: CaseNote | None = None) -> None:
    """Look at a case, and do one of the things that are offered there."""
    note = note or choose(story)
    if note is None:
        return
    item = story.case_item(note.code)
    role = story.choices.choice(_ROLES)
    person = holder(story, note, item, role)
    if person is None or person.leaving:
        return
    reply = story.errands.ask(person, "GET", f"/v1/cases/{show_code(note.code)}", case=note.code)
    if reply is None or not reply.ok:
        return
    view = reply.json()
    offered = [_named(one) for one in view["actions"]]
    if story.choices.random() < 0.75:
        offered = [one for one in offered if one not in _ENDING]
    if not offered:
        return
    action = story.choices.choice(offered)
    if action == "book":
        from infra.simulate.acts import sessions  # late: sessions are booked in cases

        sessions.book(story, note)
        return
    answer = file_appeal(story, note, person) if action == "appeal" else act(story, note, person, action)
    unchanged = story.case_item(note.code).get("version") == view["version"]
    if answer is not None and answer.problem in _NOT_NOW and unchanged:
        story.found("offered-but-refused", f"{action} by {role} in {view['status']}: {answer.problem}")


def _named(offered: dict[str, Any]) -> str:
    """Return an action that is offered as `usual_steps` names it."""
    action, (_, _, about) = str(offered["action"]), str(offered["href"]).partition("/duties/")
    return f"{action}#{about.partition('/')[0]}" if about else action


def act(story: Story, note: CaseNote, person: Person, action: str, body: dict[str, Any] | None = None) -> Reply | None:
    """Take an action (`<name>#<number>` for a duty's) with details that suit it."""
    name, _, number = action.partition("#")
    path = f"/v1/cases/{show_code(note.code)}"
    if name == "apply_confirmation" and body is None:
        courts = story.errands.ask(person, "GET", f"{path}/courts", case=note.code)
        body = application(story, note, courts.json()) if courts is not None and courts.ok else None
        if body is None:
            return None
    body = details(story, person, name, story.case_item(note.code)) if body is None else body
    where = f"{path}/duties/{number}/actions/{name}" if number else f"{path}/actions/{name}"
    return story.errands.ask(person, "POST", where, body, case=note.code)


def meddle(story: Story) -> None:
    """Try what can be done in a case now, as anybody who could do it in a case of their own."""
    note = choose(story)
    if note is None:
        return
    status = story.case_item(note.code)["status"]
    rows = [one for one in TRANSITIONS.values() if status in one.sources and not one.by_clock]
    if not rows:
        return
    row = story.choices.choice(rows)
    role = story.choices.choice(sorted(row.relations))
    held = role if role in {"clerk", "mediator", "court", "reviewer"} else "citizen"
    person = story.choices.choice([one for one in story.city.people.values() if held in one.roles and not one.leaving])
    act(story, note, person, f"{row.action}#1" if row.action in DUTY_ACTIONS else row.action)


def join(story: Story, note: CaseNote) -> None:
    """Join a case by its invite code, or by the link in the letter, as somebody who has no part in it yet."""
    if note.respondent is not None:
        return
    letter = _letter(story, note)
    if letter is None:
        return
    strangers = [one for one in story.city.citizens if one is not note.applicant and not one.leaving]
    person = story.choices.choice(strangers)
    path, body = f"/v1/cases/{show_code(note.code)}/join", {"invite_code": letter["code"]}
    if story.choices.random() < 0.5:
        path, body = f"/v1/invitations/{str(letter['link']).rpartition('/')[2]}/join", {}
    story.errands.ask(person, "POST", path, body, case=note.code, after=lambda _: story.bind(note.code, person))


def _letter(story: Story, note: CaseNote) -> dict[str, Any] | None:
    """Return the letter to the respondent, as the clerk prints it; None if there is none to be had now."""
    clerk = holder(story, note, story.case_item(note.code), "clerk")
    if clerk is None:
        return None
    path = f"/v1/cases/{show_code(note.code)}/service/p2/letter"
    reply = story.errands.ask(clerk, "POST", path, {}, case=note.code)
    return reply.json() if reply is not None and reply.ok else None


def serve(story: Story) -> None:
    """Try to reach a respondent, have another text sent, or report what became of one."""
    note = choose(story)
    if note is None:
        return
    clerk = holder(story, note, story.case_item(note.code), "clerk")
    if clerk is None:
        return
    path = f"/v1/cases/{show_code(note.code)}/service"
    body: dict[str, Any] = {"party_id": "p2", "channel": story.choices.choice(("phone", "visit", "text", "text"))}
    if body["channel"] != "text":
        body |= {"at": story.now.isoformat(), "outcome": story.choices.choice(("no_answer", "reached"))}
    story.errands.ask(clerk, "POST", path, body, case=note.code)


def report(story: Story) -> None:
    """Let the gateway report, late and in any order, what became of a text; or somebody open its link."""
    left = [one for one in story.city.cloud.topic.sent if "to" in one]
    if not left:
        return
    text = story.choices.choice(left)
    if story.choices.random() < 0.3:
        path = f"/v1/invitations/{str(text['link']).rpartition('/')[2]}"
        story.errands.ask(story.choices.choice(story.city.citizens), "GET", path)
        return
    state = story.choices.choice(("delivered", "failed", "opened"))
    receipt = {"id": text["id"], "state": state, "at": story.now.isoformat()}
    story.errands.ask(story.city.people["gateway"], "POST", "/v1/gateway/receipts", {"items": [receipt]})


def talk(story: Story) -> None:
    """Send a message in a case, or read what is there."""
    note = choose(story)
    if note is None:
        return
    person = holder(
        story, note, story.case_item(note.code), story.choices.choice(("applicant", "respondent", "mediator"))
    )
    if person is None or person.leaving:
        return
    path = f"/v1/cases/{show_code(note.code)}/{story.choices.choice(('messages', 'messages', 'timeline', 'agreement'))}"
    if path.endswith("messages") and story.choices.random() < 0.7:
        body = {"text": person.write("留言"), "to": story.choices.choice(("all", "mediator"))}
        story.errands.ask(person, "POST", path, body, case=note.code)
    else:
        story.errands.ask(person, "GET", path, case=note.code)


def appeal(story: Story) -> None:
    """File an appeal in a case that is over, or decide one."""
    ended = [one for one in story.cases.values() if story.case_item(one.code).get("status") in _ENDED]
    if not ended:
        go_on(story)
        return
    note = story.choices.choice(ended)
    item, path = story.case_item(note.code), f"/v1/cases/{show_code(note.code)}/appeals"
    filed = item.get("appeal")
    if filed is None or filed.get("decided"):
        person = holder(story, note, item, story.choices.choice(("applicant", "respondent")))
        if person is not None and not person.leaving:
            file_appeal(story, note, person)
        return
    decision = {"upheld": story.choices.random() < 0.6, "reason": "复核理由"}
    story.errands.ask(story.city.people["reviewer"], "POST", f"{path}/{filed['id']}/decision", decision, case=note.code)


def file_appeal(story: Story, note: CaseNote, person: Person) -> Reply | None:
    """File an appeal."""
    body = {"kind": story.choices.choice(("process", "outcome")), "text": person.write("申诉")}
    return story.errands.ask(person, "POST", f"/v1/cases/{show_code(note.code)}/appeals", body, case=note.code)


def choose(story: Story) -> CaseNote | None:
    """Return a case, an open and recent one before the others."""
    notes = list(story.cases.values())
    if not notes:
        return None
    fresh = [one for one in notes[-8:] if story.case_item(one.code).get("status") not in _ENDED]
    if fresh and story.choices.random() < 0.85:
        return story.choices.choice(fresh)
    return story.choices.choice(notes)


def holder(story: Story, note: CaseNote, item: dict[str, Any], role: str) -> Person | None:
    """Return who has a role in a case now."""
    people = story.city.people
    if role == "clerk":
        return people[f"clerk-{item['organisation']}"]
    if role == "mediator":
        return people.get(item.get("mediator") or "")
    if role == "court":
        return people.get(item.get("court") or "")
    if role == "reviewer":
        return people[role]
    return note.applicant if role == "applicant" else note.respondent
