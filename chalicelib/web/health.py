"""What a deep look at the service asks: every table, and the search snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class HealthChecks:
    """Asks what the service depends on; whatever does not answer raises `Unavailable`."""

    def __init__(
        self, tables: Mapping[str, str], read_status: Callable[[str], str], read_version: Callable[[], str]
    ) -> None:
        self._tables = tables
        self._read_status = read_status
        self._read_version = read_version

    def read_tables(self) -> dict[str, str]:
        """Return each table's status, such as `ACTIVE`, by what is in it."""
        return {name: self._read_status(table) for name, table in self._tables.items()}

    def read_catalogue_version(self) -> str:
        """Return the version of the search snapshot that is served."""
        return self._read_version()
