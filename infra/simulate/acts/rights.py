"""Ratings, visits, notices, and the rights of the person whose data it is."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.cases.lifecycle.statuses import STATUSES
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import show_code
from chalicelib.shared.items import from_wire
from infra.simulate.acts.cases import appeal, go_on
from infra.simulate.people import Person
from infra.simulate.story import Story


def rate(story: Story) -> None:
    """Rate what one is invited to, or follow up on it."""
    person = _somebody(story)
    if person is None:
        return
    reply = story.errands.ask(person, "GET", "/v1/me/invitations")
    if reply is None or not reply.ok or not reply.json()["items"]:
        follow_up(story, person)
        return
    one = story.choices.choice(reply.json()["items"])
    targets = [each["target"] for each in one["targets"]]
    chosen = story.choices.sample(targets, story.choices.randint(1, len(targets)))
    person.written += 1
    number = f"1360{story.step % 1000:03d}{person.written % 10_000:04d}"
    person.plant(number, personal=False)  # screened: what is public shows no number
    said = [
        {
            "target": target,
            "level": (level := story.choices.randint(1, 5)),
            "text": f"电话{number}打不通" if level < 3 else None,
        }
        for target in chosen
    ]
    body = {"invitation_id": one["id"], "ratings": said, "anonymous": story.choices.random() < 0.5}
    story.errands.ask(person, "POST", "/v1/ratings", body)


def follow_up(story: Story, person: Person) -> None:
    """Say more about one of one's ratings."""
    reply = story.errands.ask(person, "GET", "/v1/me/ratings")
    if reply is not None and reply.ok and reply.json()["items"]:
        one = story.choices.choice(reply.json()["items"])
        body = {"level": story.choices.randint(1, 5), "text": "后来好了"}
        story.errands.ask(person, "POST", f"/v1/ratings/{one['id']}/follow-up", body)


def handle_bad(story: Story) -> None:
    """Take the handling of a bad rating one step further."""
    clerk = story.city.people[story.choices.choice(("clerk-org-a", "clerk-org-b"))]
    reply = story.errands.ask(clerk, "GET", "/v1/bad-ratings")
    if reply is None or not reply.ok or not reply.json()["items"]:
        rate(story)
        return
    one = story.choices.choice(reply.json()["items"])
    status = (one.get("bad_rating") or one).get("status", "opened")
    action = {"opened": "contact", "contacted": "fix", "fixing": "reply", "replied": "close"}.get(status, "contact")
    body = {"reply": "已改进"} if action == "reply" else {"note": "已联系"}
    story.errands.ask(clerk, "POST", f"/v1/bad-ratings/{one['id']}/actions/{action}", body)


def visit(story: Story) -> None:
    """Record a visit at a window, by a phone number or a code of the citizen's."""
    person = _somebody(story)
    if person is None:
        return
    clerk = story.city.people[story.choices.choice(("clerk-org-a", "clerk-org-b"))]
    body = {
        "service_code": "S1",
        "citizen_ref": person.phone,
        "channel": story.choices.choice(("window", "online")),
        "staff_id": "window-1",
        "completed": story.choices.random() < 0.5,
    }
    story.errands.ask(clerk, "POST", "/v1/visits", body)


def look_around(story: Story) -> None:
    """Read something: notices, the access log, an export, a case's progress, a target's ratings."""
    person = _somebody(story)
    if person is None:
        return
    paths = ["/v1/me/notices", "/v1/me/access-log", "/v1/me/export", "/v1/cases", "/v1/appointments"]
    paths += ["/v1/ratings?target=service:mediation", "/v1/ratings/summary?target=service:mediation"]
    if story.cases:
        code = show_code(story.choices.choice(sorted(story.cases)))
        paths += [f"/v1/progress/{code}", f"/v1/cases/{code}"]
    reply = story.errands.ask(person, "GET", story.choices.choice(paths))
    if reply is not None and reply.ok and b'"read_at"' in reply.body and reply.json().get("items"):
        notice = story.choices.choice(reply.json()["items"])
        if "id" in notice:
            story.errands.ask(person, "POST", f"/v1/me/notices/{notice['id']}/read", {})


def erase(story: Story) -> None:
    """Ask for the erasure of everything that is kept about oneself, where no case holds it up."""
    ready = [one for one in story.city.citizens if _may_leave(story, one)]
    if not ready:
        (appeal if story.choices.random() < 0.5 else go_on)(story)
        return
    leave(story, story.choices.choice(ready))


def leave(story: Story, person: Person) -> None:
    """Erase a person, who does nothing any more."""
    person.leaving = True

    def erased(_: object) -> None:
        person.erased_at = format_instant(story.now)

    reply = story.errands.ask(person, "POST", "/v1/me/erasure", {}, after=erased)
    if reply is not None and not reply.ok and reply.status != 503:
        person.leaving = False


def _may_leave(story: Story, person: Person) -> bool:
    """Tell whether somebody had cases, all of them over, and nothing of theirs is under way."""
    if person.leaving or "mediator" in person.roles:
        return False
    if any(one.sending or not one.settled for one in story.errands.every if one.person is person and one.key):
        return False
    theirs = [one for one in story.cases.values() if person in {one.applicant, one.respondent}]
    if not theirs:
        return False
    for note in theirs:
        item = story.case_item(note.code)
        busy = any(one.sending for one in story.errands.every if one.case == note.code)
        if busy or not STATUSES[item["status"]].ended or item["deadlines"]:
            return False
    return True


def _somebody(story: Story) -> Person | None:
    people = [one for one in story.city.citizens if not one.leaving]
    return story.choices.choice(people) if people else None


def wait_for_end(story: Story) -> timedelta:
    """Return a leap to the next session's start, or to just before midnight."""
    now = story.now
    starts = sorted(
        one["start"]["S"]
        for item in story.city.table("appointments").every()
        if item["sk"]["S"] == "META"
        and item["pk"]["S"].startswith("APPOINTMENT#")
        and (one := item)["status"]["S"] == "confirmed"
    )
    from datetime import datetime

    ahead = [start for one in starts if (start := datetime.fromisoformat(one)) > now]
    if ahead:
        return ahead[0] - now + timedelta(minutes=story.choices.choice((1, 20)))
    return timedelta(hours=3)


__all__ = ["erase", "follow_up", "from_wire", "handle_bad", "leave", "look_around", "rate", "visit", "wait_for_end"]
