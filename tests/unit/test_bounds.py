"""What clients send lies within bounds that every engine and every calendar can hold."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.appointments.booking.contract import BookAppointment, ListAppointments
from chalicelib.appointments.slots.contract import ListSlots
from chalicelib.appointments.waitlist.contract import JoinWaitlist
from chalicelib.cases.lifecycle.contract import Extend
from chalicelib.web.request import MAX_PATH_PARAMETER_BYTES, read_path_parameter, read_query
from chalicelib.web.times import Day, Instant

DAYS = TypeAdapter(Day)
INSTANTS = TypeAdapter(Instant)


@pytest.mark.parametrize("day", ["2000-01-01", "2026-02-28", "2199-12-31"])
def test_days_that_can_be_meant_are_read(day: str) -> None:
    assert DAYS.validate_python(day) == day


@pytest.mark.parametrize(
    "day", ["0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31", "2026-02-30", "2026-1-1", "٢٠٢٦-01-01", "", "x"]
)
def test_other_days_are_refused(day: str) -> None:
    with pytest.raises(ValidationError):
        DAYS.validate_python(day)
    for model in (ListAppointments, ListSlots):
        for name in ("from", "to"):
            with pytest.raises(ValidationError):
                model.model_validate({name: day, **({"organisation": "o"} if model is ListSlots else {})})
    with pytest.raises(ValidationError):
        Extend.model_validate({"until": day})
    with pytest.raises(ValidationError):
        JoinWaitlist.model_validate({"case_code": "c", "from": day, "to": day})


@pytest.mark.parametrize(
    "instant",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z"],
)
def test_instants_at_the_ends_of_the_calendar_are_refused(instant: str) -> None:
    with pytest.raises(ValidationError):
        INSTANTS.validate_json(f'"{instant}"')
    with pytest.raises(ValidationError):
        BookAppointment.model_validate_json(f'{{"case_code": "c", "mode": "video", "start": "{instant}"}}')


def test_an_instant_is_read_into_utc() -> None:
    assert INSTANTS.validate_json('"2026-11-24T10:00:00+08:00"') == datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert INSTANTS.validate_json('"2026-11-24T10:00:00+08:00"').tzinfo is UTC


def test_the_refusal_of_a_year_says_which_years_there_are() -> None:
    from chalicelib.shared.errors import InvalidRequest

    with pytest.raises(InvalidRequest) as refused:
        read_query(ListAppointments, {"from": ["0001-01-01"]}, "en")
    assert [(one.pointer, one.message) for one in refused.value.violations] == [
        ("from", "The year should be between 2000 and 2199")
    ]


def test_names_that_fit_into_a_key_are_read() -> None:
    longest = "力" * (MAX_PATH_PARAMETER_BYTES // 3)
    assert read_path_parameter(quote(longest, safe="")) == longest
    assert read_path_parameter("a%20b") == "a b"


@pytest.mark.parametrize("raw", ["x" * 3000, quote("力" * 200), "%00", "a%0Ab", "%7F", "%ff", "%ED%A0%80"])
def test_what_can_name_nothing_is_no_name(raw: str) -> None:
    assert read_path_parameter(raw) is None
