"""The terms: every version is whole, in both languages, says what the registry does, and counts from its day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.people.terms.model import Terms, every_version
from chalicelib.people.terms.refusals import UnknownTerms
from chalicelib.people.terms.service import TermsService
from chalicelib.people.terms.views import TermsList, TermsView
from chalicelib.shared.errors import NotFound
from chalicelib.shared.rule_files import RULES
from tests.world import StillClock

VERSIONS = every_version()


@pytest.mark.parametrize("terms", VERSIONS, ids=lambda one: one.version)
def test_a_version_is_whole_in_both_languages(terms: Terms) -> None:
    assert (RULES / "terms" / f"{terms.version}.json").exists()
    texts = [*terms.paragraphs]
    for one in terms.purposes:
        texts += [one.name, one.why, *one.fields]
        assert one.fields
    for text in texts:
        assert text.zh
        assert text.en
        assert text.zh != text.en
    said = TermsView.of(terms, "zh").text
    for word in ("自愿", "虚假调解", "送达地址", "不答复不算同意"):
        assert word in said
    for word in ("Sham mediation", "Address for service", "silence is not consent"):
        assert word in TermsView.of(terms, "en").text


def test_the_current_terms_name_every_purpose_of_personal_data() -> None:
    registry = json.loads((RULES / "data_registry.json").read_text(encoding="utf-8"))
    used = {
        purpose
        for kinds in registry["tables"].values()
        for fields in kinds.values()
        for how in fields.values()
        if how["grade"] in {"personal", "sensitive"}
        for purpose in how["purposes"]
    }
    assert used <= {one.id for one in VERSIONS[0].purposes}


def test_the_newest_version_whose_day_has_come_is_current() -> None:
    clock = StillClock()
    made = [Terms(f"v{n}", date(2026, n, 1), (), ()) for n in (3, 2, 1)]
    service = TermsService(clock, lambda: made)
    clock.at = datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)  # one second before 1 February in Shanghai
    assert [one.version for one in service.list_versions()] == ["v1"]
    with pytest.raises(UnknownTerms):
        service.check("v2")
    with pytest.raises(NotFound):
        service.get_terms("v2")
    clock.at += timedelta(seconds=1)
    assert TermsList.of(service.list_versions()).current == "v2"
    service.check("v1")  # who began under it may agree to it
    service.check("v2")


@pytest.mark.parametrize("version", ["", "1", "nonsense", "2026-1", "2026-01 ", "../regions", "2026-01.json"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(UnknownTerms) as refused:
        TermsService(StillClock()).check(version)
    assert [one.pointer for one in refused.value.violations] == ["/terms_version"]
