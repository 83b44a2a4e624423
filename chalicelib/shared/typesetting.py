"""Documents as PDF (ISO 32000): Chinese text in embedded fonts, page numbers, the same bytes for the same content.

reportlab and the fonts (`fonts/README.md`) are loaded when the first document is set: no other request waits for them.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_FONTS: Final = Path(__file__).parent / "fonts"
_FACES: Final = ("text", "rare")
_MARGIN: Final = 62  # points, 22 mm
_MODULE: Final = 3  # points: 1 mm, which any phone can scan
_SIZES: Final = {"title": (18, 28, 10), "heading": (12, 20, 4), "text": (10.5, 17, 4), "small": (8.5, 13, 3)}
"""By style: size and leading in points, and the space behind a paragraph."""

_setting: Final = threading.Lock()
"""reportlab's fonts and its parser of paragraphs are one for the process."""


class Document:
    """A document that is written from top to bottom, and then set."""

    def __init__(self, title: str, subject: str) -> None:
        self._title = title
        self._subject = subject
        self._parts: list[tuple[str, Any]] = [("title", title)]
        self.missing = 0
        """How many characters no font has; known when it is set."""

    def heading(self, text: str) -> None:
        """Begin a part."""
        self._parts.append(("heading", text))

    def paragraph(self, text: str) -> None:
        """Write a paragraph; line breaks are kept."""
        self._parts.append(("text", text))

    def small(self, text: str) -> None:
        """Write a paragraph in small letters: hashes, signatures."""
        self._parts.append(("small", text))

    def table(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write rows of a name and what is said of it."""
        self._parts.append(("table", list(rows)))

    def squares(self, rows: Sequence[Sequence[int]]) -> None:
        """Draw a square of dark (1) and light (0) modules, as a QR code is."""
        self._parts.append(("squares", [list(row) for row in rows]))

    def set(self) -> bytes:
        """Return the PDF (A4). Each page says which one it is, and of how many."""
        from reportlab.lib.pagesizes import A4
        from reportlab.platypus import SimpleDocTemplate

        with _setting:
            out = io.BytesIO()
            self.missing = 0
            template = SimpleDocTemplate(
                out,
                pagesize=A4,
                leftMargin=_MARGIN,
                rightMargin=_MARGIN,
                topMargin=_MARGIN,
                bottomMargin=_MARGIN,
                title=self._title,
                subject=self._subject,
                lang="zh-CN",
                invariant=1,  # no date, no random id: the same content makes the same bytes
            )
            template.build([self._flow(kind, said) for kind, said in self._parts], canvasmaker=_numbered_canvas())
        return out.getvalue()

    def _flow(self, kind: str, said: Any) -> Any:
        from reportlab.platypus import Table, TableStyle

        if kind == "squares":
            return _squares()(said)
        if kind != "table":
            return self._set(kind, said)
        rows = [[self._set("text", name), self._set("text", text)] for name, text in said]
        plain = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
        return Table(rows, colWidths=(92, None), style=plain, hAlign="LEFT")

    def _set(self, style: str, text: str) -> Any:
        from reportlab.platypus import Paragraph

        parts = []
        for face, run in _runs(text.replace("\t", " ").replace("\r", "")):
            if face is None:
                self.missing += len(run)
                run = "".join(f"〔U+{ord(one):04X}〕" for one in run)  # noqa: PLW2901 - what is set in its place
            marked = escape(run).replace("\n", "<br/>")
            parts.append(f'<font name="{face}">{marked}</font>' if face == "rare" else marked)
        return Paragraph("".join(parts), _styles()[style])


@cache
def _squares() -> Any:
    """Return the flowable that draws modules."""
    from reportlab.platypus import Flowable

    class Squares(Flowable):  # type: ignore[misc]  # reportlab has no types
        def __init__(self, rows: list[list[int]]) -> None:
            super().__init__()
            self._rows = rows
            self.width = self.height = len(rows) * _MODULE

        def draw(self) -> None:
            self.canv.setFillGray(0)
            for down, row in enumerate(self._rows, start=1):
                for across, dark in enumerate(row):
                    if dark:
                        place = across * _MODULE, self.height - down * _MODULE
                        self.canv.rect(*place, _MODULE, _MODULE, stroke=0, fill=1)

    return Squares


def _runs(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield a text in runs, each with the face that has its characters; None: no face does."""
    glyphs = _glyphs()

    def face_of(character: str) -> str | None:
        if character == "\n":
            return _FACES[0]
        return next((face for face in _FACES if ord(character) in glyphs[face]), None)

    for face, characters in groupby(text, face_of):
        yield face, "".join(characters)


@cache
def _glyphs() -> dict[str, frozenset[int]]:
    """Return the characters that each face has; registers the faces."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    found = {}
    for face in _FACES:
        font = TTFont(face, str(_FONTS / f"{face}.ttf"))
        registerFont(font)
        found[face] = frozenset(font.face.charToGlyph)
    return found


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    _glyphs()
    return {
        name: ParagraphStyle(
            name,
            fontName=_FACES[0],
            fontSize=size,
            leading=leading,
            spaceAfter=after,
            spaceBefore=10 if name == "heading" else 0,
            alignment=1 if name == "title" else 0,
            keepWithNext=name == "heading",
            wordWrap="CJK",
        )
        for name, (size, leading, after) in _SIZES.items()
    }


@cache
def _numbered_canvas() -> type[Canvas]:
    """Return a canvas that writes the number of each page, and of all pages, when it knows how many there are."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    class NumberedCanvas(Canvas):  # type: ignore[misc]  # reportlab has no types
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                self.setFont(_FACES[0], _SIZES["small"][0])
                self.drawCentredString(A4[0] / 2, _MARGIN / 2, f"第 {number} 页 共 {len(self._pages)} 页")
                super().showPage()
            super().save()

    return NumberedCanvas
