"""Pages for people without the app: plain HTML in one language, no script, nothing from elsewhere, a strict CSP."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from typing import Final

from chalicelib.shared.texts import CONTENT_LANGUAGES, Language, Text
from chalicelib.web.answers import Answer

HTML: Final = "text/html; charset=utf-8"

_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:1.05rem/1.65 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;max-width:40rem;margin:0 auto;"
    "padding:1.25rem;background:#fff;color:#1b1b1b}"
    "h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.15rem;margin-top:1.75rem}"
    "dt{font-weight:600;margin-top:.6rem}dd{margin:0}"
    "a,button{color:#0b57d0}a:focus,button:focus{outline:3px solid #0b57d0;outline-offset:2px}"
    "@media(prefers-color-scheme:dark){body{background:#121212;color:#ececec}a,button{color:#a8c7fa}}"
)
_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SITE: Final = Text("一码", "Yima")


class Page:
    """A page that is written from top to bottom. Everything that is written is text, and escaped."""

    def __init__(self, title: Text, language: Language) -> None:
        self._language = language
        self._title = title.text(language)
        self._parts: list[str] = [f"<h1>{escape(self._title)}</h1>"]

    def heading(self, text: Text) -> None:
        """Begin a part."""
        self._parts.append(f"<h2>{escape(text.text(self._language))}</h2>")

    def paragraph(self, text: Text) -> None:
        """Write a paragraph."""
        self._parts.append(f"<p>{escape(text.text(self._language))}</p>")

    def facts(self, rows: Sequence[tuple[Text, Text | str | None]]) -> None:
        """Write names and what is said of each; those of which nothing is known are left out."""
        said = []
        for name, value in rows:
            words = value.text(self._language) if isinstance(value, Text) else value
            if words:
                said.append(f"<dt>{escape(name.text(self._language))}</dt><dd>{escape(words)}</dd>")
        self._parts.append(f"<dl>{''.join(said)}</dl>")

    def call(self, text: Text, number: str) -> None:
        """Write a number that a phone can call."""
        dialled = "".join(one for one in number if one.isdigit() or one == "+")
        link = f'<a href="tel:{escape(dialled)}">{escape(number)}</a>'
        self._parts.append(f"<p>{escape(text.text(self._language))} {link}</p>")

    def answer(self, status: int = 200) -> Answer:
        """Return the page as an answer."""
        tag = CONTENT_LANGUAGES[self._language]
        title = f"{self._title} · {_SITE.text(self._language)}"
        body = (
            f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
            f"<body><main>{''.join(self._parts)}</main></body></html>"
        )
        style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        headers = {"Content-Security-Policy": _POLICY.format(style=style)}
        return Answer(body.encode(), media_type=HTML, status=status, headers=headers)
