"""Which agreements a court can be asked to confirm (法释〔2011〕5号 art. 4), as data, checked beforehand."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.shared.errors import Conflict
from chalicelib.shared.rule_files import RULES
from chalicelib.shared.texts import Text

_FILE: Final = RULES / "confirmation.json"


class NotConfirmable(Conflict):
    """An agreement of a kind that courts do not confirm."""

    slug = "not-confirmable"
    title = Text("该协议不属于司法确认范围", "Courts do not confirm this kind of agreement")
    remedy = Text(
        "可依法另行办理登记、申请仲裁或提起诉讼。", "Register it, go to arbitration, or sue, as the law provides."
    )


def obstacles_to_confirmation(case: Case) -> list[Text]:
    """Return why a court would not take the agreement; empty if it may be asked."""
    return [reason for types, reason in _not_accepted() if case.dispute_type in types]


def check_confirmable(case: Case) -> None:
    """Raise `NotConfirmable`, with the reasons, unless a court may be asked."""
    reasons = obstacles_to_confirmation(case)
    if reasons:
        raise NotConfirmable(Text("；".join(one.zh for one in reasons), "; ".join(one.en for one in reasons)))


@cache
def _not_accepted() -> list[tuple[frozenset[str], Text]]:
    document = json.loads(_FILE.read_text(encoding="utf-8"))
    return [(frozenset(one["dispute_types"]), Text(**one["reason"])) for one in document["not_accepted"]]
