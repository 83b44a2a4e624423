"""The lists that a case stands in, as items: each by time of filing, of one status, and by what is due next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from chalicelib.cases.lifecycle.model import Case, Deadline, lists_of
from chalicelib.cases.lifecycle.statuses import REMINDERS
from chalicelib.shared.items import Item
from chalicelib.shared.transactions import Transaction

NOT_FOR_PEOPLE: Final = REMINDERS | {"conclude"}
"""Dates by which nobody has anything to do."""

PLACES: Final = ("LIST", "STATUS", "NEXT")
"""The first word of the sort key of each row: by filing, of a status, by the next due date."""


def next_due_of(case: Case) -> Deadline | None:
    """Return the date that comes next in a case that has not ended, or None."""
    ahead = [one for one in case.deadlines if one.rule not in NOT_FOR_PEOPLE]
    return None if case.state.ended or not ahead else min(ahead, key=lambda one: one.at)


def put_lists(transaction: Transaction, table: str, case: Case, before: Case | None) -> None:
    """Write a case's rows in every list that it stands in now, and remove those where it stood before.

    `before`: the case as it was; None: it is new. Rows that did not change are left alone, but for those by filing,
    which show what is new in it.
    """
    pk, due = f"CASE#{case.code}", next_due_of(case)
    was_due = None if before is None else next_due_of(before)
    moved = before is None or before.status != case.status
    summary = _summary(case, due)
    now = dict.fromkeys(lists_of(case))
    stood = frozenset() if before is None else frozenset(lists_of(before))
    for kind, owner in now:
        name, fresh = f"LIST#{kind}#{owner}", (kind, owner) not in stood
        transaction.put(table, {"pk": pk, "sk": name, "gsi1pk": name, **summary})
        if moved or fresh:
            row = {"gsi1pk": f"{name}#{case.status}", "gsi1sk": summary["gsi1sk"], "code": case.code}
            transaction.put(table, {"pk": pk, "sk": f"STATUS#{kind}#{owner}", **row})
        if due is not None and (moved or fresh or was_due is None or was_due.at != due.at):
            row = {"gsi1pk": f"{name}##DUE", "gsi1sk": f"{due.at}#{case.code}", "code": case.code}
            transaction.put(table, {"pk": pk, "sk": f"NEXT#{kind}#{owner}", "status": case.status, **row})
        elif due is None and was_due is not None and not fresh:
            transaction.delete(table, {"pk": pk, "sk": f"NEXT#{kind}#{owner}"})
    for kind, owner in sorted(stood - now.keys()):
        for place in PLACES:
            transaction.delete(table, {"pk": pk, "sk": f"{place}#{kind}#{owner}"})


def _summary(case: Case, due: Deadline | None) -> Item:
    shown: Item = {
        "gsi1sk": f"{case.created_at}#{case.code}",
        "code": case.code,
        "status": case.status,
        "dispute_type": case.dispute_type,
        "region": case.region,
        "organisation": case.organisation,
        "created_at": case.created_at,
        "updated_at": case.updated_at,
        "sessions": [*_sessions(case.appointments)],
    }
    if case.before_court and case.court is not None:
        shown["court"] = case.court
    if due is not None:
        shown["next_due"] = {"at": due.at, "provisional": due.provisional, "rule": due.rule}
    return shown


def _sessions(appointments: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    names = ("id", "status", "start", "end", "mode", "hold_expires_at")
    for one in appointments:
        yield {name: one[name] for name in names if one.get(name) is not None}
