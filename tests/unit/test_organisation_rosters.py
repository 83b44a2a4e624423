"""Rosters as they are imported: a mediator may work for several organisations, and is one person at all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.organisations.model import Organisation
from chalicelib.organisations.service import OrganisationService
from chalicelib.organisations.store import OrganisationStore
from chalicelib.triage.types import DisputeTypes
from infra.local.clock import AdjustableClock
from infra.organisations.importer import OrganisationsRefused, read_organisations

ROOT = Path(__file__).parent.parent.parent


def organisation(name: str, *mediators: tuple[str, str]) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "kind": "industry",
        "region": "210202",
        "covers": ["210202"],
        "dispute_types": ["*"],
        "mediators": [{"id": one, "name": called} for one, called in mediators],
    }


def written(path: Path, *organisations: dict[str, Any]) -> Path:
    path = path / "organisations.json"
    path.write_text(json.dumps(organisations), encoding="utf-8")
    return path


def test_a_mediator_may_work_for_two_organisations(tmp_path: Path) -> None:
    path = written(tmp_path, organisation("a", ("m", "甲")), organisation("b", ("m", "甲"), ("n", "乙")))
    assert [len(one.mediators) for one in read_organisations(path)] == [1, 2]


@pytest.mark.parametrize(
    ("organisations", "fault"),
    [
        ((organisation("a", ("m", "甲")), organisation("b", ("m", "乙"))), "mediator m has 2 names"),
        ((organisation("a", ("m", "甲"), ("m", "甲")),), "a: mediator m stands there 2 times"),
        ((organisation("a"), organisation("a")), "organisation a stands there 2 times"),
    ],
)
def test_an_id_is_one_persons_and_stands_once_on_a_roster(
    tmp_path: Path, organisations: tuple[dict[str, Any], ...], fault: str
) -> None:
    with pytest.raises(OrganisationsRefused, match=fault):
        read_organisations(written(tmp_path, *organisations))


class Directory(OrganisationStore):
    def __init__(self) -> None:
        pass

    def list_all(self) -> list[Organisation]:
        return read_organisations(ROOT / "infra/sample/organisations.json")

    def count(self, event_id: str, organisation: str, change: int) -> bool:
        raise NotImplementedError

    def find_organisation(self, organisation_id: str) -> Organisation | None:
        return next((one for one in self.list_all() if one.id == organisation_id), None)


def test_the_sample_has_one_mediator_of_two_organisations_who_can_be_assigned_at_both() -> None:
    service = OrganisationService(Directory(), clock := AdjustableClock(), DisputeTypes.load().find_main)
    everybody = {each.id for one in Directory().list_all() for each in one.mediators}
    of_two = {one: service.list_by_mediator(one) for one in everybody if len(service.list_by_mediator(one)) > 1}
    ((who, where),) = of_two.items()
    assert [one.id for one in where] == ["city-property", "pmc-zhongshan"]
    for one in where:
        service.check_assignable(one.id, who, clock.now().replace(year=2026, month=11))
    assert service.list_by_mediator("nobody") == []
