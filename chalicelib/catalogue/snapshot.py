"""The search snapshot's file: a read-only SQLite database, opened once, asked many times.

| table | holds |
| --- | --- |
| `items` | `rank` (0: the most used), `code`, `core` (name without brackets), `name` (folded), `also` (short name, keywords, main item), `prior`, the filter columns, `summary` (JSON) |
| `words` | FTS5 over `items`: pairs and single characters of name and `also`, English words, filters' terms |
| `sounds` | pinyin and initials from every character of a name on: prefix look-ups |
| `lexicon` | what people say → what the catalogue calls it (written, in pinyin, in initials, in English, mistyped) |
| `documents` | JSON: maps of characters, themes, bundles, facets, the weight of every pair |
"""  # noqa: E501 - a table's row is one line

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import apsw

SCHEMA_VERSION: Final = 3
"""Raised with every change of the tables; a container refuses a snapshot of another version."""

SCHEMA: Final = """
CREATE TABLE items(
  rank INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, core TEXT NOT NULL, name TEXT NOT NULL, also TEXT NOT NULL,
  prior REAL NOT NULL, themes TEXT NOT NULL, department TEXT, type TEXT, audiences TEXT NOT NULL,
  channels TEXT NOT NULL, region TEXT, summary TEXT NOT NULL
);
CREATE INDEX items_by_code ON items(code COLLATE NOCASE);
CREATE VIRTUAL TABLE words USING fts5(pairs, singles, english, filters, content='', columnsize=0, detail=full,
  tokenize="unicode61 remove_diacritics 0");
CREATE TABLE sounds(kind TEXT, sound TEXT, rank INTEGER, start INTEGER, lengths TEXT,
  PRIMARY KEY(kind, sound, rank, start)) WITHOUT ROWID;
CREATE TABLE lexicon(form TEXT, kind TEXT, said TEXT, role TEXT NOT NULL, means TEXT NOT NULL,
  PRIMARY KEY(form, kind, said)) WITHOUT ROWID;
CREATE TABLE documents(name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
"""


class SnapshotUnreadable(Exception):
    """The file is damaged, or of a schema that this version does not know."""


class Row(NamedTuple):
    """What ranking and facets need of an item. `themes`, `audiences`, `channels`: joined by commas."""

    rank: int
    code: str
    core: str
    name: str
    also: str
    prior: float
    themes: str
    department: str | None
    type: str | None
    audiences: str
    channels: str
    region: str | None

    @property
    def values(self) -> tuple[str | None, ...]:
        """What the item has under each facet, in the facets' order."""
        return self[6:]


_COLUMNS: Final = ", ".join(Row._fields)
_KEPT_ROWS: Final = 20_000  # about 15 MB: a whole district's catalogue, and the part of a province's that is asked for
_MAPPED_BYTES: Final = 1 << 30
_READ_ONLY_URI: Final = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI


