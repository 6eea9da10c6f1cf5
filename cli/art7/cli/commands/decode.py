"""`art7 decode`: one message, every field with its place, or the refusal with what was read before."""

from __future__ import annotations

import json
from typing import Any

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode
from art7.cli.findings import print_report
from art7.cli.terminal import say
from art7.cli.wire_types import WireType, find_type, read_octets, read_params
from art7.grammar.diagnostics import Report


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Read one message and show every field, or why it is refused.",
    epilog="Examples: art7 decode StunMessage request.bin; art7 decode RtpPacket --hex '80600001 00000010 deadbeef'; "
    "art7 decode StunMessage request.bin --param key=text:secret --format json.",
)
@click.argument("type_name", metavar="TYPE")
@click.argument("file", required=False)
@click.option("--hex", "hexadecimal", metavar="HEX", help="The octets themselves, instead of a file.")
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
@click.option("--prefix", is_flag=True, help="Octets may be left after the message.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
@click.pass_obj
def command(
    settings: Settings,
    type_name: str,
    file: str | None,
    hexadecimal: str | None,
    params: tuple[str, ...],
    modules: tuple[str, ...],
    prefix: bool,
    form: str,
) -> int:
    """Read one message of TYPE from FILE (or standard input), annotated octet by octet.

    TYPE is a qualified name (ietf.stun.StunMessage) or a unique end of one (StunMessage).
    """
    from art7.interpreter.decode import decode
    from art7.interpreter.errors import DecodeError

    report = Report()
    wire_type = find_type(type_name, modules, report)
    if wire_type is None:
        return print_report(report, form, settings)
    arguments = read_params(wire_type, params)
    octets = read_octets(file, hexadecimal)
    try:
        decoded = decode(wire_type.specification, wire_type.name, octets, arguments, prefix=prefix)
    except DecodeError as error:
        say(_refusal_json(error, wire_type) if form == "json" else _refusal_text(error, wire_type, octets))
        return ExitCode.FINDINGS
    _note_spelling(decoded, wire_type, octets, arguments)
    say(_json(decoded, wire_type) if form == "json" else _text(decoded, wire_type, octets))
    return ExitCode.CLEAN


def _note_spelling(decoded: Any, wire_type: WireType, octets: bytes, arguments: dict[str, Any]) -> None:
    """Add a note where art7 would write the same value otherwise."""
    from art7.interpreter.canonical import canonical_note
    from art7.interpreter.shared import interpreter_of

    interpreter = interpreter_of(wire_type.specification)
    note = canonical_note(interpreter, wire_type.name, octets, decoded, arguments)
    if note is not None:
        decoded.notes = (*decoded.notes, note)


def _text(decoded: Any, wire_type: WireType, octets: bytes) -> str:
    from art7.interpreter.dump import dump, notes

    head = f"{wire_type.name}: {decoded.consumed} octets"
    left = len(octets) - decoded.consumed
    lines = [head + (f", {left} more follow" if left else "")]
    lines.append(dump(wire_type.specification, decoded.tree, octets))
    return "\n".join([*lines, *notes(decoded.notes, decoded.unverified)])


def _refusal_text(error: Any, wire_type: WireType, octets: bytes) -> str:
    from art7.interpreter.dump import explain

    return "decode " + explain(wire_type.specification, wire_type.name, error, octets)


def _json(decoded: Any, wire_type: WireType) -> str:
    from art7.interpreter.dump import node_to_json
    from art7.interpreter.values import record_to_json

    value = record_to_json(wire_type.specification, wire_type.record, decoded.value)
    answer = {
        "ok": True,
        "type": wire_type.name,
        "value": value,
        "consumed": decoded.consumed,
        "unverified": list(dict.fromkeys(decoded.unverified)),
        "notes": [
            {
                "level": n.level,
                "requirement": n.requirement,
                "path": n.path,
                "offset": n.offset,
                "message": n.message,
            }
            for n in decoded.notes
        ],
        "fields": node_to_json(decoded.tree).get("fields", []),
    }
    return json.dumps(answer, indent=2)


def _refusal_json(error: Any, wire_type: WireType) -> str:
    from art7.interpreter.dump import node_to_json, refusal_to_json

    answer = {"ok": False, "type": wire_type.name, **refusal_to_json(error)}
    tree = error.tree
    answer["fields"] = [] if tree is None else node_to_json(tree).get("fields", [])
    return json.dumps(answer, indent=2)
