"""There is one list of dispute types: what triage does not know, no organisation takes."""

from __future__ import annotations

import pytest

from chalicelib.composition.container import Container
from chalicelib.shared.errors import InvalidRequest
from chalicelib.triage.public import DisputeTypes
from tests.api.conftest import Caller

UNKNOWN = "neighbour_this_type_does_not_exist"


def test_a_subtype_that_does_not_exist_is_routed_nowhere(container: Container) -> None:
    assert DisputeTypes.load().find_type(UNKNOWN) is None
    with pytest.raises(InvalidRequest) as refused:
        container.organisations.service.route(UNKNOWN, "210202")
    assert [one.pointer for one in refused.value.violations] == ["/dispute_type"]


def test_no_organisation_is_listed_for_it(anyone: Caller) -> None:
    reply = anyone.get(f"/v1/organisations?dispute_type={UNKNOWN}")
    assert reply.status_code == 400
