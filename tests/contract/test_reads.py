"""Lists on both engines: whole pages without gaps, nothing cut off in silence, and no read that grows with what it hides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.appointments.booking.model import Appointment
from chalicelib.appointments.booking.reading import AppointmentFilter
from chalicelib.cases.court.agreement import AgreementService
from chalicelib.cases.court.service import BundleService
from chalicelib.cases.evidence.files import EvidenceFiles
from chalicelib.cases.evidence.service import Declared, EvidenceService
from chalicelib.cases.lifecycle.lists import CaseFilter
from chalicelib.cases.lifecycle.records import place_of
from chalicelib.cases.messages.service import MessageService
from chalicelib.cases.privacy.holds import Holds
from chalicelib.cases.privacy.service import CasePrivacy
from chalicelib.ratings.rating.model import Rating
from chalicelib.ratings.rating.privacy import RatingPrivacy
from chalicelib.ratings.rating.service import Said
from chalicelib.ratings.rating.worklist import rows_of
from chalicelib.ratings.visits.model import Visit
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import format_instant
from chalicelib.shared.dynamo import Table
from chalicelib.shared.items import from_wire
from chalicelib.shared.viewer import Viewer
from infra.local.moto_speed import cheap_transactions
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.test_ratings import CLERK as RATING_CLERK
from tests.contract.test_ratings import PERSONS, STAFF, SUPERVISOR, Ratings, citizen
from tests.contract.test_registry import Kept
from tests.contract.world import CLERK, FILING, LI, MEDIATOR, WANG, World

Place = Mapping[str, Any] | None
ReadPage = Callable[[Place, int], tuple[list[str], Place]]


def pages_of(read: ReadPage, limit: int) -> list[list[str]]:
    pages: list[list[str]] = []
    after: Place = None
    while True:
        page, after = read(after, limit)
        pages.append(page)
        if after is None:
            return pages


def check_pages(read: ReadPage, expected: list[str]) -> None:
    """Every page is full but the last, which is empty only where the list is."""
    for limit in {3, len(expected) or 1, 100}:
        pages = pages_of(read, limit)
        assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
        assert [one for page in pages for one in page] == expected
        assert pages == [[]] or all(pages)


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Count what is asked of DynamoDB."""
    calls: list[str] = []

    def count(model: Any, **_: Any) -> None:
        calls.append(model.name)

    world.clients.dynamodb.meta.events.register("before-call.dynamodb", count)
    try:
        yield calls
    finally:
        world.clients.dynamodb.meta.events.unregister("before-call.dynamodb", count)


def cost_of(world: World, read: ReadPage) -> int:
    with counted(world) as calls:
        read(None, 5)
    return len(calls)


def check_growth(world: World, read: ReadPage, hide: Callable[[int], None]) -> None:
    """A page costs the same beside 10 and beside 300 entries that it does not show."""
    hide(10)
    before = cost_of(world, read)
    hide(300)
    assert cost_of(world, read) == before


# ---- the mechanism


def test_a_page_is_full_and_the_last_one_leads_nowhere(clients: Clients, table: str) -> None:
    found = Table(clients, table)
    found.put_many([{"pk": "p", "sk": f"a#{number:03d}"} for number in range(12)])
    found.put_many([{"pk": "p", "sk": "b"}])
    for newest_first in (False, True):

        def read(after: Place, limit: int, newest_first: bool = newest_first) -> tuple[list[str], Place]:
            start = None if after is None else dict(after)
            items, last = found.query("p", prefix="a#", limit=limit, after=start, newest_first=newest_first)
            return [item["sk"] for item in items], last

        names = [f"a#{number:03d}" for number in range(12)]
        check_pages(read, names[::-1] if newest_first else names)


def test_a_page_is_one_query(world: Bookings) -> None:
    found = Table(world.clients, world.tables["NoticesTable"])
    found.put_many([{"pk": "p", "sk": f"a#{number:03d}"} for number in range(12)])
    for limit in (1, 5, 12, 100):
        with counted(world) as calls:
            found.query("p", limit=limit)
        assert calls == ["Query"]


