"""Joining a bundle: each step gets its item, and every document is named once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.catalogue.model import Bundle, Material, ServiceItem
from chalicelib.catalogue.normalise import squeeze


class Summarised(NamedTuple):
    """An item, and what lists show of it."""

    item: ServiceItem
    summary: dict[str, Any]


def join_bundle(bundle: Bundle, find: Callable[[str | None, str], Summarised | None]) -> dict[str, Any]:
    """Return the bundle's JSON: `find` gives the item for a step's (code, title), or None."""
    found = [find(step.service_code, step.title) for step in bundle.steps]
    steps = [
        {
            **step.model_dump(include={"title", "title_en", "department", "note"}),
            "service": None if one is None else one.summary,
        }
        for step, one in zip(bundle.steps, found, strict=True)
    ]
    head = bundle.model_dump(exclude={"steps"})
    return {**head, "steps": steps, "materials": join_materials([one.item for one in found if one is not None])}


def join_materials(items: Sequence[ServiceItem]) -> list[dict[str, Any]]:
    """Return the items' documents, each once: the strictest necessity, the most copies, all who ask for it."""
    joined: dict[str, dict[str, Any]] = {}
    for item in items:
        for material in item.materials:
            known = joined.setdefault(squeeze(material.name), {**material.model_dump(), "services": []})
            _merge(known, material)
            if item.name not in known["services"]:
                known["services"].append(item.name)
    return list(joined.values())


_STRICTNESS: Mapping[str | None, int] = {"required": 3, "conditional": 2, "optional": 1, None: 0}


def _merge(known: dict[str, Any], material: Material) -> None:
    if _STRICTNESS[material.necessity] > _STRICTNESS[known["necessity"]]:
        known["necessity"] = material.necessity
    if material.copies is not None:
        known["copies"] = max(known["copies"] or 0, material.copies)
    for field in ("form", "source", "note"):
        known[field] = known[field] or getattr(material, field)