class SnapshotFile:
    """Typed questions to one snapshot. Safe to ask from several threads.

    SQLite serves one thread per connection at a time, so connections are lent out and given back; a
    question opens another one (in under a millisecond) only while all others are busy. The file never
    changes, so what was read once may be kept.
    """

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?immutable=1"
        self._idle: deque[apsw.Connection] = deque()
        self._rows: dict[int, Row] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file at `path`; raise `SnapshotUnreadable` if it is absent, cut short, or of another schema."""
        file = cls(path)
        try:
            ((found,),) = file._ask("PRAGMA user_version")
            ((pages,),) = file._ask("PRAGMA page_count")
            ((page_size,),) = file._ask("PRAGMA page_size")
        except (apsw.Error, ValueError) as damaged:
            raise SnapshotUnreadable("the file is no snapshot") from damaged
        if found != SCHEMA_VERSION:
            raise SnapshotUnreadable(f"the snapshot has schema {found}, this version reads {SCHEMA_VERSION}")
        if path.stat().st_size != pages * page_size:
            raise SnapshotUnreadable("the file is cut short")
        return file

    def document(self, name: str) -> Any:
        """Return one of the JSON documents; raise `SnapshotUnreadable` if it is not there."""
        try:
            for (text,) in self._ask("SELECT json FROM documents WHERE name = ?", (name,)):
                return json.loads(text)
        except (apsw.Error, ValueError) as damaged:
            raise SnapshotUnreadable(f"the snapshot's document {name!r} cannot be read") from damaged
        raise SnapshotUnreadable(f"the snapshot has no document {name!r}")

    def matching(self, expression: str, limit: int, offset: int = 0) -> list[int]:
        """Return the ranks of the items that an FTS5 expression matches, most used first."""
        sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ? OFFSET ?"
        return [rank for (rank,) in self._ask(sql, (expression, limit, offset))]

    def matching_among(self, expression: str, ranks: Sequence[int]) -> list[int]:
        """Return which of `ranks` an FTS5 expression matches."""
        # A constraint on the rowid is looked up in the index, not counted off: one short question for each rank.
        sql = "SELECT rowid FROM words WHERE words MATCH ? AND rowid = ?"
        return [rank for rank in ranks if self._ask(sql, (expression, rank))]

    def sounding(self, kind: str, prefix: str, limit: int) -> list[tuple[int, int, str]]:
        """Return (rank, position in the core, letters of each character) of names with `prefix` from there on."""
        end = prefix + "{"  # the character after "z"
        sql = "SELECT rank, start, lengths FROM sounds WHERE kind = ? AND sound >= ? AND sound < ? LIMIT ?"
        return self._ask(sql, (kind, prefix, end, limit))

    def longest_sound(self, kind: str, text: str) -> int:
        """Return how many letters of `text` some name sounds like, from one of its characters on."""
        after = "SELECT sound FROM sounds WHERE kind = ? AND sound >= ? ORDER BY sound LIMIT 1"
        before = "SELECT sound FROM sounds WHERE kind = ? AND sound < ? ORDER BY sound DESC LIMIT 1"
        # The sound that shares the longest beginning with a text stands next to it in order.
        neighbours = [*self._ask(after, (kind, text)), *self._ask(before, (kind, text))]
        return max((_shared_length(sound, text) for (sound,) in neighbours), default=0)

    def lexicon_entries(self, forms: Sequence[str], kind: str) -> list[tuple[str, str, str, str]]:
        """Return (form, said, role, means) of the lexicon's entries under any of `forms`."""
        places = ",".join("?" * len(forms))
        sql = f"SELECT form, said, role, means FROM lexicon WHERE kind = ? AND form IN ({places})"  # noqa: S608 - places only
        return self._ask(sql, (kind, *forms))

    def rows(self, ranks: Iterable[int]) -> list[Row]:
        """Return the rows with these ranks."""
        wanted = sorted(ranks)
        kept = self._rows
        missing = [rank for rank in wanted if rank not in kept]
        if missing:
            sql = f"SELECT {_COLUMNS} FROM items WHERE rank IN (SELECT value FROM json_each(?))"  # noqa: S608 - constant
            read = {row[0]: Row(*row) for row in self._ask(sql, (json.dumps(missing),))}
            if len(kept) + len(read) > _KEPT_ROWS:
                kept = {rank: kept[rank] for rank in wanted if rank in kept}
            # Replaced, never changed: another thread may be reading the old one.
            kept = self._rows = kept | read
        return [kept[rank] for rank in wanted]

    def ranks_with_code(self, prefix: str, limit: int) -> list[int]:
        """Return the ranks of items whose code begins with `prefix`, in any case."""
        sql = "SELECT rank FROM items WHERE code COLLATE NOCASE >= ? AND code COLLATE NOCASE < ? LIMIT ?"
        return [rank for (rank,) in self._ask(sql, (prefix, prefix + "\U0010ffff", limit))]

    def summaries(self, ranks: Sequence[int]) -> list[dict[str, Any]]:
        """Return the summaries of these items, in the order asked for."""
        sql = "SELECT rank, summary FROM items WHERE rank IN (SELECT value FROM json_each(?))"
        found = {rank: json.loads(text) for rank, text in self._ask(sql, (json.dumps(list(ranks)),))}
        return [found[rank] for rank in ranks]

    def listed(self, limit: int, offset: int) -> list[int]:
        """Return the ranks of all items, most used first."""
        return [rank for (rank,) in self._ask("SELECT rank FROM items ORDER BY rank LIMIT ? OFFSET ?", (limit, offset))]

    def values(self, expression: str | None) -> list[tuple[str | None, ...]]:
        """Return what each item that an FTS5 expression matches has under each facet; None: of all items."""
        columns = ", ".join(Row._fields[6:])
        if expression is None:
            return self._ask(f"SELECT {columns} FROM items")  # noqa: S608 - constant
        sql = f"SELECT {columns} FROM words JOIN items ON items.rank = words.rowid WHERE words MATCH ?"  # noqa: S608
        return self._ask(sql, (expression,))

    def _ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = apsw.Connection(self._uri, flags=_READ_ONLY_URI)
            connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")  # pages are read without a call to the system
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            self._idle.append(connection)


def _shared_length(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
