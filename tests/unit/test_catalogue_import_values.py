"""What the values of a file mean: national values, codes, and what is refused rather than guessed."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.catalogue.model import Fee, Limit, Material, Question, ServiceItem, Step, Window
from infra.catalogue.rows import BadRow, GoodRow, RowReader
from infra.catalogue.source import Place, Row


def read(**values: Any) -> GoodRow | BadRow:
    return RowReader().read(Row(Place(2), {"实施编码": "A1", "事项名称": "身份证补领", **values}))


def item_of(**values: Any) -> ServiceItem:
    found = read(**values)
    assert isinstance(found, GoodRow), found
    return found.item


def faults_of(**values: Any) -> dict[str, str]:
    found = read(**values)
    assert isinstance(found, BadRow), found
    return {fault.field: fault.reason for fault in found.faults}


@pytest.mark.parametrize(
    ("name", "value", "field", "meaning"),
    [
        ("事项类型", "行政许可", "type", "01"),
        ("事项类型", "07", "type", "07"),
        ("task_type", "1", "type", "01"),
        ("事项类型", 20, "type", "20"),
        ("事项类型", "其他行政权力", "type", "10"),
        ("main_item", "未分类", "main_item", None),
        ("主项名称", "食品经营许可", "main_item", "食品经营许可"),
        ("服务对象", "自然人;企业法人", "audience", ["individual", "enterprise"]),
        ("服务对象", "自然人、法人", "audience", ["individual", "enterprise", "institution", "social_organisation"]),
        ("服务对象", "1,9", "audience", ["individual", "other"]),
        ("服务对象", "individual", "audience", ["individual"]),
        ("audience", ["自然人", "enterprise"], "audience", ["individual", "enterprise"]),
        ("服务对象", "企业法人/事业法人", "audience", ["enterprise", "institution"]),
        ("是否支持预约办理", "是", "bookable", True),
        ("支持预约", "否", "bookable", False),
        ("bookable", False, "bookable", False),
        ("办件类型", "承诺件", "handling_type", "promised"),
        ("办件类型", "1", "handling_type", "immediate"),
        ("行使层级", "市级", "exercise_level", "municipal"),
        ("行使层级", "镇(乡、街道)级", "exercise_level", "township"),
        ("行政区划代码", 210202, "region", "210202"),
        ("region_code", "511602000000", "region", "511602000000"),
        ("承诺办结时限", "20个工作日", "promised_limit", Limit(value=20, unit="working_days")),
        ("承诺时限", "５ 工作日", "promised_limit", Limit(value=5, unit="working_days")),
        ("法定办结时限", "30自然日", "legal_limit", Limit(value=30, unit="natural_days")),
        ("法定办结时限", "2小时", "legal_limit", Limit(value=2, unit="hours")),
        ("法定办结时限", "1年", "legal_limit", Limit(value=12, unit="months")),
        ("法定办结时限", "无", "legal_limit", None),
        ("legal_limit", {"value": 3, "unit": "个月"}, "legal_limit", Limit(value=3, unit="months")),
        ("legal_limit", '{"value": 3, "unit": "months"}', "legal_limit", Limit(value=3, unit="months")),
        ("承诺办结时限", "即办", "promised_limit", Limit(value=0, unit="working_days")),
        ("到办事现场次数", "1次", "visits", 1),
        ("到办事现场次数", 0.0, "visits", 0),
        ("办理形式", "网上办理,窗口办理", "channels", ["online", "window"]),
        ("办理形式", "窗口、自助终端", "channels", ["window", "self_service"]),
        ("受理条件", "年满十六周岁；本市户籍", "conditions", ["年满十六周岁", "本市户籍"]),
        ("受理条件", "1. 年满十六周岁；\n2. 本市户籍；", "conditions", ["1. 年满十六周岁", "2. 本市户籍"]),
        ("设定依据", "[2019]5号", "legal_basis", ["[2019]5号"]),
        ("关键词", "身份证,补办", "keywords", ["身份证", "补办"]),
        ("办理流程", "受理→审查→发证", "process", [Step(name="受理"), Step(name="审查"), Step(name="发证")]),
        ("申请材料", "户口簿\n照片", "materials", [Material(name="户口簿"), Material(name="照片")]),
        (
            "申请材料",
            '[{"材料名称": "户口簿", "必要性": "必要", "材料形式": "原件和复印件", "份数": "1"}]',
            "materials",
            [Material(name="户口簿", necessity="required", form="original_and_copy", copies=1)],
        ),
        ("收费", "不收费", "fees", []),
        ("是否收费", "否", "fees", []),
        ("是否收费", "是", "fees", None),
        ("收费", '[{"收费项目名称": "工本费", "收费标准": "20元"}]', "fees", [Fee(name="工本费", standard="20元")]),
        ("办理地点", "政务服务中心 3 楼", "windows", [Window(name="政务服务中心 3 楼")]),
        ("常见问题", '[{"问": "多久？", "答": "三天"}]', "qa", [Question(question="多久？", answer="三天")]),
        ("主题", "户籍证件", "themes", ["identity"]),
        ("部门名称", "市公安局", "department", "市公安局"),
        ("实施编码（必填）", "A1", "code", "A1"),
    ],
)
def test_a_value_is_understood(name: str, value: Any, field: str, meaning: Any) -> None:
    assert getattr(item_of(**{name: value}), field) == meaning


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("事项类型", "登记", "行政许可"),
        ("服务对象", "自然人;路人", "路人"),
        ("承诺办结时限", "20", "no unit"),
        ("承诺办结时限", "20天", "working or calendar days"),
        ("承诺办结时限", "尽快", "not a time limit"),
        ("承诺办结时限", "9999个工作日", "3650"),
        ("到办事现场次数", "1.5", "whole number"),
        ("到办事现场次数", "21", "20 is the most"),
        ("是否支持预约办理", "也许", "neither"),
        ("行政区划代码", "21020", "6 or 12 digits"),
        ("基本编码", "１２３", "letters, digits"),
        ("事项简称", "长" * 301, "301 characters, at most 300"),
        ("事项简称", "#REF!", "spreadsheet"),
        ("事项简称", "身\ufffd证", "lost"),
        ("实施主体编码", 11511301008778183, "number"),
        ("实施主体编码", float("inf"), "number"),
        ("实施主体", ["市公安局"], "a list"),
        ("申请材料", '[{"材料名称": "户口簿"', "JSON"),
        ("申请材料", '[{"材料名称": "户口簿", "颜色": "红"}]', "item 1, 颜色"),
        ("申请材料", '[{"必要性": "必要"}]', "item 1, name"),
        ("申请材料", '["户口簿", {"材料名称": "照片", "份数": "许多"}]', "item 2, 份数"),
        ("常见问题", "多久？三天", "JSON"),
        ("主题", "其他", "户籍证件"),
        ("事项简称", "\ud800", "surrogate"),
    ],
)
def test_a_value_that_means_nothing_is_refused_in_words(name: str, value: Any, said: str) -> None:
    faults = faults_of(**{name: value})
    assert list(faults) == [name]
    assert said in faults[name]


@pytest.mark.parametrize("unit_column", ["承诺办结时限单位", "办结时限单位", "promised_limit_unit"])
def test_a_limit_takes_its_unit_from_another_column(unit_column: str) -> None:
    item = item_of(承诺办结时限="20", **{unit_column: "工作日"})
    assert item.promised_limit == Limit(value=20, unit="working_days")


def test_a_limit_and_its_unit_that_disagree_are_refused() -> None:
    assert list(faults_of(承诺办结时限="20个工作日", 承诺办结时限单位="自然日")) == ["承诺办结时限"]


def test_no_charge_beside_fees_is_refused() -> None:
    assert list(faults_of(是否收费="否", 收费="工本费")) == ["收费"]


def test_opening_hours_are_those_of_windows_without_their_own() -> None:
    windows = [{"name": "甲"}, {"name": "乙", "hours": "全天"}]
    item = item_of(办理地点=windows, 办理时间="工作日 9:00-17:00")
    assert [window.hours for window in item.windows] == ["工作日 9:00-17:00", "全天"]


def test_opening_hours_without_a_window_are_ignored_aloud() -> None:
    reader = RowReader()
    reader.read(Row(Place(2), {"实施编码": "A1", "事项名称": "甲", "办理时间": "全天"}))
    assert [name.split()[0] for name in reader.ignored] == ["办理时间"]


def test_two_names_of_one_field_may_agree_but_not_differ() -> None:
    assert item_of(code="A1").code == "A1"
    assert "A2" in faults_of(code="A2")["实施编码"]


def test_blank_values_are_not_known_rather_than_empty() -> None:
    item = item_of(实施主体="  ", 收费="", 申请材料=None, sample=None)
    assert item == ServiceItem(code="A1", name="身份证补领")
