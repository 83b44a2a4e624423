"""The form of a message: its words in both languages, and how it leaves.

`{code}` is the case's code, `{due}` a due date, `{start}` the time of an appointment,
`{told}` on whose desk an overdue matter is, with its comma; nothing where no desk holds it.
"""

from __future__ import annotations

from typing import NamedTuple

from chalicelib.shared.texts import Text


class Template(NamedTuple):
    """The words for one event, and how its message leaves.

    `always`: by every channel, whatever the person prefers: to miss it costs a right or an appointment. `stands_in`:
    of an event that announces a session, the statuses in which the session still stands as the message says.
    """

    title: Text
    text: Text
    always: bool = False
    stands_in: frozenset[str] = frozenset()


def template(
    zh: str, en: str, text_zh: str, text_en: str, *, always: bool = False, stands_in: tuple[str, ...] = ()
) -> Template:
    """Return the words for one event: title and text in Chinese and English."""
    return Template(Text(zh, en), Text(text_zh, text_en), always, frozenset(stands_in))
