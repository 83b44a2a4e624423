"""How common a service is in citizens' lives, from 0 to 1, where a file does not say how often it is used.

A rule of thumb, documented so that it can be disputed: a person's own papers, insurance and family come before
running a small business, and that before permits that few will ever need.
"""

from __future__ import annotations

import math
import re
from typing import Final

from chalicelib.catalogue.model import ServiceItem

_DAILY: Final = (
    r"居民身份证",
    r"社会保障卡",
    r"户口(登记|迁移)",
    r"出生医学证明",
    r"婚姻登记|结婚登记|离婚登记",
    r"普通护照",
    r"居住证",
    r"公积金",
    r"居民参保登记|医保电子凭证",
    r"费用报销",
    r"养老保险.*(申领|认证)|退休申请",
    r"失业保险金申领|失业登记|就业登记",
    r"驾驶证",
    r"不动产",
    r"入学",
    r"公共租赁住房|公租房",
    r"最低生活保障",
    r"残疾人证",
    r"无犯罪记录",
    r"参保证明|权益记录",
    r"生育(津贴|医疗|登记)",
    r"老年人优待证|高龄津贴",
)
_FREQUENT: Final = (
    r"个体工商户",
    r"公司(设立|变更|注销)",
    r"食品.*经营|食品小",
    r"烟草专卖零售",
    r"发票",
    r"完税证明|纳税记录|个人所得税",
    r"补贴",
    r"救助",
    r"法律援助",
    r"公证",
    r"教师资格",
    r"护士|医师",
    r"报装",
    r"预约",
    r"查询",
    r"档案",
    r"网络预约出租汽车运输证",
    r"道路运输证",
    r"预防接种",
    r"退役",
    r"工伤",
    r"调解",
    r"仲裁",
    r"维修资金",
    r"创业",
)
_RARE: Final = (
    r"爆炸|剧毒|放射|危险|易制毒",
    r"矿",
    r"水利|水库|大坝|河道",
    r"宗教|寺",
    r"文物",
    r"麻醉|精神药品",
    r"机关事业单位",
    r"猎捕|野生",
    r"种畜|蚕|检疫",
    r"广播|电视",
    r"境外|非居民",
    r"建设项目|工程",
    r"规划",
    r"港口|码头|航",
    r"科研|军",
)
_FREQUENT_PATTERN: Final = re.compile("|".join(_FREQUENT))
_RARE_PATTERN: Final = re.compile("|".join(_RARE))

# Going to do the thing itself comes before its side paths.
_FIRST_STEP: Final = re.compile(r"申领|设立|新办|首次|办理|核发|登记$|签发|申请")
_SIDE_PATH: Final = re.compile(r"注销|恢复|暂停|更正|指引|咨询|维护|异地备案|终止|停业|解封|封存|投诉|工作者|机构|缴纳")

_MOST_USED: Final = 1_000_000


def prior_of(item: ServiceItem) -> float:
    """Return how common the item is: from its uses a year if known, else by the rule of thumb."""
    if item.popularity is not None:
        return min(1.0, math.log1p(item.popularity) / math.log1p(_MOST_USED))
    name = item.name
    prior = 0.35 if item.type == "20" else 0.28 if item.type in {"05", "07"} else 0.2
    daily = next((place for place, pattern in enumerate(_DAILY) if re.search(pattern, name)), None)
    if daily is not None:
        prior = 0.82 - 0.01 * daily  # the list itself is in order
    elif _FREQUENT_PATTERN.search(name):
        prior = 0.5
    if _RARE_PATTERN.search(name):
        prior -= 0.15
    if _FIRST_STEP.search(name):
        prior += 0.12
    if _SIDE_PATH.search(name):
        prior -= 0.1
    return round(min(max(prior, 0.02), 1.0), 3)
