"""Putting one fault into a running process, so that everybody who holds the function or table meets it.

A function keeps its identity and gets other code; a parameter or field gets another default; a table is made anew from
its statement, with what the module derives from it, and handed to every module that imported it.
"""

from __future__ import annotations
import __future__

import ast
import gc
import importlib
import inspect
import sys
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from infra.mutants.operators import Mutant, mutate

_OURS: Final = frozenset({"app", "chalicelib", "infra", "tests"})
_POSTPONED: Final = __future__.annotations.compiler_flag


class CannotPatch(Exception):
    """The fault cannot be put into this process."""


def apply(mutant: Mutant, source: str) -> None:
    """Put the fault into this process. There is no way back: the process is a fork."""
    module = importlib.import_module(mutant.path.removesuffix(".py").replace("/", "."))
    tree = mutate(source, mutant)
    if mutant.within == "body":
        function, caches = _find_function(module, mutant.place)
        code = _find_code(compile(tree, mutant.path, "exec", dont_inherit=True), mutant.place.split("."))
        old, function.__code__ = function.__code__, code
        _exchange_made(old, code)
        for cached in caches:
            cached.cache_clear()
    elif mutant.within == "default":
        _set_default(module, mutant, tree)
    else:
        _remake(module, mutant, tree)


def _find_function(module: ModuleType, place: str) -> tuple[FunctionType, list[Any]]:
    owner: Any = module
    *outer, name = place.split(".")
    for one in outer:
        owner = getattr(owner, one)
    found: Any = vars(owner)[name]
    caches = []
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        if hasattr(found, "cache_clear"):
            caches.append(found)
        inner = getattr(found, "fget", None) or getattr(found, "__func__", None) or getattr(found, "__wrapped__", None)
        if inner is None:
            raise CannotPatch(place)
        found = inner
    return found, caches


def _exchange_made(old: CodeType, new: CodeType) -> None:
    """Change the functions that a function has made already, when its module was imported."""
    inner = [[one for one in code.co_consts if isinstance(one, CodeType)] for code in (old, new)]
    if len(inner[0]) != len(inner[1]):
        return
    gc.unfreeze()
    for before, after in zip(*inner, strict=True):
        if before.co_name.startswith("<") or before == after:
            continue
        for made in gc.get_referrers(before):
            if isinstance(made, FunctionType):
                made.__code__ = after


def _find_code(code: CodeType, path: list[str]) -> CodeType:
    for name in path:
        code = next(one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name)
    return code


def _set_default(module: ModuleType, mutant: Mutant, tree: ast.Module) -> None:
    *outer, name = mutant.place.split(".")
    body: Any = tree
    for part in outer:
        body = next(one for one in body.body if getattr(one, "name", None) == part)
    for statement in body.body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == name:
            _set_field(vars(module)[outer[0]], name, ast.literal_eval(statement.value or ast.Constant(None)))
            return
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            _set_parameters(_find_function(module, mutant.place)[0], statement.args)
            return
    raise CannotPatch(mutant.place)


def _set_field(owner: type, name: str, value: object) -> None:
    """Change the default of a field of a dataclass or a named tuple."""
    made: Any = vars(owner)["__new__" if issubclass(owner, tuple) else "__init__"]
    defaults = dict(zip(reversed(list(inspect.signature(made).parameters)), reversed(made.__defaults__), strict=False))
    made.__defaults__ = tuple(reversed((defaults | {name: value}).values()))


def _set_parameters(function: FunctionType, arguments: ast.arguments) -> None:
    """Give a function the defaults that its mutated text has: those that are constants."""
    if function.__defaults__:
        function.__defaults__ = tuple(
            new.value if isinstance(new, ast.Constant) else old
            for old, new in zip(function.__defaults__, arguments.defaults, strict=True)
        )
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if isinstance(default, ast.Constant):
            function.__kwdefaults__ = {**(function.__kwdefaults__ or {}), argument.arg: default.value}


def _remake(module: ModuleType, mutant: Mutant, tree: ast.Module) -> None:
    changed: set[str] = set()
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        name = ast.unparse(target)
        used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        if name != mutant.place and not used & changed:
            continue
        old = vars(module)[name]
        code = compile(ast.Module([statement], []), mutant.path, "exec", flags=_POSTPONED, dont_inherit=True)
        exec(code, vars(module))  # noqa: S102 - our own module's text
        changed.add(name)
        for other in list(sys.modules.values()):
            if vars(other).get(name) is old and getattr(other, "__name__", "").partition(".")[0] in _OURS:
                setattr(other, name, vars(module)[name])
