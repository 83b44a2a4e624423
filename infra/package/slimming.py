"""Making the Lambda package small: native libraries without their debug symbols.

apsw's wheel carries them, 5 MB of the zip. `strip` is not on every machine, and a shared library needs nothing
behind its last loaded segment (ELF specification, "Program Header"): the file is cut there.
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Final

_ELF64_LITTLE: Final = b"\x7fELF\x02\x01"
_PT_LOAD: Final = 1
_SECTION_FIELDS: Final = ((0x28, "<Q"), (0x3C, "<H"), (0x3E, "<H"))  # e_shoff, e_shnum, e_shstrndx


def cut_behind_segments(library: bytes) -> bytes:
    """Return a 64-bit ELF library without what is not loaded: section headers, symbols for debuggers."""
    if not library.startswith(_ELF64_LITTLE):
        return library
    (table,) = struct.unpack_from("<Q", library, 0x20)
    size, count = struct.unpack_from("<HH", library, 0x36)
    end = table + size * count
    for number in range(count):
        kind, _, offset, _, _, in_file = struct.unpack_from("<IIQQQQ", library, table + number * size)
        if kind == _PT_LOAD:
            end = max(end, offset + in_file)
    slim = bytearray(library[:end])
    for place, form in _SECTION_FIELDS:
        struct.pack_into(form, slim, place, 0)
    return bytes(slim)


def slim_package(package: Path) -> int:
    """Rewrite the zip with slim libraries; return how many bytes that saved."""
    before, slim = package.stat().st_size, package.with_suffix(".slim")
    with (
        zipfile.ZipFile(package) as source,
        zipfile.ZipFile(slim, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry, cut_behind_segments(content) if ".so" in entry.filename else content,
                            zipfile.ZIP_DEFLATED, 9)  # fmt: skip
    slim.replace(package)
    return before - package.stat().st_size
