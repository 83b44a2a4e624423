"""Which terms there are today."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.people.terms.model import Terms, every_version
from chalicelib.people.terms.refusals import UnknownTerms
from chalicelib.shared.clock import SHANGHAI, Clock
from chalicelib.shared.errors import NotFound


class TermsService:
    """The versions of the terms that are in force: the newest, and those before it, which parties agreed to."""

    def __init__(self, clock: Clock, versions: Callable[[], Sequence[Terms]] = every_version) -> None:
        self._clock = clock
        self._versions = versions

    def list_versions(self) -> list[Terms]:
        """Return the versions whose day has come, newest first: the first is the current one."""
        today = self._clock.now().astimezone(SHANGHAI).date()
        return [one for one in self._versions() if one.since <= today]

    def get_terms(self, version: str) -> Terms:
        """Return one version; raise `NotFound`."""
        found = self._find(version)
        if found is None:
            raise NotFound
        return found

    def check(self, version: str) -> None:
        """Raise `UnknownTerms` for a version that nobody can agree to."""
        if self._find(version) is None:
            raise UnknownTerms

    def _find(self, version: str) -> Terms | None:
        return next((one for one in self.list_versions() if one.version == version), None)
