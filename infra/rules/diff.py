"""What an import changes, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from chalicelib.shared.deadline_rules import DeadlineRule, DeadlineRules

Year = Mapping[str, Any]


def diff_of_year(before: Year | None, after: Year) -> Iterator[str]:
    """Yield what a year's document changes of the one that was imported before it, if any was."""
    old: Year = before or {"source": None, "holidays": [], "workdays": []}
    if old["source"] != after["source"]:
        yield f"~ source: {old['source']} -> {after['source']}"
    for name, word in (("holidays", "holiday"), ("workdays", "workday")):
        gone, come = set(old[name]) - set(after[name]), set(after[name]) - set(old[name])
        for day in sorted(gone | come):
            yield f"{'+' if day in come else '-'} {word} {day}"


def diff_of_rules(before: DeadlineRules, after: DeadlineRules) -> Iterator[str]:
    """Yield what a file of rules changes: rules that come (`+`), go (`-`) or change (`~`), by id and variant."""
    old, new = _by_name(before), _by_name(after)
    if before.version != after.version:
        yield f"~ version: {before.version} -> {after.version}"
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"- {name}"
        elif name not in old:
            yield f"+ {name}: {new[name].value} {new[name].calendar}"
        else:
            yield from (f"~ {name}: {said}" for said in _changes(old[name], new[name]))


def _by_name(rules: DeadlineRules) -> dict[str, DeadlineRule]:
    return {f"{one.id}/{one.variant}": one for one in rules.all()}


def _changes(old: DeadlineRule, new: DeadlineRule) -> Iterator[str]:
    for name in (one.name for one in fields(DeadlineRule)):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name} {_shown(before)} -> {_shown(after)}"


def _shown(value: Any) -> str:
    return value.zh if hasattr(value, "zh") else str(value)
