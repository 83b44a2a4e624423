"""What citizens read of an overdue matter: on whose desk it is. Nothing is claimed that no desk holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.shared.texts import Text

_ON_DESK: Final[dict[tuple[str, bool], Text]] = {
    ("organisation", True): Text("已提醒{name}尽快办理", "{name} was reminded to act"),
    ("organisation", False): Text("已提请{name}督办", "it was escalated to {name}"),
    ("mediator", True): Text("已提醒调解员尽快办理", "the mediator was reminded to act"),
    ("court", True): Text("已提醒{name}", "{name} was reminded"),
    ("reviewer", True): Text("已提醒复核人员尽快办理", "the reviewers were reminded to act"),
    ("supervisor", False): Text("已提请督办人员督办", "it was escalated to the supervisors"),
}
"""Who has an overdue matter on their desk: by function, and whether it is the one who must act."""

_UNNAMED: Final = {"organisation": Text("调解组织", "the organisation"), "court": Text("人民法院", "the court")}


def on_desk(to: Mapping[str, Any] | None) -> Text | None:
    """Return who has an overdue matter, as its event says (`to`); None where no desk holds it: nothing is claimed."""
    words = None if to is None else _ON_DESK.get((to["desk"], bool(to["own"])))
    if to is None or words is None:
        return None
    name = Text(to["name"], to["name"]) if to.get("name") else _UNNAMED.get(to["desk"], Text("", ""))
    return Text(words.zh.format(name=name.zh), words.en.format(name=name.en))
