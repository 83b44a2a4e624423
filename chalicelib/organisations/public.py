"""What other contexts may use of organisations: the refusal of a mediator who cannot take a case."""

from __future__ import annotations

from chalicelib.organisations.service import MediatorNotAssignable

__all__ = ["MediatorNotAssignable"]