def test_items_of_more_than_a_megabyte_are_all_read(clients: Clients, table: str) -> None:
    found = Table(clients, table)
    found.put_many([{"pk": "p", "sk": f"{number:02d}", "blob": "x" * 300_000} for number in range(10)])
    assert len(list(found.list_partition("p"))) == 10
    items, last = found.query("p", limit=9)
    assert len(items) == 9
    assert last is not None
    assert [item["sk"] for item in found.query("p", limit=9, after=last)[0]] == ["09"]


# ---- nothing is cut off


def put_copies(world: World, code: str, sk: str, count: int, **changes: Any) -> None:
    """Put copies of an item of a case beside it: making 300 by hand takes minutes on one of the engines."""
    table = Table(world.clients, world.tables["CasesTable"])
    item = table.find(f"CASE#{code}", sk)
    assert item is not None
    names = [f"{sk}-{number:04d}" for number in range(count)]
    index = ({"gsi1sk": name} if "gsi1sk" in item else {} for name in names)
    table.put_many([{**item, **changes, **place, "sk": name} for name, place in zip(names, index, strict=True)])


class Signs:
    key_id = "k"

    def sign(self, text: str) -> str:
        return text


class Destroys(EvidenceFiles):
    def __init__(self) -> None:
        pass

    def destroy(self, file_id: str) -> bool:
        return True


def declared(number: int, visibility: str = "parties") -> Declared:
    # As long as names may be: 300 of them are more than one answer of DynamoDB holds.
    return Declared(f"{number:03d}.pdf", "application/pdf", 1, "0" * 64, "题" * 200, visibility)


def added(world: World, code: str, viewer: Viewer, number: int, visibility: str = "parties") -> str:
    """Declare a file, and find it good."""
    service = EvidenceService(world.cases, world.store, Kept())
    world.clock.at += timedelta(milliseconds=1)
    made, _ = service.declare(viewer, code, declared(number, visibility), world.key())
    service.complete(viewer, code, made.id, world.key())
    return made.id


def test_the_bundle_holds_every_file_and_the_export_every_message(world: Bookings) -> None:
    code, sha256 = world.agreed()
    one = added(world, code, WANG, 0)
    put_copies(world, code, f"EVIDENCE#{one}", 299, padding="p" * 8000)
    say(world, WANG, code, "话" * 4990, "all")
    (message,) = world.store.every_item(code, "MESSAGE#")
    keys = world.cases.get_case(WANG, code).loaded.keys
    numbers = [f"{message['sk']}-{number}".removeprefix("MESSAGE#") for number in range(89)]
    Table(world.clients, world.tables["CasesTable"]).put_many(
        [
            {
                **message,
                "sk": f"MESSAGE#{number}",
                "text": keys.seal("p1", place_of(f"MESSAGE#{number}", "text"), "话" * 4990),
            }
            for number in numbers
        ]
    )
    for viewer in (WANG, LI):
        world.act(viewer, code, "sign", agreement_sha256=sha256)
    agreements = AgreementService(world.cases, world.store, world.routing)
    content = (
        BundleService(world.cases, agreements, world.store, Signs()).get_bundle(WANG, code, "confirmation").content
    )
    assert len(content["evidence"]) == 300
    holds = Holds.load(lambda _: None)
    privacy = CasePrivacy(world.cases, world.store, Destroys(), holds, pseudonyms=lambda: PERSONS, clock=world.clock)
    (mine,) = privacy.export(WANG)
    assert (len(mine["evidence"]), len(mine["messages"])) == (300, 90)


def test_the_export_holds_every_rating(world: Bookings, ratings: Ratings) -> None:
    for _ in range(101):
        ratings.invite(citizen(1))
        ratings.rate(citizen(1), 5)
    privacy = RatingPrivacy(ratings.ratings_store, lambda: PERSONS, ratings.clock)
    assert len(privacy.export(citizen(1))) == 101
    assert privacy.erase(citizen(1)) == 101


# ---- messages and evidence


def talk_of(world: World) -> MessageService:
    return MessageService(world.cases, world.store)


def messages_of(world: World, viewer: Viewer, code: str) -> ReadPage:
    def read(after: Place, limit: int) -> tuple[list[str], Place]:
        found = talk_of(world).list_messages(viewer, code, after, limit)
        return [str(one.text) for one in found.items], found.position

    return read


