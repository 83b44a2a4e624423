"""Nothing personal stands in the open, and of the erased nothing can be read at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chalicelib.shared.codes import show_code
from chalicelib.shared.crypto import Keys
from chalicelib.shared.items import from_wire
from infra.simulate.acts.cases import holder
from infra.simulate.engine.clients import SimulatedClients
from infra.simulate.engine.tables import Item
from infra.simulate.sealed import Seal
from infra.simulate.story import Story


def check(story: Story) -> None:
    """Look for planted values everywhere, and try to open whatever was sealed for the erased."""
    _check_open(story)
    erased = [one for one in story.city.people.values() if one.erased_at is not None]
    if erased:
        _check_sealed(story, {value: one.subject for one in erased for value in sorted(one.personal)})
        _check_screens(story)


def _check_open(story: Story) -> None:
    values = sorted({value for one in story.city.people.values() for value in one.planted})
    for name, table in story.city.engine.tables.items():
        stored = "\n".join(
            f"{item['pk']['S']}\n{item['sk']['S']}\n" + "\n".join(_texts(item)) for item in table.every()
        )
        for value in values:
            if value in stored:
                where = next(item for item in table.every() if any(value in text for text in _texts(item)))
                story.found("in-the-open", f"{value!r} in {name} {where['pk']['S']} {where['sk']['S']}")
    elsewhere = {
        "messages": json.dumps(
            # A text has to be addressed; what it says names nobody in full.
            [{name: one[name] for name in one if name != "to"} for one in story.city.cloud.topic.sent],
            ensure_ascii=False,
        ),
        "logs": story.city.log.getvalue(),
    }
    for name, text in elsewhere.items():
        for value in values:
            if value in text:
                story.found("in-the-open", f"{value!r} in {name}")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, str):
        yield value


def _check_sealed(story: Story, values: dict[str, str]) -> None:
    """Whatever of the erased is still stored must not open, under no key that is left."""
    stored: dict[bytes, str] = {}
    for name, table in story.city.engine.tables.items():
        for item in table.every():
            for blob in _blobs(item):
                stored[blob] = f"{name} {item['pk']['S'][:20]} {item['sk']['S'][:16]}"
    for blob, where in stored.items():
        seal = story.sealed.by_blob.get(blob)
        if seal is None:
            continue
        text = seal.text
        shown = next((value for value in values if value in text), None)
        if shown is not None and all(_opens(story, one) for one in seal.layers()):
            keys = [one.subject or "the service" for one in seal.layers()]
            story.found("erased-readable", f"{values[shown]}'s {shown!r} in {where} ({keys}, {seal.place})")


def _blobs(item: Item) -> Iterator[bytes]:
    for value in item.values():
        ((kind, inner),) = value.items()
        if kind == "B":
            yield bytes(inner)
        elif kind == "M":
            yield from _blobs(inner)
        elif kind == "L":
            for one in inner:
                yield from _blobs({"": one})


def _opens(story: Story, seal: Seal) -> bool:
    if seal.aggregate is None or seal.subject is None or seal.place is None:
        return True
    rows = {
        item["sk"]["S"]: from_wire(item)["wrapped"]
        for item in story.city.table("people").partition(f"KEYS#{seal.aggregate}")
    }
    if "KEK" not in rows or seal.subject not in rows:
        return False
    clients = SimulatedClients(story.city.cloud, story.city.calls)
    keyring = Keys(clients, story.city.settings.data_key_arn).open(seal.aggregate, rows.pop("KEK"), rows)
    return keyring.unseal_bytes(seal.subject, seal.place, seal.blob) == seal.plain


def _check_screens(story: Story) -> None:
    """Whoever may still see a case of theirs sees nothing of the erased there."""
    for note in story.cases.values():
        if any(one is not None and one.erased_at for one in (note.applicant, note.respondent)):
            for role in ("applicant", "respondent", "clerk", "mediator", "reviewer", "court"):
                person = holder(story, note, story.case_item(note.code), role)
                if person is not None and person.erased_at is None:
                    for path in ("", "/timeline", "/messages", "/appeals"):
                        story.errands.ask(person, "GET", f"/v1/cases/{show_code(note.code)}{path}", case=note.code)
