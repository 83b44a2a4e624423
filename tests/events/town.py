"""Cases, and everybody who is told of them, over fresh tables in this process; events are delivered by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.appointments.booking.model import Appointment
from chalicelib.audit.model import Leaf
from chalicelib.audit.store import Signer
from chalicelib.cases.lifecycle.service import Seen
from chalicelib.notices.service import NoticeService
from chalicelib.notices.store import NoticeStore
from chalicelib.organisations.service import OrganisationService
from chalicelib.organisations.store import OrganisationStore
from chalicelib.shared.aws import Clients
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.events import Event
from chalicelib.shared.items import from_wire
from chalicelib.shared.jobs import Failures
from chalicelib.shared.quarantine import QuarantineStore
from chalicelib.shared.streams import Consumer, Relay
from chalicelib.shared.topic import Topic
from chalicelib.shared.viewer import Viewer
from chalicelib.triage.types import DisputeTypes
from tests.contract.test_appointments import TOMORROW, Bookings
from tests.contract.world import CLERK

PERSONS = Pseudonyms(b"root")
M1, M2 = (Viewer(name, frozenset({"mediator"}), "org-1", None) for name in ("m-1", "m-2"))
REVIEWER = Viewer("reviewer", frozenset({"reviewer"}), None, None)
LATER = TOMORROW + timedelta(days=1)


class Signing(Signer):
    def __init__(self) -> None:
        self.key_id = "k"

    def sign(self, text: str) -> str:
        return "s"


class Gateway(Topic):
    """Where texts to the other side arrive; `down`: it takes none now."""

    def __init__(self, texts: list[dict[str, Any]]) -> None:
        self.texts, self.down = texts, False

    def send(self, message: Mapping[str, Any], channel: str) -> None:
        if self.down:
            raise Unavailable
        self.texts.append({**message, "channel": channel})


class Town(Bookings):
    """A city's cases with all seven consumers. Time passes with every act."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients, max_open_per_case=9)
        self.sent: list[tuple[str, str]] = []
        made = self.container
        made.override(Signer, Signing())
        self.due, self.case_clock, self.appeals = made.foundation.due_dates, made.cases.clockwork, made.cases.appeals
        self.audit_store, self.audit = made.audit.store, made.audit.service
        self.notice_store = NoticeStore(clients, self.tables["NoticesTable"], self.committer)
        self.notices = NoticeService(
            self.notice_store,
            self.people.find_subject,
            self.store.find_case,
            self._send,
            pseudonyms=lambda: PERSONS,
            clock=self.clock,
        )
        self.organisation_store = OrganisationStore(clients, self.tables["OrganisationsTable"], self.committer)
        self.organisations = OrganisationService(self.organisation_store, self.clock, DisputeTypes.load().find_main)
        self.ratings = made.ratings.service
        self.texts: list[dict[str, Any]] = []
        made.override(Topic, Gateway(self.texts))
        self.serving = made.service.texts
        self.quarantine = QuarantineStore(clients, self.tables["AuditTable"])
        self.notes: list[tuple[str, str, str]] = []
        self.consumers: dict[str, Consumer] = {
            "audit": self.audit.on_event,
            "notices": self.notices.on_case_event,
            "organisations": self.organisations.on_case_event,
            "appointments": self.due_appointments.on_case_event,
            "waitlist": self.waitlist.on_case_event,
            "ratings": self.ratings.on_case_event,
            "service": self.serving.on_case_event,
        }
        self.stream = Relay(self.consumers, self.quarantine, self.clock, lambda *said: self.notes.append(said))

    def _send(self, message: Mapping[str, Any], channel: str) -> None:
        self.sent.append((f"{message['event']} to {message['subject']}", channel))

    def told(self, event: str | None = None) -> list[str]:
        """Return the messages that left by SMS, in order: `<event> to <subject>`."""
        return [said for said, channel in self.sent if channel == "sms" and event in {None, said.split(" to ")[0]}]

    def act(self, viewer: Viewer, code: str, action: str, **details: Any) -> Seen:
        self.clock.at += timedelta(seconds=1)
        return super().act(viewer, code, action, **details)

    def events(self, code: str) -> list[Event]:
        return list(self.store.list_events(code))

    def last(self, code: str, name: str) -> Event:
        return [event for event in self.events(code) if event.name == name][-1]

    def deliver_all(self, code: str) -> None:
        """Deliver every event to everybody, and those that this makes, until there are no new ones."""
        done = 0
        while (events := self.events(code))[done:]:
            for event in events[done:]:
                assert self.stream.send(event).failed == {}
            done = len(events)

    def snapshot(self) -> dict[str, Any]:
        """Return everything that is stored, and everything that left."""
        found: dict[str, Any] = {"sent": list(self.sent)}
        for name, table in self.tables.items():
            for page in self.clients.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
                found |= {f"{name} {item['pk']} {item['sk']}": item for item in map(from_wire, page["Items"])}
        return found

    def leaves(self) -> list[Leaf]:
        """Return the events that audit took note of and that stand in no checkpoint yet."""
        return list(self.audit_store.list_pending(Failures("checkpoints", self.clock)))

    def given_to_m2(self, code: str, respondent: Viewer) -> None:
        """Bring a case that lost its mediator to mediation by m-2."""
        case = self.store.find_case(code)
        assert case is not None
        if not case.all_consented:
            self.act(respondent, code, "consent", terms_version="2026-01")
            self.leave_choice(code, replace(respondent, subject=respondent.subject.replace("li", "wang")), respondent)
        self.act(CLERK, code, "assign", mediator_id="m-2")
        self.act(M2, code, "take")

    def confirmed_with(self, mediator: Viewer, applicant: Viewer, code: str, start: datetime) -> Appointment:
        self.clock.at += timedelta(seconds=1)
        asked = self.book(applicant, code, start)
        self.clock.at += timedelta(seconds=1)
        return self.do(mediator, asked, "confirm")

    def appeal_upheld(self, code: str, applicant: Viewer) -> None:
        self.clock.at += timedelta(seconds=1)
        appeal = self.appeals.file(applicant, code, "process", "t", self.key())
        self.clock.at += timedelta(seconds=1)
        self.appeals.decide(REVIEWER, code, appeal.id, "r", self.key(), upheld=True)

    def status_of(self, one: Appointment) -> str:
        found = self.appointment_store.find(one.id)
        assert found is not None
        return found.status


def changes_nothing(town: Town, consumer: Callable[[Event], int], events: Iterable[Event]) -> None:
    """Deliver events once more: nothing that is stored changes, nothing leaves, and the consumer says so."""
    before = town.snapshot()
    assert [int(consumer(event)) for event in events] == [0 for _ in events]
    assert town.snapshot() == before
