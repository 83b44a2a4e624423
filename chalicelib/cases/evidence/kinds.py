"""Which files are evidence: their types, their names, and the bytes by which a file shows what it really is.

A few signatures of our own: libraries for this know hundreds of types, and would be most of the package.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_NAME: Final = 200
_HEAD_BYTES: Final = 64
_NOT_IN_NAMES: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""What makes a path, ends a header line, or cannot be seen (controls, zero-width, bidirectional: Unicode TR 36)."""
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_ISO_BRANDS: Final = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42"})
_VIDEO_BRANDS: Final = _ISO_BRANDS | {b"avc1", b"M4V ", b"MSNV", b"dash"}
_AUDIO_BRANDS: Final = _ISO_BRANDS | {b"M4A ", b"M4B "}
_GENERIC_IMAGE_BRANDS: Final = frozenset({b"mif1", b"msf1"})  # AVIF has them too: the compatible brands decide
_DOCX_PARTS: Final = frozenset({b"[Content_Types].xml", b"word/document.xml"})
_END_RECORD: Final = struct.Struct("<4s4H2LH")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_MAX_COMMENT_BYTES: Final = 65_535
_MAX_DIRECTORY_BYTES: Final = 1024 * 1024
"""A document has some hundred parts. A directory of millions would fill the memory that it is read into."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file: the endings of its name, and the test of its content."""

    content_type: str
    endings: tuple[str, ...]
    is_it: Callable[[bytes, IO[bytes]], bool]


def _starts_with(*signatures: bytes) -> Callable[[bytes, IO[bytes]], bool]:
    return lambda head, _: head.startswith(signatures)


def _brands(head: bytes) -> tuple[bytes, frozenset[bytes]]:
    """Return the major and the compatible brands of an ISO base media file (ISO/IEC 14496-12, 4.3), or nothing."""
    if head[4:8] != b"ftyp":
        return b"", frozenset()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return head[8:12], frozenset(head[start : start + 4] for start in range(16, end - 3, 4))


def _has_brand(brands: frozenset[bytes]) -> Callable[[bytes, IO[bytes]], bool]:
    return lambda head, _: _brands(head)[0] in brands


def _is_heic(head: bytes, _: IO[bytes]) -> bool:
    major, compatible = _brands(head)
    return major in _HEIC_BRANDS or (major in _GENERIC_IMAGE_BRANDS and bool(compatible & _HEIC_BRANDS))


def _is_docx(head: bytes, file: IO[bytes]) -> bool:
    return head.startswith(b"PK\x03\x04") and set(_names_in_zip(file)) >= _DOCX_PARTS


def _names_in_zip(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the names in an archive's directory (APPNOTE 4.3.12, 4.3.16); none if it is broken or far too long."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _END_RECORD.size - _MAX_COMMENT_BYTES))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_RECORD.size:
        return
    *_, directory_bytes, offset, _ = _END_RECORD.unpack_from(tail, at)
    if directory_bytes > _MAX_DIRECTORY_BYTES:
        return
    file.seek(offset)
    directory = file.read(directory_bytes)
    place = 0
    while place + _ENTRY.size <= len(directory) and directory.startswith(b"PK\x01\x02", place):
        name_bytes, extra_bytes, comment_bytes = _ENTRY.unpack_from(directory, place)[10:13]
        start = place + _ENTRY.size
        yield directory[start : start + name_bytes]
        place = start + name_bytes + extra_bytes + comment_bytes


_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS: Final[Mapping[str, Kind]] = {
    kind.content_type: kind
    for kind in (
        Kind("application/pdf", (".pdf",), _starts_with(b"%PDF-")),
        Kind("image/jpeg", (".jpg", ".jpeg"), _starts_with(b"\xff\xd8\xff")),
        Kind("image/png", (".png",), _starts_with(b"\x89PNG\r\n\x1a\n")),
        Kind("image/heic", (".heic", ".heif"), _is_heic),
        Kind("video/mp4", (".mp4",), _has_brand(_VIDEO_BRANDS)),
        Kind("audio/mp4", (".m4a",), _has_brand(_AUDIO_BRANDS)),
        Kind("audio/x-m4a", (".m4a",), _has_brand(_AUDIO_BRANDS)),
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
    return 0 < len(name) <= MAX_NAME and not _NOT_IN_NAMES.search(name) and name.strip(" .") == name


def fits(name: str, content_type: str) -> bool:
    """Tell whether the name ends as names of this type do."""
    return name.lower().endswith(KINDS[content_type].endings)
