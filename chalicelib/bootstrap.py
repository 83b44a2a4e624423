"""The composition root: this process's container, and what only all contexts together can do.

Adapters are built here and in `composition/`, nowhere else, each one when it is first needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.appointments import AppointmentParts
from chalicelib.settings import Settings
from chalicelib.shared.clock import Clock

if TYPE_CHECKING:
    from chalicelib.shared.jobs import Job
    from chalicelib.shared.streams import Consumer, Relay


class Container(AppointmentParts):
    """Everything this process is made of. Built once; tests and the local runner build their own."""

    def run_deadlines(self) -> dict[str, int]:
        """Let everything happen, here and now, that happens because time has passed; return how many of what."""
        return self.deadlines.run()

    @cached_property
    def deadlines(self) -> Job:
        """The scheduled job `deadlines`: everything that happens because time has passed."""
        from chalicelib.shared.job_queue import JobQueue
        from chalicelib.shared.jobs import Job

        parts = (*self.appointment_clock.parts, self.waitlist.part, self.case_clock.part, self.rating_handling.part)
        url = self.settings.jobs_queue_url
        return Job("deadlines", parts, self.clock, JobQueue(self.aws, url) if url else None)

    @cached_property
    def relay(self) -> Relay:
        """Who is told of what happens in cases."""
        return self._relay_to(
            {
                "audit": self.audit.on_event,
                "notices": self.notices.on_case_event,
                "organisations": self.organisations.on_case_event,
                "appointments": self.appointment_clock.on_case_event,
                "waitlist": self.waitlist.on_case_event,
                "ratings": self.ratings.on_case_event,
            }
        )

    @cached_property
    def rating_relay(self) -> Relay:
        """Who takes note of what happens to ratings."""
        return self._relay_to({"audit": self.audit.on_event, "ratings": self.ratings.on_rating_event})

    def _relay_to(self, consumers: Mapping[str, Consumer]) -> Relay:
        from chalicelib.shared.streams import Relay
        from chalicelib.web.observe import record_set_aside

        def note(consumer: str, event: str, reason: str) -> None:
            at_ms = int(self.clock.now().timestamp() * 1000)
            record_set_aside(consumer, event=event, reason=reason, at_ms=at_ms)

        return Relay(consumers, self.quarantine, self.clock, note)


_installed: Container | None = None
_clock: Clock | None = None


def container() -> Container:
    """Return this process's container; build it from the environment if none was installed."""
    global _installed  # noqa: PLW0603 - one container a process is the point
    if _installed is None:
        _installed = Container(Settings.from_env(), _clock)
    return _installed


def install(new: Container | None) -> None:
    """Make `new` this process's container; None forgets the present one."""
    global _installed  # noqa: PLW0603
    _installed = new


def use(clock: Clock) -> None:
    """Have the container that is built next, and the installed one from now on, tell time by `clock`."""
    global _clock, _installed  # noqa: PLW0603
    _clock = clock
    if _installed is not None:
        _installed = Container(_installed.settings, clock)
