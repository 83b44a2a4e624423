"""The composition root: the only place where adapters are built, each one when it is first needed."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.settings import Settings
from chalicelib.shared.clock import Clock, SystemClock

if TYPE_CHECKING:
    from chalicelib.catalogue.service import CatalogueService
    from chalicelib.shared.aws import Clients
    from chalicelib.shared.sealing import AesGcmSealer
    from chalicelib.web.identity import TokenVerifier


class Container:
    """Everything this process is made of. Built once; tests and the local runner build their own."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
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
    def catalogue(self) -> CatalogueService:
        """The catalogue of government services."""
        from chalicelib.catalogue.published import PublishedSnapshot
        from chalicelib.catalogue.service import CatalogueService
        from chalicelib.catalogue.store import CatalogueStore

        store = CatalogueStore(self.aws, self.settings.catalogue_table)
        return CatalogueService(store, PublishedSnapshot(self.aws, self.settings.data_bucket, self.settings.scratch))

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


_installed: Container | None = None
_clock: Clock | None = None


def container() -> Container:
    """Return this process's container; build it from the environment if none was installed."""
    global _installed  # noqa: PLW0603 - one container a process is the point
    if _installed is None:
        _installed = Container(Settings.from_env(), _clock)
    return _installed


def install(new: Container | None) -> None:
    """Make `new` this process's container; None forgets the present one."""
    global _installed  # noqa: PLW0603
    _installed = new


def use(clock: Clock) -> None:
    """Have the container that is built next, and the installed one from now on, tell time by `clock`."""
    global _clock, _installed  # noqa: PLW0603
    _clock = clock
    if _installed is not None:
        _installed = Container(_installed.settings, clock)
