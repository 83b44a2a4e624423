"""Where rules stand as data: limits, types, routes and words, one JSON file a subject, each with its version."""

from __future__ import annotations

from pathlib import Path
from typing import Final

RULES: Final = Path(__file__).parent.parent / "rules"
