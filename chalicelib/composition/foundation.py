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
    from chalicelib.shared.calendar import WorkCalendar
    from chalicelib.shared.crypto import Keys, Pseudonyms
    from chalicelib.shared.deadlines import DeadlineRules, DueDates
    from chalicelib.shared.editions import OutdatedIndex
    from chalicelib.shared.idempotency import Reopen
    from chalicelib.shared.rulebook import Rulebook, RuleStore
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
        """The rules that ship: the words of a clock that was stored without its rule."""
        from chalicelib.shared.deadlines import DeadlineRules

        return DeadlineRules.load()

    @cached_property
    def rule_store(self) -> RuleStore:
        """Where imported rules and years are kept."""
        from chalicelib.shared.dynamo import Table
        from chalicelib.shared.rulebook import RuleStore

        return RuleStore(Table(self.aws, self.settings.rules_table), self.answers)

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rules and the calendar of this moment."""
        from chalicelib.shared.rulebook import Rulebook

        return Rulebook(self.rule_store, self.clock)

    @cached_property
    def due_dates(self) -> DueDates:
        """Due dates as the rules and the calendar of this moment count them."""
        from chalicelib.shared.rulebook import CurrentDueDates

        return CurrentDueDates(self.rulebook)

    @cached_property
    def work_calendar(self) -> WorkCalendar:
        """Working days as the calendar of this moment has them."""
        from chalicelib.shared.rulebook import CurrentCalendar

        return CurrentCalendar(self.rulebook)

    def outdated(self, table: str) -> OutdatedIndex:
        """Return the index of what in a table was counted by an older edition of the calendar."""
        from chalicelib.shared.clock import SHANGHAI
        from chalicelib.shared.dynamo import Table
        from chalicelib.shared.editions import OutdatedIndex

        this_year = lambda: self.clock.now().astimezone(SHANGHAI).year  # noqa: E731
        return OutdatedIndex(Table(self.aws, table), lambda: self.due_dates.calendar, this_year)

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
