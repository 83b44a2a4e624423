"""What is masked before it is public, and what is not: every pattern from both sides of its bounds."""

from __future__ import annotations

import unicodedata

import pytest

from chalicelib.ratings.rating.screening import MASK, mask_name, screen

ID = "110105194912310021"


@pytest.mark.parametrize(
    "secret",
    [
        ID,
        "110105200012310021",
        "110105184912310021",
        "110105-19491231-0021",
        "110105.1949.1231.002x",
        "11010519491231002X",
        "13800138000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "86-13800138000",
        "8613800138000",
        "+8613800138000",
        "19900138000",
        "010-82345678",
        "0411 8234567",
        "041182345678",
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4222222222222",
        "5500005555555559",
        "6304000000000000018"[:19],
        "zhang_san+1@mail-server.example.com",
        "WX:abcde",
        "QQ12345",
        "vx abcdefghij0123456789",
        "WeChat：zhang-san",
        "微信zhang_san",
        "中山路1号",
        "人民街12345号",
        "西安小区3栋",
        "幸福里一区12幢",
        "星海花园7单元",
        "东方苑8室",
        "大连村5门",
        "解放大道100号院",
        "三条胡同9号",
        "五四巷6号楼",
        "中山路12号3单元5楼501室",
        "一三八零〇一二三四五六",
        "一九九零零一三八零零零",
    ],
)
def test_what_leads_to_a_person_is_masked_as_a_whole(secret: str) -> None:
    assert screen(f"A，{secret}，b") == f"A，{MASK}，b"


@pytest.mark.parametrize(
    "text",
    [
        "010105194912310021"[1:],
        "12800138000",
        "1380013800",
        "99913800138000123",
        "4111111111111112",
        "111111111111",
        "wx abcd",
        "a@b.c",
        "人民路很好",
        "123号",
        "一二八零零一三八零零零",
        "一三八零零一三八零零",
        "02-1234567",
        "0411-823456",
        "办了3次，2026-11-24去的",
        "6304000000000000018123456",
        "1234566304000000000000018",
        "99913800138000",
        "13800138000123",
        "9990411-8234567",
        "041182345678123",
        "9110105194912310021",
        "1101051949123100215",
        "110105174912310021",
        "中山路北侧二号",
        "的号楼",
        "甲：乙；丙",
    ],
)
def test_what_leads_to_nobody_stays(text: str) -> None:
    assert screen(text) == text


def test_names_are_masked_the_longest_first_and_single_characters_never() -> None:
    assert screen("王小明和王小，好", ["王小", "王小明", "好", ""]) == "***和***，好"
    assert screen("欧阳锋，好", ["阳锋", "欧阳锋"]) == "***，好"
    assert screen("Zoë came", [unicodedata.normalize("NFD", "Zoë")]) == "*** came"
    assert screen(unicodedata.normalize("NFD", "Zoë"), ["Zoë"]) == MASK
    assert screen("李四很好") == "李四很好"


def test_full_width_digits_are_read_as_digits() -> None:
    assert screen("０９") == "09"
    assert screen("电话１３８００１３８０００。") == "电话***。"


def test_a_name_is_masked_to_its_first_character() -> None:
    assert (mask_name(" 欧阳 "), mask_name("李"), mask_name("")) == ("欧*", "李*", "*")


@pytest.mark.parametrize("way", ["路", "街", "巷", "胡同", "大道", "里", "小区", "花园", "苑", "村"])
@pytest.mark.parametrize("unit", ["号楼", "号院", "号", "栋", "幢", "单元", "室", "门"])
def test_an_address_is_masked_whatever_its_ways_and_units_are_called(way: str, unit: str) -> None:
    assert screen(f"A，甲{way}3{unit}，b") == f"A，{MASK}，b"


@pytest.mark.parametrize("unit", ["号楼", "单元", "栋", "幢", "层", "楼", "室", "号", "门"])
def test_an_address_is_masked_to_its_last_unit(unit: str) -> None:
    assert screen(f"A，甲路3号十二{unit}5{unit}，b") == f"A，{MASK}，b"


def test_an_address_is_masked_with_its_whole_name_and_number() -> None:
    assert screen("A，一二三四五六七八九十甲乙路东南西北中间12345号12345室，b") == f"A，{MASK}，b"
    assert screen("A，甲路123456号") == "A，甲路123456号"
