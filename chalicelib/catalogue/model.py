"""Service items (政务服务事项) and one-thing bundles (一件事): what they are, and nothing else.

Every field carries the national name of GB/T 39554 as its title. A field that a source does not give
is `None` or an empty list: it is never invented.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ServiceType = Literal["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "20"]
Audience = Literal[
    "individual", "enterprise", "institution", "social_organisation", "unincorporated", "government", "other"
]
Channel = Literal["online", "mobile", "window", "self_service"]
ExerciseLevel = Literal["national", "provincial", "municipal", "county", "township", "village"]
HandlingType = Literal["immediate", "promised"]
LimitUnit = Literal["working_days", "natural_days", "hours", "minutes", "months"]
Necessity = Literal["required", "conditional", "optional"]
MaterialForm = Literal["original", "copy", "original_and_copy", "electronic"]
Theme = Literal[
    "birth",
    "education",
    "work",
    "business",
    "marriage",
    "identity",
    "housing",
    "transport",
    "travel_abroad",
    "health",
    "social_security",
    "tax",
    "retirement",
    "disability",
    "veterans",
    "justice",
    "bereavement",
]

MAX_CODE_LENGTH: Final = 100

_Stripped = StringConstraints(strip_whitespace=True, min_length=1)
Text = Annotated[str, _Stripped, Field(max_length=4000)]
Name = Annotated[str, _Stripped, Field(max_length=300)]
Code = Annotated[str, _Stripped, Field(max_length=MAX_CODE_LENGTH, pattern=r"^[0-9A-Za-z][0-9A-Za-z_.\-]*$")]
RegionCode = Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{6})?$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limit(_Part):
    """How long something may take."""

    value: int = Field(ge=0, le=3650)
    unit: LimitUnit


class Step(_Part):
    """One step of the process (办理流程)."""

    name: Name
    description: Text | None = None


class Material(_Part):
    """One document to hand in (申请材料)."""

    name: Name
    necessity: Necessity | None = None
    form: MaterialForm | None = None
    copies: int | None = Field(default=None, ge=0, le=100)
    source: Text | None = None
    note: Text | None = None


class Fee(_Part):
    """One charge (收费项目)."""

    name: Name
    standard: Text | None = None
    basis: Text | None = None
    reducible: bool | None = None


class Window(_Part):
    """One place that handles the item (办理地点). Coordinates are GCJ-02 degrees."""

    name: Name
    address: Text | None = None
    hours: Text | None = None
    phone: Name | None = None
    longitude: float | None = Field(default=None, ge=-180, le=180)
    latitude: float | None = Field(default=None, ge=-90, le=90)


class Question(_Part):
    """One common question and its answer (常见问题)."""

    question: Text
    answer: Text


class ServiceItem(_Part):
    """One government service as a citizen can apply for it; its key is the implementation code."""

    code: Code = Field(title="实施编码")
    name: Name = Field(title="事项名称")
    name_en: Name | None = Field(default=None, title="英文名称")
    short_name: Name | None = Field(default=None, title="事项简称")
    basic_code: Code | None = Field(default=None, title="基本编码")
    handling_item_code: Code | None = Field(default=None, title="业务办理项编码")
    main_item: Name | None = Field(default=None, title="主项名称")
    type: ServiceType | None = Field(default=None, title="事项类型")
    version: Name | None = Field(default=None, title="事项版本")
    exercise_level: ExerciseLevel | None = Field(default=None, title="行使层级")
    department: Name | None = Field(default=None, title="实施主体")
    department_code: Name | None = Field(default=None, title="实施主体编码")
    region: RegionCode | None = Field(default=None, title="行政区划代码")
    audience: list[Audience] = Field(default=[], title="服务对象")
    handling_type: HandlingType | None = Field(default=None, title="办件类型")
    legal_limit: Limit | None = Field(default=None, title="法定办结时限")
    promised_limit: Limit | None = Field(default=None, title="承诺办结时限")
    visits: int | None = Field(default=None, ge=0, le=20, title="到办事现场次数")
    conditions: list[Text] = Field(default=[], title="受理条件")
    process: list[Step] = Field(default=[], title="办理流程")
    materials: list[Material] = Field(default=[], title="申请材料")
    fees: list[Fee] | None = Field(default=None, title="收费", description="Empty: free of charge; null: not known.")
    windows: list[Window] = Field(default=[], title="办理地点")
    channels: list[Channel] = Field(default=[], title="办理形式")
    bookable: bool | None = Field(default=None, title="是否支持预约办理")
    enquiry: Text | None = Field(default=None, title="咨询方式")
    complaint: Text | None = Field(default=None, title="监督投诉方式")
    legal_basis: list[Text] = Field(default=[], title="设定依据")
    result: Text | None = Field(default=None, title="结果名称")
    qa: list[Question] = Field(default=[], title="常见问题")
    keywords: list[Name] = Field(default=[], title="关键词")
    themes: list[Theme] = Field(default=[], title="主题")
    popularity: int | None = Field(default=None, ge=0, le=1_000_000_000, title="热度", description="Uses a year.")
    sample: bool = Field(default=False, title="示例数据", description="Written as sample data, not by a department.")

    def digest(self) -> str:
        """Return the SHA-256 of the item's canonical JSON, in hex: equal digests mean equal items."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class ItemState(NamedTuple):
    """What the catalogue holds of an item: enough to tell whether a file brings anything new."""

    digest: str
    withdrawn: bool


class BundleStep(_Part):
    """One step of a bundle: a department's item, named even where the catalogue does not hold it."""

    title: Name
    title_en: Name | None = None
    department: Name | None = None
    service_code: Code | None = None
    note: Text | None = None


class Bundle(_Part):
    """A life event's items of several departments joined into one guide (一件事)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    name: Name
    name_en: Name | None = None
    summary: Text | None = None
    summary_en: Text | None = None
    theme: Theme | None = None
    audience: list[Audience] = []
    steps: list[BundleStep] = Field(min_length=2)
    sample: bool = False
