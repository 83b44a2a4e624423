"""Building the search snapshot from a catalogue: one SQLite file, the same for the same catalogue."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw

from chalicelib.catalogue.concepts import MISTYPED_LENGTHS
from chalicelib.catalogue.filters import Values, terms_of
from chalicelib.catalogue.model import Bundle, ServiceItem
from chalicelib.catalogue.normalise import bigrams, core_of, fold, fold_english, squeeze
from chalicelib.catalogue.snapshot import SCHEMA, SCHEMA_VERSION
from infra.search.bundles import Summarised, join_bundle
from infra.search.priors import prior_of
from infra.search.sounds import character_sounds, simplified_characters, sounds_of, word_sounds
from infra.search.synonyms import INTENT_MARK, Synonyms

_SUMMARY_FIELDS: Final = (
    "code",
    "name",
    "name_en",
    "short_name",
    "department",
    "department_code",
    "type",
    "region",
    "themes",
    "audience",
    "bookable",
    "channels",
    "promised_limit",
    "visits",
    "sample",
)
_PROGRESS_EVERY: Final = 500
_ROLES: Final = ("weak", "hint", "intent", "thing")  # a word that the list has twice counts as the lighter one


class _Prepared(NamedTuple):
    """One item as the tables hold it."""

    item: ServiceItem
    core: str
    name: str
    also: str
    prior: float
    summary: dict[str, Any]


def build_snapshot(
    items: Iterable[ServiceItem],
    bundles: Sequence[Bundle],
    path: Path,
    *,
    synonyms: Synonyms,
    version: str,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Write the snapshot of the catalogue to `path`; whatever fails, no half-written file stays there."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    simplified = {ord(char): to for char, to in simplified_characters().items()}
    prepared = [_prepare(item, simplified) for item in items]
    prepared.sort(key=lambda one: (-one.prior, len(one.core), one.item.code))
    try:
        connection = apsw.Connection(str(partial))
        connection.pragma("journal_mode", "off")
        connection.pragma("synchronous", "off")
        connection.execute("BEGIN")
        connection.execute(SCHEMA)
        for rank, one in enumerate(prepared):
            _write_item(connection, rank, one)
            if on_progress is not None and (rank + 1) % _PROGRESS_EVERY == 0:
                on_progress(rank + 1)
        _write_lexicon(connection, synonyms, simplified)
        _write_documents(connection, prepared, bundles, synonyms, version)
        connection.execute("INSERT INTO words(words) VALUES('optimize')")
        connection.execute("COMMIT")
        connection.pragma("user_version", SCHEMA_VERSION)
        connection.execute("ANALYZE; VACUUM")
        connection.close()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    if on_progress is not None:
        on_progress(len(prepared))


def _prepare(item: ServiceItem, simplified: dict[int, str]) -> _Prepared:
    folded = fold(item.name, simplified)
    said_otherwise = [item.short_name, item.main_item, item.name_en, *item.keywords]
    also = " ".join(squeeze(fold(text, simplified)) for text in said_otherwise if text)
    summary = item.model_dump(mode="json", include=set(_SUMMARY_FIELDS))
    return _Prepared(item, core_of(folded), squeeze(folded), also, prior_of(item), summary)


def _write_item(connection: apsw.Connection, rank: int, one: _Prepared) -> None:
    item = one.item
    values = Values(
        ",".join(item.themes), item.department, item.type, ",".join(item.audience), ",".join(item.channels), item.region
    )
    connection.execute(
        "INSERT INTO items VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rank,
            item.code,
            one.core,
            one.name,
            one.also,
            one.prior,
            *values,
            json.dumps(one.summary, ensure_ascii=False, separators=(",", ":")),
        ),
    )
    texts = [one.name, *one.also.split()]
    # A phrase's pairs overlap, so it hardly ever runs from one text into the next; ranking looks at the text itself.
    pairs = " ".join(" ".join(bigrams(text)) for text in texts)
    english = " ".join(fold_english(text.lower()) for text in (item.name_en, *item.keywords) if text and text.isascii())
    connection.execute(
        "INSERT INTO words(rowid, pairs, singles, english, filters) VALUES(?, ?, ?, ?, ?)",
        (rank, pairs, " ".join(dict.fromkeys("".join(texts))), english, " ".join(terms_of(values))),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO sounds VALUES(?, ?, ?, ?, ?)",
        [(sound.kind, sound.sound, rank, sound.start, sound.lengths) for sound in sounds_of(one.core)],
    )


def _write_lexicon(connection: apsw.Connection, synonyms: Synonyms, simplified: dict[int, str]) -> None:
    rows: dict[tuple[str, str, str], tuple[str, list[str]]] = {}

    def add(form: str, kind: str, said: str, role: str, means: Sequence[str]) -> None:
        role_before, listed = rows.setdefault((form, kind, said), (role, []))
        listed.extend(meant for meant in means if meant not in listed)
        rows[form, kind, said] = (min(role, role_before, key=_ROLES.index), listed)

    for said, role, means in _said(synonyms):
        word = squeeze(fold(said, simplified))
        forms = [squeeze(fold(form, simplified)) for form in means]
        add(word, "han", word, role, forms)
        sound, initials = word_sounds(word)
        if len(word) > 1:
            add(sound, "pinyin", word, role, forms)
        if len(word) > 1 and len(initials) > 1:
            add(initials, "initials", word, role, forms)
        if len(word) in MISTYPED_LENGTHS and role == "thing":
            for place in range(len(word)):
                add(f"{word[:place]}?{word[place + 1 :]}", "typo", word, role, forms)
    for said, means in synonyms.english.items():
        phrase = fold_english(fold(said, simplified))
        role = "intent" if INTENT_MARK in means else "thing"
        add(phrase, "english", phrase, role, [squeeze(fold(form, simplified)) for form in means if form != INTENT_MARK])
    connection.executemany(
        "INSERT INTO lexicon VALUES(?, ?, ?, ?, ?)",
        [(*key, role, "|".join(means)) for key, (role, means) in sorted(rows.items())],
    )


def _said(synonyms: Synonyms) -> Iterator[tuple[str, str, Sequence[str]]]:
    for role, listed in (("thing", synonyms.words), ("intent", synonyms.intents), ("hint", synonyms.hints)):
        for said, means in listed.items():
            yield said, role, means
    for said in synonyms.weak:
        yield said, "weak", ()


def _write_documents(
    connection: apsw.Connection,
    prepared: Sequence[_Prepared],
    bundles: Sequence[Bundle],
    synonyms: Synonyms,
    version: str,
) -> None:
    by_code = {one.item.code: Summarised(one.item, one.summary) for one in prepared}
    by_name = {one.item.name: Summarised(one.item, one.summary) for one in reversed(prepared)}

    def find(code: str | None, title: str) -> Summarised | None:
        return by_code.get(code or "") or by_name.get(title)

    themes = Counter(theme for one in prepared for theme in one.item.themes)
    documents: dict[str, Any] = {
        "about": {"version": version, "item_count": len(prepared)},
        "simplified": simplified_characters(),
        "sounds": character_sounds(),
        "fillers": list(synonyms.fillers),
        "patterns": list(synonyms.patterns.items()),
        "stop_words": list(synonyms.stop_words),
        "weak": list(synonyms.weak),
        "usual": list(synonyms.usual),
        "not_in": {said: list(longer) for said, longer in synonyms.not_in.items()},
        "weights": _weights(prepared),
        "themes": sorted(themes.items(), key=lambda counted: (-counted[1], counted[0])),
        "bundles": [join_bundle(bundle, find) for bundle in bundles],
    }
    connection.executemany(
        "INSERT INTO documents VALUES(?, ?)",
        [(name, json.dumps(value, ensure_ascii=False, separators=(",", ":"))) for name, value in documents.items()],
    )


def _weights(prepared: Sequence[_Prepared]) -> dict[str, float]:
    """Return how telling each pair is: inverse document frequency, scaled to 0…1."""
    counts: Counter[str] = Counter()
    for one in prepared:
        counts.update({pair for text in (one.name, *one.also.split()) for pair in bigrams(text)})
    scale = math.log1p(len(prepared)) or 1.0
    return {pair: round(math.log1p(len(prepared) / count) / scale, 3) for pair, count in sorted(counts.items())}
