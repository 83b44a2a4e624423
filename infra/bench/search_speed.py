"""How fast the search is, on the real catalogue and on a hundred thousand made-up items."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from chalicelib.catalogue.filters import Filters
from chalicelib.catalogue.model import ServiceItem
from chalicelib.catalogue.search import Snapshot

_PLACES: Final = (
    "中山区",
    "西岗区",
    "沙河口区",
    "甘井子区",
    "旅顺口区",
    "金州区",
    "普兰店区",
    "长海县",
    "瓦房店市",
    "庄河市",
)
_THINGS: Final = (
    "居民身份证",
    "居住证",
    "户口",
    "结婚登记",
    "社会保障卡",
    "基本医疗保险",
    "养老保险",
    "失业保险金",
    "住房公积金",
    "不动产",
    "机动车驾驶证",
    "道路运输证",
    "食品经营许可证",
    "药品经营许可证",
    "烟草专卖零售许可证",
    "营业执照",
    "公共租赁住房",
    "残疾人证",
    "最低生活保障",
    "教师资格证",
    "护士执业证书",
    "医疗机构执业许可证",
    "建设工程规划许可证",
    "取水许可证",
    "林木采伐许可证",
    "渔业捕捞许可证",
    "种子生产经营许可证",
    "动物防疫条件合格证",
    "卫生许可证",
    "出版物经营许可证",
)
_ACTS: Final = (
    "申领",
    "换领",
    "补领",
    "挂失",
    "注销",
    "变更",
    "延续",
    "核发",
    "查询",
    "登记",
    "备案",
    "审批",
    "转移接续",
    "年度审验",
    "信息更正",
    "异地办理",
    "证明开具",
    "补贴发放",
    "预约办理",
    "遗失补办",
)
_KINDS: Final = (
    "新设",
    "增项",
    "减项",
    "个人",
    "单位",
    "临时",
    "首次",
    "跨省",
    "网上",
    "委托",
    "特殊情形",
    "到期",
    "合并",
    "分立",
    "港澳",
    "涉外",
    "批量",
)


class Latency(NamedTuple):
    """Percentiles of warm searches, in milliseconds."""

    searches: int
    p50_ms: float
    p99_ms: float
    max_ms: float


def made_up_items(count: int) -> Iterator[ServiceItem]:
    """Yield `count` different, plausible items; the same ones every time."""
    combinations = itertools.product(_KINDS, _ACTS, _THINGS, _PLACES)
    for number, (kind, act, thing, place) in enumerate(itertools.islice(combinations, count)):
        yield ServiceItem(
            code=f"M{number:07d}",
            name=f"{thing}{act}（{kind}）（{place}）",
            type="20" if number % 3 else "01",
            department=f"{place}政务服务局",
            region="210200000000",
            themes=["identity"],
            audience=["individual"],
            channels=["online", "window"],
            popularity=(number * 7919) % 100_003,
        )


def measure_latency(snapshot: Snapshot, queries: Sequence[str], rounds: int) -> Latency:
    """Ask every query `rounds` times, in a shuffled order, after one warm-up round."""
    for query in queries:
        snapshot.search(query, Filters(), limit=20, offset=0)
    order = list(queries) * rounds
    random.Random(1).shuffle(order)  # noqa: S311 - an order, not a secret
    spent: list[float] = []
    for query in order:
        started = time.perf_counter()
        snapshot.search(query, Filters(), limit=20, offset=0)
        spent.append((time.perf_counter() - started) * 1000)
    spent.sort()
    return Latency(len(spent), spent[len(spent) // 2], spent[int(len(spent) * 0.99)], spent[-1])


def measure_opening_ms(path: Path) -> float:
    """Return how long it takes to open the snapshot at `path` and to answer the first query."""
    started = time.perf_counter()
    Snapshot.open(path).search("sfz", Filters(), limit=1, offset=0)
    return (time.perf_counter() - started) * 1000
