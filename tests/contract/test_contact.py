"""Numbers are proved: by a code that left by text, or a verified claim; nobody is found by what they only say."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.people.contact.refusals import OneTimeCodeOver, WrongOneTimeCode
from chalicelib.people.contact.service import ContactService
from chalicelib.ratings.visits.model import Visit, read_visit_code
from chalicelib.ratings.visits.refusals import CitizenAmbiguous, CitizenUnknown
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import InvalidRequest, TooManyRequests, Unavailable
from chalicelib.shared.idempotency import Replayed
from chalicelib.shared.items import from_wire
from chalicelib.shared.topic import Topic
from chalicelib.shared.viewer import Viewer
from tests.contract.conftest import local_clients
from tests.contract.test_ratings import STAFF, Ratings, citizen
from tests.contract.world import FILING, LI, WANG, World

PHONE, OTHER = "+8613800138000", "+8613900139000"


class Texts(Topic):
    """A topic that keeps what leaves; `down`: it does not answer."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self.down = False

    def send(self, message: Mapping[str, Any], channel: str) -> None:
        if self.down:
            raise Unavailable
        assert channel == "sms"
        self.sent.append(message)

    def code(self) -> str:
        digits = "".join(one if one.isdecimal() else " " for one in self.sent[-1]["text"]).split()
        return next(one for one in digits if len(one) == 6)


