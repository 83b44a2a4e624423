"""`python -m infra bench`: all figures of one run, printed, and written to build/bench.json."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from chalicelib.catalogue.model import ServiceItem

    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

ROOT: Final = Path(__file__).parent.parent.parent
LABELS: Final = ROOT / "tests" / "search"
_MADE_UP: Final = 100_000
_MEGABYTE: Final = 1_000_000


def add_commands(groups: Groups) -> None:
    """Add `bench` to the parser."""
    bench = groups.add_parser("bench", help="measure, and compare")
    bench.add_argument(
        "--catalogue", type=Path, help="a real catalogue, for search figures; none is in this repository"
    )
    bench.set_defaults(run=run_bench)


def run_bench(arguments: argparse.Namespace) -> int:
    """Measure everything; what cannot be measured here is said, not guessed."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        if arguments.catalogue is None:
            _say(figures, "search", "NOT MEASURED: name a real catalogue, `make bench CATALOGUE=<file>`")
        elif not arguments.catalogue.exists():
            _say(figures, "search", f"NOT MEASURED: {arguments.catalogue} is absent")
        else:
            _bench_search(figures, arguments.catalogue, Path(folder))
        _bench_growth(figures, Path(folder))
    _bench_triage(figures)
    _bench_disputes(figures)
    _bench_ratings(figures)
    _bench_handlers(figures)
    _bench_package(figures)
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {path}")
    return 0


def _bench_search(figures: dict[str, Any], catalogue: Path, folder: Path) -> None:
    from chalicelib.catalogue.search import Snapshot
    from infra.bench.calls import count_calls
    from infra.bench.search_quality import describe, evaluate, read_labels
    from infra.bench.search_speed import measure_latency, measure_opening_ms
    from infra.local.dynamodb_local import DynamoDbLocalMissing

    items = read_items(catalogue)
    path = _build(items, folder / "real.sqlite")
    snapshot = Snapshot.open(path)
    labels = {half: read_labels(LABELS / f"labels_{half}.csv") for half in ("tune", "heldout")}
    for half, asked in labels.items():
        quality = evaluate(snapshot, asked)
        print("\n".join(describe(f"search quality, {half} half, {len(items)} real items", quality)))
        figures[f"quality_{half}"] = {"queries": quality.asked, "hit@1": quality.hit_at_1, "hit@5": quality.hit_at_5}
    queries = [label.query for asked in labels.values() for label in asked]
    _say(figures, "open_and_first_search_ms", round(measure_opening_ms(path), 1))
    _say(figures, f"search_{len(items)}_items", measure_latency(snapshot, queries, rounds=5)._asdict())
    try:
        _say(figures, "calls_on_dynamodb_local", count_calls(items, snapshot))
    except DynamoDbLocalMissing as missing:
        _say(figures, "calls_on_dynamodb_local", f"not measured: {missing}")


def _bench_growth(figures: dict[str, Any], folder: Path) -> None:
    from chalicelib.catalogue.search import Snapshot
    from infra.bench.search_quality import read_labels
    from infra.bench.search_speed import made_up_items, measure_latency, measure_opening_ms

    path = _build(list(made_up_items(_MADE_UP)), folder / "made-up.sqlite")
    queries = [label.query for half in ("tune", "heldout") for label in read_labels(LABELS / f"labels_{half}.csv")]
    _say(figures, "open_and_first_search_100000_ms", round(measure_opening_ms(path), 1))
    _say(figures, "search_100000_items", measure_latency(Snapshot.open(path), queries, rounds=2)._asdict())
    _say(figures, "snapshot_100000_bytes", path.stat().st_size)


def _bench_triage(figures: dict[str, Any]) -> None:
    from infra.bench.triage_quality import measure_red_lines, measure_speed_ms, measure_types

    for name in ("tune", "heldout"):
        _say(figures, f"triage_{name}", measure_types(name))
    for name in ("tune", "heldout", "fresh"):
        _say(figures, f"red_lines_{name}", measure_red_lines(name))
    _say(figures, "triage_5000_characters_ms", measure_speed_ms())


def _bench_disputes(figures: dict[str, Any]) -> None:
    from infra.bench.disputes import measure_disputes
    from infra.bench.due import measure_due
    from infra.local.dynamodb_local import DynamoDbLocalMissing

    try:
        for name, value in measure_disputes().items():
            _say(figures, f"disputes_{name}", value)
        _say(figures, "due_at_one_instant", measure_due())
    except DynamoDbLocalMissing as missing:
        _say(figures, "disputes", f"not measured: {missing}")


def _bench_ratings(figures: dict[str, Any]) -> None:
    from infra.bench.contention import measure_contention

    for name, value in measure_contention().items():
        _say(figures, f"ratings_simulated_{name}", value)


def _bench_handlers(figures: dict[str, Any]) -> None:
    from infra.bench.cold_start import measure_cold_start
    from infra.bench.overhead import measure_overhead

    item = read_items(ROOT / "infra" / "sample" / "services")[0]
    overhead = measure_overhead(item)
    _say(figures, "handler_overhead_us", {name: round(value, 1) for name, value in overhead.items()})
    ratios = {f"yima/{peer}": round(overhead["yima"] / value, 3) for peer, value in overhead.items() if peer != "yima"}
    _say(figures, "handler_overhead_ratio", ratios)
    cold = measure_cold_start()
    _say(figures, "cold_start_ms", {name: round(value) for name, value in cold.items()})
    _say(figures, "cold_start_ratio", round(cold["yima"] / cold["fastapi_mangum_boto3"], 3))


def _bench_package(figures: dict[str, Any]) -> None:
    zip_path = ROOT / "build" / "package" / "deployment.zip"
    size = (
        round(zip_path.stat().st_size / _MEGABYTE, 2) if zip_path.exists() else "not measured: run `make package` first"
    )
    _say(figures, "package_mb", size)


def read_items(path: Path) -> list[ServiceItem]:
    """Return the items of a catalogue file or folder, as the importer reads them."""
    from chalicelib.catalogue.model import ServiceItem as Item
    from infra.catalogue.readers import open_source
    from infra.catalogue.rows import GoodRow, RowReader

    reader = RowReader()
    read = (reader.read(row) for row in open_source(path).rows)
    found: list[Item] = [one.item for one in read if isinstance(one, GoodRow)]
    return found


def _build(items: list[ServiceItem], path: Path) -> Path:
    from infra.search.builder import build_snapshot
    from infra.search.synonyms import DEFAULT_SYNONYMS_PATH, load_synonyms

    build_snapshot(items, [], path, synonyms=load_synonyms(DEFAULT_SYNONYMS_PATH), version="bench")
    return path


def _say(figures: dict[str, Any], name: str, value: Any) -> None:
    figures[name] = value
    print(f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}", file=sys.stdout, flush=True)
