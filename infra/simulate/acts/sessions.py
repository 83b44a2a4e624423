"""Sessions: slots, booking, confirming, moving, holding them; hours; the line for slots that become free."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.shared.clock import SHANGHAI, format_instant
from chalicelib.shared.codes import show_code
from chalicelib.shared.items import from_wire
from infra.simulate.acts.cases import go_on, holder
from infra.simulate.people import ROSTERS, Person
from infra.simulate.story import CaseNote, Story

_BOOKABLE: Final = frozenset({"assigned", "mediating", "agreed"})
_SIDES: Final = ("applicant", "respondent", "mediator")
_WEEKLY: Final = {day: [["09:00", "12:00"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def book(story: Story, note: CaseNote | None = None) -> None:
    """Look for slots of a case, and ask for one of the first: that is where people collide."""
    note = note or _choose(story)
    if note is None:
        go_on(story)
        return
    person = _side(story, note)
    if person is None:
        return
    mode = story.choices.choice(("video", "video", "phone", "onsite"))
    minutes = story.choices.choice((30, 60))
    path = f"/v1/slots?case={show_code(note.code)}&minutes={minutes}&mode={mode}"
    reply = story.errands.ask(person, "GET", path, case=note.code)
    if reply is None or not reply.ok:
        return
    slots = reply.json()["items"]
    if not slots:
        return
    chosen = slots[min(story.choices.choice((0, 0, 0, 1, 2, 5, 20)), len(slots) - 1)]
    body = {"case_code": show_code(note.code), "start": chosen["start"], "minutes": minutes, "mode": mode}
    story.errands.ask(person, "POST", "/v1/appointments", body, case=note.code)


def handle(story: Story) -> None:
    """Look at an appointment, and do one of the things that are offered; else confirm what waits."""
    if story.choices.random() < 0.4:
        confirm_many(story)
        return
    appointments = live(story)
    if not appointments:
        book(story)
        return
    one = story.choices.choice(appointments)
    note = story.cases.get(one["case_code"])
    person = None if note is None else _side(story, note)
    if person is None or note is None:
        return
    reply = story.errands.ask(person, "GET", f"/v1/appointments/{one['id']}", case=note.code)
    if reply is None or not reply.ok:
        return
    offered = [each["action"] for each in reply.json()["actions"]]
    if offered:
        action = story.choices.choice(offered)
        body = _details(story, person, one, action)
        if body is not None:
            story.errands.ask(person, "POST", f"/v1/appointments/{one['id']}/actions/{action}", body, case=note.code)


def confirm_many(story: Story) -> None:
    """Confirm a mediator's open requests in one tap; sometimes tap again, with the same key for others."""
    waiting = [one for one in live(story) if one["status"] == "requested"]
    if not waiting:
        return
    mediator = story.city.people[story.choices.choice(waiting)["mediator"]]
    ids = [one["id"] for one in waiting if one["mediator"] == mediator.subject]
    chosen = story.choices.sample(ids, story.choices.randint(1, len(ids)))
    story.errands.ask(mediator, "POST", "/v1/appointments/confirm", {"ids": chosen})
    others = [one for one in ids if one not in chosen]
    if others and story.choices.random() < 0.5:
        errand = story.errands.every[-1]
        if errand.person is mediator and errand.path.endswith("/confirm"):
            story.errands.misuse(errand, {"ids": others})


def give_up(story: Story) -> None:
    """Cancel a session as its mediator: its slot goes to whoever waits."""
    sessions = [one for one in live(story) if one["start"] > format_instant(story.now + timedelta(hours=5))]
    if not sessions:
        book(story)
        return
    lines = [(one["pk"].split("#")[1:], one.get("case_code")) for one in _lines(story)]
    waited_for = [
        one
        for one in sessions
        if any(line == [one["organisation"], one["mediator"]] and code != one["case_code"] for line, code in lines)
    ]
    one = story.choices.choice(waited_for or sessions)
    body = {"reason": "调解员有事"}
    mediator = story.city.people[one["mediator"]]
    path = f"/v1/appointments/{one['id']}/actions/{'cancel' if one['status'] == 'confirmed' else 'decline'}"
    story.errands.ask(mediator, "POST", path, body, case=one["case_code"])


