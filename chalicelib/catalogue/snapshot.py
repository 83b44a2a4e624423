"""The search snapshot's file: a read-only SQLite database, opened once, asked many times.

| table | holds |
| --- | --- |
| `items` | `rank` (0: the most used), `code`, `core` (name without brackets), `name` (folded), `also` (short name, keywords, main item), `prior`, the filter columns, `summary` (JSON) |
| `words` | FTS5 over `items`: pairs and single characters of name and `also`, English words |
| `sounds` | pinyin and initials from every character of a name on: prefix look-ups |
| `lexicon` | what people say → what the catalogue calls it (written, in pinyin, in initials, in English) |
| `documents` | JSON: maps of characters, themes, bundles, facets, the weight of every pair |
"""  # noqa: E501 - a table's row is one line

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import apsw

SCHEMA_VERSION: Final = 2
"""Raised with every change of the tables; a container refuses a snapshot of another version."""

FACETS: Final = ("theme", "department", "type", "audience", "channel", "region")

SCHEMA: Final = """
CREATE TABLE items(
  rank INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, core TEXT NOT NULL, name TEXT NOT NULL, also TEXT NOT NULL,
  prior REAL NOT NULL, department TEXT, type TEXT, region TEXT, themes TEXT NOT NULL, audiences TEXT NOT NULL,
  channels TEXT NOT NULL, summary TEXT NOT NULL
);
CREATE INDEX items_by_core ON items(core);
CREATE VIRTUAL TABLE words USING fts5(pairs, singles, english, content='', columnsize=0, detail=full,
  tokenize="unicode61 remove_diacritics 0");
CREATE TABLE sounds(kind TEXT, sound TEXT, rank INTEGER, start INTEGER, lengths TEXT,
  PRIMARY KEY(kind, sound, rank, start)) WITHOUT ROWID;
CREATE TABLE lexicon(form TEXT, kind TEXT, said TEXT, means TEXT NOT NULL,
  PRIMARY KEY(form, kind, said)) WITHOUT ROWID;
CREATE TABLE documents(name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
"""


class SnapshotUnreadable(Exception):
    """The file is damaged, or of a schema that this version does not know."""


class Row(NamedTuple):
    """What ranking needs of an item. `themes`, `audiences`, `channels`: joined by commas."""

    rank: int
    code: str
    core: str
    name: str
    also: str
    prior: float
    department: str | None
    type: str | None
    region: str | None
    themes: str
    audiences: str
    channels: str


_COLUMNS: Final = ", ".join(Row._fields)


class SnapshotFile:
    """Typed questions to one snapshot. Safe to ask from several threads: each has a connection of its own.

    (apsw refuses a connection that another thread is using: `ThreadingViolationError`.)
    """

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?immutable=1"
        self._of_thread = threading.local()
        self.facet_cache: dict[Any, Any] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file at `path`; raise `SnapshotUnreadable`."""
        file = cls(path)
        try:
            found = file._connection().pragma("user_version")
        except apsw.Error as damaged:
            raise SnapshotUnreadable("the file is no snapshot") from damaged
        if found != SCHEMA_VERSION:
            raise SnapshotUnreadable(f"the snapshot has schema {found}, this version reads {SCHEMA_VERSION}")
        return file

    def _connection(self) -> apsw.Connection:
        try:
            return self._of_thread.connection  # type: ignore[no-any-return]
        except AttributeError:
            self._of_thread.connection = apsw.Connection(self._uri, flags=_READ_ONLY_URI)
            return self._of_thread.connection  # type: ignore[no-any-return]

    def _ask(self, sql: str, values: Sequence[Any] = ()) -> Iterable[tuple[Any, ...]]:
        return self._connection().execute(sql, values)

    def document(self, name: str) -> Any:
        """Return one of the JSON documents."""
        for (text,) in self._ask("SELECT json FROM documents WHERE name = ?", (name,)):
            return json.loads(text)
        raise SnapshotUnreadable(f"the snapshot has no document {name!r}")

    def matching(self, expression: str, limit: int) -> list[int]:
        """Return the ranks of the items that an FTS5 expression matches, most used first."""
        return [
            rank for (rank,) in self._ask("SELECT rowid FROM words WHERE words MATCH ? LIMIT ?", (expression, limit))
        ]

    def sounding(self, kind: str, prefix: str, limit: int) -> list[tuple[int, int, str]]:
        """Return (rank, position in the core, letters of each character) of names with `prefix` from there on."""
        end = prefix + "{"  # the character after "z"
        sql = "SELECT rank, start, lengths FROM sounds WHERE kind = ? AND sound >= ? AND sound < ? LIMIT ?"
        return list(self._ask(sql, (kind, prefix, end, limit)))

    def lexicon_entries(self, forms: Sequence[str], kind: str) -> list[tuple[str, str, str]]:
        """Return (form, said, means) of the lexicon's entries under any of `forms`."""
        places = ",".join("?" * len(forms))
        sql = f"SELECT form, said, means FROM lexicon WHERE kind = ? AND form IN ({places})"  # noqa: S608 - places only
        return list(self._ask(sql, (kind, *forms)))

    def rows(self, ranks: Iterable[int]) -> list[Row]:
        """Return the rows with these ranks."""
        listed = json.dumps(sorted(ranks))
        sql = f"SELECT {_COLUMNS} FROM items WHERE rank IN (SELECT value FROM json_each(?))"  # noqa: S608 - constant
        return [Row(*row) for row in self._ask(sql, (listed,))]

    def ranks_with_code(self, prefix: str, limit: int) -> list[int]:
        """Return the ranks of items whose code begins with `prefix`, in any case."""
        sql = "SELECT rank FROM items WHERE code >= ? AND code < ? LIMIT ?"
        found: list[int] = []
        for form in {prefix, prefix.upper()}:
            found += [rank for (rank,) in self._ask(sql, (form, form + "\U0010ffff", limit))]
        return found

    def summaries(self, ranks: Sequence[int]) -> list[dict[str, Any]]:
        """Return the summaries of these items, in the order asked for."""
        sql = "SELECT rank, summary FROM items WHERE rank IN (SELECT value FROM json_each(?))"
        found = {rank: json.loads(text) for rank, text in self._ask(sql, (json.dumps(list(ranks)),))}
        return [found[rank] for rank in ranks]

    def listed(self, where: str, values: Sequence[Any], limit: int, offset: int) -> list[int]:
        """Return ranks under a condition on `items`' columns, most used first."""
        sql = f"SELECT rank FROM items WHERE {where} ORDER BY rank LIMIT ? OFFSET ?"  # noqa: S608 - built from constants
        return [rank for (rank,) in self._ask(sql, (*values, limit, offset))]

    def filter_columns(self, where: str, values: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
        """Yield (themes, department, type, audiences, channels, region) of all items under a condition."""
        columns = "themes, department, type, audiences, channels, region"
        return self._ask(f"SELECT {columns} FROM items WHERE {where}", tuple(values))  # noqa: S608 - built from constants


_READ_ONLY_URI: Final = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
