"""The local environment, composed: AWS, sign-in, catalogue, the API, and a banner to start from."""

from __future__ import annotations

import functools
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.local.aws import SHUTDOWN_POLL_SECONDS, embedded_aws, remembered_keys
from infra.local.clock import AdjustableClock
from infra.local.dynamodb_local import DynamoDbLocal
from infra.local.issuer import AUDIENCE, Issuer
from infra.local.moto_speed import cheap_transactions
from infra.local.stack import create_stack
from infra.local.state import DEFAULT_FOLDER, LocalState

_PUMP_SECONDS: Final = 0.5
_MAX_PUMP_SECONDS: Final = 30
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Options:
    """What `make run` can be told."""

    port: int
    console_port: int
    dynamodb: str
    catalogue: Path | None
    state: Path = DEFAULT_FOLDER


class PortTaken(RuntimeError):
    """Somebody else listens there; the message says how to choose another port."""


class _Stopped(BaseException):
    """We were told to end. No `KeyboardInterrupt`: where one passes an `exec`, CPython exits with it even if caught."""


def run(options: Options) -> None:
    """Serve until Ctrl-C or SIGTERM, also while starting; everything that was started ends with us."""
    started = time.monotonic()
    for number in _STOPPING:
        signal.signal(number, _stop)
    with ExitStack() as stack:
        try:
            items = _start(stack, options)
            # A line a request goes to a file: whoever starts us through a pipe may not read it, and would stop us.
            state = LocalState(options.state)
            log = stack.enter_context(state.open_log(options.port))
            ours = {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "YIMA_"))}
            environment = state.write_environment(options.port, ours)
            stack.callback(environment.unlink, missing_ok=True)
            _say_hello(options, items, time.monotonic() - started, log=log.name, environment=environment)
            with redirect_stdout(log):
                threading.Event().wait()
        except _Stopped:
            print("\nStopping.", flush=True)


def _stop(*_: object) -> None:
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
    raise _Stopped


def _start(stack: ExitStack, options: Options) -> int:
    """Start everything in order; return the number of services loaded."""
    for port, variable in ((options.port, "PORT"), (options.console_port, "CONSOLE_PORT")):
        with _port(port, variable), socket.socket() as probe:  # before the work that a taken port would waste
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    state = LocalState(options.state)
    clock = AdjustableClock()
    engine = _launch_engine(stack, state) if options.dynamodb == "local" else None
    stack.enter_context(cheap_transactions())
    stack.enter_context(embedded_aws())
    from infra.local.catalogue import SAMPLE, load_catalogue  # while Java starts: these imports take seconds

    if engine is not None:
        engine.await_ready()
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = os.environ["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"] = engine.url
    issuer_url = f"http://127.0.0.1:{options.console_port}"
    parameters = {
        "Stage": "local",
        "OidcIssuer": issuer_url,
        "OidcAudience": AUDIENCE,
        "CorsOrigins": "*",
        "PublicUrl": f"http://127.0.0.1:{options.port}",
    }
    with remembered_keys(state.data_key_seed()):
        os.environ.update(create_stack(parameters, root_secret=state.root_secret()))

    from chalicelib.composition.container import Container
    from chalicelib.settings import Settings
    from chalicelib.web import injection
    from infra.organisations.commands import store_organisations
    from infra.organisations.importer import read_organisations

    injection.install(Container(Settings.from_env(), clock))
    items = load_catalogue(options.catalogue)
    store_organisations(read_organisations(SAMPLE / "organisations.json"))
    _serve(stack, options, clock, Issuer(issuer_url, state.signing_key(), clock))
    return items


def _launch_engine(stack: ExitStack, state: LocalState) -> DynamoDbLocal:
    engine = DynamoDbLocal(state.dynamodb_folder())
    stack.callback(engine.stop)
    engine.launch()
    return engine


def _serve(stack: ExitStack, options: Options, clock: AdjustableClock, issuer: Issuer) -> None:
    from app import app
    from infra.local.console import Console, create_console_server
    from infra.local.events import Jobs, Streams
    from infra.local.gateway import create_gateway
    from infra.local.queues import Queues

    streams = Streams(app)
    console = Console(clock, issuer, Jobs(app, clock, Queues(app)), streams)
    with _port(options.console_port, "CONSOLE_PORT"):
        console_server = create_console_server(console, options.console_port)
    with _port(options.port, "PORT"):
        gateway = create_gateway(app, options.port)
    for name, server in (("console", console_server), ("api", gateway.server)):
        serve = functools.partial(server.serve_forever, poll_interval=SHUTDOWN_POLL_SECONDS)
        threading.Thread(target=serve, name=name, daemon=True).start()
        stack.callback(server.shutdown)
    ended = threading.Event()
    threading.Thread(target=_pump, args=(streams, ended), name="streams", daemon=True).start()
    stack.callback(ended.set)


def _pump(streams: Any, ended: threading.Event) -> None:
    """Deliver stream events as they come, as Lambda's pollers do; ever more slowly while a handler fails."""
    wait_seconds = _PUMP_SECONDS
    while not ended.wait(wait_seconds):
        try:
            streams.drain()
            wait_seconds = _PUMP_SECONDS
        except Exception:  # noqa: BLE001 - a later round tries again; ending quietly would lose events
            wait_seconds = min(2 * wait_seconds, _MAX_PUMP_SECONDS)
            print(f"streams: tried again in {wait_seconds:g} s", file=sys.stderr)
            traceback.print_exc()


@contextmanager
def _port(port: int, variable: str) -> Iterator[None]:
    try:
        yield
    except OSError as taken:
        raise PortTaken(f"port {port} is taken; choose another one: make run {variable}=…") from taken


def _say_hello(options: Options, items: int, seconds: float, *, log: str, environment: Path) -> None:
    api, console = f"http://127.0.0.1:{options.port}", f"http://127.0.0.1:{options.console_port}"
    print(
        f"""
Yima 一码 is ready after {seconds:.1f} s: {items} services, DynamoDB: {options.dynamodb}. Ctrl-C ends it.

  API      {api}/v1/openapi.json
  Console  {console}/
  Log      {log}
  Ops      . {environment} && {sys.executable} -m infra catalogue status

Try:
  curl '{api}/v1/health?deep=1'
  curl '{api}/v1/services?q=sfz&limit=3'
  curl -H 'Accept-Language: en' '{api}/v1/services/suggest?q=shenf'
  TOKEN=$(curl -s -d '{{"sub": "alice", "name": "Alice"}}' {console}/token | cut -d '"' -f 4)
  curl -H "Authorization: Bearer $TOKEN" '{api}/v1/me'
""",
        flush=True,
    )
