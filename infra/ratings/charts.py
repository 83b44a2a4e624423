"""Two charts as SVG: the distribution of levels, and the bad rate of each organisation. Bars need no library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Final

from chalicelib.ratings.rating.rules import BAD_LEVELS, LEVELS
from infra.ratings.sheets import Row

_WIDTH: Final = 720
_BAR: Final = 22
_GAP: Final = 8
_LABEL: Final = 220
_COLOURS: Final = {5: "#1a7f37", 4: "#57ab5a", 3: "#9aa0a6", 2: "#e08a00", 1: "#c62828"}


def draw_charts(month: str, rows: Sequence[Row]) -> str:
    """Return the charts of a month."""
    levels = Counter(row.level for row in rows)
    bars = [(f"{level} ★", levels[level], f"{levels[level]}", _COLOURS[level]) for level in LEVELS]
    parts = [*_chart(f"Ratings {month}", bars, top=30)]
    by_organisation: dict[str, list[int]] = {}
    for row in rows:
        if row.target.startswith("organisation:"):
            by_organisation.setdefault(row.target.partition(":")[2], []).append(row.level)
    rates = sorted(
        (
            (sum(level in BAD_LEVELS for level in given) / len(given), name, len(given))
            for name, given in by_organisation.items()
        ),
        reverse=True,
    )
    shares = [(name, rate, f"{rate:.1%} of {count}", "#c62828") for rate, name, count in rates]
    top = 70 + len(bars) * (_BAR + _GAP)
    parts += _chart("Bad rate by organisation", shares, top=top)
    height = top + 40 + max(1, len(shares)) * (_BAR + _GAP)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" font-family="sans-serif">'
        f'\n<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _chart(title: str, bars: Sequence[tuple[str, float, str, str]], top: int) -> list[str]:
    drawn = [f'<text x="10" y="{top}" font-size="16" font-weight="bold">{escape(title)}</text>']
    most = max((value for _, value, _, _ in bars), default=0) or 1
    room = _WIDTH - _LABEL - 120
    for number, (label, value, said, colour) in enumerate(bars):
        y = top + 14 + number * (_BAR + _GAP)
        length = round(room * value / most)
        drawn.append(f'<text x="10" y="{y + 16}" font-size="13">{escape(label)}</text>')
        drawn.append(f'<rect x="{_LABEL}" y="{y}" width="{length}" height="{_BAR}" fill="{colour}"/>')
        drawn.append(f'<text x="{_LABEL + length + 6}" y="{y + 16}" font-size="13">{escape(said)}</text>')
    return drawn
