"""Day sheets and the one update that changes one: cells, holds, the daily cap, and what a refusal means."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.appointments.slots.races import SheetChanged
from chalicelib.appointments.slots.refusals import PartyBusy, SlotTaken
from chalicelib.appointments.slots.sheet_writes import write_of
from chalicelib.appointments.slots.sheets import Cell, Sheet, SheetChange, SheetKey, moved
from chalicelib.shared.items import from_wire

NOW, EARLIER, LATER = "2026-11-24T02:00:00Z", "2026-11-24T01:00:00Z", "2026-11-24T03:00:00Z"
DAY = SheetKey.of_person("person", "2026-11-25")
ROOM = SheetKey.of_room("o", "2026-11-25", "1")


def item(**attributes: Any) -> dict[str, Any]:
    return {"pk": DAY.pk, "sk": DAY.sk, **attributes}


def test_keys_of_sheets() -> None:
    assert (DAY.pk, DAY.sk) == ("PERSON#person", "DAY#2026-11-25")
    room = SheetKey.of_room("o", "2026-11-25", "1")
    assert room == ROOM
    assert (room.pk, room.sk) == ("DAY#o#2026-11-25", "ROOM#1")


def test_a_sheet_as_it_is_stored() -> None:
    sheet = Sheet.from_item(
        item(
            t0900={"by": "A", "until": NOW},
            t0915={"by": "B"},
            live={"A": NOW},
            ttl=1,
            total=3,
            x0900={},
            tx900={},
            t090={},
            t12345={},
        )
    )
    assert sheet.key == DAY
    assert sheet.cells == {"t0900": Cell("A", NOW), "t0915": Cell("B", None)}
    assert (sheet.live, sheet.lists_live) == ({"A": NOW}, True)
    assert not Sheet.from_item(item()).lists_live
    assert not Sheet(DAY).lists_live


def test_a_hold_is_over_at_its_instant_and_a_session_never() -> None:
    assert Cell("A", NOW).is_free(NOW)
    assert Cell("A", EARLIER).is_free(NOW)
    assert not Cell("A", LATER).is_free(NOW)
    assert not Cell("A", None).is_free(NOW)


def test_cells_are_free_that_nobody_has_or_oneself() -> None:
    sheet = Sheet(DAY, {"t0900": Cell("A", None), "t0915": Cell("B", EARLIER), "t0930": Cell("C", None)})
    assert sheet.is_free(["t0800", "t0915"], NOW)
    assert not sheet.is_free(["t0800", "t0900"], NOW)
    assert sheet.is_free(["t0800", "t0900"], NOW, own=frozenset({"A"}))
    assert not sheet.is_free(["t0900", "t0930"], NOW, own=frozenset({"A"}))
    assert sheet.cells_of("A") == ["t0900"]


def test_sessions_of_a_day_are_counted_without_holds_that_are_over_and_ones_own() -> None:
    sheet = Sheet(DAY, {}, {"B": NOW, "A": EARLIER, "C": LATER, "D": ""}, lists_live=True)
    assert sheet.count(NOW) == 2
    assert sheet.count(NOW, without=frozenset({"D"})) == 1
    assert sheet.lapsed(NOW) == ["A", "B"]


def request_of(change: SheetChange) -> dict[str, Any]:
    parameters = dict(write_of("T", change).parameters)
    said = f"{parameters['UpdateExpression']} {parameters['ConditionExpression']}"
    for names in ("ExpressionAttributeNames", "ExpressionAttributeValues"):  # DynamoDB refuses what is not used
        assert all(re.search(rf"{name}\b", said) for name in parameters.get(names, ()))
    values = parameters.get("ExpressionAttributeValues")
    return {**parameters, "ExpressionAttributeValues": from_wire(values) if values else {}}


def test_taking_and_giving_back_in_one_update() -> None:
    made = request_of(SheetChange(DAY, "A", NOW, take=("t0900", "t0915"), give=("t0915", "t0930"), until=LATER))
    assert from_wire(made["Key"]) == {"pk": DAY.pk, "sk": DAY.sk}
    assert made["UpdateExpression"] == "SET #t0 = :cell, #t1 = :cell REMOVE #g0"
    assert made["ExpressionAttributeNames"]["#g0"] == "t0930"
    assert made["ExpressionAttributeValues"] == {":me": "A", ":now": NOW, ":cell": {"by": "A", "until": LATER}}


@pytest.mark.parametrize(
    "change",
    [
        {"take": ("t0900",), "give": ("t0930",), "over": frozenset({"B"}), "cap": 2, "lapsed": ("C",)},
        {"give": ("t0900",)},
        {"take": ("t0900",), "new": True},
        {},
    ],
)
def test_everything_that_is_named_is_used(change: dict[str, Any]) -> None:
    assert request_of(SheetChange(DAY, "A", NOW, mediates=True, **change))["UpdateExpression"]


@pytest.mark.parametrize(("until", "cell"), [(None, {"by": "A"}), (LATER, {"by": "A", "until": LATER})])
def test_a_cell_says_until_when_it_is_held(until: str | None, cell: dict[str, str]) -> None:
    made = request_of(SheetChange(DAY, "A", NOW, take=("t0900",), until=until))
    assert made["ExpressionAttributeValues"][":cell"] == cell


@pytest.mark.parametrize(
    ("key", "mediates", "refusal"), [(DAY, False, PartyBusy), (DAY, True, SlotTaken), (ROOM, False, SlotTaken)]
)
def test_a_refusal_says_who_is_busy(key: SheetKey, mediates: bool, refusal: type[Exception]) -> None:
    change = SheetChange(key, "A", NOW, take=("t0900",), over=frozenset({"B"}), mediates=mediates)
    refuse = write_of("T", change).refusal
    assert refuse is not None
    taken = {"pk": key.pk, "sk": key.sk, "t0900": {"by": "C"}}
    assert type(refuse(taken)) is refusal
    for harmless in (None, {**taken, "t0900": {"by": "A"}}, {**taken, "t0900": {"by": "B"}}, {"pk": "p", "sk": "s"}):
        assert type(refuse(harmless)) is SheetChanged


def test_what_moves_is_one_change_a_sheet() -> None:
    taken = SheetChange(DAY, "A", NOW, take=("t0900",), new=True)
    given = [SheetChange(DAY, "A", NOW, give=("t0800",)), SheetChange(ROOM, "A", NOW, give=("t0800",))]
    here, there = moved([taken], given)
    assert (here.key, here.take, here.give, here.new) == (DAY, ("t0900",), ("t0800",), False)
    assert there == given[1]
