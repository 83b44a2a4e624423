"""The access ledger: which readings are noted, as what, and that every one is there to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from moto import mock_aws

from chalicelib.cases.lifecycle.access import PURPOSE_OF, accesses_of
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.policies import STAFF
from chalicelib.people.model import PURPOSES
from chalicelib.people.refusals import ProfileChanged
from chalicelib.people.service import Access
from chalicelib.people.store import AccessLedger, PeopleStore
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Table
from chalicelib.shared.sealing import AesGcmSealer, Unsealable
from chalicelib.shared.transactions import Committer, Transaction, Write
from chalicelib.shared.viewer import Viewer
from infra.local.moto_speed import cheap_transactions
from tests.unit.tables import fresh_table

PARTIES = (
    Party("p1", "applicant", "person", person="a"),
    Party("p2", "respondent", "person", person="r"),
    Party("p3", "respondent", "person"),
)
CASE = Case("C", "mediating", 1, "neighbour", "210202", "o", PARTIES, (), {}, "t", "t", "t", "h")
READER = Viewer("reader", frozenset(), "org-9", None)
SEALER = AesGcmSealer(b"root", "people")


@pytest.mark.parametrize(
    ("relation", "purpose"),
    [
        ("mediator", "case_handling"),
        ("clerk", "case_handling"),
        ("court", "judicial_confirmation"),
        ("reviewer", "appeal_review"),
        ("supervisor", "supervision"),
    ],
)
def test_every_function_that_reads_is_noted_with_its_purpose(relation: str, purpose: str) -> None:
    noted = accesses_of(READER, relation, "pseudonym", CASE, "at", what="texts")
    assert noted == [Access(one, "at", "C", "pseudonym", relation, "org-9", purpose, "texts") for one in ("a", "r")]
    said = accesses_of(READER, relation, "pseudonym", CASE, "at", what="texts", purpose="complaint")
    assert [one.purpose for one in said] == ["complaint", "complaint"]


@pytest.mark.parametrize("relation", ["applicant", "respondent"])
def test_parties_who_read_their_own_case_are_not_noted(relation: str) -> None:
    assert accesses_of(READER, relation, "a", CASE, "at", what="texts") == []


def test_all_staff_have_a_purpose_that_the_law_knows() -> None:
    assert set(PURPOSE_OF) == STAFF == {"mediator", "clerk", "court", "reviewer", "supervisor"}
    assert set(PURPOSE_OF.values()) <= set(PURPOSES)


@pytest.fixture(scope="module")
def engine() -> Iterator[Clients]:
    with cheap_transactions(), mock_aws():
        yield Clients()


@dataclass
class Tables:
    """Fresh tables."""

    clients: Clients
    people: str
    audit: str
    committer: Committer

    @property
    def ledger(self) -> AccessLedger:
        return AccessLedger(self.clients, self.audit)

    @property
    def profiles(self) -> PeopleStore:
        return PeopleStore(self.clients, self.people, lambda: SEALER, self.committer)

    def commit(self, *writes: Write) -> None:
        self.committer.commit(Transaction(list(writes)))

    def note(self, number: int) -> Write:
        transaction = Transaction()
        transaction.put(self.people, {"pk": f"N#{number}", "sk": "N"})
        return transaction.writes[0]

    def notes(self) -> int:
        return sum(item["sk"]["S"] == "N" for item in self.clients.dynamodb.scan(TableName=self.people)["Items"])


@pytest.fixture
def tables(engine: Clients) -> Tables:
    names = [fresh_table(engine, name) for name in ("PeopleTable", "AuditTable", "AnswersTable")]
    return Tables(engine, names[0], names[1], Committer(engine, names[2], lambda: SEALER))


def access(at: str, person: str = "a", organisation: str | None = "o", name: str = "") -> Access:
    return Access(person, at, "C", "reader", "clerk", organisation, "case_handling", "texts", name)


def test_a_person_reads_who_read_their_data_newest_first_and_page_by_page(tables: Tables) -> None:
    ledger = tables.ledger
    ledger.record([access("2026-01-01", name="1"), access("2026-01-02", organisation=None, name="2")])
    tables.commit(*ledger.writes([access("2026-01-03", name="3"), access("2026-01-03", "r")]))
    first = ledger.list_accesses("a", None, 2)
    assert first.items == [access("2026-01-03", name="3"), access("2026-01-02", organisation=None, name="2")]
    assert first.position is not None
    assert set(first.position) == {"sk"}
    second = ledger.list_accesses("a", first.position, 2)
    assert (second.items, second.position) == ([access("2026-01-01", name="1")], None)
    (other,) = ledger.list_accesses("r", None, 2).items
    assert other.id


def test_only_readings_are_listed(tables: Tables) -> None:
    Table(tables.clients, tables.audit).put_many([{"pk": "PERSON#a", "sk": "ZZZ"}, {"pk": "PERSON#a", "sk": "AAA"}])
    tables.ledger.record([access("2026-01-01", name="1")])
    assert tables.ledger.list_accesses("a", None, 9).items == [access("2026-01-01", name="1")]


def test_a_reading_stands_under_its_person_by_its_instant(tables: Tables) -> None:
    tables.ledger.record([access("2026-01-01", name="1")])
    assert Table(tables.clients, tables.audit).find("PERSON#a", "ACCESS#2026-01-01#1") is not None


def test_readings_of_one_moment_are_all_kept(tables: Tables) -> None:
    tables.ledger.record([access("2026-01-01"), access("2026-01-01")])
    assert len(tables.ledger.list_accesses("a", None, 9).items) == 2


def test_a_profile_says_whom_a_pseudonym_stands_for_sealed_and_how_often_it_was_needed(tables: Tables) -> None:
    people = tables.profiles
    assert (people.find_subject("a"), people.find_uses("a")) == (None, None)
    tables.commit(people.profile_write("a", "wang"))
    tables.commit(people.profile_write("a", "wang"))
    assert (people.find_subject("a"), people.find_uses("a")) == ("wang", 2)
    database = tables.clients.dynamodb
    found = database.get_item(TableName=tables.people, Key={"pk": {"S": "PERSON#a"}, "sk": {"S": "PROFILE"}})
    assert "wang" not in str(found["Item"])
    database.put_item(TableName=tables.people, Item={**found["Item"], "pk": {"S": "PERSON#b"}})
    with pytest.raises(Unsealable):
        people.find_subject("b")


@pytest.mark.parametrize("count", [0, 89, 90, 91, 180])
def test_whoever_is_forgotten_is_forgotten_with_everything_else(tables: Tables, count: int) -> None:
    people = tables.profiles
    tables.commit(people.profile_write("a", "wang"))
    people.forget("a", 1, [tables.note(number) for number in range(count)])
    assert (people.find_subject("a"), tables.notes()) == (None, count)


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize("uses", [None, 1, 3])
def test_whoever_is_needed_again_meanwhile_is_not_forgotten(tables: Tables, count: int, uses: int | None) -> None:
    people = tables.profiles
    for _ in range(2):
        tables.commit(people.profile_write("a", "wang"))
    with pytest.raises(ProfileChanged):
        people.forget("a", uses, [tables.note(number) for number in range(count)])
    assert (people.find_subject("a"), tables.notes()) == ("wang", 0)


def test_whoever_has_no_profile_is_forgotten_if_they_still_have_none(tables: Tables) -> None:
    tables.profiles.forget("a", None, [tables.note(1)])
    assert tables.notes() == 1
    with pytest.raises(TypeError):
        PeopleStore(tables.clients, tables.people, lambda: SEALER).forget("a", None, [])
