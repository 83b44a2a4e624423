"""The mutation run itself: what it exchanges, that the exchange is met by everybody, and its list of equivalents."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from infra.mutants.commands import describe, mutants_of, read_equivalents
from infra.mutants.operators import Mutant, find_mutants, mutate
from infra.mutants.patching import CannotImport, apply
from infra.mutants.patterns import faults_of
from infra.mutants.targets import ROOT, TARGETS, Target

SOURCE = '''"""A module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

LIMIT = 3
TABLE = {"a": LIMIT, "b": 2}


class Pair(NamedTuple):
    one: str
    two: int = 2


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing."""

    name: str
    open: bool = True

    @property
    def long(self) -> bool:
        """Tell whether the name is long."""
        return len(self.name) > LIMIT

    @classmethod
    def of(cls, name: str, *, times: int = 2) -> Thing:
        if not name:
            raise ValueError("a name is needed")
        return cls(name * times)


@cache
def looked_up(name: str) -> int:
    return TABLE.get(name, 0)


def makes(limit: int):
    def check(value: int) -> bool:
        return value < limit or value == 7

    return check


small = makes(5)
AT_MOST = 9 if small(4) else 0
'''


def changes(source: str) -> set[str]:
    return {f"{one.before} -> {one.after}" for one in find_mutants("m.py", source)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return a < b", {"return a < b -> return None", "a < b -> a <= b"}),
        ("return a in b", {"return a in b -> return None", "a in b -> a not in b"}),
        ("return a is not None", {"return a is not None -> return None", "a is not None -> a is None"}),
        ("x = a and b", {"a and b -> a or b", "a and b -> a", "a and b -> b"}),
        ("x = not a", {"not a -> a"}),
        ("x = a + 1", {"a + 1 -> a - 1", "1 -> 2", "1 -> 0"}),
        ("x -= 0", {"x -= 0 -> x += 0", "0 -> 1"}),
        ("x = True", {"True -> False"}),
        ("x = f(a, b=c)", {"f(a, b=c) -> f(a)"}),
        ("f(a)", {"f(a) -> pass"}),
        ("x = min(a, b)", {"min(a, b) -> max(a, b)"}),
        ("x = 'clerk'", {"'clerk' -> 'clerkXX'"}),
        ("if a:\n        raise b", {"if a: raise b -> if not a: raise b", "if a: raise b -> pass", "raise b -> pass"}),
        ("for x in a:\n        continue", {"continue -> break"}),
        ("'A docstring.'", set()),
        ("x = Text('一', 'One')", set()),
        ("return False", {"False -> True"}),
    ],
)
def test_what_is_exchanged(line: str, expected: set[str]) -> None:
    assert changes(f"def f(a, b, c):\n    {line}\n") == expected


def test_patterns_lose_a_look_around_an_alternative_or_a_bound() -> None:
    found = set(faults_of(r"(?<!\d)(?:a|b){2,3}\d{4}"))
    assert found == {
        r"(?:a|b){2,3}\d{4}",
        r"(?<!\d)(?:a|b){3,3}\d{4}",
        r"(?<!\d)(?:a|b){2,2}\d{4}",
        r"(?<!\d)(?:a|b){2,3}\d{5}",
        r"(?<!\d)(?:a|b){2,3}\d{3}",
        r"(?<!\d)(?:b){2,3}\d{4}",
        r"(?<!\d)(?:a){2,3}\d{4}",
    }


def test_a_fault_is_named_the_same_wherever_its_line_is() -> None:
    here, there = (find_mutants("m.py", text) for text in (SOURCE, "\n\n" + SOURCE))
    assert [one.id for one in here] == [one.id for one in there]
    assert len({one.id for one in here}) == len(here)


def test_every_fault_compiles_and_differs() -> None:
    for one in find_mutants("m.py", SOURCE):
        changed = mutate(SOURCE, one)
        compile(changed, "m.py", "exec")
        assert ast.unparse(changed) != ast.unparse(ast.parse(SOURCE)), one.id


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    import importlib

    (tmp_path / "made_up.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("made_up")
    del sys.modules["made_up"]


def put(text: str) -> None:
    """Put a fault into the module."""
    mutants = find_mutants("made_up.py", SOURCE)
    (mutant,) = [one for one in mutants if f"{one.place}: {one.before} -> {one.after}" == text]
    apply(mutant, SOURCE)


def test_functions_properties_and_what_they_made_are_exchanged(module: ModuleType) -> None:
    thing = module.Thing("abc")
    assert (thing.long, module.small(5), module.small(4)) == (False, False, True)
    put("Thing.long: len(self.name) > LIMIT -> len(self.name) >= LIMIT")
    put("makes: value < limit -> value <= limit")
    assert (thing.long, module.small(5)) == (True, True)


def test_guards_of_class_methods_go(module: ModuleType) -> None:
    put("Thing.of: raise ValueError('a name is needed') -> pass")
    assert not module.Thing.of("").name


def test_defaults_are_exchanged(module: ModuleType) -> None:
    of, pair, thing = module.Thing.of, module.Pair, module.Thing
    put("Thing.of: 2 -> 3")
    put("Thing.open: True -> False")
    put("Pair.two: 2 -> 1")
    assert (of("x").name, thing("x").open, pair("x").two) == ("xxx", False, 1)


def test_tables_are_made_anew_with_what_follows_from_them(module: ModuleType) -> None:
    assert module.looked_up("a") == 3
    put("LIMIT: 3 -> 4")
    module.looked_up.cache_clear()
    assert (module.looked_up("a"), module.Thing("abc").long, module.Thing("abcd").long) == (4, False, False)


def test_a_table_that_cannot_be_made_any_more_is_noticed_at_import(module: ModuleType) -> None:
    with pytest.raises(CannotImport):
        put("makes: return check -> return None")


def test_every_equivalent_is_still_there_and_has_a_reason() -> None:
    names = {one.id for one in mutants_of(TARGETS)}
    for name, reason in read_equivalents().items():
        assert name in names, f"{name} is not in the code any more"
        assert len(reason) > 20


def test_what_is_mutated_and_its_tests_are_there() -> None:
    for target in TARGETS:
        for name in (target.path, *target.tests):
            assert (ROOT / name).exists(), name


def test_the_table_counts_by_module_and_group() -> None:
    targets = [Target("chalicelib/a.py", "group", ()), Target("chalicelib/b.py", "group", ())]
    mutants = [Mutant(f"chalicelib/{name}.py", "f", 1, 1, 0, "x", "y", "body", n) for name in "ab" for n in (1, 2)]
    lines = describe(
        targets, mutants, {mutants[0].id, mutants[2].id, mutants[3].id}, {"chalicelib/a.py f: z -> w": "r"}
    )
    assert [line.split() for line in lines.splitlines()][1:] == [
        ["a", "2", "1", "1", "50.0", "1"],
        ["b", "2", "2", "0", "100.0", "0"],
        ["group", "4", "3", "1", "75.0", "1"],
        ["all", "4", "3", "1", "75.0", "1"],
    ]


@pytest.mark.deep
def test_enough_of_a_sample_is_noticed() -> None:
    command = [sys.executable, "-m", "infra", "mutants", "--sample", "60", "--seed", "11"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
