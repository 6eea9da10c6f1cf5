"""`art7 serve`: a test peer over real sockets, made from an offer alone."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.monitoring import check_protocols
from art7.cli.sources import GeneratorSource, read_generator_source
from art7.cli.terminal import escaped, note
from art7.grammar.diagnostics import Report


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Serve a test peer over HTTP and WebSocket that says what it disliked.",
    epilog="Examples: art7 serve my-offer; art7 serve my-offer --port 8443 --store peer.db --certificate cert.pem --key key.pem. "
    "Ends with Ctrl-C; exit code 2 when the port or the store cannot be used.",
)
@click.argument("offer", type=click.Path())
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8007, show_default=True, help="0 takes a free one."
)
@click.option(
    "--store", default=":memory:", show_default=True, help="SQLite file that keeps accounts and sessions."
)
@click.option("--certificate", type=click.Path(), help="Certificate chain in PEM: then TLS is spoken.")
@click.option("--key", type=click.Path(), help="Its private key in PEM.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Form of findings and of the address.",
)
@click.pass_obj
def command(
    settings: Settings,
    offer: str,
    host: str,
    port: int,
    store: str,
    certificate: str | None,
    key: str | None,
    form: str,
) -> int:
    """Let implementers play one role of a protocol of OFFER while art7 plays the others. Each session has a page with its
    ladder, every message octet by octet, what was refused and why, states and derived values."""
    report = Report()
    read = read_generator_source(offer, report)
    if read is None:
        return print_report(report, form, settings)
    check_protocols(read, ())
    if (certificate is None) is not (key is None):
        raise Unusable("TLS needs both --certificate and --key", "name the other file as well")
    try:
        import starlette  # noqa: F401 - only whether it is there
        import uvicorn
    except ImportError:
        raise Unusable("the test peer's libraries are not installed", "pip install 'art7[server]'") from None
    with contextlib.ExitStack() as stack:
        application = _application(read, store, stack)
        from art7.runtime.serve.server import configuration

        config = configuration(application, host=host, port=port, ssl_certfile=certificate, ssl_keyfile=key)
        _run(uvicorn, config, "https" if certificate else "http", host, form)
    return ExitCode.CLEAN


def _application(read: GeneratorSource, path: str, stack: contextlib.ExitStack) -> Any:
    from art7.cli.generated import generated_package
    from art7.cli.runs import generated_maker
    from art7.interpreter.shared import interpreter_of
    from art7.runtime.serve.app import application
    from art7.runtime.serve.service import Service
    from art7.runtime.serve.store import Store, StoreUnusable

    try:
        store = Store(path)
    except StoreUnusable as error:
        raise Unusable(
            f"`{escaped(path)}` is no store: {escaped(str(error))}", "name a new file, or the one of before"
        ) from None
    stack.callback(store.close)
    package = stack.enter_context(generated_package(read.specification))
    interpreter = interpreter_of(read.specification)
    return application(
        Service(
            read.specification, interpreter, read.modules, generated_maker(package), store,
            lambda: time.time_ns() // 1_000_000,
        )
    )  # fmt: skip


def _run(uvicorn: Any, config: Any, scheme: str, host: str, form: str) -> None:
    class Server(uvicorn.Server):  # type: ignore[misc]  # uvicorn is imported late, so its class has no type here
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            for server in self.servers:
                port = server.sockets[0].getsockname()[1]
                address = f"{scheme}://{host}:{port}/"
                note(f"listening: {address}")
                if form == "json":
                    print(json.dumps({"listening": address}), flush=True)

    try:
        Server(config).run()
    except SystemExit:
        raise Unusable(
            "the test peer could not start", "choose another --port, or look at the certificate"
        ) from None
    except OSError as error:
        raise Unusable(f"the test peer could not start: {error.strerror}", "choose another --port") from None
