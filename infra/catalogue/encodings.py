"""Which encoding a text file is in: UTF-8, UTF-16 or GB18030, decided by the whole file and never by a guess.

Strict UTF-8 comes first, for hardly any other text passes for it. GB18030 is the opposite: almost any bytes pass
for it, so a file that passes is taken for GB18030 only if what it says is plausible Chinese.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final, NamedTuple

from infra.catalogue.source import CatalogueFileUnreadable

_CHUNK_CHARACTERS: Final = 1 << 20
_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_COMMON_SHARE: Final = 0.7
"""Of the Chinese in real GB18030 files nearly all is in GB 2312; of Big5 or Latin-1 read as GB18030, about half."""

_HINT: Final = "save the file as UTF-8 (in Excel: “CSV UTF-8”), or name its encoding with --encoding"


class TextEncoding(NamedTuple):
    """An encoding: its name for people, and Python's name for it (the byte order mark is dropped by `codec`)."""

    name: str
    codec: str


def detect_encoding(path: Path, named: str | None = None) -> TextEncoding:
    """Return the encoding that the whole file is valid in; raise `CatalogueFileUnreadable` if there is none.

    `named` is what the operator says it is: then only that is tried.
    """
    with path.open("rb") as file:
        mark = file.read(4)
    if named is not None:
        return _check(path, _named(named, mark))
    if mark in _UTF_32_MARKS:
        raise CatalogueFileUnreadable(f"the file is in UTF-32, which is not supported: {_HINT}")
    if mark.startswith(_UTF_16_MARKS):
        return _check(path, TextEncoding("UTF-16", "utf-16"))
    marked = mark.startswith(codecs.BOM_UTF8)
    bad_line = _find_bad_line(path, "utf-8")
    if bad_line is None:
        return TextEncoding("UTF-8 with a byte order mark" if marked else "UTF-8", "utf-8-sig")
    if marked or _is_mostly_utf_8(path):
        raise CatalogueFileUnreadable(f"the file is in UTF-8, but line {bad_line} holds bytes that are not: {_HINT}")
    bad_gb18030_line = _find_bad_line(path, "gb18030")
    if bad_gb18030_line is not None:
        raise CatalogueFileUnreadable(
            f"the file is neither UTF-8 (line {bad_line}) nor GB18030 (line {bad_gb18030_line}): {_HINT}"
        )
    if not _is_plausible_chinese(path):
        raise CatalogueFileUnreadable(
            f"the file is not UTF-8 (line {bad_line}), and read as GB18030 it is not plausible Chinese: {_HINT}"
        )
    return TextEncoding("GB18030", "gb18030")


def _named(named: str, mark: bytes) -> TextEncoding:
    try:
        codec = codecs.lookup(named).name
        "".encode(codec)
    except LookupError:
        raise CatalogueFileUnreadable(f"no encoding is called {named!r}") from None
    if codec == "utf-8" or (codec == "utf-8-sig" and mark):
        return TextEncoding("UTF-8", "utf-8-sig")
    return TextEncoding(named, codec)


def _check(path: Path, encoding: TextEncoding) -> TextEncoding:
    """Decode the whole file once, strictly."""
    line = 1
    try:
        with path.open(encoding=encoding.codec, newline="") as text:
            while chunk := text.read(_CHUNK_CHARACTERS):
                if "\0" in chunk:
                    raise CatalogueFileUnreadable(f"the file, read as {encoding.name}, holds NUL characters: {_HINT}")
                line += chunk.count("\n")
    except UnicodeError:
        raise CatalogueFileUnreadable(f"the file is not valid {encoding.name} after line {line}: {_HINT}") from None
    return encoding


def _find_bad_line(path: Path, codec: str) -> int | None:
    """Return the first line that is not valid in `codec`, in which a line feed is never part of a character."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if b"\0" in line:
                raise CatalogueFileUnreadable(
                    f"line {number} holds NUL bytes: the file is not text, or UTF-16 without a byte order mark; {_HINT}"
                )
            try:
                line.decode(codec)
            except UnicodeDecodeError:
                return number
    return None


def _is_mostly_utf_8(path: Path) -> bool:
    """Tell a damaged UTF-8 file: more of its characters beyond ASCII are whole than broken."""
    whole = broken = 0
    with path.open("rb") as lines:
        for line in lines:
            if not line.isascii():
                text = line.decode("utf-8", errors="replace")
                damaged = text.count("\ufffd")
                broken += damaged
                whole += sum(not character.isascii() for character in text) - damaged
    return whole > broken


def _is_plausible_chinese(path: Path) -> bool:
    with path.open(encoding="gb18030", newline="") as text:
        wide = [character for character in text.read(_CHUNK_CHARACTERS) if not character.isascii()]
    known = {character: _is_common(character) for character in set(wide)}
    return sum(known[character] for character in wide) >= _COMMON_SHARE * len(wide)


def _is_common(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
