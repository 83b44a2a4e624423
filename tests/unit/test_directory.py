"""The directory: what is listed for whom, by page; courts beside organisations, and never in their place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.organisations.directory import Directory
from chalicelib.organisations.model import KIND_NAMES, MEDIATING, Organisation
from chalicelib.organisations.service import OrganisationService
from chalicelib.organisations.store import OrganisationStore
from chalicelib.triage.public import DisputeTypes
from infra.local.clock import AdjustableClock
from infra.organisations.importer import OrganisationsRefused, read_organisations
from tests.unit.test_organisation_rosters import organisation, written

ROOT = Path(__file__).parent.parent.parent
SAMPLE = read_organisations(ROOT / "infra/sample/organisations.json")
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


class Kept(OrganisationStore):
    """A store in memory that counts its readings."""

    def __init__(self, *organisations: Organisation) -> None:
        self.organisations, self.readings = organisations, 0

    def list_all(self) -> list[Organisation]:
        self.readings += 1
        return [*self.organisations]

    def count(self, event_id: str, organisation: str, change: int) -> bool:
        raise NotImplementedError

    def find_organisation(self, organisation_id: str) -> Organisation | None:
        raise NotImplementedError


def service_of(*organisations: Organisation) -> OrganisationService:
    return OrganisationService(Kept(*organisations), AdjustableClock(), DisputeTypes.load().find_main)


def one(name: str, **more: Any) -> Organisation:
    return Organisation.model_validate({**organisation(name), **more})


def test_every_dispute_of_the_sample_is_routed_to_an_organisation_that_mediates() -> None:
    service = service_of(*SAMPLE)
    regions = {region for each in SAMPLE for region in each.covers if region != "210200"}
    for main in DisputeTypes.load().mains:
        for region in regions:
            assert service.get(service.route(main, region).organisation_id).kind in MEDIATING


def test_courts_and_commissions_are_listed_by_kind_only() -> None:
    service = service_of(*SAMPLE)
    assert {each.kind for each in service.list_organisations(None, None)} <= MEDIATING
    courts = service.list_organisations("labour_wages", "210202", "arbitration")
    assert [each.id for each in courts] == ["arb-zhongshan"]
    assert service.list_organisations("neighbour", "210202", "arbitration") == ()
    assert {each.level for each in service.list_organisations(None, "210202", "court")} == {"basic", "intermediate"}
    assert service.list_organisations("labour", "210202", "department") == ()
    assert [service.find_kind(name) for name in ("court-zhongshan", "nobody")] == ["court", None]
    assert {each.kind for each in service.list_courts()} == {"court", "arbitration"}
    assert len(service.list_courts()) == 22


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_hold_everybody_once_and_the_last_says_so(limit: int) -> None:
    service = service_of(*SAMPLE)
    seen: list[str] = []
    after: str | None = None
    while True:
        page = service.page_of_organisations(None, None, None, after, limit)
        assert len(page.items) <= limit
        seen += [each.id for each in page.items]
        if page.position is None:
            break
        after = page.position["after"]
    assert seen == [each.id for each in service.list_organisations(None, None)]


def test_a_page_goes_on_after_an_organisation_that_is_gone() -> None:
    directory = Directory([one("a"), one("c"), one("d")], NOW)
    every = directory.every(None, None, None)
    assert [each.id for each in directory.page(every, "b", 1)] == ["c"]
    assert directory.page(every, "d", 5) == ()


def test_nothing_is_filtered_twice() -> None:
    directory = Directory(SAMPLE, NOW)
    assert directory.every("court", None, None) is directory.every("court", None, None)


def test_who_is_not_in_use_is_found_by_id_only() -> None:
    today = date(2026, 11, 25)
    kept = [
        one("a", valid_from=today, valid_until=today),
        one("b", valid_from=date(2026, 11, 26)),
        one("c", valid_until=date(2026, 11, 24)),
    ]
    directory = Directory(kept, NOW)
    assert [each.id for each in directory.every(None, None, None)] == ["a"]
    assert directory.find("b") is kept[1]


def test_every_kind_has_a_name_and_the_sample_says_that_it_is_one() -> None:
    assert {each.kind for each in SAMPLE} <= set(KIND_NAMES)
    assert set(KIND_NAMES) >= MEDIATING
    for each in SAMPLE:
        assert "（示例）" in each.name
        assert each.phone is None or each.phone.startswith("0411-0000")
    courts = {each.id for each in SAMPLE if each.kind == "court"}
    assert all(each.invited_by and set(each.invited_by) <= courts for each in SAMPLE if each.court_invited)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"kind": "court", "subjects": ["civil"]}, "level of a court is basic or intermediate, not None"),
        ({"kind": "arbitration", "level": "basic", "subjects": ["labour"]}, "is city or district, not basic"),
        ({"kind": "court", "level": "basic"}, "no subjects"),
        ({"level": "basic"}, "level of a industry is none, not basic"),
        ({"court_invited": True}, "court_invited and invited_by go together"),
        ({"invited_by": ["a"]}, "court_invited and invited_by go together"),
        ({"court_invited": True, "invited_by": ["b"]}, "a: b is no court of this file"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-31"}, "valid_until is before valid_from"),
        ({"kind": "court_affiliated"}, "kind"),
        ({"seat_region": "2102"}, "seat_region"),
    ],
)
def test_a_file_that_does_not_hold_is_refused(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(OrganisationsRefused, match=fault):
        read_organisations(written(tmp_path, {**organisation("a"), **changes}))
