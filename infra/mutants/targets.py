"""What is mutated, and which tests concern it: fast ones, whose engine is moto in their own process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Target:
    """A module, the group whose figure it counts in, and the files of its tests."""

    path: str
    group: str
    tests: tuple[str, ...]


_CASES: Final = "unit/test_transitions unit/test_offers unit/test_decisions contract/test_case_ends contract/test_cases"
_SESSIONS: Final = (
    "unit/test_sheets unit/test_places contract/test_appointments contract/test_appointment_states "
    "contract/test_one_place_at_a_time"
)
_LINE: Final = "unit/test_waiting contract/test_waitlist_line events/test_waitlist_events"
_WRITES: Final = (
    "unit/test_answers unit/test_committing contract/test_transactions contract/test_replays contract/test_sizes"
)
_RATINGS: Final = (
    "unit/test_ratings unit/test_figures contract/test_ratings contract/test_rating_invitations "
    "contract/test_rating_figures"
)

_TARGETS: Final = {
    "policies": {
        "cases/lifecycle/policies": f"{_CASES} unit/test_relations unit/test_ledger",
        "cases/lifecycle/transitions": _CASES,
        "cases/lifecycle/decisions": _CASES,
        "cases/lifecycle/recording": f"unit/test_recording {_CASES} contract/test_rating_invitations",
    },
    "access ledger": {
        "cases/lifecycle/access": "unit/test_ledger contract/test_cases contract/test_replays",
        "people/store": "unit/test_ledger contract/test_erasure contract/test_erasure_races",
    },
    "sheets": {
        "appointments/booking/sheets": _SESSIONS,
        "appointments/booking/sheet_writes": _SESSIONS,
        "appointments/booking/places": _SESSIONS,
        "appointments/booking/model": f"unit/test_sessions {_SESSIONS} events/test_appointment_events",
    },
    "waitlist": {
        "appointments/waitlist/model": _LINE,
        "appointments/waitlist/service": _LINE,
    },
    "transactions": {
        "shared/transactions": f"{_WRITES} contract/test_lost_replies",
        "shared/deciding": "unit/test_deciding",
    },
    "idempotency": {
        "shared/idempotency": _WRITES,
        "shared/answers": _WRITES,
        "shared/crypto": "unit/test_crypto unit/test_keys",
    },
    "calendar": {
        "shared/calendar": "unit/test_calendar unit/test_due_dates",
        "shared/deadlines": "unit/test_calendar unit/test_due_dates",
        "shared/due": "unit/test_due_dates events/test_jobs contract/test_jobs",
    },
    "masking": {
        "ratings/rating/screening": "unit/test_ratings unit/test_masking",
        "ratings/rating/earning": _RATINGS,
        "ratings/rating/tallies": _RATINGS,
    },
    "audit": {
        "audit/model": "unit/test_merkle unit/test_checkpoint_model contract/test_checkpoints",
    },
}

TARGETS: Final = tuple(
    Target(f"chalicelib/{module}.py", group, tuple(f"tests/{name}.py" for name in tests.split()))
    for group, modules in _TARGETS.items()
    for module, tests in modules.items()
)
