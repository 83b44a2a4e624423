"""The organisation's seal: made when nothing refuses it any more, kept with the act, and nowhere if that fails."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.cases.court.agreement import AgreementService
from chalicelib.cases.court.seals import KeySeals, signed_text
from chalicelib.cases.court.views import AgreementView
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.refusals import AgreementChanged, AlreadyDone
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import Unavailable
from tests.contract.world import CLERK, LI, MEDIATOR, WANG, World


class Signing:
    """A key in the open; `interrupt` is called while it signs."""

    key_id = "key-1"

    def __init__(self) -> None:
        self.signed: list[str] = []
        self.down = False
        self.interrupt: Any = None

    def sign(self, text: str) -> str:
        if self.down:
            raise Unavailable
        self.signed.append(text)
        meanwhile, self.interrupt = self.interrupt, None
        if meanwhile is not None:
            meanwhile()
        return f"signature-{len(self.signed)}"


@pytest.fixture
def signing() -> Signing:
    return Signing()


@pytest.fixture
def world(clients: Clients, signing: Signing) -> World:
    made = World(clients)
    made.container.override(KeySeals, KeySeals(signing))
    del made.container.cases.service, made.container.cases.preparation
    made.cases = made.container.cases.service
    return made


def signed(world: World) -> tuple[str, str]:
    code, sha256 = world.agreed()
    for party in (WANG, LI):
        world.act(party, code, "sign", agreement_sha256=sha256)
    return code, sha256


def case_of(world: World, code: str) -> Case:
    case = world.store.find_case(code)
    assert case is not None
    return case


def test_a_seal_is_over_hash_organisation_and_instant_and_is_read_back(world: World, signing: Signing) -> None:
    code, sha256 = signed(world)
    world.act(MEDIATOR, code, "countersign", agreement_sha256=sha256)
    world.act(CLERK, code, "seal", agreement_sha256=sha256)
    case = case_of(world, code)
    assert case.seal is not None
    assert case.sealed_at is not None
    assert signing.signed == [case.seal.signed_text] == [signed_text(sha256, "org-1", case.sealed_at)]
    assert (case.seal.signature, case.seal.key_id, case.countersigned_by) == ("signature-1", "key-1", "m-1")
    agreements = AgreementService(world.cases, world.store, world.routing)
    view = AgreementView.of(agreements.get_agreement(WANG, code), "zh")
    assert view.seal is not None
    assert view.countersignature is not None
    assert (view.seal.by, view.seal.at, view.seal.signature) == ("org-1", case.sealed_at, "signature-1")
    assert (view.countersignature.by, view.countersignature.by_name) == ("m-1", "张大力")


def test_nothing_is_signed_for_an_act_that_is_refused(world: World, signing: Signing) -> None:
    code, sha256 = world.agreed()
    with pytest.raises(IllegalTransition):
        world.act(CLERK, code, "seal", agreement_sha256=sha256)
    for party in (WANG, LI):
        world.act(party, code, "sign", agreement_sha256=sha256)
    with pytest.raises(AgreementChanged):
        world.act(CLERK, code, "seal", agreement_sha256="0" * 64)
    assert signing.signed == []
    world.act(CLERK, code, "seal", agreement_sha256=sha256)
    with pytest.raises(AlreadyDone):
        world.act(CLERK, code, "seal", agreement_sha256=sha256)
    assert len(signing.signed) == 1


def test_without_its_keeper_nothing_is_sealed_and_nothing_lost(world: World, signing: Signing) -> None:
    code, sha256 = signed(world)
    before = case_of(world, code)
    signing.down = True
    with pytest.raises(Unavailable):
        world.act(CLERK, code, "seal", agreement_sha256=sha256)
    assert case_of(world, code) == before
    signing.down = False
    world.act(CLERK, code, "seal", agreement_sha256=sha256)
    assert case_of(world, code).seal is not None


def test_a_seal_whose_commit_was_overtaken_is_nowhere_and_is_made_anew(world: World, signing: Signing) -> None:
    code, sha256 = signed(world)
    signing.interrupt = lambda: world.act(MEDIATOR, code, "countersign", agreement_sha256=sha256)
    world.act(CLERK, code, "seal", agreement_sha256=sha256)
    case = case_of(world, code)
    assert case.seal is not None
    assert (case.seal.signature, len(signing.signed)) == ("signature-2", 2)
    assert case.countersigned_at is not None
    assert world.fault(code) is None
