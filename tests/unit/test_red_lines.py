"""Red lines: who is heard, who is rightly not, by which rules; in time that grows with the length of the text alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.triage.red_line_rules import RedLines
from chalicelib.triage.red_lines import Alarm, find_red_lines
from chalicelib.triage.service import Help, find_urgent_kinds
from chalicelib.triage.writing import Writing

RULES = RedLines.load()
DOCUMENT: Any = RULES.published


def hear(text: str) -> Alarm | None:
    return find_red_lines(Writing.of(text), RULES)


def kinds(text: str) -> tuple[str, ...]:
    return find_urgent_kinds(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("邻居威胁要杀我", "threat"),
        ("继父摸我", "minor"),
        ("我爸天天打我，我15岁", "minor"),
        ("孩子被继父打", "minor"),
        ("同学欺负我家孩子，逼他脱衣服", "minor"),
        ("孩子被老师打了", "minor"),
        ("学校有人欺负我孩子", "minor"),
        ("想死", "self_harm"),
        ("网贷逼得我想死", "self_harm"),
        ("老公动手打人了", "domestic_violence"),
        ("前男友跟踪我骚扰我", "stalking"),
        ("我去要钱被他打了", "violence"),
        ("老人被保姆打", "elder_abuse"),
        ("被跟踪", "stalking"),
        ("他又打我，我不想活了", "self_harm"),
        ("I want to kill myself", "self_harm"),
        ("My husband hits me", "domestic_violence"),
        ("公司把我关在会议室不让我出去", "confinement"),
        ("领导摸我大腿", "sexual_violence"),
    ],
)
def test_the_gravest_kind_comes_first(text: str, kind: str) -> None:
    assert kinds(text)[0] == kind


@pytest.mark.parametrize(
    "text",
    [
        "老公没有打我",
        "楼上太吵",
        "没有威胁我",
        "从未被跟踪过",
        "他从来没有对我动过手",
        "没有人打我",
        "he never hit me",
        "he did not attack anyone",
        "nobody threatened me",
    ],
)
def test_what_did_not_happen_raises_nothing(text: str) -> None:
    assert kinds(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "没完没了地威胁我",
        "他没事就打我",
        "没少打我",
        "没人管，他天天打我",
        "不给钱就打我",
        "没有一天不打我",
        "他没有一次不动手打我",
        "他不是打就是骂我，天天打我",
        "不知道为什么打我",
        "没想到他打我",
        "不止一次打我",
        "我没钱，他打我",
        "I don't know why he hits me",
        "not only does he shout, he hits me",
        "不听话就打我",
        "求他不要打我",
    ],
)
def test_what_only_looks_like_a_negation_is_none(text: str) -> None:
    assert kinds(text) != ()


@pytest.mark.parametrize(
    "text",
    [
        "给他打电话不接",
        "打工三年没拿到钱",
        "跟公司打官司",
        "说好打八折",
        "打车绕路",
        "气死我了",
        "累死了",
        "电脑死机",
        "上班摸鱼",
        "我打算起诉",
        "想打听政策",
        "孩子打游戏",
        "跟老板砍价",
        "杀毒软件收费",
        "跟踪快递物流",
        "骚扰电话太多",
        "枪击游戏封号",
        "水枪坏了",
        "他打了两万块钱给我",
        "他打我微信",
        "打我电话",
        "the noise is killing me",
        "I am dying to know",
        "老板威胁要开除我",
    ],
)
def test_other_uses_of_the_words_raise_nothing(text: str) -> None:
    assert kinds(text) == ()


@pytest.mark.parametrize(
    ("settled", "ongoing"),
    [
        ("他以前打过我，早就和好了", "他以前打过我，早就和好了，昨天又打我"),
        ("打我的人已经判刑了", "打我的人已经判刑了，出狱后天天打我"),
        ("He hit me years ago, it is resolved", "He hit me years ago, it is resolved, yesterday he hit me again"),
    ],
)
def test_what_is_long_settled_raises_nothing_unless_it_goes_on(settled: str, ongoing: str) -> None:
    assert kinds(settled) == ()
    assert kinds(ongoing) != ()


@pytest.mark.parametrize(
    ("told", "lived"),
    [
        ("电视剧里老公打老婆", "看电视剧的时候老公打我"),
        ("小说里写自杀", "我看小说，我想死"),
        ("游戏里有人杀人", "打游戏的时候他打我"),
    ],
)
def test_stories_raise_nothing_unless_they_are_ones_own(told: str, lived: str) -> None:
    assert kinds(told) == ()
    assert kinds(lived) != ()


@pytest.mark.parametrize(
    "text",
    [
        "想 死",
        "想\u200b死",
        "自.杀",
        "自*杀",
        "自 - 杀",
        "想　死",
        "他 打 我",
        "他 威 脅 要 殺 我",
        "ＳＵＩＣＩＤＥ",
        "紫砂了",
    ],
)
def test_words_that_are_pulled_apart_or_written_otherwise_are_heard(text: str) -> None:
    alarm = hear(text)
    assert alarm is not None
    assert all(word in text for one in alarm.touched for word in one.words)


@pytest.mark.parametrize(
    "text",
    [
        "他回来我就躲起来",
        "孙子身上青一块紫一块",
        "老师让他跪着",
        "不敢回家，我爸在家",
        "有个男的一直给我发那种照片",
        "说要让我全家不得好死",
        "我真的撑不下去了",
        "后妈不让我吃饭",
        "他都拿凳子砸门了，我顶着门睡",
        "i dont want to be here anymore",
    ],
)
def test_what_is_said_in_a_roundabout_way_is_heard(text: str) -> None:
    assert kinds(text) != ()


@pytest.mark.parametrize(
    ("lived", "explained"),
    [
        ("老板拖走我", "老板拖走我的货"),
        ("他怕得不敢出门，邻居凶", "狗太凶，邻居不敢出门"),
    ],
)
def test_a_weaker_rule_is_silent_where_a_thing_or_an_animal_explains_it(lived: str, explained: str) -> None:
    assert kinds(lived) != ()
    assert kinds(explained) == ()


def test_a_pot_of_that_name_is_no_alarm() -> None:
    assert kinds("买的紫砂壶是假的") == ()


def test_who_suffers_does_or_writes_decides_further_kinds() -> None:
    assert kinds("保姆打我妈") == ("elder_abuse", "violence")
    assert "minor" in kinds("我15岁，有人跟踪我")
    assert "minor" not in kinds("我35岁，有人跟踪我")
    assert "minor" in kinds("老公打我和孩子")
    assert "minor" not in kinds("老公打我，孩子才3岁")


def test_numbers_to_call_are_those_of_every_kind_the_most_pressing_first() -> None:
    help_now = Help.of(kinds("网贷逼得我想死，我15岁"))
    assert help_now is not None
    assert (help_now.kinds, help_now.level) == (("self_harm", "minor"), "critical")
    assert [number for number, _ in help_now.hotlines] == ["12356", "120", "110", "12355", "12345"]
    assert Help.of(()) is None
    assert Help.of(("forgotten",)) is None


def test_the_rules_hold_together() -> None:
    ids = [one["id"] for one in (*DOCUMENT["rules"], *DOCUMENT["concerns"])]
    assert len(ids) == len(set(ids))
    for one in (*DOCUMENT["rules"], *DOCUMENT["concerns"]):
        assert one["kind"] in RULES.kinds
        assert one["why"]["zh"]
        assert one["why"]["en"]
    named = {name for rule in DOCUMENT["rules"] for slot in rule["pattern"] for name in slot["is"]}
    named |= {name for one in DOCUMENT["concerns"] for part in ("by", "whom", "me") for name in one.get(part, ())}
    assert named <= {*DOCUMENT["classes"], "end"}
    for kind in DOCUMENT["kinds"]:
        assert set(kind["hotlines"]) <= set(DOCUMENT["hotlines"])
        assert kind["text"]["zh"]
        assert kind["text"]["en"]
    for rule in DOCUMENT["rules"]:
        assert "act" in {slot.get("role") for slot in rule["pattern"]}, rule["id"]


@pytest.mark.parametrize("name", ["hit", "sexual", "threat", "stalk", "confine", "self_harm", "harm_child"])
def test_every_word_that_says_enough_raises_an_alarm_by_itself(name: str) -> None:
    for word in (*DOCUMENT["classes"][name]["words"]["zh"], *DOCUMENT["classes"][name]["words"]["en"]):
        assert hear(word) is not None, word


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the calls of functions, ours and built in: a measure of work that no busy machine disturbs."""
    calls = [0]

    def count(_frame: Any, event: str, _argument: Any) -> None:
        calls[0] += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize(
    "unit",
    [
        "打",
        "没",
        "没打",
        "打了",
        "被",
        "我",
        "a",
        "自 杀",
        "hit me ",
        "要杀我",
        "孩子被老师",
        "没有被人、",
        "打电话",
        "不是",
        "15岁",
        ". ",
        "一",
    ],
)
def test_work_grows_with_the_length_of_the_text_alone(unit: str) -> None:
    work = []
    for length in (1250, 2500, 5000):
        text = (unit * length)[:length]
        hear(text)
        with counted() as calls:
            hear(text)
        work.append(calls[0])
    assert work[1] <= 2.2 * work[0] + 500
    assert work[2] <= 2.2 * work[1] + 500
    assert work[2] <= 160 * 5000


@given(
    st.lists(st.sampled_from(sorted({word for one in RULES.vocabularies for word in one.classes_of})), max_size=12),
    st.sampled_from(["", " ", "，", "。", ".", "、"]),
)
def test_an_alarm_names_words_of_the_text_and_the_same_twice(words: list[str], between: str) -> None:
    text = between.join(words)
    alarm = hear(text)
    assert alarm == hear(text)
    if alarm is not None:
        assert set(alarm.kinds) == {one.kind for one in alarm.touched}
        assert all(word in text for one in alarm.touched for word in one.words)
        order = list(RULES.kinds)
        assert list(alarm.kinds) == sorted(alarm.kinds, key=order.index)
