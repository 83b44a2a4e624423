"""Distilled from stories of the simulator: events that come when what they speak of is signed, over or erased."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contract.test_appointments import TOMORROW
from tests.events.test_waitlist_events import join
from tests.events.town import M1, PERSONS, Town


def test_a_case_whose_agreement_is_signed_waits_in_no_line(town: Town) -> None:
    code, applicant, respondent = town.assigned()
    town.act(M1, code, "take")
    town.act(M1, code, "draft_agreement", text="t", terms=[])
    join(town, applicant, code)
    case = town.store.find_case(code)
    assert case is not None
    for viewer in (applicant, respondent):
        town.act(viewer, code, "sign", agreement_sha256=case.agreement_sha256)
    for event in town.events(code)[case.version :]:
        town.waitlist.on_case_event(event)
    assert [item for item in town.snapshot().values() if isinstance(item, dict) and "WAIT" in item["pk"]] == []


def test_a_session_that_is_over_by_now_is_left_for_its_mediator_to_report(town: Town) -> None:
    code, applicant, _ = town.assigned()
    town.act(M1, code, "take")
    one = town.confirmed_with(M1, applicant, code, TOMORROW)
    town.act(M1, code, "end", ground="other")
    town.clock.at = one.ends - timedelta(seconds=1)
    ended = town.last(code, "ended")
    late = town.due_appointments.on_case_event(ended)
    assert (late, town.status_of(one)) == (1, "cancelled")

    code, applicant, _ = town.assigned(1)
    town.act(M1, code, "take")
    one = town.confirmed_with(M1, applicant, code, TOMORROW + timedelta(days=1))
    town.act(M1, code, "end", ground="other")
    town.clock.at = one.ends
    assert (town.due_appointments.on_case_event(town.last(code, "ended")), town.status_of(one)) == (0, "confirmed")


def test_somebody_who_is_erased_while_being_told_is_told_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    code, applicant, _ = town.assigned()
    person, event = PERSONS.of(applicant.subject), town.last(code, "accepted")
    add = town.notice_store.add

    def erased_first(notice: object) -> object:
        if notice.person == person:  # type: ignore[attr-defined]
            town.notice_store.delete_all(person)
            town.people.forget(person, town.people.find_uses(person), [])
        return add(notice)  # type: ignore[arg-type]

    monkeypatch.setattr(town.notice_store, "add", erased_first)
    town.notices.on_case_event(event)
    monkeypatch.undo()
    assert list(town.notices.list_notices(applicant, None, 9).items) == []
    assert all(applicant.subject not in said for said in town.told())
