"""`python -m infra fonts FOLDER`: cut the fonts of documents (`chalicelib/shared/fonts`) from Debian's, anew.

The folder is what the two packages hold (`apt-get download …`, `dpkg-deb -x … FOLDER`). The files that are cut are
kept in the repository, so that neither packaging nor a test needs Debian; the same sources make the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

FOLDER: Final = Path(__file__).parent.parent.parent / "chalicelib" / "shared" / "fonts"
_KEPT_NAMES: Final = (0, 1, 2, 3, 4, 5, 6, 13, 14)  # copyright, names, version, licence (OpenType, "name")
_FACES_OF_LAYOUT: Final = ("FFTM", "GDEF", "GPOS", "GSUB", "gasp", "vhea", "vmtx")


@dataclass(frozen=True, slots=True)
class Source:
    """A font of Debian's: its package with the version, the file in it with its SHA-256, which face of a collection."""

    package: str
    path: str
    sha256: str
    face: int


SOURCES: Final = {
    "text.ttf": Source(
        "fonts-wqy-microhei 0.2.0-beta-3.1",
        "usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "2420e8078af796b19a3f6ef13de527a1a91c1e7171eea115926c614ced1009b3",
        0,
    ),
    "rare.ttf": Source(
        "fonts-droid-fallback 1:6.0.1r16-1.1",
        "usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
        "acb6440a713d880a13a21b468ba7cd43f5a2b2934972e51be791c880730777b8",
        -1,
    ),
}


def add_commands(groups: Groups) -> None:
    """Add `fonts` to the parser."""
    cutting = groups.add_parser("fonts", help="cut the fonts of documents from Debian's packages")
    cutting.add_argument("folder", type=Path, help="what the packages were unpacked to")
    cutting.add_argument("--out", type=Path, default=FOLDER, help="where to (chalicelib/shared/fonts)")
    cutting.set_defaults(run=run_cut)


def run_cut(arguments: argparse.Namespace) -> int:
    """Cut both; return 0, or 2 if a file is missing or is another version."""
    for name, source in SOURCES.items():
        path = arguments.folder / source.path
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != source.sha256:
            print(f"{path} is not the file of {source.package}", file=sys.stderr)
            return 2
        wanted = common_characters() if name == "text.ttf" else rare_characters()
        cut_font(path, source.face, wanted, arguments.out / name)
        print(f"{arguments.out / name}: {(arguments.out / name).stat().st_size} bytes")
    return 0


def common_characters() -> set[int]:
    """Return what nearly every document needs: Latin, and all of GBK, which has the characters of most names."""
    codes = (bytes([first, second]) for first in range(0x81, 0xFF) for second in range(0x40, 0xFF))
    chinese = "".join(code.decode("gbk", errors="ignore") for code in codes)
    return {*range(0x20, 0x7F), *range(0xA0, 0x180), 0x20AC, *range(0x9FA6, 0x9FC4), *map(ord, chinese)}


def rare_characters() -> set[int]:
    """Return what some names need: extension A, compatibility forms, what the font has of the later extensions."""
    return {*range(0x3400, 0x4DB6), *range(0xF900, 0xFB00), *range(0x20000, 0x2FA20)}


def cut_font(path: Path, face: int, characters: Iterable[int], out: Path) -> None:
    """Write a TrueType font with only these of its characters, and without hints."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.hinting = options.glyph_names = False
    options.notdef_outline = True
    options.layout_features = []
    options.name_IDs = list(_KEPT_NAMES)
    options.drop_tables += _FACES_OF_LAYOUT
    font = TTFont(path, fontNumber=face, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    subset.save_font(font, out, options)