def say(world: World, viewer: Viewer, code: str, text: str, to: str) -> None:
    world.clock.at += timedelta(milliseconds=1)
    talk_of(world).send(viewer, code, text, to, for_settlement=False, idempotency=world.key())


def test_hidden_messages_leave_no_gap(world: Bookings) -> None:
    code, applicant, respondent = world.mediating(1)
    said: list[tuple[Viewer, str, str]] = []
    for number in range(9):
        who = (applicant, respondent, MEDIATOR)[number % 3]
        said.append((who, f"{number}", "mediator" if number % 2 else "all"))
        say(world, *(who, code, f"{number}", said[-1][2]))
    for viewer in (applicant, respondent):
        check_pages(messages_of(world, viewer, code), [text for who, text, to in said if to == "all" or who == viewer])
    check_pages(messages_of(world, MEDIATOR, code), [text for _, text, _ in said])


def test_messages_cost_what_is_shown(world: Bookings) -> None:
    code, applicant, respondent = world.mediating(1)
    say(world, applicant, code, "all", "all")
    say(world, respondent, code, "x", "mediator")
    hidden = next(item["sk"] for item in world.store.every_item(code, "MESSAGE#") if item["to"] == "mediator")
    check_growth(world, messages_of(world, applicant, code), lambda count: put_copies(world, code, hidden, count))
    assert pages_of(messages_of(world, applicant, code), 100) == [["all"]]


def evidence_of(world: World, viewer: Viewer, code: str) -> ReadPage:
    service = EvidenceService(world.cases, world.store, Kept())

    def read(after: Place, limit: int) -> tuple[list[str], Place]:
        found = service.list_evidence(viewer, code, after, limit)
        return [one.id for one in found.items], found.position

    return read


def test_hidden_evidence_leaves_no_gap(world: Bookings) -> None:
    code, applicant, respondent = world.mediating(1)
    made: list[tuple[Viewer, bool, str]] = []
    for number in range(9):
        who = (applicant, respondent)[number % 2]
        shared = number % 3 != 0
        made.append((who, shared, added(world, code, who, number, "parties" if shared else "mediator")))
    world.clock.at += timedelta(milliseconds=1)
    pending = (
        EvidenceService(world.cases, world.store, Kept()).declare(respondent, code, declared(9), world.key())[0].id
    )
    for viewer in (applicant, respondent):
        expected = [one for who, shared, one in made if shared or who == viewer]
        check_pages(evidence_of(world, viewer, code), [*expected, *([pending] if viewer == respondent else [])])
    check_pages(evidence_of(world, CLERK, code), [one for _, shared, one in made if shared])
    check_pages(evidence_of(world, MEDIATOR, code), [*(one for _, _, one in made), pending])


def test_evidence_costs_what_is_shown(world: Bookings) -> None:
    code, applicant, respondent = world.mediating(1)
    mine = added(world, code, applicant, 0)
    hidden = f"EVIDENCE#{added(world, code, respondent, 1, 'mediator')}"
    check_growth(world, evidence_of(world, applicant, code), lambda count: put_copies(world, code, hidden, count))
    assert pages_of(evidence_of(world, applicant, code), 100) == [[mine]]


# ---- cases


def cases_of(world: World, viewer: Viewer, status: str | None, role: str | None = None) -> ReadPage:
    def read(after: Place, limit: int) -> tuple[list[str], Place]:
        found = world.lists.list_cases(viewer, CaseFilter(role, status), after, limit).page
        return [one.code for one in found.items], found.position

    return read


def file(world: World, viewer: Viewer = WANG) -> str:
    world.clock.at += timedelta(milliseconds=1)
    return world.cases.file(viewer, FILING, world.key()).case.code


def test_cases_of_a_status_come_in_whole_pages(world: Bookings) -> None:
    codes = [file(world) for _ in range(9)]
    for code in codes[::2]:
        world.act(CLERK, code, "accept")
    world.act(WANG, codes[0], "withdraw")
    accepted = [code for code in reversed(codes[::2]) if code != codes[0]]
    for viewer in (WANG, CLERK):
        check_pages(cases_of(world, viewer, None), codes[::-1])
        check_pages(cases_of(world, viewer, "accepted"), accepted)
        check_pages(cases_of(world, viewer, "submitted"), codes[1::2][::-1])
        check_pages(cases_of(world, viewer, "withdrawn"), [codes[0]])
        check_pages(cases_of(world, viewer, "confirmed"), [])


