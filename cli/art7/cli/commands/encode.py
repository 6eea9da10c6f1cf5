"""`art7 encode`: octets from a value in JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.terminal import escaped, say
from art7.cli.wire_types import WireType, find_type, read_octets, read_params
from art7.grammar.diagnostics import Report

LEVELS = 128
"""The most levels of the JSON that is read."""


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Write one message from a value in JSON.",
    epilog="Examples: art7 encode RtpPacket packet.json > packet.bin; art7 encode RtpPacket packet.json --hex.",
)
@click.argument("type_name", metavar="TYPE")
@click.argument("file", required=False)
@click.option(
    "--hex", "as_hex", is_flag=True, help="Print hexadecimal; without it octets, except to a terminal."
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the message, such as a key.",
)
@click.option(
    "--module", "modules", multiple=True, metavar="PATH", help="Where to find TYPE, not the catalogue."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
@click.pass_obj
def command(
    settings: Settings,
    type_name: str,
    file: str | None,
    as_hex: bool,
    params: tuple[str, ...],
    modules: tuple[str, ...],
    form: str,
) -> int:
    """Write one message of TYPE from the JSON value in FILE (or standard input).

    Octets are lower-case hexadecimal in the value, integers beyond 2^53 decimal texts; members of enums may be named.
    The output of `art7 decode --format json` is taken too.
    """
    from art7.interpreter.encode import encode
    from art7.interpreter.errors import EncodeError

    report = Report()
    wire_type = find_type(type_name, modules, report)
    if wire_type is None:
        return print_report(report, form, settings)
    arguments = read_params(wire_type, params)
    if file is not None and file.lstrip()[:1] in ("{", "["):
        raise Unusable("found a value where its file is expected", "send it through a pipe, or name a file")
    value = read_value(wire_type, read_octets(file, None))
    try:
        octets = encode(wire_type.specification, wire_type.name, value, arguments)
    except EncodeError as error:
        say(_refusal(error, wire_type, form))
        return ExitCode.FINDINGS
    _print(octets, wire_type, form, as_hex)
    return ExitCode.CLEAN


def read_value(wire_type: WireType, text: bytes) -> Any:
    """Return the record's value that a JSON text spells. Raises: `Unusable` with the place."""
    from art7.interpreter.json_scanner import scan
    from art7.interpreter.refused_values import ValueRefused
    from art7.interpreter.tree_nodes import ScanRefused, plain
    from art7.interpreter.values import record_from_json

    try:
        value = plain(scan(text, 0, len(text), LEVELS))
    except ScanRefused as refusal:
        raise Unusable(
            f"the value is no JSON: {refusal.code} at octet {refusal.offset}",
            f"expected {escaped(refusal.expected)}, found {escaped(refusal.got)}",
        ) from None
    if isinstance(value, dict) and value.get("ok") is True and {"type", "value", "consumed"} <= set(value):
        value = value["value"]
    try:
        return record_from_json(wire_type.specification, wire_type.record, value)
    except ValueRefused as refusal:
        where = f"`{escaped(refusal.path)}`" if refusal.path else "the value"
        raise Unusable(
            f"{where} is not what {wire_type.name} has there",
            f"expected {escaped(refusal.expected)}, found {escaped(refusal.got)}",
        ) from None


def _refusal(error: Any, wire_type: WireType, form: str) -> str:
    from art7.interpreter.dump import refusal, refusal_to_json

    if form == "json":
        return json.dumps({"ok": False, "type": wire_type.name, **refusal_to_json(error)}, indent=2)
    return "encode " + refusal(wire_type.specification, wire_type.name, error, b"")


def _print(octets: bytes, wire_type: WireType, form: str, as_hex: bool) -> None:
    if form == "json":
        say(json.dumps({"ok": True, "type": wire_type.name, "bytes": octets.hex()}, indent=2))
    elif as_hex or sys.stdout.isatty():
        say(octets.hex())
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(octets)
        sys.stdout.buffer.flush()
