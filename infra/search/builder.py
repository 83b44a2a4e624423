"""Building the search snapshot from a catalogue: one SQLite file, the same for the same catalogue."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw

from chalicelib.catalogue.model import Bundle, ServiceItem
from chalicelib.catalogue.normalise import bigrams, core_of, fold, fold_english, squeeze
from chalicelib.catalogue.snapshot import SCHEMA, SCHEMA_VERSION
from infra.search.bundles import Summarised, join_bundle
from infra.search.priors import prior_of
from infra.search.sounds import character_sounds, simplified_characters, sounds_of, word_sounds
from infra.search.synonyms import Synonyms

_SUMMARY_FIELDS: Final = (
    "code", "name", "name_en", "short_name", "department", "department_code", "type", "region", "themes", "audience",
    "bookable", "channels", "promised_limit", "visits", "sample",
)  # fmt: skip
_PROGRESS_EVERY: Final = 500


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
    connection.execute(
        "INSERT INTO items VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rank, item.code, one.core, one.name, one.also, one.prior, item.department, item.type, item.region,
            ",".join(item.themes), ",".join(item.audience), ",".join(item.channels),
            json.dumps(one.summary, ensure_ascii=False, separators=(",", ":")),
        ),
    )  # fmt: skip
    texts = [one.name, *one.also.split()]
    pairs = " | ".join(" ".join(bigrams(text)) for text in texts)  # `|` is no token, but it keeps phrases apart
    english = fold_english((item.name_en or "").lower())
    connection.execute(
        "INSERT INTO words(rowid, pairs, singles, english) VALUES(?, ?, ?, ?)",
        (rank, pairs, " ".join(dict.fromkeys("".join(texts))), english),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO sounds VALUES(?, ?, ?, ?, ?)",
        [(sound.kind, sound.sound, rank, sound.start, sound.lengths) for sound in sounds_of(one.core)],
    )


def _write_lexicon(connection: apsw.Connection, synonyms: Synonyms, simplified: dict[int, str]) -> None:
    rows: dict[tuple[str, str, str], list[str]] = {}

    def add(form: str, kind: str, said: str, means: Sequence[str]) -> None:
        listed = rows.setdefault((form, kind, said), [])
        listed.extend(meant for meant in means if meant not in listed)

    for said, means, is_intent in _said(synonyms):
        word = squeeze(fold(said, simplified))
        forms = [form if form == "!" else squeeze(fold(form, simplified)) for form in (*(["!"] * is_intent), *means)]
        add(word, "han", word, forms)
        sound, initials = word_sounds(word)
        if len(word) > 1:
            add(sound, "pinyin", word, forms)
        if len(word) > 1 and len(initials) > 1:
            add(initials, "initials", word, forms)
    for said, means in synonyms.english.items():
        phrase = fold_english(fold(said, simplified))
        add(phrase, "english", phrase, [form if form == "!" else squeeze(fold(form, simplified)) for form in means])
    connection.executemany(
        "INSERT INTO lexicon VALUES(?, ?, ?, ?)", [(*key, "|".join(means)) for key, means in sorted(rows.items())]
    )


def _said(synonyms: Synonyms) -> Iterator[tuple[str, Sequence[str], bool]]:
    for said, means in synonyms.words.items():
        yield said, means, False
    for said, means in synonyms.intents.items():
        yield said, means, True
    for said in synonyms.weak:
        yield said, (), False


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
