"""What every context stands on: settings, clock, AWS, keys, counting, sign-in."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.settings import Settings
from chalicelib.shared.clock import Clock, SystemClock

if TYPE_CHECKING:
    from chalicelib.audit.store import Signer
    from chalicelib.shared.aws import Clients
    from chalicelib.shared.crypto import Keys, Pseudonyms
    from chalicelib.shared.deadlines import DeadlineRules, DueDates
    from chalicelib.shared.idempotency import Reopen
    from chalicelib.shared.sealing import AesGcmSealer
    from chalicelib.shared.topic import Topic
    from chalicelib.shared.transactions import Committer
    from chalicelib.web.identity import TokenVerifier


class Foundation:
    """What is not any context's own."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.answer_readers: dict[str, Reopen] = {}  # by kind of aggregate; each context enters its own
        self._sealers: dict[str, AesGcmSealer] = {}
        self._lock = threading.RLock()

    @cached_property
    def aws(self) -> Clients:
        """The AWS clients."""
        from chalicelib.shared.aws import Clients

        return Clients()

    @cached_property
    def tokens(self) -> TokenVerifier:
        """The check of bearer tokens."""
        from chalicelib.web.identity import SigningKeys, TokenVerifier

        return TokenVerifier(self.settings, self.clock, SigningKeys(self.settings, self.clock))

    @cached_property
    def answers(self) -> Committer:
        """Transactions, and the stored answers of idempotent requests."""
        from chalicelib.shared.transactions import Committer

        return Committer(
            self.aws, self.settings.answers_table, lambda: self.sealer("answers"), readers=self.answer_readers
        )

    @cached_property
    def deadline_rules(self) -> DeadlineRules:
        """The rules that due dates follow."""
        from chalicelib.shared.deadlines import DeadlineRules

        return DeadlineRules.load()

    @cached_property
    def due_dates(self) -> DueDates:
        """Due dates as the calendar counts them."""
        from chalicelib.shared.calendar import work_calendar
        from chalicelib.shared.deadlines import DueDates

        return DueDates(self.deadline_rules, work_calendar())

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """References to people that name nobody."""
        from chalicelib.shared.crypto import Pseudonyms

        return Pseudonyms(self.root_secret)

    @cached_property
    def root_secret(self) -> bytes:
        """The secret from which every key for values that leave us is derived."""
        return self.aws.read_secret(self.settings.root_secret_arn).encode()

    def sealer(self, purpose: str) -> AesGcmSealer:
        """Return the sealer for `purpose`."""
        with self._lock:
            if purpose not in self._sealers:
                from chalicelib.shared.sealing import AesGcmSealer

                self._sealers[purpose] = AesGcmSealer(self.root_secret, purpose)
            return self._sealers[purpose]

    @cached_property
    def keys(self) -> Keys:
        """The keys of data subjects."""
        from chalicelib.shared.crypto import Keys

        return Keys(self.aws, self.settings.data_key_arn)

    @cached_property
    def signer(self) -> Signer:
        """The key that checkpoints and bundles are signed with."""
        from chalicelib.audit.store import Signer

        return Signer(self.aws, self.settings.signing_key_arn)

    @cached_property
    def topic(self) -> Topic:
        """The way out for messages."""
        from chalicelib.shared.topic import Topic

        return Topic(self.aws, self.settings.notices_topic_arn)
