"""Which types of dispute a rule is for: itself, by its main type, with all others, and what is taken out."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chalicelib.cases.type_scope import TypeScope
from chalicelib.triage.public import DisputeTypes


def scope(*types: str, without: tuple[str, ...] = ()) -> TypeScope:
    return TypeScope(frozenset(types), frozenset(without))


@pytest.mark.parametrize(
    ("one", "dispute_type", "precision"),
    [
        (scope("labour"), "labour", 2),
        (scope("labour"), "labour_gig", 1),
        (scope("labour", "labour_gig"), "labour_gig", 2),
        (scope("labour", without=("labour_gig",)), "labour_gig", None),
        (scope("labour", without=("labour_gig",)), "labour", 2),
        (scope("labour_gig"), "labour", None),
        (scope("other"), "neighbour", None),
        (TypeScope("*"), "neighbour_noise", 0),
        (TypeScope("*", frozenset({"neighbour"})), "neighbour_noise", None),
    ],
)
def test_a_scope_covers_what_it_names(one: TypeScope, dispute_type: str, precision: int | None) -> None:
    assert one.precision(dispute_type) == precision
    assert one.covers(dispute_type) is (precision is not None)


def test_a_rule_without_types_is_for_all() -> None:
    assert TypeScope.of({}).covers("anything")
    assert TypeScope.of({"dispute_types": "*", "except_dispute_types": None}).covers("anything")


def test_a_code_begins_with_that_of_its_main_type_and_of_no_other() -> None:
    types = DisputeTypes.load()
    for code, one in types.subtypes.items():
        assert [main for main in types.mains if scope(main).covers(code)] == [one.main]
    assert not any(second.startswith(f"{first}_") for first, second in pairwise(sorted(types.mains)))
