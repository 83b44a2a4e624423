"""The bundled catalogue is complete, consistent, and marked as what it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from chalicelib.catalogue.model import Bundle, ServiceItem
from chalicelib.catalogue.terms import THEMES
from tests.catalogues import SAMPLE, sample_bundles, sample_items

COMPLETE = (
    "name_en",
    "short_name",
    "basic_code",
    "handling_item_code",
    "main_item",
    "type",
    "version",
    "exercise_level",
    "department",
    "department_code",
    "region",
    "audience",
    "handling_type",
    "legal_limit",
    "promised_limit",
    "conditions",
    "process",
    "materials",
    "windows",
    "channels",
    "enquiry",
    "complaint",
    "legal_basis",
    "result",
    "qa",
    "keywords",
    "themes",
    "popularity",
)

HOTLINES = {"12313", "12315", "12329", "12333", "12345", "12348", "12366", "12367", "12385", "12393", "12122", "12123"}
REGIONS = {
    "210200",
    "210202",
    "210203",
    "210204",
    "210211",
    "210212",
    "210213",
    "210214",
    "210224",
    "210281",
    "210283",
}

# Landlines with or without an area code, mobiles, 400 and 800 numbers. Codes are longer runs of digits.
PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:0\d{2,3}[-－— ]?\d{7,8}|1[3-9]\d{9}|[48]00[-－ ]?\d{3}[-－ ]?\d{4}|\d{4}[- ]\d{4})(?![0-9A-Za-z])"
)
FAKE_PHONE = re.compile(r"0411-0000\d{4}")

FILES = sorted((SAMPLE / "services").glob("*.json"))

each_item = pytest.mark.parametrize("item", sample_items(), ids=lambda item: item.name)
each_bundle = pytest.mark.parametrize("bundle", sample_bundles(), ids=lambda bundle: bundle.id)


def test_there_are_enough_services_for_every_life_event() -> None:
    assert len(sample_items()) >= 60
    assert {theme for item in sample_items() for theme in item.themes} == set(THEMES)


def test_the_whole_is_one_valid_catalogue_with_unique_codes_and_names() -> None:
    for field in ("code", "handling_item_code", "name"):
        values = [getattr(item, field) for item in sample_items()]
        assert sorted(values) == sorted(set(values))


@pytest.mark.parametrize("path", [*FILES, SAMPLE / "bundles.json"], ids=lambda path: path.stem)
def test_a_file_is_valid_and_written_as_the_readme_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    kind = TypeAdapter(list[Bundle]) if path.name == "bundles.json" else TypeAdapter(list[ServiceItem])
    assert kind.validate_json(text)
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_theme_has_a_file_that_holds_only_its_items(path: Path) -> None:
    assert path.stem in THEMES
    for item in TypeAdapter(list[ServiceItem]).validate_json(path.read_bytes()):
        assert path.stem in item.themes


@each_item
def test_a_guide_is_complete(item: ServiceItem) -> None:
    assert [field for field in COMPLETE if not getattr(item, field)] == []
    assert item.visits is not None
    assert item.bookable is not None
    assert len(item.conditions) >= 2
    assert len(item.process) >= 3
    assert all(step.description for step in item.process)


@each_item
def test_documents_and_fees_say_what_a_person_must_know(item: ServiceItem) -> None:
    names = [material.name for material in item.materials]
    assert len(names) == len(set(names))
    for material in item.materials:
        assert material.necessity
        assert material.form
        assert material.copies
        assert material.source
        assert material.note
    assert item.fees is not None
    for fee in item.fees:
        assert fee.standard
        assert fee.basis


@each_item
def test_codes_fit_together(item: ServiceItem) -> None:
    assert len(item.code) == 31
    assert item.code == f"{item.department_code}4{item.basic_code}"
    assert (item.basic_code or "").startswith(item.type or "-")
    assert (item.handling_item_code or "").startswith(item.code)
    region = (item.region or "")[:6]
    assert region in REGIONS
    assert item.exercise_level == ("municipal" if region == "210200" else "county")


@each_item
def test_windows_are_examples_inside_dalian(item: ServiceItem) -> None:
    for window in item.windows:
        assert window.name.startswith("示例")
        assert (window.address or "").startswith("示例")
        assert window.hours
        assert FAKE_PHONE.fullmatch(window.phone or "")
        assert 120.9 <= (window.longitude or 0) <= 123.6
        assert 38.7 <= (window.latitude or 0) <= 40.2


def test_no_real_telephone_number_is_printed() -> None:
    codes = {"code", "basic_code", "handling_item_code", "department_code", "region"}
    texts = [item.model_dump_json(exclude=codes) for item in sample_items()]
    texts += [bundle.model_dump_json(exclude={"steps": {"__all__": {"service_code"}}}) for bundle in sample_bundles()]
    found = {number for text in texts for number in PHONE.findall(text)}
    assert len(found) > len(FILES)  # the made-up ones are seen, so a real one would be
    assert {number for number in found if not FAKE_PHONE.fullmatch(number)} == set()


@each_item
def test_only_public_hotlines_are_named_for_enquiries(item: ServiceItem) -> None:
    named = set(re.findall(r"(?<!\d)\d{5,}(?!\d)", f"{item.enquiry} {item.complaint}"))
    assert named
    assert named <= HOTLINES


def test_everything_says_that_it_is_a_sample() -> None:
    assert [item.name for item in sample_items() if not item.sample] == []
    assert [bundle.id for bundle in sample_bundles() if not bundle.sample] == []


def test_there_are_five_bundles() -> None:
    ids = [bundle.id for bundle in sample_bundles()]
    assert sorted(ids) == ["bereavement", "birth", "business", "retirement", "school"]


@each_bundle
def test_a_bundle_joins_several_departments_items(bundle: Bundle) -> None:
    departments = {item.code: item.department for item in sample_items()}
    codes = [step.service_code for step in bundle.steps]
    assert len(codes) == len(set(codes)) >= 4
    assert set(codes) <= set(departments)
    assert [step.department for step in bundle.steps] == [departments[code or ""] for code in codes]
    assert len({step.department for step in bundle.steps}) >= 3
    assert all(step.title_en and step.note for step in bundle.steps)
    assert bundle.name_en
    assert bundle.summary
    assert bundle.summary_en
    assert bundle.theme in THEMES
