"""Which files are evidence: their types, their names, and the bytes by which a file shows what it really is.

A few signatures of our own: libraries for this know hundreds of types, and would be most of the package.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Final

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_NAME: Final = 200
_HEAD_BYTES: Final = 64
_NOT_IN_NAMES: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AUDIO_BRANDS: Final = frozenset({b"M4A ", b"M4B ", b"mp42", b"isom", b"mp41"})
_DOCX_PARTS: Final = frozenset({"[Content_Types].xml", "word/document.xml"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file: the endings of its name, and the test of its content."""

    content_type: str
    endings: tuple[str, ...]
    is_it: Callable[[bytes, IO[bytes]], bool]


def _starts_with(*signatures: bytes) -> Callable[[bytes, IO[bytes]], bool]:
    return lambda head, _: head.startswith(signatures)


def _brand(head: bytes) -> bytes | None:
    """Return the major brand of an ISO base media file (ISO/IEC 14496-12, 4.3), or None."""
    return head[8:12] if head[4:8] == b"ftyp" else None


def _is_docx(head: bytes, file: IO[bytes]) -> bool:
    if not head.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist()) >= _DOCX_PARTS
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS: Final[Mapping[str, Kind]] = {
    kind.content_type: kind
    for kind in (
        Kind("application/pdf", (".pdf",), _starts_with(b"%PDF-")),
        Kind("image/jpeg", (".jpg", ".jpeg"), _starts_with(b"\xff\xd8\xff")),
        Kind("image/png", (".png",), _starts_with(b"\x89PNG\r\n\x1a\n")),
        Kind("image/heic", (".heic", ".heif"), lambda head, _: _brand(head) in _HEIC_BRANDS),
        Kind("video/mp4", (".mp4",), lambda head, _: _brand(head) not in {None, *_HEIC_BRANDS, b"M4A ", b"M4B "}),
        Kind("audio/mp4", (".m4a",), lambda head, _: _brand(head) in _AUDIO_BRANDS),
        Kind("audio/x-m4a", (".m4a",), lambda head, _: _brand(head) in _AUDIO_BRANDS),
        Kind(_DOCX, (".docx",), _is_docx),
    )
}


def is_what_it_says(content_type: str, file: IO[bytes]) -> bool:
    """Tell whether a file's bytes are of the declared type."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    return KINDS[content_type].is_it(head, file)


def is_proper_name(name: str) -> bool:
    """Tell whether a name is a plain file name: no path, nothing unseen, nothing that systems take otherwise."""
    return 0 < len(name) <= MAX_NAME and not _NOT_IN_NAMES.search(name) and name.strip(" .") == name.strip()


def fits(name: str, content_type: str) -> bool:
    """Tell whether the name ends as names of this type do."""
    return name.lower().endswith(KINDS[content_type].endings)
