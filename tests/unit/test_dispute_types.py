"""What types of dispute say of matters that are no civil disputes, after the law of each."""

from __future__ import annotations

import pytest

from chalicelib.triage.public import DisputeTypes

TYPES = DisputeTypes.load()


def instead_of(main: str, words: str) -> list[str]:
    return [one.instead.zh for one in TYPES.mains[main].not_accepted if words in one.what.zh]


@pytest.mark.parametrize(
    ("main", "what", "named", "never"),
    [
        ("labour", "公务员对", ("复核", "申诉", "三十日", "第九十五条"), ("仲裁",)),
        ("labour", "聘任制公务员", ("人事争议仲裁委员会", "六十日", "第一百零五条"), ("申诉",)),
        ("expropriation_demolition", "补偿协议", ("行政诉讼", "行政复议"), ("调解委员会受理",)),
        ("expropriation_demolition", "征收决定", ("六十日", "六个月"), ()),
        ("traffic_accident", "责任认定", ("三个工作日", "复核", "第七十一条"), ()),
        ("production_business", "行政处罚", ("行政复议", "六十日", "行政诉讼", "六个月"), ()),
        ("other", "行政机关", ("行政复议", "六十日", "行政诉讼", "六个月"), ()),
        ("neighbour", "违法建设", ("行政复议",), ()),
    ],
)
def test_who_is_not_taken_reads_where_to_go_and_by_when(
    main: str, what: str, named: tuple[str, ...], never: tuple[str, ...]
) -> None:
    (said,) = instead_of(main, what)
    assert all(word in said for word in named)
    assert not any(word in said for word in never)


def test_no_committee_takes_agreements_with_the_government() -> None:
    one = TYPES.mains["expropriation_demolition"]
    assert not [text.zh for text in one.accepted if "协议履行" in text.zh or "过渡费" in text.zh]
    assert any("家庭" in text.zh for text in one.accepted)
    (said,) = instead_of("expropriation_demolition", "补偿协议")
    assert "司法确认" in said