def test_who_joins_or_takes_a_case_finds_it_by_its_status(world: Bookings) -> None:
    code, _, respondent = world.mediating(1)
    for viewer in (respondent, MEDIATOR, CLERK):
        assert pages_of(cases_of(world, viewer, "mediating"), 10) == [[code]]
        assert pages_of(cases_of(world, viewer, "assigned"), 10) == [[]]
    assert world.lists.list_cases(MEDIATOR, CaseFilter(None, "mediating"), None, 10).page.items[0].status == "mediating"


def test_a_mediator_who_passed_a_case_on_finds_it_no_more(world: Bookings) -> None:
    code = world.joined()
    world.act(LI, code, "consent", terms_version="2026-01")
    world.leave_choice(code, WANG, LI)
    world.act(CLERK, code, "assign", mediator_id="m-1")
    assert pages_of(cases_of(world, MEDIATOR, "assigned"), 10) == [[code]]
    world.act(MEDIATOR, code, "pass", reason="other")
    for status in (None, "assigned", "accepted"):
        assert pages_of(cases_of(world, MEDIATOR, status), 10) == [[]]


def test_cases_of_a_status_cost_what_is_shown(world: Bookings) -> None:
    accepted = file(world)
    world.act(CLERK, accepted, "accept")
    table = Table(world.clients, world.tables["CasesTable"])
    rows = [row for row in table.list_partition(f"CASE#{file(world)}") if row["sk"].startswith(("LIST", "STATUS"))]

    def hide(count: int) -> None:
        codes = [f"{number:017d}" for number in range(count)]
        table.put_many([{**row, "pk": f"CASE#{code}", "code": code} for row in rows for code in codes])

    check_growth(world, cases_of(world, WANG, "accepted"), hide)
    assert pages_of(cases_of(world, WANG, "accepted"), 100) == [[accepted]]


# ---- appointments


def appointments_of(world: Bookings, viewer: Viewer, status: str | None, **more: str) -> ReadPage:
    def read(after: Place, limit: int) -> tuple[list[str], Place]:
        first, last = more.get("first", ""), more.get("last", "")
        wanted = AppointmentFilter(more.get("role"), status, first, last, more.get("case"))
        page = world.appointments.reader.list_appointments(viewer, wanted, after, limit).page
        return [one.id for one in page.items], page.position

    return read


def put_appointments(world: Bookings, code: str, numbers: range, status: str, viewer: Viewer) -> list[Appointment]:
    """Write appointments as they would stand after their story, each at an hour of its own."""
    made = [appointment(world, code, number, status, viewer) for number in numbers]
    writes = [
        write for one in made for write in world.appointment_store.appointment_writes(one, None, None, dispute_type="t")
    ]
    items = [from_wire(write.parameters["Item"]) for write in writes]
    Table(world.clients, world.tables["AppointmentsTable"]).put_many(items)
    return made


def appointment(world: Bookings, code: str, number: int, status: str, viewer: Viewer) -> Appointment:
    start = TOMORROW + timedelta(hours=number)
    person = world.person_of(viewer)
    hold = format_instant(world.clock.at + timedelta(hours=24, minutes=number)) if status == "requested" else None
    return Appointment(
        id=f"{status}-{number:04d}",
        case_code=code,
        organisation="org-1",
        mediator="m-1",
        mediator_person=world.person_of(MEDIATOR),
        status=status,
        start=format_instant(start),
        end=format_instant(start + timedelta(hours=1)),
        mode="video",
        persons={"p1": person},
        accepted={"p1": None},
        version=1,
        created_at=format_instant(world.clock.at),
        updated_at=format_instant(world.clock.at),
        hold_expires_at=hold,
    )


