"""What the parties declare when they ask a court or a commission: exclusions by content, never by type of dispute.

Nobody here checks what is declared; the court does, and dismisses what turns out otherwise (民诉法解释 art. 355 ¶2).
A type of dispute only brings warnings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

from chalicelib.cases.type_scope import TypeScope
from chalicelib.shared.errors import BadRequest, InvalidRequest, Violation
from chalicelib.shared.rule_files import read_rules
from chalicelib.shared.texts import Text

_POINTER: Final = "/declarations"


class DeclarationMissing(BadRequest):
    """An application without one of the declarations that its kind of place needs."""

    slug = "declaration-missing"
    title = Text("缺少应当作出的声明", "A declaration is missing")
    remedy = Text(
        "请逐项阅读 errors 中列出的声明；属实的，全部作出后再申请。不属实的，不能申请，请看 routes 中的其他途径。",
        "Read each declaration that `errors` lists. If they are true, make them all and apply again; if one is not, "
        "this way is closed: see `routes` for others.",
    )


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration. `places`: the kinds of place it is for (`court`, `arbitration`)."""

    id: str
    places: frozenset[str]
    types: TypeScope
    text: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Caution:
    """What the parties of a type of dispute should know before they apply. It refuses nothing."""

    types: TypeScope
    text: Text
    source: Text


class Declarations:
    """Every declaration and warning, and what to bring."""

    def __init__(
        self,
        version: str,
        declarations: Sequence[Declaration],
        warnings: Sequence[Caution],
        bring: Mapping[str, Sequence[Text]],
    ) -> None:
        self.version = version
        self.declarations = tuple(declarations)
        self._warnings = tuple(warnings)
        self._bring = bring

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return those that ship; read once a process."""
        return cls.of(read_rules("declarations"))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return those of a document such as `declarations.json`."""
        warnings = [*document["warnings"], document["clear_terms"]]
        return cls(
            document["version"],
            [_declaration(one) for one in document["declarations"]],
            [Caution(TypeScope.of(one), Text(**one["text"]), Text(**one["source"])) for one in warnings],
            {kind: [Text(**one) for one in document["bring"][kind]] for kind in ("court", "arbitration")},
        )

    def needed(self, place: str, dispute_type: str) -> list[Declaration]:
        """Return what each party declares to a kind of place (`court`, `arbitration`) in a type of dispute."""
        return [one for one in self.declarations if place in one.places and one.types.covers(dispute_type)]

    def check(self, place: str, dispute_type: str, given: Sequence[str]) -> None:
        """Refuse an application that lacks a declaration, or makes one that is not asked for.

        Raises `DeclarationMissing` with an entry for each that is missing: where it should stand, its id as the code,
        its text. Raises `InvalidRequest` for ids that this place does not ask for.
        """
        needed = {one.id: one for one in self.needed(place, dispute_type)}
        missing = [one for one in needed.values() if one.id not in given]
        if missing:
            at = len(given)
            raise DeclarationMissing(
                violations=tuple(
                    Violation(f"{_POINTER}/{at + number}", one.id, f"{one.text.zh} / {one.text.en}")
                    for number, one in enumerate(missing)
                )
            )
        unknown = [(number, one) for number, one in enumerate(given) if one not in needed]
        if unknown:
            said = "此处不需要该声明 / this declaration is not asked for here"
            raise InvalidRequest(
                violations=tuple(Violation(f"{_POINTER}/{number}", "unknown", said) for number, _ in unknown)
            )

    def warnings(self, dispute_type: str) -> list[Caution]:
        """Return what the parties should know before they apply."""
        return [one for one in self._warnings if one.types.covers(dispute_type)]

    def bring(self, place: str) -> Sequence[Text]:
        """Return what to bring to a kind of place."""
        return self._bring[place]


def _declaration(one: Mapping[str, Any]) -> Declaration:
    return Declaration(
        one["id"],
        frozenset(one["for"]),
        TypeScope.of(one.get("applies_to", {})),
        Text(**one["text"]),
        Text(**one["source"]),
    )
