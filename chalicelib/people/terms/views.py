"""The terms as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from chalicelib.people.terms.model import Terms
from chalicelib.shared.texts import Language
from chalicelib.web.view import View

Since = Annotated[str, Field(alias="from", json_schema_extra={"format": "date"})]


class TermsLine(View):
    """A version, and the day from which it is in force."""

    version: str
    since: Since


class TermsList(View):
    """The versions, newest first. `current`: the one to agree to."""

    current: str
    items: list[TermsLine]

    @classmethod
    def of(cls, versions: Sequence[Terms]) -> Self:
        """Return the view of the versions in force, newest first."""
        lines = [TermsLine(**{"version": one.version, "from": one.since.isoformat()}) for one in versions]
        return cls(current=lines[0].version, items=lines)


class PurposeView(View):
    """What data is used for, why, and which."""

    id: str
    name: str
    why: str
    fields: list[str]


class TermsView(View):
    """One version of the terms: what a party agrees to, and the purposes of their data."""

    version: str
    since: Since
    text: str
    purposes: list[PurposeView]

    @classmethod
    def of(cls, terms: Terms, language: Language) -> Self:
        """Return the view of a version in one language."""
        return cls(
            **{"from": terms.since.isoformat()},
            version=terms.version,
            text="\n\n".join(one.text(language) for one in terms.paragraphs),
            purposes=[
                PurposeView(
                    id=one.id,
                    name=one.name.text(language),
                    why=one.why.text(language),
                    fields=[each.text(language) for each in one.fields],
                )
                for one in terms.purposes
            ],
        )
