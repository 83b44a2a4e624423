"""Dataclasses as items and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from chalicelib.shared.paging import Slice, read_all
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.shards import shard_of


@dataclass(frozen=True)
class Inner:
    name: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outer:
    id: str
    inners: tuple[Inner, ...]
    pairs: tuple[tuple[str, str], ...] = ()
    kinds: frozenset[str] = frozenset()
    by_name: Mapping[str, Inner] | None = None
    one: Inner | None = None
    count: int = 0


FULL = Outer(
    "1", (Inner("a", ("x", "y")), Inner("b")), (("p", "q"),), frozenset({"k", "j"}), {"n": Inner("c")}, Inner("d"), 3
)


@pytest.mark.parametrize("record", [FULL, Outer("2", ())])
def test_a_record_comes_back_as_it_was(record: Outer) -> None:
    assert from_item(Outer, {**to_item(record), "pk": "X#1", "sk": "META"}) == record


def test_what_is_none_is_left_out_and_sets_stand_in_order() -> None:
    assert to_item(Outer("2", (), kinds=frozenset({"b", "a"}))) == {
        "id": "2",
        "inners": [],
        "pairs": [],
        "kinds": ["a", "b"],
        "count": 0,
    }


@dataclass(frozen=True)
class Optional:
    organisation: str | None
    name: str


def test_what_may_be_none_and_has_no_default_comes_back_as_none() -> None:
    record = Optional(None, "a")
    assert to_item(record) == {"name": "a"}
    assert from_item(Optional, to_item(record)) == record


def test_a_missing_attribute_without_a_default_is_said() -> None:
    with pytest.raises(TypeError, match="inners"):
        from_item(Outer, {"id": "1"})


def test_every_page_is_read_to_its_end() -> None:
    pages = {None: Slice([1, 2], {"at": 1}), 1: Slice([3])}
    assert list(read_all(lambda position: pages[None if position is None else position["at"]])) == [1, 2, 3]
    assert Slice([1], {"at": 1}).map(str) == Slice(["1"], {"at": 1})


def test_a_name_has_one_shard_and_many_names_have_all() -> None:
    assert {shard_of(str(number), 8) for number in range(200)} == set(range(8))
    assert shard_of("a", 8) == shard_of("a", 8)
