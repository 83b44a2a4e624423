"""Chance and time made repeatable: whatever the app draws or waits for comes from the seed and the city's clock."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from unittest.mock import patch

import chalicelib

BEGIN: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)
"""When every simulated story begins: a working day whose next year has no published calendar yet."""


class CityClock:
    """The time in the simulated city: it goes on by milliseconds with each call, and by leaps."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        """Return the present instant."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Go on."""
        self.at += by


@contextmanager
def repeatable(chance: random.Random, waited: Callable[[], None]) -> Iterator[None]:
    """Have every random value come from `chance`, and every wait be a call of `waited`."""
    _import_everything()

    def choice(options: Sequence[Any]) -> Any:
        return options[chance.randrange(len(options))]

    def octets(count: int | None = None) -> bytes:
        return chance.randbytes(32 if count is None else count)

    with ExitStack() as stack:
        for target, replacement in (
            ("secrets.choice", choice),
            ("secrets.token_bytes", octets),
            ("secrets.token_urlsafe", lambda count=32: chance.randbytes(count).hex()),
            ("secrets.token_hex", lambda count=32: chance.randbytes(count).hex()),
            ("secrets.randbelow", chance.randrange),
            ("os.urandom", octets),
            ("random.random", chance.random),
            ("random.randrange", chance.randrange),
            ("random.getrandbits", chance.getrandbits),
            ("random.uniform", chance.uniform),
            ("random.choice", choice),
            ("time.sleep", lambda seconds: waited()),  # noqa: ARG005
            ("chalicelib.shared.dynamo.Pauses.pause", lambda pauses, attempt: waited()),  # noqa: ARG005
        ):
            stack.enter_context(patch(target, replacement))
        from chalicelib.ratings.rating.store import choose_shards

        stack.enter_context(patch.object(choose_shards, "__defaults__", (chance.randrange,)))
        yield


@cache
def _import_everything() -> None:
    """Import the whole app: what is imported within a story would keep that story's chance for the next ones.

    A parameter's default, such as `draw=random.randrange`, is read once, at the import: it is replaced by itself.
    """
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        importlib.import_module(module.name)
