"""The container: this process's services, each context's in a field, found by their type."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.composition.appointments import Appointments
from chalicelib.composition.audit import Audit
from chalicelib.composition.cases import Cases
from chalicelib.composition.catalogue import Catalogue
from chalicelib.composition.desk import Desks
from chalicelib.composition.events import Events
from chalicelib.composition.foundation import Foundation
from chalicelib.composition.notices import Notices
from chalicelib.composition.organisations import Organisations
from chalicelib.composition.people import People
from chalicelib.composition.ratings import Ratings
from chalicelib.composition.rights import Rights
from chalicelib.composition.serving import Serving
from chalicelib.composition.triage import Triage
from chalicelib.settings import Settings
from chalicelib.shared.clock import Clock
from chalicelib.web import injection

if TYPE_CHECKING:
    from chalicelib.shared.sealing import AesGcmSealer
    from chalicelib.shared.transactions import Committer
    from chalicelib.web.identity import TokenVerifier

T = TypeVar("T")


class Container:
    """Everything one process is made of. `app.py` makes one; tests, the bench and the local runner make their own."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.foundation = Foundation(settings, clock)
        self.catalogue = Catalogue(self.foundation)
        self.organisations = Organisations(self.foundation)
        self.triage = Triage(self.organisations)
        self.people = People(self.foundation)
        self.desks = Desks(self.foundation)
        self.ratings = Ratings(
            self.foundation, self.catalogue, self.organisations, people=self.people, desks=self.desks
        )
        self.cases = Cases(self.foundation, self.organisations, self.people, ratings=self.ratings, desks=self.desks)
        self.service = Serving(self.foundation, self.cases, self.organisations)
        self.notices = Notices(self.foundation, self.people, self.cases)
        self.audit = Audit(self.foundation, self.cases)
        self.appointments = Appointments(self.foundation, self.cases, self.organisations, self.desks)
        self.rights = Rights(self.foundation, self.people, self.cases, self.notices, self.ratings)
        self.events = Events(self)
        # Whether an answer may be given again is decided by the context whose things it shows, when it is asked.
        self.foundation.answer_readers.update(
            {
                "case": lambda *asked: self.cases.service.reopen(*asked),  # noqa: PLW0108 - made when first asked
                "cases": lambda *asked: self.cases.service.reopen_many(*asked),  # noqa: PLW0108 - made when first asked
                "notice": lambda *asked: self.notices.service.reopen(*asked),  # noqa: PLW0108 - made when first asked
                "rating": lambda *asked: self.ratings.handling.reopen(*asked),  # noqa: PLW0108 - made when first asked
                "visit": lambda *asked: self.ratings.visits.reopen(*asked),  # noqa: PLW0108 - made when first asked
            }
        )
        self._makers = {
            made.func.__annotations__["return"]: (part, name)
            for part in vars(self).values()
            for name, made in vars(type(part)).items()
            if isinstance(made, cached_property)
        }
        self._makers["Settings"] = (self.foundation, "settings")
        self._makers["Clock"] = (self.foundation, "clock")

    @property
    def settings(self) -> Settings:
        """What the deployment decides."""
        return self.foundation.settings

    @property
    def clock(self) -> Clock:
        """The time."""
        return self.foundation.clock

    @property
    def tokens(self) -> TokenVerifier:
        """The check of bearer tokens."""
        return self.foundation.tokens

    @property
    def answers(self) -> Committer:
        """The first answers to requests with an `Idempotency-Key`."""
        return self.foundation.answers

    def sealer(self, purpose: str) -> AesGcmSealer:
        """Return the sealer for a purpose."""
        return self.foundation.sealer(purpose)

    def provide(self, wanted: type[T]) -> T:
        """Return the service of a type, as the factories' return annotations name it; raise `LookupError`."""
        part, name = self._makers[wanted.__name__]
        found: T = getattr(part, name)
        return found

    def override(self, wanted: type[Any], other: Any) -> None:
        """Have `other` stand where the service of a type stood, for everybody who has not asked for it yet."""
        part, name = self._makers[wanted.__name__]
        setattr(part, name, other)


def container() -> Container:
    """Return this process's container; make it from the environment if none was installed."""
    injection.make_with(_from_environment)
    made: Container = injection.installed()  # type: ignore[assignment]  # nobody else installs one
    return made


def _from_environment() -> Container:
    return Container(Settings.from_env())
