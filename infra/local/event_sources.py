"""How Lambda hands a stream to a function, as the resources file says it: filters, retries, what ends them.

See "AWS::Serverless::Function DynamoDB" (SAM) and "Lambda event filtering" (AWS Lambda developer guide).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EventSource:
    """`patterns`: any one must match, none: everything comes. `max_retries`: None is without end.

    `partial`: the function says which records failed; `bisects`: a batch that made it break is halved;
    `keeps_failures`: there is a destination for what was given up.
    """

    patterns: Sequence[Mapping[str, Any]] = ()
    partial: bool = False
    bisects: bool = False
    max_retries: int | None = None
    keeps_failures: bool = False

    def lets_through(self, record: Mapping[str, Any]) -> bool:
        """Tell whether the record reaches the function."""
        return not self.patterns or any(_matches(pattern, record) for pattern in self.patterns)


def read_event_source(template: Mapping[str, Any], function: str) -> EventSource:
    """Return how a function's stream reaches it; Chalice names the resource as the function, capitalised."""
    name = "".join(part.capitalize() for part in function.split("_"))
    events: Mapping[str, Any] = template["Resources"].get(name, {}).get("Properties", {}).get("Events", {})
    said: Mapping[str, Any] = next((one["Properties"] for key, one in events.items() if "Dynamodb" in key), {})
    retries = said.get("MaximumRetryAttempts", -1)
    return EventSource(
        tuple(json.loads(one["Pattern"]) for one in said.get("FilterCriteria", {}).get("Filters", ())),
        "ReportBatchItemFailures" in said.get("FunctionResponseTypes", ()),
        bool(said.get("BisectBatchOnFunctionError", False)),
        None if retries < 0 else retries,
        "OnFailure" in said.get("DestinationConfig", {}),
    )


def _matches(pattern: Mapping[str, Any], value: Any) -> bool:
    """Hold a value to a pattern: maps by their keys, lists of exact values and of `{"prefix": …}`."""
    if not isinstance(value, Mapping):
        return False
    for key, wanted in pattern.items():
        found = value.get(key)
        if isinstance(wanted, Mapping):
            if not _matches(wanted, found):
                return False
        elif not any(_is(one, found) for one in wanted):
            return False
    return True


def _is(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Mapping):
        if set(wanted) != {"prefix"}:
            raise ValueError(f"{wanted}: of Lambda's filter rules, this machine knows exact values and prefixes")
        return isinstance(found, str) and found.startswith(wanted["prefix"])
    return bool(wanted == found)
