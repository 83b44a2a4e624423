"""What a city's gateways report of the texts that left: in batches, twice, late, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chalicelib.cases.service.recording import AttemptRecording
from chalicelib.cases.service.sending import read_message_id
from chalicelib.shared.errors import Conflict, NotAllowed, Unavailable
from chalicelib.shared.viewer import Viewer

TRY_AGAIN: Final = "try_again"
"""Of a receipt that could not be noted now: the gateway sends it once more."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message, by its id."""

    id: str
    state: str
    at: datetime


class ReceiptService:
    """Takes receipts."""

    def __init__(self, recording: AttemptRecording) -> None:
        self._recording = recording

    def take(self, viewer: Viewer, receipts: Sequence[Receipt]) -> list[str]:
        """Note each receipt by itself; return a result for each: `applied`, `repeated`, `late`, `unknown`, `try_again`.

        `late`: the text is further on already (a delivered one is not failed any more). `unknown`: no text of ours.
        """
        if "gateway" not in viewer.roles:
            raise NotAllowed
        return [self._take(one) for one in receipts]

    def _take(self, receipt: Receipt) -> str:
        named = read_message_id(receipt.id)
        if named is None:
            return "unknown"
        with suppress(Unavailable, Conflict):  # one that cannot be noted now does not hold up the others
            return self._recording.note(*named, receipt.state, receipt.at)
        return TRY_AGAIN
