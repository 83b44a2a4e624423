"""A pytest session that runs mutants instead of tests: each in a fork, against the tests that reach its line."""

from __future__ import annotations

import gc
import hashlib
import itertools
import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from infra.mutants.operators import Mutant
from infra.mutants.patching import CannotImport, apply
from infra.mutants.targets import ROOT, Target

_SEEN: Final = ROOT / "build" / "mutants" / "reached.json"
_RESULTS: Final = ROOT / "build" / "mutants" / "results.jsonl"
_QUICK: Final = 5  # seconds of work, traced; slower tests are not asked, so that a mutant costs seconds
_LONGEST: Final = 10  # seconds of work for one test, or ten times as long in waiting: whoever takes longer hangs
_DIED: Final = "it hung or died"
_BUDGET: Final = 20  # seconds, traced: what the tests of one mutant may take together


@dataclass(slots=True)
class Reached:
    """What one test reached: seconds, and lines by module; `passed`: without any fault."""

    seconds: float
    lines: dict[str, frozenset[int]]
    passed: bool


@dataclass(slots=True)
class MutationSession:
    """Runs `mutants` in place of the tests. `killed_by`: the test that failed for each one, None for a survivor."""

    targets: Sequence[Target]
    mutants: Sequence[Mutant]
    killed_by: dict[str, str | None] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    _states: dict[str, str] = field(default_factory=dict)
    _killers: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the mutants."""
        items = {item.nodeid: item for item in session.items if "dynamodb-local" not in item.nodeid}
        reached = self._reach(items)
        self.broken = sorted(name for name, one in reached.items() if not one.passed)
        targets = {target.path: target for target in self.targets}
        sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in targets}
        gc.collect()
        gc.freeze()  # forks share what is there
        # Mixed, so that the figures of a run that is not over yet stand for all of it.
        mixed = random.Random(0).sample(self.mutants, len(self.mutants))  # noqa: S311 - no secret
        known = self._known()
        for number, mutant in enumerate(mixed, 1):
            names = self._tests_for(mutant, targets[mutant.path], reached)
            began = time.monotonic()
            if mutant.id not in known:
                known[mutant.id] = self._run(mutant, sources[mutant.path], [items[name] for name in names])
                self._keep(mutant, known[mutant.id])
            killer = self.killed_by[mutant.id] = known[mutant.id]
            if killer in reached:
                self._killers[mutant.path, mutant.place].append(killer)
            took = time.monotonic() - began
            said = f"killed by {killer}" if killer else f"SURVIVED {len(names)} tests"
            print(f"{number}/{len(self.mutants)} {took:.1f}s {mutant.id} :{mutant.line} {said}", flush=True)
        return True

    def _known(self) -> dict[str, str | None]:
        """Return what became of mutants in earlier runs over the same code and tests, by id."""
        self._states = {target.path: _digest_of(target.tests) for target in self.targets}
        lines = _RESULTS.read_text(encoding="utf-8").splitlines() if _RESULTS.exists() else []
        kept = [json.loads(line) for line in lines]
        return {one["id"]: one["killer"] for one in kept if one["state"] in self._states.values()}

    def _keep(self, mutant: Mutant, killer: str | None) -> None:
        """Note what became of a mutant: a run that was cut off goes on where it was."""
        _RESULTS.parent.mkdir(parents=True, exist_ok=True)
        with _RESULTS.open("a", encoding="utf-8") as file:
            print(json.dumps({"id": mutant.id, "state": self._states[mutant.path], "killer": killer}), file=file)

    def _tests_for(self, mutant: Mutant, target: Target, reached: dict[str, Reached]) -> list[str]:
        """Return the tests that reach the mutant, the quickest first; those that killed in the same place sooner."""
        known = self._killers[mutant.path, mutant.place]
        asked = [
            name
            for name, one in reached.items()
            if one.passed and one.seconds <= _QUICK and name.partition("::")[0] in target.tests
        ]
        if mutant.within == "body":
            lines = range(mutant.since, mutant.until + 1)
            names = [name for name in asked if not reached[name].lines[mutant.path].isdisjoint(lines)]
            if names:
                names.sort(key=lambda name: (reached[name].seconds / (1 + known.count(name)), name))
                return self._within_budget(names, reached)
        # A table, a default, or what makes tables at import: whoever knows. One case of each test first, then a second.
        ranks: Counter[str] = Counter()
        turn = {}
        for name in sorted(asked, key=lambda name: (reached[name].seconds, name)):
            test = name.partition("[")[0]
            ranks[test] += 1
            turn[name] = ranks[test] if name not in known else 0
        return self._within_budget(sorted(turn, key=lambda name: (turn[name], reached[name].seconds)), reached)

    def _within_budget(self, names: list[str], reached: dict[str, Reached]) -> list[str]:
        spent = itertools.accumulate(reached[name].seconds for name in names)
        return [name for name, seconds in zip(names, spent, strict=True) if seconds <= _BUDGET]

    def _reach(self, items: dict[str, pytest.Item]) -> dict[str, Reached]:
        """Run every test once without a fault; what is known of a file that has not changed is taken from there."""
        kept: dict[str, Any] = json.loads(_SEEN.read_text(encoding="utf-8")) if _SEEN.exists() else {}
        paths = {target.path for target in self.targets}
        by_file: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in items.values():
            by_file[item.nodeid.partition("::")[0]].append(item)
        reached: dict[str, Reached] = {}
        for name, tests in by_file.items():
            digest = _digest_of([name])
            if kept.get(name, {}).get("digest") != digest:
                kept[name] = {"digest": digest, "tests": _in_fork(partial(_trace, tests))}
                _SEEN.parent.mkdir(parents=True, exist_ok=True)
                _SEEN.write_text(json.dumps(kept), encoding="utf-8")
            for test, (seconds, lines, passed) in kept[name]["tests"].items():
                if test in items:
                    reached[test] = Reached(seconds, {path: frozenset(lines.get(path, ())) for path in paths}, passed)
        return reached

    def _run(self, mutant: Mutant, source: str, items: list[pytest.Item]) -> str | None:
        """Return the first test that fails in a fork with the fault, or None."""
        reading, writing = os.pipe()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _be_mutant(mutant, source, items, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read().decode()
        _, status = os.waitpid(child, 0)
        if said.startswith("!"):
            raise RuntimeError(f"{mutant.id}: {said[1:]}")
        return said or (_DIED if status else None)


def _digest_of(tests: Sequence[str]) -> str:
    """Return a hash of all code and of some files of tests."""
    digest = hashlib.sha256()
    for path in [*sorted((ROOT / "chalicelib").rglob("*.py")), *(ROOT / name for name in tests)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _in_fork(work: Callable[[], Any]) -> Any:
    """Return what some work returns, as JSON knows it, done in a fork: what it caches stays there."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_quiet()
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            json.dump(work(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        made = json.load(pipe)
    os.waitpid(child, 0)
    return made


def _be_quiet() -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)


def _be_mutant(mutant: Mutant, source: str, items: list[pytest.Item], writing: int) -> None:
    """Run the tests in this fork until one fails, say which, and end."""
    _be_quiet()
    gc.disable()
    try:
        apply(mutant, source)
    except CannotImport:
        os.write(writing, b"the import")
        os._exit(0)
    except BaseException as broken:  # noqa: BLE001 - the parent says it
        os.write(writing, f"!{broken!r}".encode())
        os._exit(1)
    for number, item in enumerate(items):
        signal.setitimer(signal.ITIMER_PROF, _LONGEST)
        signal.alarm(10 * _LONGEST)
        following = items[number + 1] if number + 1 < len(items) else None
        if any(report.failed for report in runtestprotocol(item, nextitem=following, log=False)):
            os.write(writing, item.nodeid.encode())
            os._exit(0)
    os._exit(0)


def _trace(items: list[pytest.Item]) -> dict[str, tuple[float, dict[str, list[int]], bool]]:
    found = {}
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else None
        began = time.process_time()
        with _lines_reached() as lines:
            reports = runtestprotocol(item, nextitem=following, log=False)
        seconds = time.process_time() - began
        passed = not any(report.failed for report in reports)
        found[item.nodeid] = (seconds, {path: sorted(one) for path, one in lines.items()}, passed)
    return found


@contextmanager
def _lines_reached() -> Iterator[dict[str, set[int]]]:
    """Note which lines of our modules are run meanwhile, in any thread that begins meanwhile."""
    import threading

    prefix = f"{ROOT}/chalicelib/"
    start = len(str(ROOT)) + 1
    lines: dict[str, set[int]] = defaultdict(set)

    def in_frame(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines[frame.f_code.co_filename[start:]].add(frame.f_lineno)
        return in_frame

    def at_call(frame: FrameType, _event: str, _: Any) -> Any:
        return in_frame if frame.f_code.co_filename.startswith(prefix) else None

    threading.settrace(at_call)
    sys.settrace(at_call)
    try:
        yield lines
    finally:
        sys.settrace(None)
        threading.settrace(None)  # none at all
