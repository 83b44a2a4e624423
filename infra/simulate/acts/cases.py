"""Disputes: filing, joining, and the actions of everybody who has a part in a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from chalicelib.shared.codes import parse_code, show_code
from chalicelib.shared.items import Item
from infra.simulate.errands import Reply
from infra.simulate.people import REGIONS, ROSTERS, Person, filing
from infra.simulate.story import CaseNote, Story

_TYPES: Final = ("neighbour", "contract_loan", "consumer")
_ENDED: Final = frozenset({"settled", "failed", "withdrawn", "not_accepted", "concluded"})
_ENDING: Final = frozenset({"withdraw", "refuse", "mark_unreachable", "decline", "end", "refuse_to_sign", "pass"})
"""Actions that lead away from an agreement: mostly passed over, or no case would come far."""


def usual_steps(item: Item, note: CaseNote) -> list[tuple[str, str]]:
    """Return what usually happens next, as (role, action)."""
    status, parties = item["status"], {one["role"]: one for one in item["parties"]}
    if status == "accepted" and note.respondent is None:
        return [("join", "")]
    if status == "accepted" and not parties["respondent"].get("consented_at"):
        return [("respondent", "consent")]
    return {
        "submitted": [*[("clerk", "accept")] * 6, ("clerk", "refuse"), ("applicant", "withdraw")],
        "accepted": [("clerk", "assign")],
        "assigned": [*[("mediator", "take")] * 4, ("mediator", "pass")],
        "mediating": [("mediator", "draft_agreement"), ("applicant", "extend")],
        "agreed": [(role, "sign") for role, one in sorted(parties.items()) if not one.get("signed_at")],
        "signed": [(role, "apply_confirmation") for role, one in sorted(parties.items()) if not one.get("applied_at")],
        "confirming": [("court", "confirm"), ("court", "confirm"), ("court", "dismiss")],
        "confirmed": [("applicant", "fulfil"), ("respondent", "fulfil")],
    }.get(status, [])


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
        invites = view.get("invite_codes") or [{}]
        story.cases[code] = CaseNote(code, person, theirs, invites[0].get("invite_code"))

    story.errands.ask(person, "POST", "/v1/cases", body, after=filed)


def go_on(story: Story) -> None:
    """Take a case one step further."""
    note = choose(story)
    if note is None:
        file(story)
        return
    item = story.case_item(note.code)
    story.notice_respondent(note, item)
    options = usual_steps(item, note)
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
    role = story.choices.choice(("applicant", "respondent", "mediator", "clerk", "court", "reviewer"))
    person = holder(story, note, item, role)
    if person is None or person.leaving:
        return
    reply = story.errands.ask(person, "GET", f"/v1/cases/{show_code(note.code)}", case=note.code)
    if reply is None or not reply.ok:
        return
    view = reply.json()
    offered = [one["action"] for one in view["actions"]]
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
    if answer is not None and answer.problem in {"illegal-transition", "not-allowed"} and unchanged:
        story.found("offered-but-refused", f"{action} by {role} in {view['status']}: {answer.problem}")


def act(story: Story, note: CaseNote, person: Person, action: str, body: dict[str, Any] | None = None) -> Reply | None:
    """Take an action with details that suit it."""
    item = story.case_item(note.code)
    body = details(story, person, action, item) if body is None else body
    path = f"/v1/cases/{show_code(note.code)}/actions/{action}"
    return story.errands.ask(person, "POST", path, body, case=note.code)


def join(story: Story, note: CaseNote) -> None:
    """Join a case by its invite code, as somebody who has no part in it yet."""
    if note.respondent is not None:
        return
    if note.invite is None:
        reply = story.errands.ask(note.applicant, "GET", f"/v1/cases/{show_code(note.code)}", case=note.code)
        invites = reply.json()["invite_codes"] if reply is not None and reply.ok else []
        if not invites:
            return
        note.invite = invites[0]["invite_code"]
    strangers = [one for one in story.city.citizens if one is not note.applicant and not one.leaving]
    person = story.choices.choice(strangers)
    story.errands.ask(
        person,
        "POST",
        f"/v1/cases/{show_code(note.code)}/join",
        {"invite_code": note.invite},
        case=note.code,
        after=lambda _: story.bind(note.code, person),
    )


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
    if role in {"court", "reviewer"}:
        return people[role]
    return note.applicant if role == "applicant" else note.respondent


def details(story: Story, person: Person, action: str, item: dict[str, Any]) -> dict[str, Any]:
    """Return a body that suits an action."""
    roster = [one for one in ROSTERS[item["organisation"]] if one not in item.get("excluded_mediators", ())]
    roster = roster or list(ROSTERS[item["organisation"]])
    if story.weather.crowded and story.choices.random() < 0.9:
        roster = roster[:1]
    until = (story.now + timedelta(days=story.choices.choice((45, 50)))).date()
    bodies: dict[str, Any] = {
        "refuse": lambda: {"reason": "不属于受理范围"},
        "consent": lambda: {"terms_version": "2026-01", "honest_mediation": True},
        "decline": lambda: {"reason": person.write("不同意")},
        "mark_unreachable": lambda: {"attempts": ["第一次", "第二次"]},
        "assign": lambda: {"mediator_id": story.choices.choice(roster)},
        "pass": lambda: {"reason": person.write("回避", personal=False)},
        "draft_agreement": lambda: {"text": f"协议{story.step}", "terms": ["停止噪音"]},
        "sign": lambda: {"agreement_sha256": item.get("agreement_sha256") or "0" * 64},
        "refuse_to_sign": lambda: {"reason": person.write("拒签")},
        "end": lambda: {"ground": story.choices.choice(("agreement_reached", "positions_too_far", "other"))},
        "extend": lambda: {"until": until.isoformat()},
        "withdraw": lambda: {"reason": person.write("撤回")},
        "confirm": lambda: {"document_no": f"(2026)辽02民特{story.step}号"},
        "dismiss": lambda: {"reason": "不符合条件"},
    }
    made = bodies.get(action)
    return {} if made is None else made()
