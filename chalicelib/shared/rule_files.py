"""Where rules stand as data: limits, types, routes and words, one JSON file a subject, each with its version."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

RULES: Final = Path(__file__).parent.parent / "rules"


@cache
def read_rules(name: str) -> dict[str, Any]:
    """Return the document of a subject, such as `routes`, as it stands in its file; read once a process."""
    document: dict[str, Any] = json.loads((RULES / f"{name}.json").read_text(encoding="utf-8"))
    return document
