"""The faults: what in a module's syntax tree can be exchanged, one at a time, and by what.

Left out, because no test of behaviour can or should notice: annotations, docstrings, imports, decorators, protocols,
sentences for people (`Text`, messages of errors), and what goes to a base class by `super()`.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from infra.mutants.patterns import faults_of

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_SWAPPED: Final = {"min": "max", "max": "min", "all": "any", "any": "all"}
_LONGEST: Final = 160
_WORD: Final = re.compile(r"[A-Za-z0-9_#:=<>()., /-]+")
_SENTENCES: Final = frozenset({"Text", "TypeVar", "Violation", "TypeError", "ValueError"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault. `place`: the function or name that it is in; `index` and `variant`: which node, exchanged how.

    `within`: `body` of a function, `default` of a function's parameter or a class's field, or `table`: a statement
    outside of functions. `number` tells apart those that read alike in one place, from 1.
    """

    path: str
    place: str
    line: int
    index: int
    variant: int
    before: str
    after: str
    within: str
    number: int = 1
    since: int = 0  # the line where its statement begins
    until: int = 0  # the last line of what is exchanged, or of the condition of a branch

    @property
    def id(self) -> str:
        """What it is called, whichever line it moves to."""
        suffix = f" #{self.number}" if self.number > 1 else ""
        return f"{self.path} {self.place}: {self.before} -> {self.after}{suffix}"


def find_mutants(path: str, source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    begins = _statements(tree)
    order = {id(node): index for index, node in enumerate(ast.walk(tree))}
    found: list[Mutant] = []
    seen: dict[str, int] = {}
    for node, place, within in _walk(tree):
        for variant, changed in enumerate(_variants(node)):
            one = Mutant(
                path,
                place,
                getattr(node, "lineno", 0),
                order[id(node)],
                variant,
                _text(node),
                _text(changed),
                within,
            )
            number = seen[one.id] = seen.get(one.id, 0) + 1
            found.append(replace(one, number=number, since=begins.get(id(node), one.line), until=_end_of(node)))
    return found


def mutate(source: str, mutant: Mutant) -> ast.Module:
    """Return the module's tree with the fault in it."""
    tree = ast.parse(source)
    node = next(node for index, node in enumerate(ast.walk(tree)) if index == mutant.index)
    changed = list(_variants(node))[mutant.variant]
    ast.copy_location(changed, node)
    _Exchange(node, changed).visit(tree)
    return ast.fix_missing_locations(tree)


class _Exchange(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _statements(tree: ast.Module) -> dict[int, int]:
    """Return the line where the innermost statement around each node begins."""
    begins: dict[int, int] = {}
    for node in ast.walk(tree):  # outer ones first
        if isinstance(node, ast.stmt):
            begins |= dict.fromkeys((id(one) for one in ast.walk(node)), node.lineno)
    return begins


def _end_of(node: ast.AST) -> int:
    """Return the last line of a node that is run whenever the node is."""
    last = node.test if isinstance(node, ast.If | ast.While) else node
    return getattr(last, "end_lineno", None) or 0


def _text(node: ast.AST) -> str:
    lines = [line.strip() for line in ast.unparse(node).splitlines()]
    text = " ".join(lines)
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def _walk(tree: ast.Module) -> Iterator[tuple[ast.AST, str, str]]:
    """Yield each node that may be exchanged, with its place and what it is within."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in statement.bases):
                continue
            for inner in statement.body:
                if isinstance(inner, Function):
                    yield from _in_function(inner, f"{statement.name}.{inner.name}")
                elif isinstance(inner, ast.AnnAssign) and isinstance(inner.value, ast.Constant):
                    yield inner.value, f"{statement.name}.{_text(inner.target)}", "default"
        elif isinstance(statement, Function):
            yield from _in_function(statement, statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            if isinstance(statement.value, ast.Subscript):
                continue  # the name of a type
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            if _text(target) == "__all__":
                continue
            for node in _below(statement.value):
                yield node, _text(target), "table"


def _in_function(function: Function, place: str) -> Iterator[tuple[ast.AST, str, str]]:
    for default in [*function.args.defaults, *function.args.kw_defaults]:
        if isinstance(default, ast.Constant):
            yield default, place, "default"
    for statement in function.body:
        for node in _below(statement):
            yield node, place, "body"


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is below it, without what is left out."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Pass) or ast.unparse(node).startswith("super()."):
        return
    yield node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SENTENCES:
        return
    if isinstance(node, ast.Raise) or _is_sentences(node):
        return
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.expr_context | ast.operator | ast.cmpop):
                yield from _below(child)


def _variants(node: ast.AST) -> Iterator[ast.AST]:  # noqa: PLR0912 - one branch a kind of node
    """Yield what stands in a node's place, one for each fault."""
    match node:
        case ast.Compare():
            for number, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[number] = _COMPARISONS[type(operator)]()
                yield changed
        case ast.BoolOp():
            changed_op = copy.deepcopy(node)
            changed_op.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield changed_op
            for number in range(len(node.values)):
                rest = [copy.deepcopy(one) for other, one in enumerate(node.values) if other != number]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(copy.deepcopy(node.op), rest)
        case ast.UnaryOp(op=ast.Not()):
            yield copy.deepcopy(node.operand)
        case ast.IfExp() | ast.If() | ast.While() if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            negated = copy.deepcopy(node)
            negated.test = ast.UnaryOp(ast.Not(), negated.test)
            yield negated
        case ast.Constant():
            yield from _constants(node)
        case ast.Call():
            yield from _calls(node)
        case ast.Return() if node.value is not None and not _is_nothing(node.value):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _ARITHMETIC and not _is_text(node):
            other = copy.deepcopy(node)
            other.op = _ARITHMETIC[type(node.op)]()
            yield other
        case _:
            pass
    if (
        isinstance(node, ast.If)
        and not node.orelse
        and isinstance(node.body[-1], ast.Raise | ast.Return | ast.Continue)
    ):
        yield ast.Pass()  # the guard is gone


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        if value:
            yield ast.Constant(value - 1)
    elif isinstance(value, str) and _WORD.fullmatch(value):
        yield ast.Constant(f"{value}XX")
    elif isinstance(value, str) and ("\\" in value or "(?" in value):
        yield from (ast.Constant(one) for one in faults_of(str(value)))


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    for number, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            changed = copy.deepcopy(node)
            del changed.keywords[number]
            yield changed
    if isinstance(node.func, ast.Name) and node.func.id in _SWAPPED:
        swapped = copy.deepcopy(node)
        swapped.func = ast.Name(_SWAPPED[node.func.id], ast.Load())
        yield swapped


def _is_sentences(node: ast.AST) -> bool:
    """Tell whether this is a sentence in both languages."""
    texts = [one.value for one in getattr(node, "elts", ()) if isinstance(one, ast.Constant)]
    return isinstance(node, ast.Tuple) and any(isinstance(one, str) and not one.isascii() for one in texts)


def _is_nothing(node: ast.expr) -> bool:
    """Tell whether None would say the same to whoever asks whether it is so."""
    return isinstance(node, ast.Constant) and node.value in {None, False}


def _is_text(node: ast.BinOp | ast.AugAssign) -> bool:
    """Tell whether this puts texts or paths together, and adds no numbers."""
    if isinstance(node, ast.AugAssign):
        return False
    sides = (node.left, node.right)
    return any(
        isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in sides
    )
