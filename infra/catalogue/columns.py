"""The names a file may use for the fields of a service item: national, ours, and those seen in real exports."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from chalicelib.catalogue.model import ServiceItem

LIMIT_UNIT: Final = "limit_unit"
LEGAL_LIMIT_UNIT: Final = "legal_limit_unit"
PROMISED_LIMIT_UNIT: Final = "promised_limit_unit"
IS_CHARGED: Final = "is_charged"
OPENING_HOURS: Final = "opening_hours"

TITLES: Final[dict[str, str]] = {name: str(field.title) for name, field in ServiceItem.model_fields.items()}
"""The national name of each field of the model."""

REQUIRED_FIELDS: Final = tuple(name for name, field in ServiceItem.model_fields.items() if field.is_required())

# A column of the national lists that is part of one of our fields, not a field of its own.
_PART_TITLES: Final[dict[str, str]] = {
    LIMIT_UNIT: "办结时限单位",
    LEGAL_LIMIT_UNIT: "法定办结时限单位",
    PROMISED_LIMIT_UNIT: "承诺办结时限单位",
    IS_CHARGED: "是否收费",
    OPENING_HOURS: "办理时间",
}

_VARIANTS: Final[dict[str, tuple[str, ...]]] = {
    "code": ("事项编码", "事项代码", "实施清单编码", "实施事项编码", "事项实施编码", "item_code", "service_code"),
    "name": ("名称", "服务名称", "服务事项名称", "政务服务事项名称", "实施清单名称", "item_name", "service_name"),
    "name_en": ("事项英文名称", "english_name"),
    "short_name": ("简称",),
    "basic_code": ("事项基本编码", "基本目录编码"),
    "handling_item_code": ("办理项编码",),
    "main_item": ("主项",),
    "type": ("类型", "事项性质", "task_type", "item_type", "service_type", "type_name"),
    "version": ("版本", "版本号"),
    "exercise_level": ("层级",),
    "department": (
        "实施主体名称",
        "部门",
        "部门名称",
        "实施部门",
        "实施机关",
        "实施机构",
        "dept",
        "dept_name",
        "department_name",
    ),
    "department_code": ("实施主体代码", "部门编码", "部门代码", "dept_code"),
    "region": ("行政区划编码", "行政区划", "区划代码", "region_code", "area_code"),
    "audience": ("服务对象类型", "办理对象"),
    "handling_type": ("办件类别",),
    "legal_limit": ("法定时限", "法定期限"),
    "promised_limit": ("承诺时限", "承诺期限", "办结时限"),
    "visits": ("到现场次数", "现场次数", "到办事现场的次数", "跑动次数"),
    "conditions": ("申请条件", "办理条件"),
    "process": ("流程", "办事流程"),
    "materials": ("材料", "办理材料", "申报材料", "申请材料清单"),
    "fees": ("收费项目", "收费信息", "收费情况"),
    "windows": ("办理窗口", "办事地点", "受理地点"),
    "channels": ("办理方式", "办理渠道"),
    "bookable": ("支持预约", "是否支持预约", "支持预约办理"),
    "enquiry": ("咨询电话", "咨询"),
    "complaint": ("投诉方式", "监督投诉电话", "投诉电话"),
    "legal_basis": ("法律依据", "实施依据"),
    "result": ("办理结果", "审批结果", "审批结果名称", "结果"),
    "qa": ("问答", "常见问题解答"),
    "keywords": ("关键字",),
    "themes": ("主题分类", "theme"),
    "popularity": ("办件量", "年办件量"),
    "sample": (),
    LIMIT_UNIT: ("时限单位",),
    LEGAL_LIMIT_UNIT: ("法定时限单位", "法定期限单位"),
    PROMISED_LIMIT_UNIT: ("承诺时限单位", "承诺期限单位"),
    IS_CHARGED: (),
    OPENING_HOURS: ("办公时间", "工作时间"),
}

_NOISE: Final = re.compile(r"[\s_*\ufeff]|\((?:必填|选填|可选)\)")


def normalise(name: str) -> str:
    """Return what two spellings of a name share: no width, case, spaces, underscores, or marks for “required”."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


_FIELDS: Final[dict[str, str]] = {
    normalise(spelling): field
    for field, variants in _VARIANTS.items()
    for spelling in (field, TITLES.get(field) or _PART_TITLES[field], *variants)
}


@lru_cache(maxsize=4096)
def find_field(name: str) -> str | None:
    """Return the field that a file's `name` stands for, or None."""
    return _FIELDS.get(normalise(name))


def list_missing(names: Iterable[str]) -> list[str]:
    """Return the required fields that none of the file's `names` stands for."""
    found = {find_field(name) for name in names}
    return [field for field in REQUIRED_FIELDS if field not in found]


def describe_missing(missing: Iterable[str], names: Iterable[str]) -> str:
    """Return the one error for a file without the columns that an item cannot be without."""
    wanted = ", ".join(f"{TITLES[field]} ({field})" for field in missing)
    found = ", ".join(str(name).strip() for name in names if str(name).strip()) or "none"
    return f"the file has no column for {wanted}; the columns found are: {found}"
