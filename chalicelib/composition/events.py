"""What happens by itself: events brought to whom they concern, and the jobs of the clock."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import subscriptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.composition.container import Container
    from chalicelib.shared.jobs import Job
    from chalicelib.shared.quarantine import QuarantineStore
    from chalicelib.shared.streams import Consumer, Relay


class Events:
    """The relays and the jobs."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._base = container.foundation

    @cached_property
    def relay(self) -> Relay:
        """Brings the events of cases to their consumers."""
        return self._relay_to(subscriptions.consumers_of_cases(self._container))

    @cached_property
    def rating_relay(self) -> Relay:
        """Brings the events of ratings to their consumers."""
        return self._relay_to(subscriptions.consumers_of_ratings(self._container))

    @cached_property
    def quarantine(self) -> QuarantineStore:
        """Events that could not be handled."""
        from chalicelib.shared.quarantine import QuarantineStore

        return QuarantineStore(self._base.aws, self._base.settings.audit_table)

    @cached_property
    def deadlines(self) -> Job:
        """The scheduled job `deadlines`: everything that happens because time has passed."""
        from chalicelib.shared.job_queue import JobQueue
        from chalicelib.shared.jobs import Job

        appointments = self._container.appointments
        parts = (
            self._container.cases.recount.part,  # before anything is done by these dates
            self._container.ratings.recount.part,
            *appointments.due.parts,
            appointments.offers.part,
            self._container.cases.clockwork.part,
            self._container.ratings.handling.part,
        )
        url = self._base.settings.jobs_queue_url
        return Job("deadlines", parts, self._base.clock, JobQueue(self._base.aws, url) if url else None)

    def run_deadlines(self) -> dict[str, int]:
        """Let everything happen, here and now, that happens because time has passed; return how many of what."""
        return self.deadlines.run()

    def _relay_to(self, consumers: Mapping[str, Consumer]) -> Relay:
        from chalicelib.shared.streams import Relay
        from chalicelib.web.observe import record_set_aside

        def note(consumer: str, event: str, reason: str) -> None:
            at_ms = int(self._base.clock.now().timestamp() * 1000)
            record_set_aside(consumer, event=event, reason=reason, at_ms=at_ms)

        return Relay(consumers, self.quarantine, self._base.clock, note)
