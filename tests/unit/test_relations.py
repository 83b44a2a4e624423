"""Who somebody is to a case, and who is nobody to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.policies import check_can_see, find_relation
from chalicelib.shared.errors import NotFound
from chalicelib.shared.viewer import Viewer

PARTIES = (Party("p1", "applicant", "person", person="a"), Party("p2", "respondent", "person", person="r"))
CASE = Case("C", "mediating", 1, "neighbour", "210202", "o", PARTIES, (), {}, "t", "t", "t", "h", mediator="m")
ALL = frozenset({"mediator", "clerk", "court", "reviewer", "supervisor"})


def viewer(*roles: str, subject: str = "somebody", organisation: str | None = None) -> Viewer:
    return Viewer(subject, frozenset(roles), organisation, None)


@pytest.mark.parametrize(
    ("who", "person", "changes", "relation"),
    [
        (viewer(), "a", {}, "applicant"),
        (viewer(), "r", {}, "respondent"),
        (Viewer("m", ALL, "o", None), "a", {}, "applicant"),  # a party first
        (Viewer("m", ALL, "o", None), "x", {}, "mediator"),  # then the closest function
        (Viewer("n", ALL, "o", None), "x", {"before_court": True, "appeal": {}}, "clerk"),
        (Viewer("n", ALL, "p", None), "x", {"before_court": True, "court": "p", "appeal": {}}, "court"),
        (Viewer("n", ALL, "p", None), "x", {"appeal": {}}, "reviewer"),
        (Viewer("n", ALL, "p", None), "x", {}, "supervisor"),
        (viewer("mediator", subject="m"), "x", {}, "mediator"),
        (viewer("mediator", subject="n"), "x", {}, None),
        (viewer(subject="m"), "x", {}, None),  # lost the role
        (viewer("clerk", organisation="o"), "x", {}, "clerk"),
        (viewer("clerk", organisation="p"), "x", {}, None),
        (viewer(organisation="o"), "x", {}, None),
        (Viewer("n", frozenset({"court"}), "court-1", None), "x", {"before_court": True, "court": "court-1"}, "court"),
        (Viewer("n", frozenset({"court"}), "court-2", None), "x", {"before_court": True, "court": "court-1"}, None),
        (Viewer("n", frozenset({"court"}), "court-1", None), "x", {"court": "court-1"}, None),
        (viewer("court"), "x", {}, None),
        (viewer(), "x", {"before_court": True}, None),
        (viewer("reviewer"), "x", {"appeal": {}}, "reviewer"),
        (viewer("reviewer"), "x", {}, None),
        (viewer(), "x", {"appeal": {}}, None),
        (viewer("supervisor"), "x", {}, "supervisor"),
        (viewer(), "x", {}, None),
    ],
)
def test_what_somebody_is_to_a_case(who: Viewer, person: str, changes: dict[str, Any], relation: str | None) -> None:
    case = replace(CASE, **changes)
    assert find_relation(who, person, case) == relation
    if relation is not None:
        assert check_can_see(who, person, case) == relation
        return
    with pytest.raises(NotFound):
        check_can_see(who, person, case)
