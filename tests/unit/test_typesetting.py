"""Documents as PDF: what is written can be read again, the fonts are in it, the same content makes the same bytes."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from fontTools.ttLib import TTFont

from chalicelib.shared.typesetting import Document
from infra.__main__ import make_parser
from infra.fonts.commands import FOLDER, SOURCES, common_characters, run_cut


def read(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "")


def test_a_square_of_modules_is_drawn_and_the_text_goes_on_behind_it() -> None:
    made = document("前")
    made.squares([[1, 0], [0, 1]])
    made.paragraph("后")
    plain = document("前", "后")
    drawn = made.set()
    assert "前后" in read(drawn)
    assert len(drawn) > len(plain.set())


def document(*texts: str) -> Document:
    made = Document("标题", "事由")
    for text in texts:
        made.paragraph(text)
    return made


@pytest.mark.parametrize(
    "text",
    [
        "李大勇于十一月二十日前付款￥1,000.00。",
        "王喆与陈堃、赵㐂、龚䶮、镕、龢、瞾",  # names in GBK, and beyond it
        'A & B <b>not bold</b> "quoted" &amp;',
    ],
)
def test_text_can_be_read_again(text: str) -> None:
    made = document(text)
    assert text.replace(" ", "") in read(made.set()).replace(" ", "")
    assert made.missing == 0


def test_what_no_font_has_is_said_and_counted() -> None:
    made = document("名字是𠮷，笑脸😀")
    assert "名字是〔U+20BB7〕，笑脸〔U+1F600〕" in read(made.set())
    assert made.missing == 2
    made.set()
    assert made.missing == 2


def test_every_font_is_embedded_and_cut_to_what_is_used() -> None:
    pdf = document("中文㐂abc").set()
    fonts: list[Any] = []
    pages: Any = pypdf.PdfReader(io.BytesIO(pdf)).pages
    for page in pages:
        fonts += [font.get_object() for font in page["/Resources"]["/Font"].values()]
    used = [font for font in fonts if "+" in font["/BaseFont"]]
    assert len(used) >= 2
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() and "/ToUnicode" in font for font in used)
    # Helvetica stands in the resources of every page that reportlab makes; nothing is written in it.
    assert {font["/BaseFont"] for font in fonts} - {font["/BaseFont"] for font in used} <= {"/Helvetica"}
    assert len(pdf) < 60_000


def test_pages_are_numbered() -> None:
    pages = pypdf.PdfReader(io.BytesIO(document(*["很长的一段话。" * 60] * 12).set())).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页 共 {len(pages)} 页" in page.extract_text()


def test_the_same_content_makes_the_same_bytes_and_another_one_others() -> None:
    assert document("甲").set() == document("甲").set()
    assert document("甲").set() != document("乙").set()


def test_no_character_of_gbk_is_a_blank() -> None:
    text, rare = (TTFont(FOLDER / name) for name in ("text.ttf", "rare.ttf"))
    known = text.getBestCmap()
    hanzi = [one for one in common_characters() if 0x4E00 <= one <= 0x9FA5]
    assert len(hanzi) == 20_902
    drawn = text["glyf"]
    assert [hex(one) for one in hanzi if one not in known or drawn[known[one]].numberOfContours == 0] == []
    beyond, drawn = rare.getBestCmap(), rare["glyf"]
    blank = [hex(one) for one in range(0x3400, 0x4DB6) if drawn[beyond[one]].numberOfContours == 0]
    assert blank == []


def test_fonts_are_cut_only_from_the_files_that_are_named(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / SOURCES["text.ttf"].path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"another version")
    out = tmp_path / "out"
    assert run_cut(make_parser().parse_args(["fonts", str(tmp_path), "--out", str(out)])) == 2
    assert "fonts-wqy-microhei" in capsys.readouterr().err
    assert not out.exists()