class Town(Ratings):
    """People, their numbers, and windows."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        self.texts = texts_of(self)
        self.contacts: ContactService = self.container.people.contacts

    def ask(self, viewer: Viewer, phone: str = PHONE) -> None:
        self.contacts.challenge(viewer, phone, "zh", self.key())

    def prove(self, viewer: Viewer, phone: str = PHONE) -> None:
        self.ask(viewer, phone)
        self.contacts.prove(viewer, phone, self.texts.code())

    def visit(self, reference: str) -> None:
        self.visits.record(STAFF, Visit("S-1", reference, "window", "m-9", completed=False), self.key())

    def invited(self, viewer: Viewer) -> int:
        return len(self.ratings.list_invitations(viewer, None, limit=100).items)

    def found(self, phone: str = PHONE) -> int:
        return len(self.contacts.find_people(phone))


def texts_of(world: World) -> Texts:
    texts = Texts()
    world.container.override(Topic, texts)
    return texts


def prove_by_code(world: World, viewer: Viewer, phone: str) -> None:
    texts = texts_of(world)
    contacts = world.container.people.contacts
    contacts.challenge(viewer, phone, "zh", world.key())
    contacts.prove(viewer, phone, texts.code())


@pytest.fixture
def town(clients: Clients) -> Town:
    return Town(clients)


def test_a_filing_that_states_a_number_has_nobody_found_by_it(town: Town) -> None:
    town.cases.file(WANG, FILING, town.key())
    with pytest.raises(CitizenUnknown):
        town.visit("13800138000")
    assert town.invited(WANG) == 0


def test_a_number_is_proved_by_the_code_that_left_for_it(town: Town) -> None:
    town.ask(WANG)
    assert (town.texts.sent[0]["to"], town.texts.sent[0]["language"]) == (PHONE, "zh")
    assert town.found() == 0
    kept = town.contacts.prove(WANG, PHONE, town.texts.code())
    assert kept.how == "code"
    town.visit("+86 138-0013-8000")
    assert (town.invited(WANG), town.invited(LI)) == (1, 0)
    town.visit("13800138000")  # the visit uses up no number
    assert town.invited(WANG) >= 1
    with pytest.raises(CitizenUnknown):
        town.visit("13800138001")


def test_a_verified_claim_counts_without_a_code(town: Town) -> None:
    claimed = Viewer("claimed", frozenset(), None, None, PHONE)
    with pytest.raises(InvalidRequest):
        town.contacts.prove(claimed, OTHER, None)
    assert town.contacts.prove(claimed, PHONE, None).how == "claim"
    assert town.texts.sent == []
    town.visit("13800138000")
    assert town.invited(claimed) == 1


def test_filing_with_a_verified_claim_has_one_found_by_it(town: Town) -> None:
    claimed = Viewer("claimed", frozenset(), None, None, OTHER)
    town.cases.file(claimed, FILING, town.key())
    assert (town.found(OTHER), town.found(PHONE)) == (1, 0)
    moved = Viewer("claimed", frozenset(), None, None, PHONE)
    town.cases.file(moved, FILING, town.key())
    assert (town.found(OTHER), town.found(PHONE)) == (0, 1)


def test_a_family_may_share_a_number_and_then_shows_a_code(town: Town) -> None:
    for viewer in (WANG, LI):
        town.prove(viewer)
    with pytest.raises(CitizenAmbiguous):
        town.visit("13800138000")
    assert (town.invited(WANG), town.invited(LI)) == (0, 0)
    assert town.contacts.erase(LI) == 1
    town.visit("13800138000")
    assert (town.invited(WANG), town.invited(LI)) == (1, 0)


def test_who_proved_a_number_in_both_ways_is_one_person(town: Town) -> None:
    both = Viewer("both", frozenset(), None, None, PHONE)
    town.prove(Viewer("both", frozenset(), None, None))
    town.contacts.note_claim(both)
    assert town.found() == 1
    town.prove(LI)
    assert town.found() == 2


def test_a_new_number_takes_the_place_of_the_old_one(town: Town) -> None:
    town.prove(WANG)
    town.prove(WANG, OTHER)
    assert (town.found(), town.found(OTHER)) == (0, 1)


def test_a_code_proves_its_own_number_for_its_own_person_only(town: Town) -> None:
    town.ask(WANG)
    code = town.texts.code()
    with pytest.raises(OneTimeCodeOver):
        town.contacts.prove(LI, PHONE, code)
    with pytest.raises(OneTimeCodeOver):
        town.contacts.prove(WANG, OTHER, code)
    town.ask(LI)
    other = town.texts.code()
    if other != code:
        with pytest.raises(WrongOneTimeCode):
            town.contacts.prove(LI, PHONE, code)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_five_tries_then_a_new_code(town: Town) -> None:
    town.ask(WANG)
    code = town.texts.code()
    for _ in range(5):
        with pytest.raises(WrongOneTimeCode):
            town.contacts.prove(WANG, PHONE, wrong(code))
    with pytest.raises(OneTimeCodeOver):
        town.contacts.prove(WANG, PHONE, code)
    town.prove(WANG)
    assert town.found() == 1


def test_the_fifth_try_may_be_right(town: Town) -> None:
    town.ask(WANG)
    code = town.texts.code()
    for _ in range(4):
        with pytest.raises(WrongOneTimeCode):
            town.contacts.prove(WANG, PHONE, wrong(code))
    assert town.contacts.prove(WANG, PHONE, code).how == "code"


def test_only_the_newest_code_holds(town: Town) -> None:
    town.ask(WANG)
    first = town.texts.code()
    town.ask(WANG)
    if first != town.texts.code():
        with pytest.raises(WrongOneTimeCode):
            town.contacts.prove(WANG, PHONE, first)
    assert town.contacts.prove(WANG, PHONE, town.texts.code()).how == "code"


def test_a_code_holds_ten_minutes(town: Town) -> None:
    town.ask(WANG)
    town.clock.at += timedelta(minutes=10) - timedelta(seconds=1)
    assert town.contacts.prove(WANG, PHONE, town.texts.code()).how == "code"
    town.ask(LI)
    town.clock.at += timedelta(minutes=10)
    with pytest.raises(OneTimeCodeOver):
        town.contacts.prove(LI, PHONE, town.texts.code())


def test_the_same_proof_again_is_answered_and_a_used_code_proves_nothing_more(town: Town) -> None:
    town.ask(WANG)
    code = town.texts.code()
    for _ in range(2):
        assert town.contacts.prove(WANG, PHONE, code).how == "code"
    town.prove(WANG, OTHER)
    with pytest.raises(OneTimeCodeOver):
        town.contacts.prove(WANG, PHONE, code)
    assert (town.found(), town.found(OTHER)) == (0, 1)


def test_guesses_side_by_side_are_five(dynamodb_local_url: str) -> None:
    town = Town(local_clients(dynamodb_local_url))
    town.ask(WANG)
    code = town.texts.code()

    def guess(number: int) -> str:
        try:
            town.contacts.prove(WANG, PHONE, code if number == 39 else f"{(int(code) + number + 1) % 10**6:06d}")
        except WrongOneTimeCode:
            return "wrong"
        except (OneTimeCodeOver, Unavailable):
            return "over"
        return "right"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(guess, range(40)))
    assert len([one for one in said if one != "over"]) <= 5


def test_codes_are_kept_as_digests_and_numbers_as_blind_indexes(town: Town) -> None:
    town.ask(WANG)
    code = town.texts.code()
    town.contacts.prove(WANG, PHONE, code)
    for name in ("PeopleTable", "RatingsTable", "AnswersTable"):
        for page in town.clients.dynamodb.get_paginator("scan").paginate(TableName=town.tables[name]):
            for raw in page["Items"]:
                kept = str({key: value for key, value in from_wire(raw).items() if not isinstance(value, bytes)})
                assert "13800138000" not in kept
                assert f"'{code}'" not in kept


def test_a_person_asks_thirty_times_an_hour(town: Town) -> None:
    for number in range(30):
        town.ask(WANG, f"+861380013{number:04d}")
        town.clock.at += timedelta(minutes=1)
    with pytest.raises(TooManyRequests) as refused:
        town.ask(WANG)
    assert refused.value.retry_after_seconds == 30 * 60
    town.ask(LI)
    town.clock.at += timedelta(minutes=30)
    town.ask(WANG)
    with pytest.raises(TooManyRequests):
        town.ask(WANG)


def test_five_codes_an_hour_go_to_a_number_and_nobody_learns_of_it(town: Town) -> None:
    for number in range(5):
        town.ask(citizen(number))
    earlier = town.texts.code()
    town.ask(WANG)  # the same answer as ever
    town.ask(citizen(4))
    assert len(town.texts.sent) == 5
    with pytest.raises(OneTimeCodeOver):
        town.contacts.prove(WANG, PHONE, "123456")
    assert town.contacts.prove(citizen(4), PHONE, earlier).how == "code"  # what left goes on holding
    town.clock.at += timedelta(hours=1)
    town.ask(WANG)
    assert len(town.texts.sent) == 6


def test_a_text_that_cannot_leave_counts_for_nothing(town: Town) -> None:
    town.texts.down = True
    key = town.key("retried")
    for _ in range(7):
        with pytest.raises(Unavailable):
            town.contacts.challenge(WANG, PHONE, "zh", key)
    town.texts.down = False
    with pytest.raises(OneTimeCodeOver):
        town.contacts.prove(WANG, PHONE, "123456")
    town.contacts.challenge(WANG, PHONE, "zh", key)
    assert len(town.texts.sent) == 1
    with pytest.raises(Replayed):
        town.contacts.challenge(WANG, PHONE, "zh", key)
    assert len(town.texts.sent) == 1
    assert town.contacts.prove(WANG, PHONE, town.texts.code()).how == "code"


def test_what_was_proved_is_erased_with_the_person(town: Town) -> None:
    town.prove(WANG)
    town.contacts.note_claim(Viewer("wang", frozenset(), None, None, OTHER))
    town.ask(WANG, "+8613700137000")
    assert [one["proved_by"] for one in town.contacts.export(WANG)] == ["claim", "code"]
    rights = town.container.rights.service
    assert rights.erase(WANG, town.key()).erased["contact"] == 2
    assert (town.found(), town.found(OTHER), town.contacts.export(WANG)) == (0, 0, [])
    person = town.container.foundation.pseudonyms.of("wang")
    table = Table(town.clients, town.tables["PeopleTable"])
    assert list(table.list_partition(f"PERSON#{person}")) == []
    with pytest.raises(CitizenUnknown):
        town.visit("13800138000")


def test_a_landline_of_eight_digits_is_no_one_time_code(town: Town) -> None:
    code, _ = town.visits.offer_code(WANG)
    assert not code.isdecimal()
    for reference in ("82345678", "中中中中中中", "11010519491231002X"):
        with pytest.raises(CitizenUnknown):
            town.visit(reference)
    landline = Viewer("shop", frozenset(), None, None, "+8641182345678")
    town.contacts.note_claim(landline)
    for _ in range(2):
        town.visit("0411-82345678")
    assert town.found("+8641182345678") == 1
    typed = code.lower().replace("0", "o").replace("1", "l")
    town.visit(f"{typed[:4]}-{typed[4:]}")
    with pytest.raises(CitizenUnknown):
        town.visit(code)


def test_a_visit_code_is_read_however_it_is_typed() -> None:
    assert read_visit_code("ab1o-cdef") == "AB10CDEF"
    assert [read_visit_code(one) for one in ("12345678", "ABCDEFG", "ABCDEFGU", "中中中中中中中中", "")] == [None] * 5
