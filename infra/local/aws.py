"""AWS on this machine: a moto server on loopback, and where the SDK finds it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

REGION: Final = "cn-north-1"
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
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = OneAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, name="aws", daemon=True)
    thread.start()
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


def fix_data_key(key_arn: str, material: bytes) -> None:
    """Give the embedded KMS key the material of earlier runs: moto invents a new one for each key."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.kms.models import kms_backends

    key_id = key_arn.rpartition("/")[2]
    kms_backends[DEFAULT_ACCOUNT_ID][REGION].keys[key_id].key_material = material
