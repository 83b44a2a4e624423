"""The one home of what Chalice does differently from what we need, each with its reason or issue.

- Chalice answers a wrong `Content-Type` with JSON of its own, and lets a missing one pass as JSON
  (chalice 1.34, `app.py`, `_main_rest_api_handler`): routes are registered without content types, and
  `web.request` makes the check.
- Chalice knows its routes from imported views, and a Blueprint's too: the doors (`web.doors`) are registered from a
  table, and the contexts behind them are imported when first called.
- A route's CORS configuration holds one fixed origin (https://github.com/aws/chalice/issues/2122). We send no
  credentials by cookie, so the preflight says `*`, and each answer names the configured origin itself:
  Chalice adds only the headers that an answer does not have.
- An exception in a view becomes Chalice's own 500 before middleware can see it
  (https://github.com/aws/chalice/issues/1541, https://github.com/aws/chalice/issues/1884): `@endpoint`
  translates errors.
- Path parameters arrive percent-encoded, and are decoded once, in `web.request`.
- Chalice encodes bytes only of listed media types, and answers 400 of its own where the caller's `Accept` names none of
  the list (`_validate_binary_response`): the list is empty (`app.py`), and `BytesResponse` encodes itself. The gateway
  decodes it for any `Accept`, because it takes every media type for binary (`infra/stack/gateway.py`).
"""

from __future__ import annotations

import base64
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final

from chalice.app import CORSConfig, Response

CORS: Final = CORSConfig(
    allow_origin="*",
    allow_headers=["Accept-Language", "Idempotency-Key", "If-Match", "If-None-Match"],
    expose_headers=["ETag", "Location", "Retry-After", "X-Request-Id", "Idempotency-Replayed"],
    max_age=600,
)


class BytesResponse(Response):
    """An answer that is not text, such as a PDF: in base64 between the function and the gateway."""

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:  # noqa: ARG002 - Chalice's signature
        """Return the function's answer as the gateway reads it."""
        encoded = base64.b64encode(self.body).decode("ascii")
        told: dict[str, Any] = Response(encoded, self.headers, self.status_code).to_dict()
        return {**told, "isBase64Encoded": True}


def name_path_parameters(view: Callable[..., Any], names: Sequence[str]) -> Callable[..., Any]:
    """Give a view the signature that its path asks for: Chalice compares the two when it packages."""
    view.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    )
    return view
