"""What pydantic found wrong, said to a person, in their language, without repeating what they sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from chalicelib.shared.errors import InvalidRequest, Violation
from chalicelib.shared.texts import Language, Text

# pydantic's own messages are English and may quote the input; the codes are stable.
_MESSAGES: Final[Mapping[str, Text]] = {
    "missing": Text("必填", "This field is required"),
    "extra_forbidden": Text("没有这个字段", "There is no such field"),
    "string_type": Text("应为文本", "This should be text"),
    "string_too_short": Text("至少 {min_length} 个字符", "This needs at least {min_length} characters"),
    "string_too_long": Text("最多 {max_length} 个字符", "This may have {max_length} characters at most"),
    "string_pattern_mismatch": Text("格式不正确", "This does not have the expected form"),
    "int_type": Text("应为整数", "This should be a whole number"),
    "int_parsing": Text("应为整数", "This should be a whole number"),
    "int_from_float": Text("应为整数", "This should be a whole number"),
    "bool_type": Text("应为 true 或 false", "This should be true or false"),
    "bool_parsing": Text("应为 true 或 false", "This should be true or false"),
    "greater_than_equal": Text("不得小于 {ge}", "This may not be less than {ge}"),
    "less_than_equal": Text("不得大于 {le}", "This may not be more than {le}"),
    "greater_than": Text("应大于 {gt}", "This must be more than {gt}"),
    "less_than": Text("应小于 {lt}", "This must be less than {lt}"),
    "literal_error": Text("应为以下之一：{expected}", "This should be one of {expected}"),
    "enum": Text("应为以下之一：{expected}", "This should be one of {expected}"),
    "list_type": Text("应为列表", "This should be a list"),
    "too_short": Text("至少 {min_length} 项", "This needs at least {min_length} entries"),
    "too_long": Text("最多 {max_length} 项", "This may have {max_length} entries at most"),
    "json_invalid": Text("不是有效的 JSON", "This is not valid JSON"),
    "model_type": Text("应为 JSON 对象", "This should be a JSON object"),
    "multiple_of": Text("应为 {multiple_of} 的倍数", "This should be a multiple of {multiple_of}"),
    "date": Text("不是有效的日期", "This is no day of the calendar"),
    "year_out_of_range": Text("年份应在 {first} 至 {last} 之间", "The year should be between {first} and {last}"),
    "datetime_parsing": Text("应为带时区的时间（RFC 3339）", "This should be an instant (RFC 3339)"),
    "datetime_from_date_parsing": Text("应为带时区的时间（RFC 3339）", "This should be an instant (RFC 3339)"),
    "datetime_type": Text("应为带时区的时间（RFC 3339）", "This should be an instant (RFC 3339)"),
    "timezone_aware": Text("应写明时区，如 Z 或 +08:00", "This needs a time zone, such as Z or +08:00"),
    "out_of_order": Text("先后顺序有误", "These are in the wrong order"),
    "one_of": Text("应填写且只填写其中一项", "Give one of the two"),
    "control_characters": Text("含有不可见字符", "This has characters that cannot be seen"),
    "phone": Text("不是有效的电话号码", "This is not a phone number"),
    "mobile": Text("该号码不能接收短信，请填写手机号", "No text can be sent to this number: give a mobile's"),
    "identity_number": Text("不是有效的身份证号码", "This is not a resident identity number"),
    "filename": Text("文件名不规范，或与类型不符", "This is no plain file name, or does not suit the type"),
    "repeated": Text("只能出现一次", "This may be given once only"),
    "not_utf8": Text("不是有效的 UTF-8 文本", "This is not valid UTF-8"),
}
_OTHERWISE: Final = Text("内容不符合要求", "This breaks its rule")


def violation(pointer: str, code: str, language: Language, context: Mapping[str, Any] | None = None) -> Violation:
    """Return one violation with its message in `language`."""
    template = _MESSAGES.get(code, _OTHERWISE).text(language)
    return Violation(pointer, code, template.format(**(context or {})))


def body_violations(error: ValidationError, language: Language) -> InvalidRequest:
    """Return the refusal of a body: RFC 6901 pointers."""
    return _refusal(error, language, lambda place: "".join(f"/{_escaped(part)}" for part in place))


def query_violations(error: ValidationError, language: Language) -> InvalidRequest:
    """Return the refusal of query parameters: their names."""
    return _refusal(error, language, lambda place: str(place[0]) if place else "")


def _refusal(error: ValidationError, language: Language, point: Any) -> InvalidRequest:
    found = error.errors(include_url=False, include_input=False)
    return InvalidRequest(
        violations=tuple(violation(point(one["loc"]), one["type"], language, one.get("ctx")) for one in found[:50])
    )


def _escaped(part: Sequence[str] | int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
