"""Opening catalogue files of text: formats by content, encodings by the whole file, places that can be found again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.catalogue import readers
from infra.catalogue.readers import open_source
from infra.catalogue.source import AnyRow, CatalogueFileUnreadable, Place, Row, UnreadableRow

CSV = "实施编码,事项名称,实施主体\nA1,身份证补领,公安局\nA2,结婚登记,民政局\n"
ROWS = [
    {"实施编码": "A1", "事项名称": "身份证补领", "实施主体": "公安局"},
    {"实施编码": "A2", "事项名称": "结婚登记", "实施主体": "民政局"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    # No ending: what a file is, is read from its content.
    return tmp_path / "catalogue"


def read(path: Path, content: str | bytes | None = None, encoding: str = "utf-8") -> list[AnyRow]:
    if content is not None:
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return list(open_source(path).rows)


def description(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    return open_source(path).description


def values(rows: list[AnyRow]) -> list[Any]:
    return [row.values if isinstance(row, Row) else row.reason for row in rows]


def refusal(path: Path, content: str | bytes) -> str:
    with pytest.raises(CatalogueFileUnreadable) as refused:
        read(path, content)
    return str(refused.value)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with a byte order mark"),
        ("utf-16", "UTF-16"),
        ("gb18030", "GB18030"),
    ],
)
@pytest.mark.parametrize(
    "content",
    [CSV, json.dumps(ROWS, ensure_ascii=False), "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)],
    ids=["csv", "json", "jsonl"],
)
def test_every_encoding_is_read_and_named(path: Path, content: str, encoding: str, said: str) -> None:
    assert values(read(path, content, encoding)) == ROWS
    assert open_source(path).description.endswith(said)


def test_big_endian_utf_16_is_read(path: Path) -> None:
    assert values(read(path, b"\xfe\xff" + CSV.encode("utf-16-be"))) == ROWS


def test_gb18030_beyond_gbk_is_read(path: Path) -> None:
    content = CSV.replace("公安局", "㐂𠮷公安局")
    assert values(read(path, content, "gb18030"))[0]["实施主体"] == "㐂𠮷公安局"


def test_damaged_utf_8_is_not_taken_for_gb18030(path: Path) -> None:
    content = CSV.encode().replace("民政局".encode(), "民政".encode() + b"\xe5\xb1")
    assert "line 3" in refusal(path, content)


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-16-le"),
        CSV.encode("utf-32"),
        "實施編碼,事項名稱,實施主體\nA1,身分證補領換發戶籍謄本,警察機關\nA2,結婚登記與離婚登記,戶政事務所".encode(
            "big5"
        ),
        b"code,name\nA1,caf\xe9,x\n",
        b"code,name\nA1,\xff\xff\n",
        b"\xef\xbb\xbfcode,name\nA1,\xb9\xab\xb0\xb2\n",
    ],
    ids=["utf-16 without mark", "utf-32", "big5", "latin-1", "no encoding", "mark of utf-8, text of gbk"],
)
def test_another_encoding_is_refused_and_not_garbled(path: Path, content: bytes) -> None:
    assert "--encoding" in refusal(path, content)


def test_the_operator_can_name_the_encoding(path: Path) -> None:
    path.write_bytes("code,name\nA1,身分證補領\n".encode("big5"))
    source = open_source(path, "big5")
    assert values(list(source.rows)) == [{"code": "A1", "name": "身分證補領"}]
    with pytest.raises(CatalogueFileUnreadable, match="not valid utf-16"):
        open_source(path, "utf-16")
    with pytest.raises(CatalogueFileUnreadable, match="no encoding is called"):
        open_source(path, "klingon")


@pytest.mark.parametrize(("delimiter", "said"), [(",", "comma"), ("\t", "tab"), (";", "semicolon"), ("|", "bar")])
def test_the_delimiter_is_the_one_that_makes_a_header(path: Path, delimiter: str, said: str) -> None:
    assert values(read(path, CSV.replace(",", delimiter))) == ROWS
    assert said in open_source(path).description


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_places_are_physical_lines(path: Path, newline: str) -> None:
    content = '实施编码,事项名称\n\nA1,"身份证\n补领"\n\nA2,结婚登记\n'.replace("\n", newline)
    assert [row.place for row in read(path, content)] == [Place(3), Place(6)]


def test_rows_above_the_header_are_skipped_aloud(path: Path) -> None:
    assert values(read(path, "政务服务事项清单,,\n," + ",\n" + CSV)) == ROWS
    assert [warning for warning in open_source(path).warnings if "政务服务事项清单" in warning]


def test_a_row_that_does_not_fit_the_header_is_a_bad_row_and_the_rest_is_read(path: Path) -> None:
    content = CSV + 'A3,丙,乙,甲\nA4,丁\nA5,"丁"x,局\nA6,戊,局\n'
    rows = read(path, content)
    assert [row.place.line for row in rows if isinstance(row, UnreadableRow)] == [4, 5, 6]
    assert isinstance(rows[-1], Row)
    assert rows[-1].values["实施编码"] == "A6"


def test_blank_cells_beyond_the_header_and_blank_rows_are_nothing(path: Path) -> None:
    assert values(read(path, CSV + ",,,\nA3,丙,局,,\n"))[2:] == [{"实施编码": "A3", "事项名称": "丙", "实施主体": "局"}]


def test_a_quote_that_never_closes_is_named(path: Path) -> None:
    assert "line 4" in refusal(path, CSV + 'A3,"丙,局\nA4,丁,局\n')


def test_missing_columns_are_named_once_with_those_found(path: Path) -> None:
    said = refusal(path, "实施编码,实施主体,备注\nA1,公安局,\nA2,民政局,\n")
    assert "事项名称 (name)" in said
    assert "实施编码, 实施主体, 备注" in said


@pytest.mark.parametrize(
    "content", ['[{"实施编码": "A1"}, {"实施编码": "A2"}]', '{"实施编码": "A1"}\n{"实施编码": "A2"}']
)
def test_missing_names_in_json_are_named_once(path: Path, content: str) -> None:
    said = refusal(path, content)
    assert "事项名称 (name)" in said
    assert "found are: 实施编码" in said


def test_a_known_column_that_is_there_twice_is_refused(path: Path) -> None:
    assert "实施主体" in refusal(path, "实施编码,事项名称,实施主体,实施主体\nA1,甲,局,局\n")
    assert values(read(path, "实施编码,事项名称,备注,备注\nA1,甲,1,2\n"))[0]["备注 (column 4)"] == "2"


def test_json_elements_have_their_number_and_line(path: Path) -> None:
    content = '{"bundles": [],\n "services": [\n  {"code": "A1",\n "name": "甲"},\n  {"code": "A2", "name": "乙"}\n]}'
    rows = read(path, content)
    assert [row.place for row in rows] == [Place(3, element=1), Place(5, element=2)]
    assert str(rows[1].place) == "element 2 (line 5)"
    assert open_source(path).warnings == ("'bundles' beside 'services' was not read: only service items are imported",)


def test_a_single_json_item_is_a_catalogue(path: Path) -> None:
    item = {"code": "A1", "name": "甲"}
    assert values(read(path, json.dumps(item, indent=1))) == [item]
    assert values(read(path, json.dumps(item))) == [item]


def test_elements_that_are_no_items_are_bad_rows(path: Path) -> None:
    content = (
        '[{"code": "A1", "name": "甲"}, 5, {"code": "A2", "code": "A3", "name": "乙"}, {"code": "A4", "name": NaN}]'
    )
    rows = read(path, content)
    assert [type(row) for row in rows] == [Row, UnreadableRow, UnreadableRow, UnreadableRow]
    assert [row.place.element for row in rows] == [1, 2, 3, 4]


def test_json_lines_may_begin_with_a_broken_one(path: Path) -> None:
    assert "JSON Lines" in description(path, '{"code": "A1",\n{"code": "A2", "name": "乙"}\n')
    assert "JSON Lines" not in description(
        path, '{"services":[\n{"code":"A1","name":"甲"},\n{"code":"A2","name":"乙"}\n]}'
    )


def test_a_broken_line_of_json_lines_is_a_bad_row(path: Path) -> None:
    rows = read(path, '{"code": "A1", name: 1}\n\n{"code": "A2", "name": "乙"}\n[]\n')
    assert [row.place.line for row in rows] == [1, 3, 4]
    assert [type(row) for row in rows] == [UnreadableRow, Row, UnreadableRow]


@pytest.mark.parametrize(
    "content",
    [
        '[\n{"code": "A1", "name": "甲"}\n{"code": "A2", "name": "乙"}]',
        '[\n{"code": "A1", "name": "甲"},\n{"code": A2}]',
        '[\n{"code": "A1", "name": "甲"}]\nand more',
        '[{"code": "A1", "name": "甲"},\n',
        '{"services":\n{"code": "A1"}}',
        '{"services": [],\n"services": []}',
        '{"services": []\n"bundles": []}',
        '{"services": [\n{"code": "A1" "name": "甲"}]}',
        '[{"code": "A1", "name": "甲", "popularity":\n' + "9" * 5000 + "}]",
        '[{"code": "A1", "name":\n' + "[" * 100_000,
    ],
)
def test_broken_json_is_refused_with_its_line(path: Path, content: str) -> None:
    assert re.search(r"line [123]", refusal(path, content))


def test_json_that_is_no_catalogue_is_refused(path: Path) -> None:
    assert "data, total" in refusal(path, '{"data": [], "total":\n 0}')
    assert "is no JSON" in refusal(path.with_suffix(".json"), CSV)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\n ", "blank"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "xls"),
        (b"\x1f\x8b\x08\x00aaaa", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><body>login</body></html>", "HTML"),
        (b"PK\x03\x04 and then nothing", "save it again"),
        (b"\x00\x01\x02\x03" * 9, "not text"),
        (b"hello world", "no column"),
    ],
)
def test_what_is_no_catalogue_is_refused_in_words(path: Path, content: bytes, said: str) -> None:
    assert said in refusal(path, content)


def test_a_file_that_is_not_there_or_too_large_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CatalogueFileUnreadable, match="no file"):
        open_source(path)
    monkeypatch.setattr(readers, "MAX_FILE_BYTES", 10)
    assert "at most" in refusal(path, CSV)


def test_a_directory_of_json_files_is_one_catalogue(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text('[{"code": "A2", "name": "乙"}]', encoding="utf-8")
    (tmp_path / "a.json").write_text('{"code": "A1", "name": "甲"}', encoding="gb18030")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    source = open_source(tmp_path)
    assert [str(row.place) for row in source.rows] == ["a.json: line 1", "b.json: element 1 (line 1)"]
    assert source.warnings == ("notes.txt is no .json file, and was not read",)
    (tmp_path / "c.json").write_text("[", encoding="utf-8")
    with pytest.raises(CatalogueFileUnreadable, match=r"^c\.json: line 1"):
        list(open_source(tmp_path).rows)


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileUnreadable, match=r"no \.json file"):
        open_source(tmp_path)
