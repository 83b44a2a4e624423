"""The one home of what Chalice does differently from what we need, each with its reason or issue.

- Chalice answers a wrong `Content-Type` with JSON of its own, and lets a missing one pass as JSON
  (chalice 1.34, `app.py`, `_main_rest_api_handler`): routes are registered without content types, and
  `web.request` makes the check.
- A Blueprint sees the request only through the app it is registered on: `current_request` asks an anchor
  that `app.py` registers once, so that rooms below `app.py` need not know the app.
- A route's CORS configuration holds one fixed origin (https://github.com/aws/chalice/issues/2122). We send no
  credentials by cookie, so the preflight says `*`, and each answer names the configured origin itself:
  Chalice adds only the headers that an answer does not have.
- An exception in a view becomes Chalice's own 500 before middleware can see it
  (https://github.com/aws/chalice/issues/1541, https://github.com/aws/chalice/issues/1884): `@endpoint`
  translates errors.
- Path parameters arrive percent-encoded, and are decoded once, in `web.request`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from chalice.app import Blueprint, CORSConfig, Request

from chalicelib.web.operations import register_operation

CORS: Final = CORSConfig(
    allow_origin="*",
    allow_headers=["Accept-Language", "Idempotency-Key", "If-Match", "If-None-Match"],
    expose_headers=["ETag", "Location", "Retry-After", "X-Request-Id", "Idempotency-Replayed"],
    max_age=600,
)

anchor: Final = Blueprint(__name__)


def current_request() -> Request:
    """Return the request that Chalice is serving in this thread."""
    return anchor.current_request


class Routes(Blueprint):
    """A Blueprint whose routes are `@endpoint`s: it hands each one's method and path to the API description."""

    def route(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register an endpoint under `path` for `methods` (default: GET)."""
        options.setdefault("cors", CORS)
        options["content_types"] = []
        register = super().route(path, **options)

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            for method in options.get("methods", ["GET"]):
                register_operation(method, path, view)
            return register(view)  # type: ignore[no-any-return]

        return decorate
