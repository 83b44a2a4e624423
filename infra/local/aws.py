"""AWS on this machine: a moto server on loopback, and where the SDK finds it."""

from __future__ import annotations

import functools
import hmac
import itertools
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

REGION: Final = "cn-north-1"
SHUTDOWN_POLL_SECONDS: Final = 0.1
"""How soon a server notices that it is to end."""

_ACCOUNT_CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class OneAtATime:
    """Serves one request at a time.

    moto keeps its state in plain dicts and checks a condition before it writes, so that two threads can both
    pass the check: conditional writes and transactions are atomic here only because nothing runs beside them.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one WSGI request."""
        with self._lock:
            return list(self._application(environ, start_response))


@contextmanager
def embedded_aws() -> Iterator[str]:
    """Run a moto server, point this process's SDK at it, and yield its URL."""
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = OneAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    url = f"http://127.0.0.1:{server.port}"
    serve = functools.partial(server.serve_forever, poll_interval=SHUTDOWN_POLL_SECONDS)
    threading.Thread(target=serve, name="aws", daemon=True).start()
    before = dict(os.environ)
    os.environ.update(_ACCOUNT_CREDENTIALS, AWS_ENDPOINT_URL=url)
    os.environ.pop("AWS_PROFILE", None)
    try:
        yield url
    finally:
        os.environ.clear()
        os.environ.update(before)
        server.shutdown()
        server.server_close()


@contextmanager
def remembered_keys(seed: bytes) -> Iterator[None]:
    """Have the KMS keys that are made meanwhile be those of every other run with this `seed`, id and material.

    moto invents both anew for each key, and writes the id into what the key encrypts: without this, what
    DynamoDB Local keeps between runs could not be decrypted. The n-th key made is always the same one.
    """
    ids, materials = itertools.count(), itertools.count()

    def derive(what: str, number: int) -> bytes:
        return hmac.digest(seed, f"{what}-{number}".encode(), "sha256")

    def key_id(multi_region: bool = False) -> str:  # noqa: FBT001, FBT002 - moto's signature
        plain = str(uuid.UUID(bytes=derive("id", next(ids))[:16], version=4))
        return f"mrk-{plain}" if multi_region else plain

    def material() -> bytes:
        return derive("material", next(materials))

    with patch.multiple("moto.kms.models", generate_key_id=key_id, generate_master_key=material):
        yield
