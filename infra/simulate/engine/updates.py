"""DynamoDB's update expressions: `SET`, `REMOVE`, `ADD`, `DELETE`. An item is never changed, a new one is made."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, Final

from infra.simulate.engine.expressions import BadExpression, Bound, Operand, Steps, Words, operand

Item = dict[str, Any]
Action = Callable[[Bound, Item], Item]
"""Returns the item that is being made with one change more; reads come from the item as it was."""

_CLAUSES: Final = frozenset({"SET", "REMOVE", "ADD", "DELETE"})
_SETS: Final = frozenset({"SS", "NS", "BS"})


@cache
def compile_update(text: str) -> Callable[[Bound], Item]:
    """Return what an update expression makes of an item."""
    words = Words(text)
    actions: list[tuple[Steps, Action]] = []
    while words.peek():
        clause = words.take().upper()
        if clause not in _CLAUSES:
            raise BadExpression(f"{clause!r} is no clause")
        actions.append(_READERS[clause](words))
        while words.takes(","):
            actions.append(_READERS[clause](words))
    if not actions:
        raise BadExpression("the update is empty")

    def update(bound: Bound) -> Item:
        _check_apart([tuple(bound.name(one) if isinstance(one, str) else one for one in path) for path, _ in actions])
        made = dict(bound.item)
        for _, act in actions:
            made = act(bound, made)
        return made

    return update


def _check_apart(paths: list[Steps]) -> None:
    for number, one in enumerate(paths):
        for other in paths[number + 1 :]:
            shared = min(len(one), len(other))
            if one[:shared] == other[:shared]:
                raise BadExpression(f"two document paths overlap: {one} and {other}")


def _set(words: Words) -> tuple[Steps, Action]:
    path = words.path()
    words.take("=")
    value = _sum(words)

    def act(bound: Bound, made: Item) -> Item:
        new = value(bound)
        if new is None:
            raise BadExpression("an attribute of the expression does not exist in the item")
        return _with(bound, made, path, new)

    return path, act


def _sum(words: Words) -> Operand:
    left = _term(words)
    if words.peek() not in {"+", "-"}:
        return left
    sign = 1 if words.take() == "+" else -1
    right = _term(words)
    return lambda bound: _plus(left(bound), right(bound), sign)


def _term(words: Words) -> Operand:
    if words.peek() == "if_not_exists":
        words.take()
        words.take("(")
        path = words.path()
        words.take(",")
        otherwise = _term(words)
        words.take(")")
        return lambda bound: found if (found := bound.find(path)) is not None else otherwise(bound)
    if words.peek() == "list_append":
        words.take()
        words.take("(")
        first = _term(words)
        words.take(",")
        last = _term(words)
        words.take(")")
        return lambda bound: {"L": [*_list(first(bound)), *_list(last(bound))]}
    return operand(words)


def _list(value: Any) -> list[Any]:
    if value is None or "L" not in value:
        raise BadExpression("list_append takes lists")
    return list(value["L"])


def _plus(one: Any, other: Any, sign: int) -> Any:
    if one is None or other is None or "N" not in one or "N" not in other:
        raise BadExpression("only numbers are added")
    return {"N": str(Decimal(one["N"]) + sign * Decimal(other["N"]))}


def _remove(words: Words) -> tuple[Steps, Action]:
    path = words.path()
    return path, lambda bound, made: _with(bound, made, path, None)


def _add(words: Words) -> tuple[Steps, Action]:
    path = words.path()
    value = operand(words)

    def act(bound: Bound, made: Item) -> Item:
        new, old = value(bound), bound.find(path)
        ((kind, inner),) = new.items()
        if old is None:
            return _with(bound, made, path, new)
        if kind not in old:
            raise BadExpression("ADD takes two values of one type")
        if kind == "N":
            return _with(bound, made, path, _plus(old, new, 1))
        if kind not in _SETS:
            raise BadExpression("ADD takes numbers and sets")
        return _with(bound, made, path, {kind: sorted({*old[kind], *inner})})

    return path, act


def _delete(words: Words) -> tuple[Steps, Action]:
    path = words.path()
    value = operand(words)

    def act(bound: Bound, made: Item) -> Item:
        gone, old = value(bound), bound.find(path)
        ((kind, inner),) = gone.items()
        if old is None:
            return made
        left = sorted(set(old[kind]) - set(inner))
        return _with(bound, made, path, {kind: left} if left else None)

    return path, act


def _with(bound: Bound, made: Item, path: Steps, new: Any) -> Item:
    return dict(_replaced({"M": made}, [bound.name(one) if isinstance(one, str) else one for one in path], new)["M"])


def _replaced(value: Any, path: list[str | int], new: Any) -> Any:
    """Return the typed value with `new` at the path; None removes."""
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        found = list(value["L"])
        if rest:
            found[step] = _replaced(found[step], rest, new)
        elif new is None:
            del found[step : step + 1]
        elif step < len(found):
            found[step] = new
        else:
            found.append(new)
        return {"L": found}
    if "M" not in value:
        raise BadExpression("the document path is invalid for update")
    attributes = dict(value["M"])
    if rest:
        if step not in attributes:
            raise BadExpression("the document path is invalid for update")
        attributes[step] = _replaced(attributes[step], rest, new)
    elif new is None:
        attributes.pop(step, None)
    else:
        attributes[step] = new
    return {"M": attributes}


_READERS: Final[dict[str, Callable[[Words], tuple[Steps, Action]]]] = {
    "SET": _set,
    "REMOVE": _remove,
    "ADD": _add,
    "DELETE": _delete,
}
