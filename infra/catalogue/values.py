"""What a cell may say, and what it means: national values, codes, and the spellings seen in real exports.

Each function takes one value as the file has it (a text, or what JSON and XLSX know besides) and returns what the
model takes; `BadValue` says in words why it cannot. Nothing is guessed: what is ambiguous is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib.catalogue.terms import (
    AUDIENCES,
    CHANNELS,
    EXERCISE_LEVELS,
    HANDLING_TYPES,
    LIMIT_UNITS,
    MATERIAL_FORMS,
    MATERIAL_NECESSITIES,
    SERVICE_TYPES,
    THEMES,
)
from chalicelib.shared.texts import Text
from infra.catalogue.json_text import STRICT, describe_json_error, describe_kind

Parse = Callable[[Any], Any]

_MAX_EXACT_NUMBER: Final = 10**15
_SHOWN_CHARACTERS: Final = 40
_SPREADSHEET_ERRORS: Final = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA"}
_NOTHING: Final = {"无", "/", "-", "—", "——", "无时限", "不限"}
_TRUE: Final = {"是", "有", "支持", "可", "可以", "true", "yes", "y", "1"}
_FALSE: Final = {"否", "无", "不支持", "不可", "不可以", "false", "no", "n", "0"}
_ITEM_MARKS: Final = re.compile(r"[;；,，、|\n]|(?<=[一-鿿])/(?=[一-鿿])")
_LINE_MARKS: Final = re.compile(r"[;；]")
_STEP_MARKS: Final = re.compile(r"→|—+>|-+>|[;；]")
_JSON_CELL: Final = re.compile(r"""\s*(\[\s*["{\]]|\{\s*["}])""")
_COUNT: Final = re.compile(r"(?:最多)?(\d+)(?:\.0+)?次?")
_LIMIT: Final = re.compile(r"(\d+)(?:\.0+)?(.*)")


class BadValue(ValueError):
    """A value that means nothing to us, said in words for the person who wrote it."""


def show(value: object) -> str:
    """Return a value as it is quoted in a reason: cut short."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text[: _SHOWN_CHARACTERS + 1].split()) if "\n" in text else text
    return f"“{text[:_SHOWN_CHARACTERS]}…”" if len(text) > _SHOWN_CHARACTERS else f"“{text}”"


def is_blank(value: object) -> bool:
    """Tell whether the file says nothing here."""
    return value is None or (isinstance(value, str) and not value.strip())


def to_text(value: object) -> str:
    """Return a text; a number of a spreadsheet is one too, if it kept all its digits."""
    if isinstance(value, str):
        if value in _SPREADSHEET_ERRORS:
            raise BadValue(f"{value} is a spreadsheet's error, not a value")
        if "\ufffd" in value:
            raise BadValue("the text holds “\ufffd”, the mark of characters that were lost before the file was saved")
        return value
    if isinstance(value, bool) or value is None:
        raise BadValue(f"a text is expected, not {describe_kind(value)}")
    if isinstance(value, (int, float)):
        if not math.isfinite(value) or abs(value) >= _MAX_EXACT_NUMBER:
            raise BadValue("was stored as a number, and may have lost its last digits: store the column as text")
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    raise BadValue(f"a text is expected, not {describe_kind(value)}")


def to_flag(value: object) -> bool:
    """Return 是 as true and 否 as false."""
    if isinstance(value, bool):
        return value
    text = _plain(to_text(value)).casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise BadValue(f"{show(value)} is neither 是 nor 否")


def to_count(value: object) -> int:
    """Return a whole number: 1, "1", "1次", "最多1次"."""
    found = _COUNT.fullmatch(_plain(to_text(value)))
    if found is None:
        raise BadValue(f"{show(value)} is not a whole number")
    return int(found[1])


def to_degrees(value: object) -> float:
    """Return a coordinate."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        return float(_plain(to_text(value)))
    except ValueError:
        raise BadValue(f"{show(value)} is not a number of degrees") from None


def to_main_item(value: object) -> str | None:
    """Return the main item's name; 未分类 (“not classified”) names none."""
    text = to_text(value)
    return None if text.strip() == "未分类" else text


