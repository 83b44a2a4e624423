"""One JSON line a request: structured log and CloudWatch metric at once, without personal data.

The line is in CloudWatch's embedded metric format, so that it costs no call. It names the operation by its
route, never by its path: paths and queries can be personal.
"""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any, Final

_NAMESPACE: Final = "Yima"
_OPERATION_METRICS: Final = [
    {
        "Namespace": _NAMESPACE,
        "Dimensions": [["operation", "status_class"]],
        "Metrics": [{"Name": "duration_ms", "Unit": "Milliseconds"}],
    }
]
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Made once: `json.dumps` makes an encoder a line, unless it is asked for its defaults."""


def record_operation(
    operation: str, *, status: int, duration_ms: float, at_ms: int, request_id: str, problem: str | None = None
) -> None:
    """Write the line for one finished operation. `at_ms` is the Unix time in milliseconds."""
    line: dict[str, Any] = {
        "level": "ERROR" if status >= 500 else "INFO",  # noqa: PLR2004
        "operation": operation,
        "status": status,
        "status_class": f"{status // 100}xx",
        "duration_ms": round(duration_ms, 2),
        "request_id": request_id,
        "_aws": {"Timestamp": at_ms, "CloudWatchMetrics": _OPERATION_METRICS},
    }
    if problem is not None:
        line["problem"] = problem
    _write(line)


def record_fault(operation: str, request_id: str, fault: BaseException) -> None:
    """Write where an unforeseen exception came from: its type and frames, not its message, which may quote data."""
    frames = traceback.extract_tb(fault.__traceback__)
    _write(
        {
            "level": "ERROR",
            "operation": operation,
            "request_id": request_id,
            "fault": type(fault).__qualname__,
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
        }
    )


def record_set_aside(consumer: str, *, event: str, reason: str, at_ms: int) -> None:
    """Write the line, and count in a metric, that an event went to quarantine; which one stands there only.

    `event`: its name; `reason`: the class of the exception; `at_ms`: the Unix time in milliseconds.
    """
    _write(
        {
            "level": "ERROR",
            "note": "event_set_aside",
            "consumer": consumer,
            "event": event,
            "reason": reason,
            "events_set_aside": 1,
            "_aws": {
                "Timestamp": at_ms,
                "CloudWatchMetrics": [
                    {
                        "Namespace": _NAMESPACE,
                        "Dimensions": [["consumer"], []],
                        "Metrics": [{"Name": "events_set_aside", "Unit": "Count"}],
                    }
                ],
            },
        }
    )


def record_note(note: str, **facts: str | int | float) -> None:
    """Write a line about something worth knowing; `facts` hold no personal data."""
    _write({"level": "INFO", "note": note, **facts})


def _write(line: dict[str, Any]) -> None:
    sys.stdout.write(_encode(line) + "\n")