def wait_in_line(story: Story, note: CaseNote | None = None) -> None:
    """Join the line of a case's mediator, as one of the cases without sessions, mostly."""
    sessions = live(story)
    taken = [one["case_code"] for one in sessions]
    bookable = []
    for one in story.cases.values():
        item = story.case_item(one.code)
        others = any(each["mediator"] == item.get("mediator") and each["case_code"] != one.code for each in sessions)
        if item.get("status") in _BOOKABLE and taken.count(one.code) < 2 and others:
            bookable.append(one)
    note = note or (story.choices.choice(bookable) if bookable else _choose(story))
    person = None if note is None else story.choices.choice((note.applicant, note.respondent))
    if note is None or person is None or person.leaving:
        return
    today = story.now.astimezone(SHANGHAI).date()
    body = {
        "case_code": show_code(note.code),
        "from": today.isoformat(),
        "to": (today + timedelta(days=30)).isoformat(),
        "minutes": 30,
    }
    story.errands.ask(person, "POST", "/v1/waitlist", body, case=note.code)


def leave_line(story: Story) -> None:
    """Leave the line, a case with an offer before the others."""
    codes = [code for one in _lines(story) if (code := one.get("case_code")) in story.cases]
    offered = [code for code in codes if story.case_item(code).get("offer")]
    if not codes:
        wait_in_line(story)
        return
    note = story.cases[story.choices.choice(offered or codes)]
    person = story.choices.choice((note.applicant, note.respondent))
    if person is None or person.leaving:
        return
    body = {"case_code": show_code(note.code)}
    story.errands.ask(person, "DELETE", "/v1/waitlist", body, case=note.code, keyed=False)


def set_hours(story: Story) -> None:
    """Change a mediator's hours."""
    mediator = story.city.people[story.choices.choice(sorted({one for each in ROSTERS.values() for one in each}))]
    path = f"/v1/mediators/{mediator.subject}/availability"
    read = story.errands.ask(mediator, "GET", path)
    if read is None or not read.ok:
        return
    leave = []
    if story.choices.random() < 0.3:
        day = (story.now.astimezone(SHANGHAI).date() + timedelta(days=story.choices.randint(1, 9))).isoformat()
        leave = [{"from": day, "to": day}]
    body = {
        "weekly": _WEEKLY,
        "leave": leave,
        "buffer_minutes": story.choices.choice((0, 30)),
        "daily_cap": story.choices.choice((2, 8)),
    }
    story.errands.ask(mediator, "PUT", path, body, keyed=False)


def live(story: Story) -> list[dict[str, Any]]:
    """Return the appointments that are live, as they are stored."""
    return [
        one
        for item in story.city.table("appointments").every()
        if item["pk"]["S"].startswith("APPOINTMENT#") and item["sk"]["S"] == "META"
        if (one := from_wire(item))["status"] in {"requested", "confirmed"}
    ]


def offers(story: Story) -> list[str]:
    """Return when the offers that are made run out, the next one first."""
    every = story.city.table("appointments").every()
    return sorted(item["expires_at"]["S"] for item in every if item["pk"]["S"].startswith("OFFER-"))


def _lines(story: Story) -> list[dict[str, Any]]:
    every = story.city.table("appointments").every()
    return [from_wire(item) for item in every if item["pk"]["S"].startswith("WAITLIST#")]


def _choose(story: Story) -> CaseNote | None:
    bookable = [one for one in story.cases.values() if story.case_item(one.code).get("status") in _BOOKABLE]
    return story.choices.choice(bookable) if bookable else None


def _side(story: Story, note: CaseNote) -> Person | None:
    person = holder(story, note, story.case_item(note.code), story.choices.choice(_SIDES))
    return None if person is None or person.leaving else person


def _details(story: Story, person: Person, one: dict[str, Any], action: str) -> dict[str, Any] | None:
    if action in {"decline", "cancel"}:
        return {"reason": person.write("会议理由", personal="mediator" not in person.roles)}
    if action == "object":
        return {"reason": person.write("异议", personal="mediator" not in person.roles)}
    if action == "complete":
        return {"minutes": 30}
    if action == "no_show":
        party = "mediator" if one["mediator"] != person.subject else None
        return {"mediator": True} if party else {"party_id": story.choices.choice(sorted(one["persons"]))}
    if action == "reschedule":
        start = datetime.fromisoformat(one["start"]) + timedelta(minutes=30 * story.choices.randint(-3, 5))
        return {"start": start.isoformat()}
    return {}
