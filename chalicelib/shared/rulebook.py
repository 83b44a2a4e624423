"""What due dates are counted by at this moment: the rules and years that ship, and those that were imported since.

Ops import a changed rule or a published year while everything runs (`python -m infra rules import`, `calendar
import`). A process asks once a minute at most whether something arrived, with one read of one small item; only if it
did, it reads the documents. Where that fails, it goes on with what it knows.

| access pattern | table | key condition |
| --- | --- | --- |
| which version holds | RulesTable | `pk = RULES`, `sk = VERSION` |
| every imported document | RulesTable | `pk = RULES`: `DEADLINES`, `YEAR#<year>` |
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from chalicelib.shared.calendar import PublishedYear, WorkCalendar, shipped_years
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.deadline_rules import DeadlineRules
from chalicelib.shared.deadlines import DueDates
from chalicelib.shared.dynamo import Table
from chalicelib.shared.transactions import Committer, Transaction

ASK_SECONDS: Final = 60
"""For how long a process works with what it knows before it asks again."""

_PK: Final = "RULES"
_VERSION: Final = "VERSION"
_DEADLINES: Final = "DEADLINES"
_YEAR: Final = "YEAR#"


@dataclass(frozen=True, slots=True)
class Imported:
    """What was imported: years as documents of the State Council's calendar, each with the instant of its import."""

    deadlines: Mapping[str, Any] | None = None
    years: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    imported_at: Mapping[int, str] = field(default_factory=dict)


class Source(Protocol):
    """Where imported documents are kept."""

    def read_version(self) -> str | None:
        """Return the version that holds, or None if nothing was ever imported. One read of one item."""
        ...

    def read(self) -> Imported:
        """Return everything that was imported."""
        ...


class RuleStore:
    """Imported rules and years in DynamoDB."""

    def __init__(self, table: Table, committer: Committer) -> None:
        self._table = table
        self._committer = committer

    def read_version(self) -> str | None:
        """Return the version that holds, or None if nothing was ever imported. One read of one item."""
        item = self._table.find(_PK, _VERSION)
        return None if item is None else str(item["version"])

    def read(self) -> Imported:
        """Return everything that was imported. One query."""
        items = {item["sk"]: item for item in self._table.list_partition(_PK)}
        years = {int(sk.removeprefix(_YEAR)): item for sk, item in items.items() if sk.startswith(_YEAR)}
        deadlines = items.get(_DEADLINES)
        return Imported(
            None if deadlines is None else json.loads(deadlines["document"]),
            {year: json.loads(item["document"]) for year, item in years.items()},
            {year: str(item["imported_at"]) for year, item in years.items()},
        )

    def put_year(self, document: Mapping[str, Any], now: datetime) -> None:
        """Keep a year's calendar from now on, in place of an earlier one."""
        self._put(f"{_YEAR}{document['year']}", document, now)

    def put_deadlines(self, document: Mapping[str, Any], now: datetime) -> None:
        """Keep a file of rules from now on, in place of the one before."""
        self._put(_DEADLINES, document, now)

    def _put(self, sk: str, document: Mapping[str, Any], now: datetime) -> None:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        transaction = Transaction()
        transaction.put(self._table.name, {"pk": _PK, "sk": sk, "document": text, "imported_at": format_instant(now)})
        transaction.put(self._table.name, {"pk": _PK, "sk": _VERSION, "version": new_id()})
        self._committer.commit(transaction)


@dataclass(frozen=True, slots=True)
class Known:
    """What a process knows: the rules and the calendar of one version."""

    version: str | None
    rules: DeadlineRules
    calendar: WorkCalendar


class Rulebook:
    """The rules and the calendar, a minute behind what was imported at most."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._known = Known(None, DeadlineRules.load(), WorkCalendar(shipped_years()))
        self._asked_at: datetime | None = None

    @property
    def known(self) -> Known:
        """The rules and the calendar that hold now."""
        now = self._clock.now()
        if self._is_fresh(now):
            return self._known
        with self._lock:
            if not self._is_fresh(now):
                self._asked_at = now
                self._ask()
        return self._known

    def _is_fresh(self, now: datetime) -> bool:
        asked = self._asked_at
        return asked is not None and 0 <= (now - asked).total_seconds() < ASK_SECONDS

    def _ask(self) -> None:
        try:
            version = self._source.read_version()
            if version != self._known.version:
                self._known = make_known(version, self._source.read())
        except Exception as fault:  # noqa: BLE001 - whatever it is, days are counted by what is known
            line = {"level": "ERROR", "rulebook": "not read", "fault": type(fault).__qualname__}
            sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")


def make_known(version: str | None, imported: Imported) -> Known:
    """Return rules and calendar of what ships and what was imported, which wins."""
    years = {year: PublishedYear.of(document, imported.imported_at[year]) for year, document in imported.years.items()}
    rules = DeadlineRules.load() if imported.deadlines is None else DeadlineRules.of(imported.deadlines)
    return Known(version, rules, WorkCalendar({**shipped_years(), **years}))


class CurrentDueDates(DueDates):
    """Due dates as the rules and the calendar of this moment count them."""

    def __init__(self, book: Rulebook) -> None:
        super().__init__(DeadlineRules.load(), WorkCalendar())
        self._book = book

    @property
    def rules(self) -> DeadlineRules:
        """The rules that hold now."""
        return self._book.known.rules

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar that days are counted by."""
        return self._book.known.calendar


class CurrentCalendar(WorkCalendar):
    """Working days as the calendar of this moment has them."""

    def __init__(self, book: Rulebook) -> None:
        super().__init__()
        self._book = book

    @property
    def years(self) -> Mapping[int, PublishedYear]:
        """Published years that win over the library's."""
        return self._book.known.calendar.years