def test_appointments_come_in_whole_pages_by_every_filter(world: Bookings) -> None:
    code, applicant, _ = world.mediating(1)
    statuses = ("confirmed", "requested", "cancelled", "held")
    made = [
        one
        for number in range(13)
        for one in put_appointments(world, code, range(number, number + 1), statuses[number % 4], applicant)
    ]
    for viewer, role in ((applicant, "party"), (MEDIATOR, "mediator"), (CLERK, "clerk")):
        check_pages(appointments_of(world, viewer, None, role=role), [one.id for one in made])
        for status in ("confirmed", "requested", "cancelled", "held", "declined"):
            expected = [one.id for one in made if one.status == status]
            check_pages(appointments_of(world, viewer, status, role=role), expected)
            within = {"first": made[3].start, "last": made[9].start}
            expected = [one.id for one in made[3:10] if one.status == status]
            check_pages(appointments_of(world, viewer, status, role=role, **within), expected)
    check_pages(appointments_of(world, CLERK, None, case=code), [one.id for one in made])
    check_pages(appointments_of(world, CLERK, "held", case=code), [one.id for one in made if one.status == "held"])


def test_an_appointment_moves_from_status_to_status(world: Bookings) -> None:
    code, applicant, _ = world.mediating(1)
    one = world.book(applicant, code)
    for action, viewer, status in (("confirm", MEDIATOR, "confirmed"), ("cancel", MEDIATOR, "cancelled")):
        before = world.appointment_store.find(one.id)
        assert before is not None
        world.do(viewer, one, action, reason="r") if action == "cancel" else world.do(viewer, one, action)
        assert pages_of(appointments_of(world, applicant, status), 5) == [[one.id]]
        assert pages_of(appointments_of(world, applicant, before.status), 5) == [[]]


def test_a_request_whose_hold_ran_out_is_no_request_before_the_sweep_says_so(world: Bookings) -> None:
    code, applicant, _ = world.mediating(1)
    made = put_appointments(world, code, range(6), "requested", applicant)
    read = appointments_of(world, applicant, "requested")
    page, after = read(None, 2)
    assert page == [made[0].id, made[1].id]
    world.clock.at += timedelta(hours=24, minutes=3)  # the holds of the first four are over, that of the cursor too
    assert read(after, 2) == ([made[4].id, made[5].id], None)
    check_pages(read, [made[4].id, made[5].id])


@pytest.mark.parametrize(("shown", "hidden"), [("confirmed", "cancelled"), ("cancelled", "requested")])
def test_appointments_of_a_status_cost_what_is_shown(world: Bookings, shown: str, hidden: str) -> None:
    code, applicant, _ = world.mediating(1)
    (one,) = put_appointments(world, code, range(999, 1000), shown, applicant)
    read = appointments_of(world, applicant, shown)

    def hide(count: int) -> None:
        put_appointments(world, code, range(count), hidden, applicant)

    check_growth(world, read, hide)
    assert pages_of(read, 100) == [[one.id]]


def test_requests_cost_what_is_shown_however_many_holds_ran_out(world: Bookings) -> None:
    code, applicant, _ = world.mediating(1)
    read = appointments_of(world, applicant, "requested")

    def hide(count: int) -> None:
        put_appointments(world, code, range(count), "requested", applicant)
        world.clock.at += timedelta(hours=48)

    check_growth(world, read, hide)


# ---- ratings


def bad_of(ratings: Ratings, viewer: Viewer, status: str | None = None, overdue: bool | None = None) -> ReadPage:
    def read(after: Place, limit: int) -> tuple[list[str], Place]:
        page = ratings.handling.list_bad(viewer, status, overdue, after, limit)
        return [one.id for one in page.items], page.position

    return read


def make_bad(ratings: Ratings, number: int = 1) -> str:
    ratings.clock.at += timedelta(milliseconds=1)
    ratings.invite(citizen(number))
    return ratings.rate(citizen(number), 1).id


