"""What is mutated, and which tests concern it: those of its own rules, which take milliseconds.

The whole of `make test` kills more: what the stories, the races and the simulated city would notice is not asked here.
"""

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


_CASES: Final = "transitions relations recording ledger lifecycle/intake lifecycle/mediators"
_IN_FORCE: Final = "lifecycle/agreement lifecycle/court lifecycle/performance lifecycle/second_round"
_SESSIONS: Final = "sheets held_slots sessions"
_WRITES: Final = "committing answers"

_TARGETS: Final = {
    "policies": {
        "cases/lifecycle/policies": _CASES,
        "cases/lifecycle/decisions": f"{_CASES} {_IN_FORCE}",
        "cases/lifecycle/recording": _CASES,
    },
    "stages": {
        "cases/lifecycle/deadlines": f"lifecycle/mediation {_IN_FORCE}",
        "cases/lifecycle/stages/intake": "transitions lifecycle/intake",
        "cases/lifecycle/stages/mediators": "transitions lifecycle/mediators",
        "cases/lifecycle/stages/mediation": "transitions lifecycle/mediation lifecycle/second_round",
        "cases/lifecycle/stages/agreement": f"transitions {_IN_FORCE}",
        "cases/lifecycle/stages/in_force": _IN_FORCE,
        "cases/lifecycle/stages/application": f"transitions {_IN_FORCE}",
        "cases/lifecycle/stages/ruling": f"transitions {_IN_FORCE}",
        "cases/lifecycle/stages/duties": f"transitions {_IN_FORCE}",
        "cases/lifecycle/stages/closing": f"transitions {_IN_FORCE}",
    },
    "access ledger": {
        "cases/lifecycle/access": "ledger",
        "people/store": "ledger",
    },
    "sheets": {
        "appointments/slots/sheets": _SESSIONS,
        "appointments/slots/sheet_writes": _SESSIONS,
        "appointments/slots/held_slots": _SESSIONS,
        "appointments/booking/model": _SESSIONS,
    },
    "waitlist": {
        "appointments/waitlist/model": "waiting waitlist waitlist_offers",
        "appointments/waitlist/service": "waiting waitlist waitlist_offers",
        "appointments/waitlist/offers": "waiting waitlist waitlist_offers",
    },
    "transactions": {
        "shared/transactions": _WRITES,
        "shared/deciding": "deciding",
    },
    "idempotency": {
        "shared/idempotency": _WRITES,
        "shared/answers": _WRITES,
        "shared/crypto": "crypto keys answers",
    },
    "law": {
        "cases/type_scope": "type_scope effect declarations competence routes",
        "cases/court/competence": "competence",
        "cases/court/declarations": "declarations",
        "cases/effect": "effect",
        "cases/routes/grounds": "routes",
        "cases/routes/model": "routes",
        "organisations/directory": "directory",
    },
    "calendar": {
        "shared/calendar": "calendar due_dates",
        "shared/deadlines": "calendar due_dates",
        "shared/due": "due_dates",
    },
    "masking": {
        "ratings/rating/screening": "ratings masking",
        "ratings/rating/earning": "earning",
        "ratings/rating/tallies": "ratings figures",
    },
    "audit": {
        "audit/model": "merkle checkpoint_model",
    },
}


def _test_file(name: str) -> str:
    folder, _, topic = name.rpartition("/")
    return f"tests/unit/{folder}/test_{topic}.py" if folder else f"tests/unit/test_{topic}.py"


TARGETS: Final = tuple(
    Target(f"chalicelib/{module}.py", group, tuple(dict.fromkeys(_test_file(name) for name in tests.split())))
    for group, modules in _TARGETS.items()
    for module, tests in modules.items()
)
