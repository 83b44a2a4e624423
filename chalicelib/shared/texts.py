"""Texts for people: Chinese first, English beside it. Codes never pass through here."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Language = Literal["zh", "en"]

DEFAULT_LANGUAGE: Final[Language] = "zh"
CONTENT_LANGUAGES: Final[dict[Language, str]] = {"zh": "zh-CN", "en": "en"}


class Text(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.en if language == "en" else self.zh

    def format(self, **values: object) -> Text:
        """Return the text with `{name}` placeholders filled in, in both languages."""
        return Text(self.zh.format(**values), self.en.format(**values))


def choose_language(accept_language: str | None) -> Language:
    """Return the best language for an `Accept-Language` header (RFC 9110, 12.5.4); Chinese if in doubt."""
    if not accept_language:
        return DEFAULT_LANGUAGE
    best: Language = DEFAULT_LANGUAGE
    best_quality = 0.0
    for choice in accept_language.split(",")[:20]:
        tag, _, parameter = choice.strip().partition(";")
        quality = _quality(parameter)
        primary = tag.split("-")[0].lower()
        if quality > best_quality and primary in {"zh", "en"}:
            best, best_quality = ("en" if primary == "en" else "zh"), quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
