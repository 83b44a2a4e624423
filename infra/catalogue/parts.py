"""Lists of parts (materials, fees, windows, steps, questions): JSON with national or our names, or plain lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from infra.catalogue.columns import normalise
from infra.catalogue.json_text import describe_kind
from infra.catalogue.values import (
    BadValue,
    Parse,
    is_blank,
    read_json_cell,
    split_lines,
    split_steps,
    to_count,
    to_degrees,
    to_flag,
    to_form,
    to_necessity,
    to_text,
)

_FREE_OF_CHARGE: Final = {"不收费", "免费", "否", "无", "不收取费用", "无收费"}

_Names = Mapping[str, str]


def _names(**variants: str) -> _Names:
    return {
        normalise(spelling): name for name, spellings in variants.items() for spelling in (name, *spellings.split())
    }


_MATERIAL: Final = _names(
    name="材料名称 名称 申请材料名称",
    necessity="必要性 材料必要性 是否必要",
    form="形式 材料形式 材料类型",
    copies="份数 材料份数",
    source="来源 材料来源 来源渠道 材料来源渠道",
    note="备注 说明 填报须知 材料说明",
)
_FEE: Final = _names(
    name="收费项目名称 收费名称 收费项目 名称 项目名称",
    standard="收费标准 标准",
    basis="收费依据 依据",
    reducible="是否允许减免 允许减免 可减免",
)
_WINDOW: Final = _names(
    name="窗口名称 名称 办理窗口 办理地点名称",
    address="地址 办理地点 办理地址 窗口地址",
    hours="办理时间 办公时间 工作时间",
    phone="电话 联系电话 咨询电话",
    longitude="经度",
    latitude="纬度",
)
_STEP: Final = _names(name="环节名称 步骤名称 名称 环节 步骤", description="说明 描述 内容 办理内容")
_QUESTION: Final = _names(question="问题 问", answer="答案 解答 答 回答")

_READERS: Final[dict[str, Parse]] = {
    "necessity": to_necessity,
    "form": to_form,
    "copies": to_count,
    "reducible": to_flag,
    "longitude": to_degrees,
    "latitude": to_degrees,
}


def _to_part(value: object, names: _Names, at: int) -> dict[str, Any]:
    if isinstance(value, str) and "name" in names.values():
        return {"name": to_text(value)}
    if not isinstance(value, dict):
        raise BadValue(f"item {at}: an object is expected, not {describe_kind(value)}")
    part: dict[str, Any] = {}
    for written, content in value.items():
        name = names.get(normalise(written), written)
        if is_blank(content):
            continue
        if name in part:
            raise BadValue(f"item {at}: {name} is given twice, the second time as {written}")
        try:
            part[name] = _READERS.get(name, to_text)(content)
        except BadValue as error:
            raise BadValue(f"item {at}, {written}: {error}") from None
    return part


def _parts(names: _Names, split: Callable[[str], list[str]] | None) -> Parse:
    def parse(value: object) -> list[dict[str, Any]]:
        found = read_json_cell(value)
        if isinstance(found, dict):
            found = [found]
        if not isinstance(found, list):
            if split is None:
                raise BadValue("a JSON list of objects is expected")
            found = split(to_text(found))
        return [_to_part(part, names, at) for at, part in enumerate(found, start=1)]

    return parse


to_materials: Final = _parts(_MATERIAL, split_lines)
to_windows: Final = _parts(_WINDOW, split_lines)
to_process: Final = _parts(_STEP, split_steps)
to_questions: Final = _parts(_QUESTION, None)
_to_fees: Final = _parts(_FEE, split_lines)


def to_fees(value: object) -> list[dict[str, Any]]:
    """Return the fees; words for “free of charge” are the empty list, which is not the same as not known."""
    if isinstance(value, str) and value.strip() in _FREE_OF_CHARGE:
        return []
    found: list[dict[str, Any]] = _to_fees(value)
    return found
