"""The closed vocabularies of a service item, each code with its Chinese and English name.

Codes never change; the names shown to a person follow `Accept-Language`. The item types and the
audiences are those of the national item catalogue (国家政务服务事项基本目录, GB/T 39554).
"""

from __future__ import annotations

from typing import Final

from chalicelib.shared.texts import Text

SERVICE_TYPES: Final[dict[str, Text]] = {
    "01": Text("行政许可", "Administrative licence"),
    "02": Text("行政处罚", "Administrative penalty"),
    "03": Text("行政强制", "Administrative coercion"),
    "04": Text("行政征收", "Administrative levy"),
    "05": Text("行政给付", "Administrative payment"),
    "06": Text("行政检查", "Administrative inspection"),
    "07": Text("行政确认", "Administrative confirmation"),
    "08": Text("行政奖励", "Administrative award"),
    "09": Text("行政裁决", "Administrative ruling"),
    "10": Text("其他行政权力", "Other administrative power"),
    "20": Text("公共服务", "Public service"),
}

AUDIENCES: Final[dict[str, Text]] = {
    "individual": Text("自然人", "Individual"),
    "enterprise": Text("企业法人", "Enterprise"),
    "institution": Text("事业法人", "Public institution"),
    "social_organisation": Text("社会组织法人", "Social organisation"),
    "unincorporated": Text("非法人企业", "Unincorporated business"),
    "government": Text("行政机关", "Government body"),
    "other": Text("其他组织", "Other organisation"),
}

CHANNELS: Final[dict[str, Text]] = {
    "online": Text("网上办理", "Online"),
    "mobile": Text("掌上办理", "Mobile app"),
    "window": Text("窗口办理", "Window"),
    "self_service": Text("自助终端", "Self-service terminal"),
}

EXERCISE_LEVELS: Final[dict[str, Text]] = {
    "national": Text("国家级", "National"),
    "provincial": Text("省级", "Provincial"),
    "municipal": Text("市级", "Municipal"),
    "county": Text("县级", "County or district"),
    "township": Text("镇（乡、街道）级", "Township or subdistrict"),
    "village": Text("村（社区）级", "Village or community"),
}

HANDLING_TYPES: Final[dict[str, Text]] = {
    "immediate": Text("即办件", "Done at once"),
    "promised": Text("承诺件", "Done within the promised limit"),
}

LIMIT_UNITS: Final[dict[str, Text]] = {
    "working_days": Text("个工作日", "working days"),
    "natural_days": Text("个自然日", "calendar days"),
    "hours": Text("小时", "hours"),
    "minutes": Text("分钟", "minutes"),
    "months": Text("个月", "months"),
}

MATERIAL_NECESSITIES: Final[dict[str, Text]] = {
    "required": Text("必要", "Required"),
    "conditional": Text("非必要（符合条件时提供）", "Required in some cases"),
    "optional": Text("容缺后补", "May be supplied later"),
}

MATERIAL_FORMS: Final[dict[str, Text]] = {
    "original": Text("原件", "Original"),
    "copy": Text("复印件", "Copy"),
    "original_and_copy": Text("原件和复印件", "Original and copy"),
    "electronic": Text("电子件", "Electronic document"),
}

THEMES: Final[dict[str, Text]] = {
    "birth": Text("生育收养", "Birth and adoption"),
    "education": Text("教育就学", "Schooling"),
    "work": Text("就业创业", "Work and starting up"),
    "business": Text("开办企业", "Running a business"),
    "marriage": Text("婚姻登记", "Marriage"),
    "identity": Text("户籍证件", "Household register and identity papers"),
    "housing": Text("住房安居", "Housing"),
    "transport": Text("交通出行", "Vehicles and travel"),
    "travel_abroad": Text("出境入境", "Travel abroad"),
    "health": Text("医疗卫生", "Health care"),
    "social_security": Text("社会保障", "Social insurance"),
    "tax": Text("纳税缴费", "Taxes and fees"),
    "retirement": Text("退休养老", "Retirement and old age"),
    "disability": Text("扶残助困", "Disability and hardship"),
    "veterans": Text("优待抚恤", "Veterans"),
    "justice": Text("司法公证", "Justice and notary"),
    "bereavement": Text("身后事务", "Bereavement"),
}
