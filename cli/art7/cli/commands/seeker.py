"""`art7 seeker`: a messenger on the generated SDK of an offer, which talks to a test peer as another party would."""

from __future__ import annotations

import secrets
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.output import write_tree
from art7.cli.sources import GeneratorSource, read_generator_source
from art7.cli.terminal import escaped, note, say
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.runtime.seeker.sdk import Sdk
    from art7.runtime.seeker.session import Session


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Chat with a test peer on an offer's generated SDK, as an access seeker.",
    epilog="Example: art7 seeker my-offer --peer http://127.0.0.1:8007 --state me --page 8008; then /enlist, /begin and a text "
    "(/help lists all). Exit code 1 when a line was not done.",
)
@click.argument("offer", type=click.Path())
@click.option("--peer", required=True, help="Address of the test peer, http://… or https://….")
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for SDK, keys and conversation; the same one goes on.",
)
@click.option(
    "--protocol", help="Protocol to speak, such as mine.chat.Delivery; needed where the offer has several."
)
@click.option("--role", help="Role to play; without it the one that begins.")
@click.option("--authority", type=click.Path(), help="Certificates in PEM to trust for the test peer.")
@click.option(
    "--page", "port", type=click.IntRange(0, 65535), help="Port of a local page; 0 takes a free one."
)
@click.option(
    "--clock", type=click.IntRange(0), help="Seconds to tell the offer instead of the present time."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Form of findings and of the conversation: with json one object a line.",
)
@click.pass_obj
def command(
    settings: Settings,
    offer: str,
    peer: str,
    state: Path,
    protocol: str | None,
    role: str | None,
    authority: str | None,
    port: int | None,
    clock: int | None,
    form: str,
) -> int:
    """Generate the SDK of OFFER, and chat on it alone: keys, texts, media, receipts, new keys, restart with what is kept. Every
    error says whose it was: yours, ours, the other party's, the network's or the specification's."""
    report = Report()
    read = read_generator_source(offer, report)
    if read is None:
        return print_report(report, form, settings)
    chosen = _protocol(read, protocol)
    from art7.cli.seeker import Terminal

    session = _session(read, chosen, role, peer, authority, state)
    if port is not None:
        _serve_page(session, port)
    now = (lambda: int(time.time())) if clock is None else (lambda: clock)
    wrong = Terminal(session, now, say, form).run(sys.stdin)
    return ExitCode.FINDINGS if wrong else ExitCode.CLEAN


def _protocol(read: GeneratorSource, name: str | None) -> str:
    """Return the protocol in which a person can say something."""
    found = [
        each.name
        for module in read.modules
        for each in read.specification.modules[module].protocols
        if any("say" in t.trigger.names for role in each.roles for s in role.states for t in s.transitions)
    ]
    if name is not None and name in found:
        return name
    if name is None and len(found) == 1:
        return found[0]
    shown = ", ".join(map(escaped, found)) or "none"
    raise Unusable(f"protocols with a local event `say`: {shown}", "name one of them with --protocol")


def _session(
    read: GeneratorSource, protocol: str, role: str | None, peer: str, authority: str | None, state: Path
) -> Session:
    from art7.runtime.seeker.keeping import KeepingUnusable
    from art7.runtime.seeker.sdk import SdkUnusable
    from art7.runtime.seeker.session import Session
    from art7.runtime.seeker.wire import Declined, NoAnswer, Wire

    try:
        sdk = _sdk(read, state)
        wire = Wire(peer, authority=authority)
        chosen = role or _beginning(read, protocol)
        return Session(sdk, wire, protocol, chosen, state, lambda: time.time_ns() // 1_000_000)
    except SdkUnusable as error:
        raise Unusable(escaped(str(error)), "compare the offer with that of the test peer") from None
    except KeepingUnusable as error:
        raise Unusable(
            f"the kept state does not serve: {escaped(str(error))}", "choose another --state"
        ) from None
    except (NoAnswer, Declined) as error:
        raise Unusable(f"the test peer: {escaped(str(error))}", "look at --peer and --authority") from None
    except OSError as error:
        raise Unusable(
            f"a file cannot be used: {error.strerror}", "look at --state and --authority"
        ) from None


def _sdk(read: GeneratorSource, state: Path) -> Sdk:
    """Write the SDK where the messenger imports it from, with the offer's rows of what travels in what."""
    from art7.cli.generated import carried_sessions
    from art7.codegen.kept import kept_project
    from art7.runtime.layers import layers_of
    from art7.runtime.seeker.sdk import Carriage, Sdk

    made = kept_project(
        read.specification, read.name, modules=read.modules, carried=carried_sessions(read.specification)
    )
    write_tree(state / "sdk", {path: text.encode() for path, text in made.items()}, force=True)
    rows = layers_of(read.specification).by_target.values()
    return Sdk(
        (state / "sdk").resolve(), [Carriage(r.carrier, r.slot, r.target, tuple(r.fixed)) for r in rows]
    )


def _beginning(read: GeneratorSource, protocol: str) -> str:
    """Return the role that begins: the first that can, else the first in which a person can say something."""
    found = next(
        p for m in read.modules for p in read.specification.modules[m].protocols if p.name == protocol
    )
    events = {
        role.name: {name for s in role.states for t in s.transitions for name in t.trigger.names}
        for role in found.roles
    }
    return next(
        name for wanted in ("begin", "say") for name, can in events.items() if wanted in can and "say" in can
    )


def _serve_page(session: Session, port: int) -> None:
    from art7.runtime.seeker.page import page_server

    try:
        server = page_server(session, port, secrets.token_urlsafe(32))
    except OSError as error:
        raise Unusable(f"the page could not start: {error.strerror}", "choose another --page") from None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    note(f"page: http://127.0.0.1:{server.server_address[1]}/")
