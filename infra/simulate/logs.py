"""The app's own log, read as an operator reads it: what failed, and whether that was the weather or the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from chalicelib.shared.errors import Conflict, Unavailable
from chalicelib.shared.quarantine import READING
from infra.simulate.story import Story


def names_of(kind: type) -> set[str]:
    """Return the name of a class and of everything below it."""
    return {kind.__name__}.union(*map(names_of, kind.__subclasses__()))


_ROOTS: Final = (Unavailable, Conflict)


class LogWatch:
    """Reads what was logged since it read last."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._place = 0

    def check(self) -> None:
        """Report jobs and consumers that failed for another reason than the weather's; in peace, for any reason."""
        weather = set() if self._is_calm() else set[str]().union(*map(names_of, _ROOTS))
        for line in self._lines():
            if line.get("note") == "event_set_aside" and line["consumer"] != READING and line["reason"] not in weather:
                self._story.found("event-set-aside", f"{line['consumer']} on {line['event']}: {line['reason']}")
            elif "job" in line and "fault" in line and line["fault"].rpartition(".")[2] not in weather:
                where = [one.rpartition("/")[2] for one in line["frames"][-3:]]
                self._story.found("job-failed", f"{line['job']}.{line['part']}: {line['fault']} at {where}")

    def _is_calm(self) -> bool:
        return not self._story.city.calls.weather.odds and self._story.scheduler.stays == 1.0

    def _lines(self) -> Iterator[dict[str, str]]:
        text = self._story.city.log.getvalue()
        fresh, self._place = text[self._place :], len(text)
        for line in fresh.splitlines():
            if '"fault"' in line or '"event_set_aside"' in line:
                yield json.loads(line)
