"""The access ledger: which readings are noted, as what, and that every one is there to be read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from chalicelib.cases.access import PURPOSE_OF, accesses_of
from chalicelib.cases.model import Case, Party
from chalicelib.cases.policies import STAFF
from chalicelib.people.model import PURPOSES
from chalicelib.people.service import Access
from chalicelib.people.store import AccessLedger, PeopleStore, ProfileChanged
from chalicelib.shared.aws import Clients
from chalicelib.shared.sealing import AesGcmSealer, Unsealable
from chalicelib.shared.transactions import Committer, Transaction, Write
from chalicelib.shared.viewer import Viewer
from infra.local.moto_speed import cheap_transactions
from infra.local.stack import read_template

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
    assert noted == [
        Access(one, "at", "C", "pseudonym", relation, "org-9", purpose, "texts") for one in ("a", "r")
    ]
    said = accesses_of(READER, relation, "pseudonym", CASE, "at", what="texts", purpose="complaint")
    assert [one.purpose for one in said] == ["complaint", "complaint"]


@pytest.mark.parametrize("relation", ["applicant", "respondent"])
def test_parties_who_read_their_own_case_are_not_noted(relation: str) -> None:
    assert accesses_of(READER, relation, "a", CASE, "at", what="texts") == []


def test_all_staff_have_a_purpose_that_the_law_knows() -> None:
    assert set(PURPOSE_OF) == STAFF == {"mediator", "clerk", "court", "reviewer", "supervisor"}
    assert set(PURPOSE_OF.values()) <= set(PURPOSES)


@pytest.fixture
def clients() -> Iterator[Clients]:
    with cheap_transactions(), mock_aws():
        made = Clients()
        for name in ("PeopleTable", "AuditTable", "AnswersTable"):
            properties = read_template()["Resources"][name]["Properties"]
            wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
            made.dynamodb.create_table(TableName=name, **{one: properties[one] for one in wanted if one in properties})
        yield made


@pytest.fixture
def committer(clients: Clients) -> Committer:
    return Committer(clients, "AnswersTable", lambda: SEALER)


def access(at: str, person: str = "a", organisation: str | None = "o", name: str = "") -> Access:
    return Access(person, at, "C", "reader", "clerk", organisation, "case_handling", "texts", name)


def test_a_person_reads_who_read_their_data_newest_first_and_page_by_page(clients: Clients, committer: Committer) -> None:
    ledger = AccessLedger(clients, "AuditTable")
    ledger.record([access("2026-01-01", name="1"), access("2026-01-02", organisation=None, name="2")])
    committer.commit(Transaction(ledger.writes([access("2026-01-03", name="3"), access("2026-01-03", "r")])))
    first, after = ledger.list_accesses("a", None, 2)
    assert first == [access("2026-01-03", name="3"), access("2026-01-02", organisation=None, name="2")]
    assert after is not None
    assert set(after) == {"sk"}
    second, end = ledger.list_accesses("a", after, 2)
    assert (second, end) == ([access("2026-01-01", name="1")], None)
    ((other,), _) = ledger.list_accesses("r", None, 2)
    assert other.id


def test_readings_of_one_moment_are_all_kept(clients: Clients) -> None:
    ledger = AccessLedger(clients, "AuditTable")
    ledger.record([access("2026-01-01"), access("2026-01-01")])
    assert len(ledger.list_accesses("a", None, 9)[0]) == 2


def commit(committer: Committer, *writes: Write) -> None:
    committer.commit(Transaction(list(writes)))


def test_a_profile_says_whom_a_pseudonym_stands_for_sealed_and_how_often_it_was_needed(
    clients: Clients, committer: Committer
) -> None:
    people = PeopleStore(clients, "PeopleTable", lambda: SEALER, committer)
    assert (people.find_subject("a"), people.find_uses("a")) == (None, None)
    commit(committer, people.profile_write("a", "wang"))
    commit(committer, people.profile_write("a", "wang"))
    assert (people.find_subject("a"), people.find_uses("a")) == ("wang", 2)
    item = clients.dynamodb.get_item(TableName="PeopleTable", Key={"pk": {"S": "PERSON#a"}, "sk": {"S": "PROFILE"}})
    assert "wang" not in str(item["Item"])
    clients.dynamodb.put_item(TableName="PeopleTable", Item={**item["Item"], "pk": {"S": "PERSON#b"}})
    with pytest.raises(Unsealable):
        people.find_subject("b")


def note(number: int) -> Write:
    transaction = Transaction()
    transaction.put("PeopleTable", {"pk": f"N#{number}", "sk": "N"})
    return transaction.writes[0]


def notes(clients: Clients) -> int:
    return sum(item["sk"]["S"] == "N" for item in clients.dynamodb.scan(TableName="PeopleTable")["Items"])


@pytest.mark.parametrize("count", [0, 89, 90, 91, 180])
def test_whoever_is_forgotten_is_forgotten_with_everything_else(clients: Clients, committer: Committer, count: int) -> None:
    people = PeopleStore(clients, "PeopleTable", lambda: SEALER, committer)
    commit(committer, people.profile_write("a", "wang"))
    people.forget("a", 1, [note(number) for number in range(count)])
    assert (people.find_subject("a"), notes(clients)) == (None, count)


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize("uses", [None, 1, 3])
def test_whoever_is_needed_again_meanwhile_is_not_forgotten(
    clients: Clients, committer: Committer, count: int, uses: int | None
) -> None:
    people = PeopleStore(clients, "PeopleTable", lambda: SEALER, committer)
    for _ in range(2):
        commit(committer, people.profile_write("a", "wang"))
    with pytest.raises(ProfileChanged):
        people.forget("a", uses, [note(number) for number in range(count)])
    assert (people.find_subject("a"), notes(clients)) == ("wang", 0)


def test_whoever_has_no_profile_is_forgotten_if_they_still_have_none(clients: Clients, committer: Committer) -> None:
    people = PeopleStore(clients, "PeopleTable", lambda: SEALER, committer)
    people.forget("a", None, [note(1)])
    assert notes(clients) == 1
    with pytest.raises(TypeError):
        PeopleStore(clients, "PeopleTable", lambda: SEALER).forget("a", None, [])
