"""Who lives and works in the simulated city, and what of each of them must never be seen in the open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from chalicelib.organisations.model import Certificate, Mediator, Organisation, Training
from chalicelib.shared.phones import read_phone
from chalicelib.shared.viewer import Viewer

REGIONS: Final = ("210202", "210203")
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈"
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(eq=False)
class Person:
    """Somebody with an account.

    `planted`: values that nothing may show in the open; `personal`: those of them that go when they are erased.
    """

    subject: str
    roles: frozenset[str]
    organisation: str | None = None
    name: str = ""
    phone: str = ""
    id_number: str = ""
    planted: set[str] = field(default_factory=set)
    personal: set[str] = field(default_factory=set)
    written: int = 0
    leaving: bool = False
    erased_at: str | None = None

    @property
    def viewer(self) -> Viewer:
        """What the sign-in service says of them; it has verified their number."""
        return Viewer(self.subject, self.roles, self.organisation, None, read_phone(self.phone))

    def write(self, about: str, *, personal: bool = True) -> str:
        """Return a text of theirs that occurs nowhere else, and is remembered as planted."""
        self.written += 1
        text = f"{about}·{self.subject}·{self.written:04d}"
        self.plant(text, personal=personal)
        return text

    def plant(self, *values: str, personal: bool = True) -> None:
        """Remember values of theirs."""
        self.planted.update(values)
        if personal:
            self.personal.update(values)


def citizens(count: int) -> list[Person]:
    """Return citizens with names, phones and identity numbers of their own."""
    found = []
    for number in range(count):
        name = f"{_SURNAMES[number % len(_SURNAMES)]}某{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{number:02d}号"
        phone = f"1380000{number:04d}"
        person = Person(f"citizen-{number}", frozenset({"citizen"}), None, name, phone, _identity_number(number))
        person.plant(person.name, person.phone, person.id_number)
        found.append(person)
    return found


def staff(mediators: Mapping[str, tuple[str, ...]]) -> list[Person]:
    """Return everybody who works: clerks, mediators (one of them for two organisations), courts, reviewer."""
    every = sorted({one for roster in mediators.values() for one in roster})
    return [
        *(Person(f"clerk-{one}", frozenset({"citizen", "clerk"}), one) for one in sorted(mediators)),
        *(_mediator(one, number) for number, one in enumerate(every)),
        *(Person(one, frozenset({"citizen", "court"}), one) for one in COURTS),
        Person("reviewer", frozenset({"citizen", "reviewer"})),
        Person("supervisor", frozenset({"citizen", "supervisor"})),
        Person("gateway", frozenset({"citizen", "gateway"})),
    ]


def _mediator(subject: str, number: int) -> Person:
    """Return a mediator, who has neighbours like everybody else."""
    person = Person(
        subject, frozenset({"citizen", "mediator"}), None, f"调解人某{number:02d}号", f"1370000{number:04d}"
    )
    person.plant(person.name, person.phone)
    return person


ROSTERS: Final = {"org-a": ("m-both", "m-a", "m-c"), "org-b": ("m-both", "m-b", "m-d")}
"""Mediators by organisation: `m-both` works for two of them."""

COURTS: Final = ("court-a", "court-b", "commission")
"""Those who are asked to confirm: a court for each region, and a commission for labour. Each has one account."""


def organisations() -> list[Organisation]:
    """Return the city's organisations, each the nearest for one region, and its courts.

    A court has invited the second one: its agreements are in force with the parties' signatures alone.
    """
    mediating = [
        Organisation(
            id=one,
            name=one,
            kind="peoples_mediation_committee",
            region=region,
            covers=REGIONS,
            dispute_types=("*",),
            rooms=("1",),
            mediators=tuple(_on_roster(each) for each in ROSTERS[one]),
            court_invited=one == INVITED,
            invited_by=("court-b",) if one == INVITED else (),
        )
        for one, region in zip(ROSTERS, REGIONS, strict=True)
    ]
    return [*mediating, *_courts()]


INVITED: Final = "org-b"
"""The organisation that mediates at a court's invitation."""


def _on_roster(one: str) -> Mediator:
    begin, end = date(2025, 1, 1), date(2040, 1, 1)
    return Mediator(
        id=one,
        name=f"调解员{one}",
        trainings=(Training(course="c", completed_on=begin, expires_on=end),),
        certificate=Certificate(number=one, issued_on=begin, expires_on=end),
    )


def _courts() -> list[Organisation]:
    *courts, commission = COURTS
    found = [
        Organisation(
            id=one,
            name=one,
            kind="court",
            region=region,
            covers=(region,),
            dispute_types=("*",),
            level="basic",
            subjects=("civil",),
        )
        for one, region in zip(courts, REGIONS, strict=True)
    ]
    labour = Organisation(
        id=commission,
        name=commission,
        kind="arbitration",
        region=REGIONS[0],
        covers=REGIONS,
        dispute_types=("labour",),
        level="district",
        subjects=("labour",),
    )
    return [*found, labour]


def _identity_number(number: int) -> str:
    body = f"21020219900101{number % 1000:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


def filing(person: Person, number: int, region: str, dispute_type: str) -> tuple[dict[str, Any], set[str]]:
    """Return the body of a person's n-th filing of the story, and what in it is the other party's.

    The other is named in each filing by a name and a phone of its own: so it shows which case a value comes from.
    Of every three filings one says where both live, one where the applicant does, one nothing: courts depend on it.
    """
    name, phone = f"对方某{number:05d}号", f"139{number:08d}"
    body: dict[str, Any] = {
        "dispute_type": dispute_type,
        "region": region,
        "title": person.write("标题"),
        "facts": person.write("事实"),
        "claims": [person.write("请求")],
        "applicant": {"name": person.name, "phone": person.phone, "id_number": person.id_number or None},
        "respondents": [{"name": name, "phone": phone}],
        "terms_version": "2026-01",
        "honest_mediation": True,
    }
    if number % 3:
        body["applicant"]["region"] = REGIONS[number % 2]
    if number % 3 == 2:
        body["respondents"][0]["region"] = REGIONS[number % 5 % 2]
    return body, {name, phone}
