"""Reading a file of organisations: every fault of it is reported, and nothing is written unless all of it holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from chalicelib.organisations.model import Organisation
from chalicelib.triage.public import DisputeTypes

_KNOWN: Final = {*DisputeTypes.load().mains, "*"}


_LEVELS: Final[dict[str, set[str | None]]] = {
    "court": {"basic", "intermediate"},
    "arbitration": {"district", "city"},
}


class OrganisationsRefused(ValueError):
    """The file does not hold; the message lists what is wrong, a fault a line."""


def read_organisations(path: Path) -> list[Organisation]:
    """Return the organisations of a JSON file (a list); raise `OrganisationsRefused`."""
    try:
        found = TypeAdapter(list[Organisation]).validate_json(path.read_bytes())
    except OSError as unreadable:
        raise OrganisationsRefused(f"{path} cannot be read: {unreadable.strerror}") from unreadable
    except ValidationError as broken:
        said = [f"{'/'.join(map(str, error['loc']))}: {error['msg']}" for error in broken.errors()[:50]]
        raise OrganisationsRefused("\n".join(said)) from None
    faults = [f"{one.id}: {kind} is no dispute type" for one in found for kind in set(one.dispute_types) - _KNOWN]
    faults += _repeated("organisation", [one.id for one in found])
    names: dict[str, set[str]] = defaultdict(set)
    for one in found:
        faults += [f"{one.id}: {fault}" for fault in _repeated("mediator", [each.id for each in one.mediators])]
        for mediator in one.mediators:
            names[mediator.id].add(mediator.name)
    # A mediator may work for several organisations: the id is what they sign in with, and stands for one person.
    faults += [f"mediator {who} has {len(said)} names" for who, said in names.items() if len(said) > 1]
    faults += _court_faults(found)
    if faults:
        raise OrganisationsRefused("\n".join(faults))
    return found


def _court_faults(found: list[Organisation]) -> list[str]:
    """Return what is wrong with courts and commissions, and with who is invited by which."""
    courts = {one.id for one in found if one.kind == "court"}
    faults = []
    for one in found:
        levels = _LEVELS.get(one.kind, {None})
        if one.level not in levels:
            wanted = " or ".join(sorted(level for level in levels if level)) or "none"
            faults.append(f"{one.id}: level of a {one.kind} is {wanted}, not {one.level}")
        if one.kind in _LEVELS and not one.subjects:
            faults.append(f"{one.id}: no subjects: such a court is competent for nothing")
        if one.court_invited != bool(one.invited_by):
            faults.append(f"{one.id}: court_invited and invited_by go together")
        faults += [f"{one.id}: {court} is no court of this file" for court in one.invited_by if court not in courts]
        if one.valid_from and one.valid_until and one.valid_until < one.valid_from:
            faults.append(f"{one.id}: valid_until is before valid_from")
    return faults


def _repeated(what: str, names: Iterable[str]) -> list[str]:
    return [f"{what} {name} stands there {count} times" for name, count in Counter(names).items() if count > 1]