def to_region(value: object) -> str:
    """Return a region code; what it has to look like is the model's rule."""
    return _plain(to_text(value))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").strip()


def one_of(terms: Mapping[str, Text], variants: Mapping[str, str] | None = None) -> Parse:
    """Return the reader of a closed vocabulary: its codes, its Chinese and English names, and variants."""
    known = {_plain(text).casefold(): code for code, names in terms.items() for text in (code, *names)}
    known |= {_plain(text).casefold(): code for text, code in (variants or {}).items()}
    expected = "、".join(names.zh for names in terms.values())

    def parse(value: object) -> str:
        text = to_text(value)
        code = known.get(text) or known.get(_plain(text).casefold())
        if code is None:
            raise BadValue(f"{show(value)} is not one of {expected}")
        return code

    return parse


to_service_type: Final = one_of(
    SERVICE_TYPES,
    {code.lstrip("0"): code for code in SERVICE_TYPES}
    | {"其他权力": "10", "其他职权": "10", "其他类": "10", "其它行政权力": "10", "公共服务事项": "20"},
)
to_exercise_level: Final = one_of(
    EXERCISE_LEVELS,
    {"国家": "national", "省": "provincial", "市": "municipal", "县": "county", "区级": "county", "县(区)级": "county"}
    | {"区县级": "county", "县区级": "county", "县(市、区)级": "county", "县级(市、区)": "county", "乡镇级": "township"}
    | {"镇级": "township", "街道级": "township", "乡级": "township", "乡镇(街道)级": "township", "村级": "village"}
    | {"社区级": "village"},
)
to_handling_type: Final = one_of(
    HANDLING_TYPES, {"1": "immediate", "2": "promised", "即办": "immediate", "承诺办件": "promised", "承诺": "promised"}
)
_to_unit: Final = one_of(
    LIMIT_UNITS,
    {"工作日": "working_days", "自然日": "natural_days", "日历日": "natural_days", "个日历日": "natural_days"}
    | {"个小时": "hours", "时": "hours", "分": "minutes", "月": "months"},
)
to_necessity: Final = one_of(
    MATERIAL_NECESSITIES,
    {"必需": "required", "是": "required", "必须": "required"}
    | {"非必要": "conditional", "否": "conditional", "非必需": "conditional", "容缺": "optional"},
)
to_form: Final = one_of(
    MATERIAL_FORMS,
    {
        "纸质原件": "original",
        "纸质复印件": "copy",
        "原件及复印件": "original_and_copy",
        "原件、复印件": "original_and_copy",
    }
    | {"原件+复印件": "original_and_copy", "电子": "electronic", "电子版": "electronic", "电子材料": "electronic"},
)
_to_audience: Final = one_of(
    AUDIENCES,
    dict(zip("1234569", AUDIENCES, strict=True))
    | {"个人": "individual", "公民": "individual", "企业": "enterprise", "事业单位": "institution"}
    | {"社会组织": "social_organisation"},
)
_to_channel: Final = one_of(
    CHANNELS,
    {"网上": "online", "网上办": "online", "在线办理": "online", "网办": "online", "网络办理": "online"}
    | {"掌上办": "mobile", "移动端": "mobile", "手机办理": "mobile", "app": "mobile", "小程序": "mobile"}
    | {"窗口": "window", "现场办理": "window", "窗口办": "window", "大厅办理": "window", "线下办理": "window"}
    | {"自助": "self_service", "自助机": "self_service", "自助终端办理": "self_service", "自助办理": "self_service"},
)
_to_theme: Final = one_of(THEMES)

_LEGAL_PERSONS: Final = re.compile(r"(?<![一-鿿])法人(?![一-鿿])")


def read_json_cell(value: object) -> Any:
    """Return the value of a cell that holds JSON; any other value as it is, “[2019] 5号” among them."""
    if not isinstance(value, str) or not _JSON_CELL.match(value):
        return value
    try:
        return STRICT.decode(value.strip())
    except (ValueError, RecursionError) as error:
        raise BadValue(f"the cell begins like JSON, but is {describe_json_error(error)}") from None


