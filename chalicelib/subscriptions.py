"""Who is told of what happens: one table, from a stream of events to its consumers, by name.

Every consumer gets every event of its streams, acts on those that concern it, and acts once however often one comes.
The names stand in the quarantine beside what a consumer could not handle, and in the metric `events_set_aside`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.composition.container import Container
    from chalicelib.shared.streams import Consumer


def consumers_of_cases(container: Container) -> Mapping[str, Consumer]:
    """Return who acts on events of cases.

    `audit` takes note, `notices` tells people, `service` writes to the other side; the others follow up.
    """
    return {
        "audit": container.audit.service.on_event,
        "notices": container.notices.service.on_case_event,
        "organisations": container.organisations.service.on_case_event,
        "appointments": container.appointments.due.on_case_event,
        "waitlist": container.appointments.waitlist.on_case_event,
        "ratings": container.ratings.service.on_case_event,
        "service": container.service.texts.on_case_event,
    }


def consumers_of_ratings(container: Container) -> Mapping[str, Consumer]:
    """Return who acts on events of ratings."""
    return {"audit": container.audit.service.on_event, "ratings": container.ratings.service.on_rating_event}
