"""What other contexts may use of organisations: their refusals, names of regions. Composition gives their services."""

from __future__ import annotations

from chalicelib.organisations.refusals import MediatorNotAssignable, NoOrganisation
from chalicelib.organisations.regions import find_region_name

__all__ = ["MediatorNotAssignable", "NoOrganisation", "find_region_name"]
