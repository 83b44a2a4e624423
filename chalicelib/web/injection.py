"""What endpoints are given: the services that a process is made of, installed once by whoever starts the process.

`app.py` installs the container; tests and the bench install their own. Endpoints name services in their signatures
and never look here themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from chalicelib.settings import Settings
    from chalicelib.shared.clock import Clock
    from chalicelib.shared.sealing import AesGcmSealer
    from chalicelib.shared.transactions import Committer
    from chalicelib.web.identity import TokenVerifier

T = TypeVar("T")


class Provider(Protocol):
    """What `@endpoint` needs of a process."""

    @property
    def settings(self) -> Settings:
        """What the deployment decides."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def tokens(self) -> TokenVerifier:
        """The check of bearer tokens."""
        ...

    @property
    def answers(self) -> Committer:
        """The first answers."""
        ...

    def sealer(self, purpose: str) -> AesGcmSealer:
        """Return the sealer for a purpose, such as `cursors`."""
        ...

    def provide(self, wanted: type[T]) -> T:
        """Return the service of a type; raise `LookupError` if nothing makes one."""
        ...


_make: Callable[[], Provider] | None = None
_installed: Provider | None = None


def make_with(make: Callable[[], Provider]) -> None:
    """Have this process's provider made by `make` when the first request needs it."""
    global _make  # noqa: PLW0603 - one provider a process is the point
    _make = make


def install(provider: Provider | None) -> None:
    """Make `provider` this process's own; None forgets the present one."""
    global _installed  # noqa: PLW0603
    _installed = provider


def installed() -> Provider:
    """Return this process's provider; make it if none is there yet."""
    global _installed  # noqa: PLW0603
    if _installed is None:
        if _make is None:
            raise RuntimeError("no container was installed: import app.py, or install one")
        _installed = _make()
    return _installed
