"""Keys of aggregates: made and opened by KMS for their aggregate alone, and remembered, but not without bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.aws import Clients
from chalicelib.shared.crypto import Keyring, Keys, Place, Pseudonyms

HERE = Place("CasesTable", "META", "facts")


@dataclass
class Kms:
    """KMS as it answers: a wrapped key opens under its own key and context only."""

    calls: list[str] = field(default_factory=list)
    _made: dict[bytes, tuple[bytes, str, dict[str, str]]] = field(default_factory=dict)

    def generate_data_key(self, *, KeyId: str, KeySpec: str, EncryptionContext: dict[str, str]) -> dict[str, Any]:  # noqa: N803
        assert KeySpec == "AES_256"
        self.calls.append("make")
        number = len(self._made)
        plain, wrapped = number.to_bytes(32, "big"), f"wrapped {number}".encode()
        self._made[wrapped] = (plain, KeyId, EncryptionContext)
        return {"Plaintext": plain, "CiphertextBlob": wrapped}

    def decrypt(self, *, CiphertextBlob: bytes, KeyId: str, EncryptionContext: dict[str, str]) -> dict[str, Any]:  # noqa: N803
        self.calls.append("open")
        plain, key, context = self._made[CiphertextBlob]
        assert (key, context) == (KeyId, EncryptionContext)
        return {"Plaintext": plain}


@pytest.fixture
def kms() -> Kms:
    return Kms()


def keys_of(kms: Kms) -> Keys:
    return Keys(cast("Clients", SimpleNamespace(kms=kms)), "the city's key")


def test_a_keyring_that_was_stored_opens_what_it_sealed(kms: Kms) -> None:
    wrapped_kek, ring = keys_of(kms).make("CASE-1", ["p1", "p2"])
    sealed = {subject: ring.seal(subject, HERE, subject) for subject in ("p1", "p2")}
    opened = keys_of(kms).open("CASE-1", wrapped_kek, ring.wrapped)
    assert {subject: opened.unseal(subject, HERE, one) for subject, one in sealed.items()} == {"p1": "p1", "p2": "p2"}
    assert dict(opened.wrapped) == dict(ring.wrapped)
    assert kms.calls == ["make", "open"]


def test_each_subject_has_a_key_of_its_own_and_none_is_stored_open(kms: Kms) -> None:
    _, ring = keys_of(kms).make("CASE-1", ["p1", "p2"])
    assert ring.wrapped["p1"] != ring.wrapped["p2"]
    swapped = Keyring("CASE-1", {}, {"p2": ring._keys["p1"]})
    with pytest.raises(ValueError, match="not sealed"):
        swapped.unseal("p2", HERE, ring.seal("p2", HERE, "x"))
    assert all(len(ring._keys[one]) == 32 and ring._keys[one] not in ring.wrapped[one] for one in ("p1", "p2"))


def test_kms_binds_a_key_to_its_aggregate(kms: Kms) -> None:
    wrapped_kek, ring = keys_of(kms).make("CASE-1", ["p1"])
    with pytest.raises(AssertionError):
        keys_of(kms).open("CASE-2", wrapped_kek, ring.wrapped)


def test_what_this_process_made_or_opened_is_not_asked_for_again(kms: Kms) -> None:
    keys = keys_of(kms)
    wrapped_kek, ring = keys.make("CASE-1", ["p1"])
    keys.open("CASE-1", wrapped_kek, ring.wrapped)
    assert kms.calls == ["make"]
    other = keys_of(kms)
    for _ in range(3):
        other.open("CASE-1", wrapped_kek, ring.wrapped)
    assert kms.calls == ["make", "open"]


def test_the_oldest_of_more_than_five_hundred_is_forgotten(kms: Kms) -> None:
    keys = keys_of(kms)
    first, *others = [keys.make(f"CASE-{number}", [])[0] for number in range(501)]
    kms.calls.clear()
    for number, one in enumerate(others, 1):
        keys.open(f"CASE-{number}", one, {})
    assert kms.calls == []
    keys.open("CASE-0", first, {})
    assert kms.calls == ["open"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_pseudonym_is_stable_tells_people_apart_and_says_nothing(one: str, other: str) -> None:
    persons = Pseudonyms(b"root")
    assert persons.of(one) == Pseudonyms(b"root").of(one)
    assert (persons.of(one) == persons.of(other)) == (one == other)
    assert persons.of(one) != Pseudonyms(b"another root").of(one)
    assert len(persons.of(one)) == 26


def test_pseudonyms_stay_what_they_were() -> None:
    """Everything that is stored refers to people by them."""
    assert Pseudonyms(b"root").of("wang") == "d1da8836592f1bdc578ce17913"


def test_a_nonce_is_never_used_twice() -> None:
    ring = Keyring("A", {}, {"p1": bytes(32)})
    assert len({ring.seal("p1", HERE, "x")[:12] for _ in range(100)}) == 100
