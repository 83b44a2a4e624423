"""What other contexts may use of organisations: the refusal of a mediator. Their services are given by composition."""

from __future__ import annotations

from chalicelib.organisations.refusals import MediatorNotAssignable, NoOrganisation

__all__ = ["MediatorNotAssignable", "NoOrganisation"]
