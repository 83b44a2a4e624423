"""Faults that the simulator has found, put back on purpose: so that it is seen that it still finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

Patch = Callable[[], AbstractContextManager[None]]

FAULTS: Final[dict[str, Patch]] = {}


@contextmanager
def put_back(name: str) -> Iterator[None]:
    """Have a known fault be in the code meanwhile."""
    with FAULTS[name]():
        yield
