"""Evidence: who may see and add what, what is counted, and who wins a race."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.cases.evidence.files import EvidenceFiles
from chalicelib.cases.evidence.refusals import EvidenceFinalised, EvidenceLimit, EvidenceNotUploaded
from chalicelib.cases.evidence.service import MAX_FILES, Declared, Evidence, EvidenceService, Inspection, Upload
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.refusals import CaseClosed
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.idempotency import Idempotency, Replayed, StoredAnswer
from chalicelib.shared.viewer import Viewer
from tests.contract.world import CLERK, LI, MEDIATOR, WANG, World
from tests.world import NOW

STRANGER = Viewer("stranger", frozenset(), None, None)
SUPERVISOR = Viewer("supervisor", frozenset({"supervisor"}), None, None)
DECLARED = Declared("借条.pdf", "application/pdf", 10, "a" * 64, "借条扫描件", "parties")


class FakeFiles(EvidenceFiles):
    """Files that are as a test says. `meanwhile`: what happens while a file is being copied."""

    def __init__(self) -> None:
        self.found: Inspection | None = Inspection("v1", None)
        self.discarded: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def start_upload(self, file_id: str, declared: Declared, now: datetime) -> Upload:
        return Upload("https://storage/", {"key": file_id}, now)

    def inspect(self, file_id: str, content_type: str, size: int, sha256: str) -> Inspection | None:
        return self.found

    def keep(self, file_id: str, version_id: str) -> str:
        happens, self.meanwhile = self.meanwhile, lambda: None
        happens()
        return f"kept-{version_id}"

    def discard(self, file_id: str, version_id: str) -> None:
        self.discarded.append(file_id)

    def keep_only(self, file_id: str, version_id: str) -> None:
        return None

    def unkeep(self, file_id: str, version_id: str) -> None:
        return None

    def start_download(self, evidence: Evidence, now: datetime) -> tuple[str, datetime]:
        return f"https://storage/{evidence.version_id}", now


class Desk:
    """A case in mediation, and its evidence."""

    def __init__(self, clients: Clients) -> None:
        self.world = World(clients)
        self.files = FakeFiles()
        self.evidence = EvidenceService(self.world.cases, self.world.store, self.files)
        self.code = self.world.joined()
        self.world.act(LI, self.code, "consent", terms_version="2026-01")
        self.world.leave_choice(self.code, WANG, LI)
        self.world.act(CLERK, self.code, "assign", mediator_id="m-1")
        self.world.act(MEDIATOR, self.code, "take")

    def key(self, name: str | None = None) -> Idempotency:
        return replace(self.world.key(name), render=lambda result: StoredAnswer(200, {}, repr(result).encode()))

    def declare(self, viewer: Viewer, **changes: Any) -> str:
        return self.evidence.declare(viewer, self.code, replace(DECLARED, **changes), self.key())[0].id

    def complete(self, viewer: Viewer, file_id: str, key: str | None = None) -> Evidence:
        return self.evidence.complete(viewer, self.code, file_id, self.key(key))

    def add(self, viewer: Viewer, **changes: Any) -> str:
        file_id = self.declare(viewer, **changes)
        assert self.complete(viewer, file_id).status == "available"
        return file_id

    def sees(self, viewer: Viewer, file_id: str) -> bool:
        """Tell whether the viewer sees a file; by itself and in the list alike."""
        listed = {one.id for one in self.evidence.list_evidence(viewer, self.code, None, 100).items}
        try:
            self.evidence.get_evidence(viewer, self.code, file_id)
        except NotFound:
            assert file_id not in listed
            return False
        assert file_id in listed
        return True

    def count(self) -> int:
        case = self.world.store.find_case(self.code)
        assert case is not None
        return case.evidence_count

    def events(self) -> list[str]:
        return [event.name for event in self.world.store.list_events(self.code)]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with mock_aws():
        yield Desk(Clients())


def test_what_parties_see_and_what_only_the_mediator_and_its_owner_see(desk: Desk) -> None:
    shared, private = desk.add(WANG), desk.add(WANG, visibility="mediator")
    for viewer, sees in (
        (WANG, (True, True)),
        (LI, (True, False)),
        (MEDIATOR, (True, True)),
        (CLERK, (True, False)),
        (SUPERVISOR, (False, False)),
    ):
        assert (desk.sees(viewer, shared), desk.sees(viewer, private)) == sees, viewer.subject
    with pytest.raises(NotFound):
        desk.evidence.list_evidence(STRANGER, desk.code, None, 20)


def test_the_court_sees_evidence_once_the_case_is_before_it_and_the_reviewer_on_appeal(desk: Desk) -> None:
    shared, private = desk.add(WANG), desk.add(MEDIATOR, visibility="mediator")
    for role, change in (
        ("court", {"before_court": True, "court": "court-1"}),
        ("reviewer", {"appeal": {"id": "x", "decided": False}}),
    ):
        viewer = Viewer(role, frozenset({role}), "court-1", None)
        with pytest.raises(NotFound):
            desk.evidence.get_evidence(viewer, desk.code, shared)
        seen = desk.world.cases.get_case(WANG, desk.code)
        desk.world.cases.commit(seen, Outcome(replace(seen.case, **change), "escalated", {}), None)
        assert (desk.sees(viewer, shared), desk.sees(viewer, private)) == (True, False)


def test_a_file_that_is_not_available_is_its_owners_and_the_mediators(desk: Desk) -> None:
    pending = desk.declare(LI)
    assert [desk.sees(viewer, pending) for viewer in (LI, MEDIATOR, WANG, CLERK)] == [True, True, False, False]
    evidence, download = desk.evidence.get_evidence(LI, desk.code, pending)
    assert (evidence.status, evidence.yours, download) == ("pending", True, None)


@pytest.mark.parametrize("viewer", [CLERK, SUPERVISOR], ids=["clerk", "supervisor"])
def test_only_parties_and_the_mediator_add_evidence(desk: Desk, viewer: Viewer) -> None:
    with pytest.raises(NotAllowed):
        desk.declare(viewer)
    with pytest.raises(NotFound):
        desk.declare(STRANGER)


def test_only_who_announced_a_file_has_it_checked(desk: Desk) -> None:
    file_id = desk.declare(WANG)
    with pytest.raises(NotFound):
        desk.complete(LI, file_id)
    with pytest.raises(NotAllowed):
        desk.complete(MEDIATOR, file_id)
    assert desk.complete(WANG, file_id).status == "available"


def test_a_kept_file_stands_in_the_chain_without_its_names(desk: Desk) -> None:
    file_id = desk.add(WANG)
    event = list(desk.world.store.list_events(desk.code))[-1]
    assert (event.name, event.data) == (
        "evidence_added",
        {
            "evidence": file_id,
            "sha256": "a" * 64,
            "size": 10,
            "content_type": "application/pdf",
            "party": "p1",
        },
    )
    assert desk.world.fault(desk.code) is None
    assert (desk.count(), desk.files.discarded) == (1, [file_id])
    stored = json.dumps(desk.world.store.find_item(desk.code, f"EVIDENCE#{file_id}"), default=repr)
    assert "借条" not in stored
    assert "\\u501f" not in stored
    evidence, download = desk.evidence.get_evidence(LI, desk.code, file_id)
    assert (evidence.filename, evidence.title, evidence.by_party) == ("借条.pdf", "借条扫描件", "p1")
    assert download == ("https://storage/kept-v1", NOW)


def test_a_rejected_file_counts_for_nothing_and_stays_rejected(desk: Desk) -> None:
    file_id, before = desk.declare(WANG), desk.events()
    desk.files.found = Inspection("v1", "hash_mismatch")
    rejected = desk.complete(WANG, file_id)
    assert (rejected.status, rejected.reason) == ("rejected", "hash_mismatch")
    assert (desk.count(), desk.events(), desk.files.discarded) == (0, before, [file_id])
    desk.files.found = Inspection("v2", None)
    with pytest.raises(EvidenceFinalised):
        desk.complete(WANG, file_id)


def test_completing_before_the_upload_changes_nothing(desk: Desk) -> None:
    file_id, before = desk.declare(WANG), desk.events()
    desk.files.found = None
    with pytest.raises(EvidenceNotUploaded):
        desk.complete(WANG, file_id)
    assert (desk.events(), desk.files.discarded) == (before, [])
    desk.files.found = Inspection("v1", None)
    assert desk.complete(WANG, file_id).status == "available"


def test_the_same_announcement_again_is_answered_as_the_first_was(desk: Desk) -> None:
    key = desk.key("again")
    first, _ = desk.evidence.declare(WANG, desk.code, DECLARED, key)
    with pytest.raises(Replayed) as replayed:
        desk.evidence.declare(WANG, desk.code, DECLARED, key)
    assert first.id in replayed.value.answer.body.decode()
    assert len(desk.evidence.list_evidence(WANG, desk.code, None, 100).items) == 1


def test_a_rejection_that_came_first_is_not_overwritten(desk: Desk) -> None:
    file_id, before = desk.declare(WANG), desk.events()

    def reject() -> None:
        desk.files.found = Inspection("v0", "type_mismatch")
        assert desk.complete(WANG, file_id).status == "rejected"

    desk.files.meanwhile = reject
    with pytest.raises(EvidenceFinalised):
        desk.complete(WANG, file_id)
    assert desk.evidence.get_evidence(WANG, desk.code, file_id)[0].status == "rejected"
    assert (desk.count(), desk.events()) == (0, before)


def test_two_files_at_once_are_both_counted(desk: Desk) -> None:
    first, second = desk.declare(WANG), desk.declare(LI)
    desk.files.meanwhile = lambda: desk.complete(LI, second)
    assert desk.complete(WANG, first).status == "available"
    assert (desk.count(), desk.events()[-2:]) == (2, ["evidence_added", "evidence_added"])
    assert desk.world.fault(desk.code) is None


def test_a_case_takes_five_hundred_files(desk: Desk) -> None:
    announced = desk.declare(WANG)
    seen = desk.world.cases.get_case(WANG, desk.code)
    full = replace(seen.case, evidence_count=MAX_FILES)
    desk.world.cases.commit(seen, Outcome(full, "evidence_added", {}), None)
    with pytest.raises(EvidenceLimit):
        desk.declare(WANG)
    with pytest.raises(EvidenceLimit):
        desk.complete(WANG, announced)


def test_a_case_that_ended_takes_none(desk: Desk) -> None:
    announced = desk.declare(WANG)
    desk.world.act(LI, desk.code, "decline", reason=None)
    with pytest.raises(CaseClosed):
        desk.declare(WANG)
    with pytest.raises(CaseClosed):
        desk.complete(WANG, announced)


def test_pages_are_full_and_leave_no_gap_where_something_is_hidden(desk: Desk) -> None:
    wanted = []
    for number in range(3):
        desk.world.clock.at = NOW + timedelta(seconds=number)
        desk.add(WANG, visibility="mediator")
        wanted.append(desk.add(WANG))
    got: list[list[str]] = []
    after = None
    while True:
        found = desk.evidence.list_evidence(LI, desk.code, after, 2)
        got.append([one.id for one in found.items])
        after = found.position
        if after is None:
            break
    assert [len(page) for page in got] == [2, 1]
    assert sorted(itertools.chain(*got)) == sorted(wanted)
