"""Amounts of money as documents write them: in figures, and in Chinese capitals that nobody can alter.

The capitals follow 《正确填写票据和结算凭证的基本规定》 (《支付结算办法》附件一), rules 1 to 4.
"""

from __future__ import annotations

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万亿")


def in_figures(cents: int) -> str:
    """Return an amount in cents as yuan, such as `￥12,300.50`."""
    return f"￥{cents // 100:,}.{cents % 100:02d}"


def in_capitals(cents: int) -> str:
    """Return an amount of 0 to 10^17 cents in capitals, such as `人民币壹万贰仟叁佰元伍角整`."""
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = f"{_whole(yuan)}元" if yuan or not cents else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    # 整 stands after yuan and jiao, never after fen.
    return f"人民币{words}{_DIGITS[fen]}分" if fen else f"人民币{words}整"


def _whole(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    words, gap = "", False
    for power in reversed(range(len(_GROUPS))):
        group = number // 10_000**power % 10_000
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):  # noqa: PLR2004 - its thousands are zero
            words += _DIGITS[0]
        words += _group(group) + _GROUPS[power]
        gap = False
    return words


def _group(number: int) -> str:
    """Return a number of 1 to 9999."""
    words, gap = "", False
    for place in reversed(range(len(_PLACES))):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
