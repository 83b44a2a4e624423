"""What happens by itself: events told to whom they concern, and the jobs of the clock."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.appointments import Appointments
from chalicelib.composition.audit import Audit
from chalicelib.composition.cases import Cases
from chalicelib.composition.notices import Notices
from chalicelib.composition.organisations import Organisations
from chalicelib.composition.ratings import Ratings

if TYPE_CHECKING:
    from chalicelib.shared.streams import Relay


class Events:
    """The relay and the jobs."""

    def __init__(  # noqa: PLR0917
        self,
        cases: Cases,
        appointments: Appointments,
        ratings: Ratings,
        organisations: Organisations,
        notices: Notices,
        audit: Audit,
    ) -> None:
        self._cases = cases
        self._appointments = appointments
        self._ratings = ratings
        self._organisations = organisations
        self._notices = notices
        self._audit = audit

    @cached_property
    def relay(self) -> Relay:
        """Who is told of what happens in cases."""
        from chalicelib.shared.streams import Relay

        return Relay(
            [
                self._audit.service.on_event,
                self._notices.service.on_case_event,
                self._organisations.service.on_case_event,
                self._appointments.clockwork.on_case_event,
                self._appointments.waitlist.on_case_event,
                self._ratings.service.on_case_event,
            ]
        )

    def run_deadlines(self) -> dict[str, int]:
        """Let everything happen that happens because time has passed; return how many of what."""
        jobs = (
            self._cases.clockwork,
            self._appointments.clockwork,
            self._appointments.waitlist,
            self._ratings.handling,
        )
        done = {name: count for job in jobs for name, count in job.run().items()}
        return dict(sorted(done.items()))