def _list_values(value: object, marks: re.Pattern[str]) -> list[Any]:
    found = read_json_cell(value)
    if isinstance(found, list):
        return found
    return [part for part in marks.split(to_text(found)) if part.strip()]


def _list_codes(value: object, parse: Parse) -> list[str]:
    # In a text, a code may come twice (企业、企业法人); in a JSON list, what is there is meant.
    codes = [parse(part) for part in _list_values(value, _ITEM_MARKS)]
    return list(dict.fromkeys(codes)) if isinstance(value, str) and not _JSON_CELL.match(value) else codes


def to_audiences(value: object) -> list[str]:
    """Return the audiences; 法人 (legal persons) in a text stands for the three kinds of them."""
    if isinstance(value, str):
        value = _LEGAL_PERSONS.sub("企业法人;事业法人;社会组织法人", value)
    return _list_codes(value, _to_audience)


def to_channels(value: object) -> list[str]:
    """Return the channels."""
    return _list_codes(value, _to_channel)


def to_themes(value: object) -> list[str]:
    """Return the themes."""
    return _list_codes(value, _to_theme)


def to_keywords(value: object) -> list[str]:
    """Return the keywords."""
    return [to_text(part) for part in _list_values(value, _ITEM_MARKS)]


def to_lines(value: object) -> list[str]:
    """Return texts: one a line if the cell has lines, else one between semicolons; lists as JSON likewise."""
    found = read_json_cell(value)
    if isinstance(found, list):
        return [to_text(part) for part in found]
    return split_lines(to_text(found))


def split_lines(text: str, marks: re.Pattern[str] = _LINE_MARKS) -> list[str]:
    """Return the lines of a text, or if it is one line its parts between `marks`."""
    lines = text.splitlines() if len(text.strip().splitlines()) > 1 else marks.split(text)
    return [line.strip().rstrip(";；") for line in lines if line.strip().rstrip(";；")]


def split_steps(text: str) -> list[str]:
    """Return the steps of a process: one a line, or between arrows or semicolons."""
    return split_lines(text, _STEP_MARKS)


def to_limit(value: object, unit: object = None) -> dict[str, Any] | None:
    """Return a time limit: 20个工作日, a number with the unit of another column, or `{"value", "unit"}`.

    A bare 天 or 日 is refused: by the Civil Code, art. 200, it is a calendar day, by the Administrative Licence Law,
    art. 82, a working day.
    """
    found = read_json_cell(value)
    if isinstance(found, dict):
        return {name: _to_unit(part) if name == "unit" else part for name, part in found.items()}
    text = _plain(to_text(found))
    if text in _NOTHING:
        return None
    if text in {"即办", "即时", "即时办结", "当场", "当场办结", "当场办理", "立即"}:
        return {"value": 0, "unit": "working_days"}
    parts = _LIMIT.fullmatch(text)
    if parts is None:
        raise BadValue(f"{show(value)} is not a time limit such as 20个工作日")
    return _limit_of(int(parts[1]), parts[2], unit)


def _limit_of(number: int, written: str, unit: object) -> dict[str, Any]:
    stated = "" if is_blank(unit) else _plain(to_text(unit))
    if written and stated and _to_limit_unit(written, 1) != _to_limit_unit(stated, 1):
        raise BadValue(f"the limit says {show(written)}, its unit says {show(stated)}")
    if not (written or stated):
        raise BadValue(
            f"{show(str(number))} has no unit: write 个工作日 or 个自然日 behind it, or in the column of units"
        )
    name, times = _to_limit_unit(written or stated, number)
    return {"value": times, "unit": name}


def _to_limit_unit(unit: str, number: int) -> tuple[str, int]:
    if unit in {"天", "日", "个天", "个日", "days", "day"}:
        raise BadValue(f"{show(unit)} may mean working or calendar days: write 个工作日 or 个自然日")
    if unit in {"年", "个年"}:
        return "months", number * 12
    if unit in {"周", "个星期", "星期"}:
        return "natural_days", number * 7
    return _to_unit(unit), number
