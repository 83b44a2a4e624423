"""Nobody reads a page and takes it for the whole list: the position of a page is used, or the page is a stated few."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = sorted([*(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "infra").rglob("*.py")])
PAGED = {
    node.name
    for path in (ROOT / "chalicelib").rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef)
    and {"after", "limit"} <= {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
    and not node.name.startswith("_")
}
"""Every function that returns a page and the position after it."""


def is_page(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in PAGED:
        return False
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return not any(isinstance(one, ast.Constant) and type(one.value) is int for one in given)


def dropped(tree: ast.AST) -> Iterator[int]:
    """Yield the lines where a page is read and its position thrown away."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and is_page(node.value):
            yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr == "items" and is_page(node.value):
            yield node.lineno
        if isinstance(node, ast.Assign) and is_page(node.value):
            names = [one for target in node.targets if isinstance(target, ast.Tuple) for one in target.elts]
            if any(isinstance(one, ast.Name) and one.id.startswith("_") for one in names):
                yield node.lineno


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_position_is_thrown_away(path: Path) -> None:
    assert list(dropped(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_it_would_be_found() -> None:
    assert {"query", "query_index", "list_items", "list_mine", "list_cases"} <= PAGED
    found = "items, _ = store.list_items(code, limit=limit)\nfirst = table.query(pk, limit=limit)[0]"
    assert list(dropped(ast.parse(found))) == [1, 2]
    assert list(dropped(ast.parse("first = store.list_items(code, 'X', limit=limit).items"))) == [1]
    assert list(dropped(ast.parse("newest, _ = store.list_checkpoints(None, 1)"))) == []
