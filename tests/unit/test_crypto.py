"""Sealed values open where they were sealed, and nowhere else; without the subject's key, nowhere."""

from __future__ import annotations

import secrets

import pytest

from chalicelib.shared.crypto import Erased, Keyring, Place

HERE = Place("CasesTable", "APPEAL#1", "text")
KEYS = {"p1": secrets.token_bytes(32), "p2": secrets.token_bytes(32)}


def test_a_value_opens_at_its_place() -> None:
    ring = Keyring("A", {}, KEYS)
    assert ring.unseal("p1", HERE, ring.seal("p1", HERE, "张三")) == "张三"


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("AuditTable", "APPEAL#1", "text"),
        Place("CasesTable", "APPEAL#2", "text"),
        Place("CasesTable", "APPEAL#1", "reason"),
        Place("CasesTable", "APPEAL#1text", ""),
    ],
    ids=["table", "item", "field", "joint"],
)
def test_a_value_that_was_moved_does_not_open(elsewhere: Place) -> None:
    ring = Keyring("A", {}, KEYS)
    with pytest.raises(ValueError, match="not sealed for this place"):
        ring.unseal("p1", elsewhere, ring.seal("p1", HERE, "x"))


def test_another_aggregate_or_subject_with_the_same_key_does_not_open_it() -> None:
    key = secrets.token_bytes(32)
    sealed = Keyring("A", {}, {"p1": key}).seal("p1", HERE, "x")
    for ring, subject in ((Keyring("B", {}, {"p1": key}), "p1"), (Keyring("A", {}, {"p2": key}), "p2")):
        with pytest.raises(ValueError, match="not sealed for this place"):
            ring.unseal(subject, HERE, sealed)


def test_without_the_subjects_key_nothing_opens() -> None:
    sealed = Keyring("A", {}, KEYS).seal("p1", HERE, "x")
    left = Keyring("A", {}, {"p2": KEYS["p2"]})
    assert (left.holds("p1"), left.holds("p2")) == (False, True)
    with pytest.raises(Erased):
        left.unseal("p1", HERE, sealed)
    with pytest.raises(Erased):
        left.seal("p1", HERE, "x")
