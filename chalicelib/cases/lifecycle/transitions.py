"""The state machine: one declared table, and the only way in which a case's status changes (2-domain, "Transitions").

A collective action takes effect when every party has taken it; until then the status stays. What each row does stands
beside it, in the stage of a case that it belongs to.
"""

from __future__ import annotations

from typing import Final

from chalicelib.cases.lifecycle.stages import (
    agreement,
    application,
    closing,
    duties,
    intake,
    mediation,
    mediators,
    oral,
    ruling,
    serving,
)
from chalicelib.cases.lifecycle.transition import Transition

TRANSITIONS: Final[dict[str, Transition]] = {
    row.action: row
    for stage in (intake, serving, mediators, mediation, agreement, oral, application, ruling, duties, closing)
    for row in stage.ROWS
}
"""Rows that nobody may ask for happen when a deadline is over (`clockwork`), or when an appeal is upheld (`reopen`)."""
