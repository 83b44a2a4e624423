"""Only the served have rated, once; and what the public sees is what was said, counted anew."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from chalicelib.shared.codes import parse_code
from chalicelib.shared.items import Item, from_wire
from infra.simulate.story import Story


def check(story: Story) -> None:
    """Check who has rated, who is invited, and the tallies."""
    items = [from_wire(item) for item in story.city.table("ratings").every()]
    found = [one for one in items if one["pk"].startswith("RATING#") and one["sk"] == "META"]
    invitations = {one["sk"].removeprefix("INVITATION#"): one for one in items if one["sk"].startswith("INVITATION#")}
    for one in invitations.values():
        _check_earned(story, one["subject"], f"an invitation because of {one['because']}")
    said: Counter[tuple[str, str, str]] = Counter()
    for one in found:
        _check_earned(story, one["subject"], f"the rating {one['id']}")
        for judgement in one["judgements"]:
            target = judgement["target"]
            if one["subject"]["type"] == "case" and not target.startswith("staff:"):
                said[one["person"], one["subject"]["code"], target] += 1
    for (person, code, target), times in said.items():
        if times > 1:
            who = story.person_of(person)
            name = "somebody" if who is None else who.subject
            story.found("rated-twice", f"{name} rated {target} {times} times for case {code}")
    _check_tallies(story, found)


def _check_earned(story: Story, subject: dict[str, Any], what: str) -> None:
    if subject["type"] != "case":
        return
    case: Item = story.case_item(parse_code(subject["code"]))
    if "accepted" not in case.get("reached", {}):
        story.found("rating-unearned", f"{what}, of a case that was never accepted ({case.get('status')})")


def _check_tallies(story: Story, found: list[dict[str, Any]]) -> None:
    recounted: dict[str, Counter[str]] = {}
    for one in found:
        for judgement in one["judgements"]:
            recounted.setdefault(judgement["target"], Counter())[str(judgement["level"])] += 1
    for target, levels in sorted(recounted.items()):
        status, body, _ = story.city.invoke(None, "GET", f"/v1/ratings/summary?target={target}")
        shown = json.loads(body)
        counted = sum(levels.values())
        if status != 200 or shown["count"] != counted:
            story.found("tally-wrong", f"{target}: {shown.get('count')} shown, {counted} recounted")
            continue
        distribution = shown.get("distribution") or {}
        for level, number in distribution.items():
            if number is not None and number != levels.get(level, 0):
                story.found("tally-wrong", f"{target}: level {level} {number} shown, {levels.get(level, 0)} recounted")
