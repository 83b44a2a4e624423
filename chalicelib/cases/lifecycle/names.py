"""What the codes in a case are called, to stand beside them wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.shared.texts import Language, Text

FindName = Callable[[str], Text | None]
"""Returns what a code is called, or None where that is not known."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of organisations (courts too), dispute types and regions by code; of mediators by organisation too."""

    organisation: FindName
    dispute_type: FindName
    region: FindName
    mediator: Callable[[str, str], str | None]

    def organisation_name(self, code: str | None, language: Language) -> str | None:
        """Return what an organisation or a court is called."""
        return _text(None if code is None else self.organisation(code), language)

    def type_name(self, code: str, language: Language) -> str:
        """Return what a dispute type is called; a type that is not there any more by its code."""
        return _text(self.dispute_type(code), language) or code

    def region_name(self, code: str | None, language: Language) -> str | None:
        """Return what a region is called; None where that is not known."""
        return _text(None if code is None else self.region(code), language)

    def mediator_name(self, organisation: str, mediator: str | None) -> str | None:
        """Return a mediator's name on the public roster."""
        return None if mediator is None else self.mediator(organisation, mediator)


def _text(name: Text | None, language: Language) -> str | None:
    return None if name is None else name.text(language)
