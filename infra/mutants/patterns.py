"""Faults of a regular expression: a bound moved by one, a look-around or an alternative left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_LOOK_AROUND: Final = re.compile(r"\(\?<?[!=][^()]*\)")
_REPEATED: Final = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_ALTERNATIVES: Final = re.compile(r"\(\?:([^()|]+(?:\|[^()|]+)+)\)")


def faults_of(pattern: str) -> Iterator[str]:
    """Yield the pattern with one fault each."""
    for hit in _LOOK_AROUND.finditer(pattern):
        yield pattern[: hit.start()] + pattern[hit.end() :]
    for hit in _REPEATED.finditer(pattern):
        for bounds in _moved(*hit.groups()):
            yield pattern[: hit.start()] + bounds + pattern[hit.end() :]
    for hit in _ALTERNATIVES.finditer(pattern):
        words = hit[1].split("|")
        for number in range(len(words)):
            rest = "|".join(words[:number] + words[number + 1 :])
            yield f"{pattern[: hit.start()]}(?:{rest}){pattern[hit.end() :]}"


def _moved(least: str, comma: str | None, most: str | None) -> Iterator[str]:
    if comma is None:
        yield f"{{{int(least) + 1}}}"
        yield f"{{{int(least) - 1}}}"
        return
    if not most or int(least) < int(most):
        yield f"{{{int(least) + 1},{most}}}"
    if most and int(least) < int(most):
        yield f"{{{least},{int(most) - 1}}}"
