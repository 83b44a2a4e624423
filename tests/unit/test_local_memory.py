"""What must outlive a run of the local environment does, and a broken run leaves nothing half-made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from infra.local.aws import remembered_keys
from infra.local.clock import EARLIEST, LATEST, AdjustableClock, ClockOutOfRange
from infra.local.state import LocalState


def test_the_next_run_decrypts_what_this_one_encrypted() -> None:
    with mock_aws(), remembered_keys(b"seed"):
        first = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        other = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        sealed = boto3.client("kms").encrypt(KeyId=first, Plaintext=b"secret")["CiphertextBlob"]
    assert first != other
    with mock_aws(), remembered_keys(b"seed"):
        assert boto3.client("kms").create_key()["KeyMetadata"]["KeyId"] == first
        assert boto3.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"
    with mock_aws(), remembered_keys(b"another seed"):
        assert boto3.client("kms").create_key()["KeyMetadata"]["KeyId"] != first


def test_a_key_that_was_not_made_whole_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = LocalState(tmp_path / "state")

    def stopped() -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("infra.local.state._make_signing_key", stopped)
    with pytest.raises(KeyboardInterrupt):
        state.signing_key()
    monkeypatch.undo()
    assert b"PRIVATE KEY" in state.signing_key()


def test_the_folder_is_its_owners_whatever_is_asked_for_first(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "state")
    state.dynamodb_folder()
    assert state.folder.stat().st_mode & 0o077 == 0


@given(st.integers(), st.integers(min_value=-(10**12), max_value=10**12))
def test_the_clock_never_leaves_its_range(first: int, second: int) -> None:
    clock = AdjustableClock()
    for seconds in (first, second):
        before = clock.now()
        try:
            clock.advance(seconds)
        except ClockOutOfRange:
            assert (clock.now() - before).total_seconds() < 60
        else:
            assert abs((clock.now() - before).total_seconds() - seconds) < 60
    assert EARLIEST <= clock.now() <= LATEST.replace(year=2201)
    clock.reset()
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 60
