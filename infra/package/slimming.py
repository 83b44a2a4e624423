"""Making the Lambda package small and quick: native libraries without debug symbols, Python compiled, nothing unused.

apsw's wheel carries them, 5 MB of the zip. `strip` is not on every machine, and a shared library needs nothing
behind its last loaded segment (ELF specification, "Program Header"): the file is cut there.
"""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Final

_ELF64_LITTLE: Final = b"\x7fELF\x02\x01"
_PT_LOAD: Final = 1
_LATE: Final = r"/(pycparser|cffi|tzdata|icalendar|segno|chinese_calendar|reportlab|PIL|charset_normalizer)/"
"""Libraries that a cold start does not import: to compile them would cost space only. (botocore imports dateutil.)"""
_UNUSED: Final = re.compile(
    r"PIL/_(avif|imagingcms|imagingft|imagingtk|webp)\."
    r"|pillow\.libs/lib(avif|brotli|freetype|harfbuzz|lcms2|png16|sharpyuv|webp)"
    r"|reportlab/(graphics|fonts)/"
)
"""What documents do without: reportlab imports Pillow for images, of which ours have none; its own fonts and charts."""
_SAME_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the same sources make the same zip
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


def slim_package(package: Path, python: Path) -> int:
    """Rewrite the zip with slim libraries, the table of doors and compiled code; return how many bytes that saved.

    Lambda's disk is read-only there: what is not compiled beforehand is compiled at every cold start. `python`: of the
    runtime's version, whose bytecode it must be.
    """
    before = package.stat().st_size
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(package) as archive:
            archive.extractall(folder)
        for path in [one for one in folder.rglob("*") if _UNUSED.match(one.relative_to(folder).as_posix())]:
            if path.is_file():
                path.unlink()
        for library in folder.rglob("*.so*"):
            library.write_bytes(cut_behind_segments(library.read_bytes()))
        _drop_other_countries(folder)
        _write_doors(folder)
        compile_folder(folder, python)
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _SAME_TIME)
                    entry.external_attr = 0o644 << 16
                    archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return before - package.stat().st_size


def _drop_other_countries(folder: Path) -> None:
    """Leave of the library `holidays` what counts China's: its package imports every country, 250 modules."""
    library = folder / "holidays"
    for path in (library / "countries").glob("*.py"):
        if path.name != "china.py":
            path.unlink()
    (library / "countries" / "__init__.py").touch()
    for name in ("locale", "financial"):
        shutil.rmtree(library / name, ignore_errors=True)


def _write_doors(folder: Path) -> None:
    """Write the table by which a cold start knows its routes without importing them (`chalicelib.web.doors`)."""
    from app import API_MODULES
    from chalicelib.web.doors import TABLE_PATH, make_table

    table = json.dumps(make_table(API_MODULES), sort_keys=True, separators=(",", ":"))
    (folder / "chalicelib" / "web" / TABLE_PATH.name).write_text(table, encoding="utf-8")


def compile_folder(folder: Path, python: Path) -> None:
    """Compile a function's code as it will stand in Lambda; libraries that a cold start does not import are left."""
    command = [str(python), "-m", "compileall", "-q", "-x", _LATE, "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*command, "-s", str(folder), "-p", "/var/task", str(folder)], check=True)
