"""The use cases of notices: told once for each event and person; read; sent as the person prefers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk.public import on_desk
from chalicelib.notices.model import CHANNELS, Notice, Preferences, expires_at, notices_of
from chalicelib.notices.overtaken import CaseNow, is_overtaken
from chalicelib.notices.templates import ALWAYS_SENT, TEMPLATES
from chalicelib.shared.clock import SHANGHAI, Clock, format_instant, parse_instant
from chalicelib.shared.codes import show_code
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.errors import NotFound
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency, Shown
from chalicelib.shared.paging import Position, Slice, read_all
from chalicelib.shared.texts import Language, Text
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.notices.store import NoticeStore

_PAGE: Final = 100


Send = Callable[[Mapping[str, Any], str], None]
"""Publishes a message for one channel."""

FindSubject = Callable[[str], str | None]
"""Returns whom a pseudonym stands for, or None if that is not kept."""

FindCase = Callable[[str], CaseNow | None]
"""Returns a case as it is now."""


class NoticeService:
    """The inbox of everyone in a case, and the messages that leave."""

    def __init__(
        self,
        store: NoticeStore,
        find_subject: FindSubject,
        find_case: FindCase,
        send: Send,
        *,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._store = store
        self._find_subject = find_subject
        self._find_case = find_case
        self._send = send
        self._pseudonyms = pseudonyms
        self._clock = clock

    def on_case_event(self, event: Event) -> int:
        """Tell everyone whom the event concerns, once, however often it comes; return how many were told now.

        One person who cannot be told does not keep the news from the others; the first fault is raised after them.
        A message whose sending was interrupted goes out again under the same `id`, by which gateways know it.
        Nobody is told who asked to be erased, and nothing whose time in the inbox is over.
        """
        now = self._clock.now()
        told, faults = 0, []
        for made in notices_of(event):
            try:
                subject = self._find_subject(made.person)
                if subject is not None and expires_at(made.at) > now.timestamp():
                    told += self._tell(made, subject, event)
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is raised below
                faults.append(fault)
        if faults:
            raise faults[0]
        return told

    def list_notices(self, viewer: Viewer, after: Position | None, limit: int) -> Slice[Notice]:
        """Return the viewer's notices, newest first."""
        return self._store.list_notices(self._pseudonyms().of(viewer.subject), after, limit)

    def mark_read(self, viewer: Viewer, notice_id: str, idempotency: Idempotency) -> Notice:
        """Note that the viewer has read a notice; the first time stays. Raises `NotFound` for another's."""
        found = self._store.find_notice(self._pseudonyms().of(viewer.subject), notice_id)
        if found is None:
            raise NotFound
        read = replace(found, read_at=found.read_at or format_instant(self._clock.now()))
        self._store.mark_read(read, idempotency=idempotency.showing(Shown("notice", notice_id)), result=read)
        return read

    def reopen(self, viewer: Viewer | None, notice_id: str, subjects: Sequence[str]) -> None:  # noqa: ARG002
        """Let the person whose notice it is have an answer about it again, as long as it is there. See `Reopen`."""
        if viewer is None or self._store.find_notice(self._pseudonyms().of(viewer.subject), notice_id) is None:
            raise NotFound

    def get_preferences(self, viewer: Viewer) -> tuple[Preferences, list[str]]:
        """Return how the viewer is told, and the events that leave whatever they prefer."""
        person = self._pseudonyms().of(viewer.subject)
        return self._store.find_preferences(person) or Preferences(), sorted(ALWAYS_SENT)

    def put_preferences(self, viewer: Viewer, wanted: Preferences) -> tuple[Preferences, list[str]]:
        """Keep how the viewer wants to be told."""
        self._store.put_preferences(self._pseudonyms().of(viewer.subject), wanted)
        return wanted, sorted(ALWAYS_SENT)

    def export(self, viewer: Viewer) -> list[dict[str, Any]]:
        """Return every notice of the viewer, in words."""
        person = self._pseudonyms().of(viewer.subject)
        language = (self._store.find_preferences(person) or Preferences()).language
        found = []
        for one in read_all(lambda after: self._store.list_notices(person, after, _PAGE)):
            title, text = words_of(one, language)
            found.append({"at": one.at, "title": title, "text": text, "read_at": one.read_at})
        return found

    def erase(self, viewer: Viewer) -> int:
        """Remove the viewer's notices and preferences; return how many items that was."""
        return self._store.delete_all(self._pseudonyms().of(viewer.subject))

    def _tell(self, made: Notice, subject: str, event: Event) -> bool:
        notice = self._store.add(made)
        if notice.sent != "pending":
            return False
        if self._find_subject(made.person) is None:  # erased between the reading and the writing
            self._store.remove(notice)
            return False
        # The inbox is a history; a message that arrives is read as news, and must still be true.
        overtaken = is_overtaken(event, self._find_case, self._clock.now())
        state = "overtaken" if overtaken else self._send_out(notice, subject)
        self._store.mark_sent(notice, state, format_instant(self._clock.now()))
        return True

    def _send_out(self, notice: Notice, subject: str) -> str:
        preferences = self._store.find_preferences(notice.person) or Preferences()
        channels = CHANNELS if notice.event in ALWAYS_SENT else preferences.channels
        if not channels:
            return "not_wanted"
        title, text = words_of(notice, preferences.language)
        message = {
            "id": f"{notice.id}#{notice.person}",
            "person": notice.person,
            "subject": subject,
            "event": notice.event,
            "case_code": show_code(notice.case_code),
            "language": preferences.language,
            "title": title,
            "text": text,
            "at": notice.at,
        }
        for channel in channels:
            self._send(message, channel)
        return "sent"


def words_of(notice: Notice, language: Language) -> tuple[str, str]:
    """Return the notice's title and text, dates as in Asia/Shanghai."""
    template = TEMPLATES[notice.event]
    told = on_desk(notice.data.get("to"))
    values = {
        "told": "" if told is None else Text(f"，{told.zh}", f"; {told.en}").text(language),
        "code": show_code(notice.case_code),
        "due": _local(notice.data.get("due_at") or notice.data.get("expires_at")),
        "start": _local(notice.data.get("start")),
    }
    return template.title.text(language), template.text.text(language).format(**values)


def _local(instant: str | None) -> str:
    return "" if instant is None else f"{parse_instant(instant).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
