"""Everybody whom an event concerns was told, exactly once."""

from __future__ import annotations

from chalicelib.notices.model import notices_of
from chalicelib.shared.events import Event
from chalicelib.shared.items import from_wire
from infra.simulate.story import Story


def check(story: Story) -> None:
    """Compare the inboxes, and the messages that left, with what the events make."""
    erased = {story.pseudonym(one) for one in story.city.people.values() if one.leaving}
    wanted: dict[tuple[str, str], str] = {}
    for item in story.city.table("cases").every():
        if item["sk"]["S"].startswith("EVENT#"):
            event = Event.from_item(from_wire(item))
            for notice in notices_of(event):
                if notice.person not in erased:
                    wanted[notice.person, notice.id] = f"{event.event_id} ({event.name})"
    found: dict[tuple[str, str], str] = {}
    for item in story.city.table("notices").every():
        if item["sk"]["S"].startswith("NOTICE#") and item["pk"]["S"].removeprefix("PERSON#") not in erased:
            key = item["pk"]["S"].removeprefix("PERSON#"), item["sk"]["S"].removeprefix("NOTICE#")
            found[key] = item["sent"]["S"]
    for key in sorted(set(wanted) - set(found)):
        story.found("not-told", f"{_who(story, key[0])} of {wanted[key]}")
    for key in sorted(set(found) - set(wanted)):
        story.found("told-of-nothing", f"{_who(story, key[0])}: {key[1]}")
    for key, state in sorted(found.items()):
        if state == "pending":
            story.found("not-sent", f"{_who(story, key[0])}: {wanted.get(key, key[1])}")
    _check_messages(story, {f"{notice}#{person}" for person, notice in found})


def _check_messages(story: Story, notices: set[str]) -> None:
    left: dict[tuple[str, str], dict[str, object]] = {}
    for message in story.city.cloud.topic.sent:
        key = str(message["id"]), str(message["channel"])
        if left.setdefault(key, message) != message:
            story.found("sent-differently", f"{key}: {left[key]} and {message}")
    for (name, channel), message in left.items():
        person = story.person_of(str(message["person"]))
        if name not in notices and person is not None and not person.leaving:
            story.found("message-without-notice", f"{name} by {channel} to {person.subject}")


def _who(story: Story, pseudonym: str) -> str:
    person = story.person_of(pseudonym)
    return "somebody" if person is None else person.subject
