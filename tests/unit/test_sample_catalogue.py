"""The bundled catalogue is complete, and marked as what it is."""

from __future__ import annotations

import re

import pytest

from chalicelib.catalogue.model import ServiceItem
from chalicelib.catalogue.terms import THEMES
from tests.catalogues import sample_bundles, sample_items

COMPLETE = (
    "name_en", "short_name", "basic_code", "handling_item_code", "type", "version", "exercise_level", "department",
    "department_code", "region", "audience", "handling_type", "legal_limit", "promised_limit", "conditions", "process",
    "materials", "windows", "channels", "enquiry", "complaint", "legal_basis", "result", "qa", "keywords", "themes",
    "popularity",
)  # fmt: skip


def test_there_are_enough_services_for_every_life_event() -> None:
    assert len(sample_items()) >= 60
    assert {theme for item in sample_items() for theme in item.themes} == set(THEMES)


def test_codes_are_unique() -> None:
    codes = [item.code for item in sample_items()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("item", sample_items(), ids=lambda item: item.name)
def test_a_guide_is_complete_and_marked_as_a_sample(item: ServiceItem) -> None:
    assert [field for field in COMPLETE if not getattr(item, field)] == []
    assert item.fees is not None
    assert item.visits is not None
    assert item.bookable is not None
    assert item.sample
    for window in item.windows:
        assert window.name.startswith("示例")
        assert re.fullmatch(r"0411-0000\d{4}", window.phone or "")


def test_there_are_five_bundles_over_several_departments() -> None:
    codes = {item.code for item in sample_items()}
    assert {bundle.id for bundle in sample_bundles()} == {"birth", "school", "business", "retirement", "bereavement"}
    for bundle in sample_bundles():
        assert bundle.sample
        assert {step.service_code for step in bundle.steps} <= codes
        assert len({step.department for step in bundle.steps}) >= 3
