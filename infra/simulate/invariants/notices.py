"""Everybody whom an event concerns was told, exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chalicelib.notices.model import RETENTION, notices_of
from chalicelib.shared.clock import parse_instant
from chalicelib.shared.events import Event
from chalicelib.shared.items import from_wire
from infra.simulate.story import Story

_SWEPT: Final = timedelta(days=2)


def check(story: Story) -> None:
    """Compare the inboxes, and the messages that left, with what the events make."""
    erased = {story.pseudonym(one) for one in story.city.people.values() if one.leaving}
    _check_erased(story)
    wanted: dict[tuple[str, str], str] = {}
    for item in story.city.table("cases").every():
        if item["sk"]["S"].startswith("EVENT#"):
            event = Event.from_item(from_wire(item))
            if parse_instant(event.at) + RETENTION < story.now + _SWEPT:
                continue
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
    for key in sorted(key for key in set(found) - set(wanted) if _is_recent(key[1], story)):
        story.found("told-of-nothing", f"{_who(story, key[0])}: {key[1]}")
    for key, state in sorted(found.items()):
        if state == "pending" and _is_recent(key[1], story):
            story.found("not-sent", f"{_who(story, key[0])}: {wanted.get(key, key[1])}")
    _check_messages(story, {f"{notice}#{person}" for person, notice in found})


def _is_recent(notice: str, story: Story) -> bool:
    """Tell whether a notice, whose id begins with its instant, is not near the end of its time."""
    begin = (story.now - RETENTION + _SWEPT).strftime("%Y%m%d%H%M%S")
    return notice > begin


def _check_erased(story: Story) -> None:
    """Nothing is told anew to the erased of what happened before."""
    for person in story.city.people.values():
        if person.erased_at is None:
            continue
        for item in story.city.table("notices").partition(f"PERSON#{story.pseudonym(person)}"):
            at = item.get("at", {}).get("S", "")
            if at < person.erased_at:
                story.found(
                    "erased-told", f"{person.subject}, erased at {person.erased_at}, of {item['event']['S']} at {at}"
                )


def _check_messages(story: Story, notices: set[str]) -> None:
    left: dict[tuple[str, str], dict[str, object]] = {}
    for message in story.city.cloud.topic.sent:
        if "to" in message:  # a text to somebody who has no inbox yet
            _check_text(story, message, left)
            continue
        key = str(message["id"]), str(message["channel"])
        person = story.person_of(str(message["person"]))
        if not _is_recent(key[0], story) or person is None or person.leaving:
            continue
        if left.setdefault(key, message) != message:
            story.found("sent-differently", f"{key}: {left[key]} and {message}")
    for (name, channel), message in left.items():
        if name not in notices and "to" not in message:
            story.found("message-without-notice", f"{name} by {channel}: {message['event']}")


def _check_text(story: Story, message: dict[str, object], left: dict[tuple[str, str], dict[str, object]]) -> None:
    """Hold texts of one id to one link: to its gateway they are one text, of which it sends the first."""
    key = str(message["id"]), str(message["channel"])
    first = left.setdefault(key, message)
    if (first["to"], first["link"]) != (message["to"], message["link"]):
        story.found("sent-differently", f"{key[0]}: two links")


def _who(story: Story, pseudonym: str) -> str:
    person = story.person_of(pseudonym)
    return "somebody" if person is None else person.subject