def test_bad_ratings_come_in_whole_pages_by_every_filter(ratings: Ratings) -> None:
    ids = [make_bad(ratings) for _ in range(9)]
    for one in ids[:6]:
        ratings.handling.step(RATING_CLERK, one, "contact", None, ratings.key())
    for one in ids[:3]:
        ratings.handling.step(RATING_CLERK, one, "reply", "n", ratings.key())
    for viewer in (RATING_CLERK, SUPERVISOR):
        check_pages(bad_of(ratings, viewer), ids[::-1])
        check_pages(bad_of(ratings, viewer, "replied"), ids[:3])
        check_pages(bad_of(ratings, viewer, "contacted"), ids[3:6])
        check_pages(bad_of(ratings, viewer, "opened"), ids[6:])
        check_pages(bad_of(ratings, viewer, "fixing"), [])
        check_pages(bad_of(ratings, viewer, overdue=True), [])
        check_pages(bad_of(ratings, viewer, overdue=False), [*ids[6:], *ids[3:6], *ids[:3]])
    ratings.clock.at += timedelta(days=60)
    young = make_bad(ratings)
    for viewer in (RATING_CLERK, SUPERVISOR):
        check_pages(bad_of(ratings, viewer, overdue=True), [*ids[6:], *ids[3:6]])
        check_pages(bad_of(ratings, viewer, "opened", overdue=True), ids[6:])
        check_pages(bad_of(ratings, viewer, "opened", overdue=False), [young])
        check_pages(bad_of(ratings, viewer, overdue=False), [young, *ids[:3]])
        check_pages(bad_of(ratings, viewer, "replied", overdue=True), [])


def test_bad_ratings_cost_what_is_shown(ratings: Ratings) -> None:
    first = make_bad(ratings)
    ratings.handling.step(RATING_CLERK, first, "contact", None, ratings.key())
    read = bad_of(ratings, RATING_CLERK, "contacted")
    hidden = ratings.ratings_store.find_rating(make_bad(ratings, 2))
    assert hidden is not None
    check_growth(ratings, read, lambda count: put_bad(ratings, hidden, count))
    assert pages_of(read, 100) == [[first]]


def test_what_is_said_of_oneself_is_left_out_at_no_growing_cost(ratings: Ratings) -> None:
    clerk = Viewer("m-9", frozenset({"clerk"}), "org-1", None)
    seen = make_bad(ratings)
    shown, _ = ratings.visits.offer_code(citizen(2))
    ratings.visits.record(STAFF, Visit("S-1", shown, "window", "m-9", completed=False), ratings.key())
    invitation, *_ = ratings.ratings.list_invitations(citizen(2), None, 10).items
    said = [Said("staff:m-9", 1, (), "t")]
    hidden = ratings.ratings.rate(citizen(2), invitation.id, said, ratings.key(), anonymous=True)
    read = bad_of(ratings, clerk)
    check_growth(ratings, read, lambda count: put_bad(ratings, hidden, count))
    check_pages(read, [seen])


def put_bad(ratings: Ratings, one: Rating, count: int) -> None:
    """List a bad rating many times over."""
    rows = [row for number in range(count) for row in rows_of(replace(one, id=f"{one.id}-{number}"))]
    Table(ratings.clients, ratings.tables["RatingsTable"]).put_many(rows)


def test_used_and_expired_invitations_leave_no_gap(ratings: Ratings) -> None:
    def read(after: Place, limit: int) -> tuple[list[str], Place]:
        page = ratings.ratings.list_invitations(citizen(1), after, limit)
        return [one.created_at for one in page.items], page.position

    def invite() -> None:
        ratings.clock.at += timedelta(milliseconds=1)
        ratings.invite(citizen(1))

    def rate_one() -> None:
        invite()
        ratings.rate(citizen(1), 5)

    invite()
    ratings.clock.at += timedelta(days=400)
    for _ in range(4):
        invite()
        rate_one()
    found, _ = read(None, 100)
    assert len(found) == 4
    check_pages(read, sorted(found, reverse=True))
    table = Table(ratings.clients, ratings.tables["RatingsTable"])
    used = next(item for item in table.list_partition(f"PERSON#{PERSONS.of('citizen-1')}") if "rating" in item)

    def hide(count: int) -> None:
        table.put_many([{**used, "sk": f"{used['sk']}-{number}"} for number in range(count)])

    check_growth(ratings, read, hide)


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    with cheap_transactions():
        yield


@pytest.fixture
def world(clients: Clients) -> Bookings:
    return Bookings(clients, max_open_per_case=99)


@pytest.fixture
def ratings(clients: Clients) -> Ratings:
    return Ratings(clients)
