"""The synonym list: what citizens say, and what the catalogue calls it. Data that ops edit; see README.md."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULT_SYNONYMS_PATH: Final = Path(__file__).with_name("synonyms.csv")

INTENT_MARK: Final = "!"
"""Among the meanings of an English word: it says what to do with a thing, not which thing."""

KINDS: Final = frozenset({"word", "intent", "hint", "pattern", "english", "filler", "weak", "usual", "not", "stop"})
_NEED_MEANS: Final = frozenset({"word", "intent", "hint", "pattern", "english", "not"})


class SynonymsInvalid(ValueError):
    """The list has bad rows; the message names each with its line."""


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The list, by kind. What is said maps to what is meant, in order of preference."""

    words: Mapping[str, Sequence[str]]
    intents: Mapping[str, Sequence[str]]
    hints: Mapping[str, Sequence[str]]
    patterns: Mapping[str, Sequence[str]]
    english: Mapping[str, Sequence[str]]
    not_in: Mapping[str, Sequence[str]]
    fillers: Sequence[str]
    weak: Sequence[str]
    usual: Sequence[str]
    stop_words: Sequence[str]


def load_synonyms(path: Path) -> Synonyms:
    """Read the list at `path`; raise `SynonymsInvalid` with every bad row."""
    by_kind: dict[str, dict[str, list[str]]] = {kind: {} for kind in KINDS}
    faults: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if reader.fieldnames is None or not {"said", "means", "kind"} <= set(reader.fieldnames):
            raise SynonymsInvalid("line 1: the columns said, means, kind are needed")
        for row in reader:
            said = (row["said"] or "").strip().lower()
            means = [form.strip() for form in (row["means"] or "").split("|") if form.strip()]
            kind = (row["kind"] or "").strip()
            fault = _fault(said, means, kind)
            if fault:
                faults.append(f"line {reader.line_num}: {fault}")
                continue
            listed = by_kind[kind].setdefault(said, [])
            listed.extend(form for form in means if form not in listed)
    if faults:
        raise SynonymsInvalid("\n".join(faults))
    return Synonyms(
        words=by_kind["word"],
        intents=by_kind["intent"],
        hints=by_kind["hint"],
        patterns=by_kind["pattern"],
        english=by_kind["english"],
        not_in=by_kind["not"],
        fillers=sorted(by_kind["filler"], key=lambda said: (-len(said), said)),
        weak=sorted(by_kind["weak"]),
        usual=sorted(by_kind["usual"]),
        stop_words=sorted(by_kind["stop"]),
    )


def _fault(said: str, means: Sequence[str], kind: str) -> str | None:
    if not said:
        return "`said` is empty"
    if kind not in KINDS:
        return f"`kind` is {kind!r}, not one of {', '.join(sorted(KINDS))}"
    if (kind in _NEED_MEANS) != bool(means):
        return f"a {kind} {'needs' if kind in _NEED_MEANS else 'has no'} `means`"
    if kind == "pattern" and (said.count("*") != 1 or said.startswith("*")):
        return "a pattern has one `*`, not at its beginning"
    return None
