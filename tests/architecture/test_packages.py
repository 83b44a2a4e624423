"""Which packages know which: `app → composition → contexts → shared`, `*/api → web → shared`, and no cycle anywhere.

Late imports count; those for type checking only do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.test_imports import CONTEXTS, FILES, LIBRARY, ROOT, imports_of, name_of

OUTSIDE = [*sorted((ROOT / "infra").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
SHARED = {"shared", "settings"}
"""What every package may use: neither knows any context."""


def package_of(path: Path, depth: int) -> str:
    """Return the package that a file stands in, `depth` names long; a module of a larger package by its own name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[: min(len(parts), depth)])


def packages(files: Iterable[Path], depth: int) -> dict[str, set[str]]:
    """Return which packages each package imports: not itself, and nothing that is not ours."""
    files = list(files)
    names = {package_of(path, depth) for path in files}
    found: dict[str, set[str]] = {name: set() for name in names}
    for path in files:
        for module in imports_of(path):
            parts = module.split(".")
            imported = next((name for end in range(depth, 0, -1) if (name := ".".join(parts[:end])) in names), None)
            if imported is not None and imported != package_of(path, depth):
                found[package_of(path, depth)].add(imported)
    return found


def find_cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def context_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "chalicelib" and len(parts) > 1 and parts[1] in CONTEXTS else None


def files_of(context: str) -> Iterator[Path]:
    return (LIBRARY / context).rglob("*.py")


def test_packages_form_no_cycle() -> None:
    assert find_cycle(packages(FILES, 2)) == []


@pytest.mark.parametrize("context", sorted(CONTEXTS))
def test_topics_of_a_context_form_no_cycle(context: str) -> None:
    assert find_cycle(packages(files_of(context), 3)) == []


def test_a_cycle_would_be_found() -> None:
    assert find_cycle({"a": ["b"], "b": ["c"], "c": ["a"]}) != []
    assert find_cycle({"a": ["b", "c"], "b": ["c"]}) == []


@pytest.mark.parametrize("context", sorted(CONTEXTS))
def test_a_context_uses_another_only_through_what_is_public(context: str) -> None:
    for path in files_of(context):
        for module in imports_of(path):
            other = context_of(module)
            if other not in {None, context}:
                assert module.startswith(f"chalicelib.{other}.public"), f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("context", sorted(CONTEXTS))
def test_a_context_uses_contexts_the_shared_room_and_web_only(context: str) -> None:
    allowed = CONTEXTS | SHARED | {"web"}
    for path in files_of(context):
        for module in imports_of(path):
            if module.startswith("chalicelib."):
                assert module.split(".")[1] in allowed, f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", sorted((LIBRARY / "shared").glob("*.py")), ids=name_of)
def test_the_shared_room_uses_nothing_but_itself(path: Path) -> None:
    used = {module.split(".")[1] for module in imports_of(path) if module.startswith("chalicelib.")}
    assert used <= SHARED


@pytest.mark.parametrize("path", sorted((LIBRARY / "web").glob("*.py")), ids=name_of)
def test_web_knows_no_context(path: Path) -> None:
    assert [module for module in imports_of(path) if context_of(module)] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_app_knows_how_it_is_composed(path: Path) -> None:
    if path.name == "app.py" or path.parent.name == "composition":
        return
    assert not [module for module in imports_of(path) if module.startswith("chalicelib.composition")]


@pytest.mark.parametrize("context", sorted(CONTEXTS))
def test_a_context_is_composed_of_itself_and_of_what_is_public(context: str) -> None:
    path = LIBRARY / "composition" / f"{context}.py"
    for module in imports_of(path) if path.exists() else ():
        other = context_of(module)
        if other not in {None, context}:
            assert module.startswith(f"chalicelib.{other}.public"), f"{name_of(path)} imports {module}"
