"""Which of the media types that an operation offers a caller gets, by their `Accept` (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_QUALITY: Final = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


class MediaType(str):
    """The media type that an answer is wanted in, of those that the operation offers."""

    __slots__ = ()


def choose_media_type(accept: str | None, offered: Sequence[str]) -> MediaType:
    """Return the type of `offered` that the caller prefers.

    The greatest quality wins, then the range that names it most closely, then the one that stands first in `Accept`.
    Where nothing that is offered is wanted, or nothing is said, the first one is given: that is lawful, and tells a
    person more than a 406.
    """
    ranges = list(_ranges_of(accept or ""))
    best, chosen = (0.0, 0, 0), offered[0]
    for one in offered:
        # The closest range decides on a type: `application/*, application/pdf;q=0` wants no PDF.
        fitting = [(closeness(named, one), quality, -place) for place, (named, quality) in enumerate(ranges)]
        near, quality, place = max(fitting, default=(0, 0.0, 0))
        if near and quality and (quality, near, place) > best:
            best, chosen = (quality, near, place), one
    return MediaType(chosen)


def closeness(media_range: str, media_type: str) -> int:
    """Return how closely a range names a type: 3 for the type itself, 2 for `x/*`, 1 for `*/*`, 0 for not at all."""
    if media_range == media_type:
        return 3
    if media_range == f"{media_type.partition('/')[0]}/*":
        return 2
    return 1 if media_range == "*/*" else 0


def _ranges_of(accept: str) -> Iterator[tuple[str, float]]:
    """Yield each range with its quality; one that cannot be read is passed over."""
    for given in accept.split(","):
        named, *parameters = (part.strip().lower() for part in given.split(";"))
        quality = next((one[2:].strip() for one in parameters if one.startswith("q=")), "1")
        if named and _QUALITY.fullmatch(quality):
            yield named, float(quality)
