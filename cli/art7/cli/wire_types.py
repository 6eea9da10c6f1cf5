"""What `decode` and `encode` share: the type by name, its parameters, the octets to read."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from art7.cli.exits import Unusable
from art7.cli.terminal import escaped
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Record
from art7.grammar.ir.shape import Boolean, Integer, Octets, Shape
from art7.grammar.untrusted import read_file

MOST_OCTETS = 64 << 20
_DECLARED = re.compile(r"^\s*(?:message|struct)\s+([A-Za-z_][A-Za-z0-9_]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class WireType:
    """A record of a loaded specification."""

    specification: Specification
    record: Record

    @property
    def name(self) -> str:
        """The qualified name."""
        return self.record.name


def find_type(name: str, paths: Sequence[str], report: Report) -> WireType | None:
    """Return the type `name`, qualified or a unique end of it, of the modules at `paths` or of the catalogue.

    `None` when the modules have errors, which the report then holds. Raises: `Unusable` for no such type or several.
    """
    specification = _load_paths(paths, report) if paths else _load_catalogue(name, report)
    if report.has_errors:
        return None
    records = {record.name: record for module in specification.modules.values() for record in module.records}
    matching = sorted(found for found in records if found == name or found.endswith("." + name))
    exact = [found for found in matching if found == name]
    # A lifted body (`ietf.stun.Attribute.Address`) gives way to what the text itself names.
    named = [found for found in matching if records[found].kind != "inline"]
    for candidates in (exact, named, matching):
        if len(candidates) == 1:
            return WireType(specification, records[candidates[0]])
        if candidates:
            several = ", ".join(f"`{found}`" for found in candidates[:6])
            raise Unusable(f"several types are called `{escaped(name[:80])}`", f"write one of {several}")
    raise _unknown(name, sorted(records))


def _load_paths(paths: Sequence[str], report: Report) -> Specification:
    from art7.cli.module_files import read_modules
    from art7.grammar.load import load_sources

    return load_sources(read_modules(paths, report), report)


def _load_catalogue(name: str, report: Report) -> Specification:
    """Load those modules of the catalogue that declare a type of this name, and what they use."""
    from art7.grammar.catalogue import catalogue_modules, catalogue_text
    from art7.grammar.load import load_sources

    texts: dict[str, bytes] = {}
    known: list[str] = []
    for module in catalogue_modules():
        found = catalogue_text(module)
        if found is None:
            continue
        declared = [f"{module}.{n}" for n in _DECLARED.findall(found[1].decode("utf-8", "replace"))]
        known += declared
        if name.startswith(module + ".") or any(full.endswith("." + name) for full in declared):
            texts[found[0]] = found[1]
    if not texts:
        raise _unknown(name, known)
    return load_sources(texts, report)


def _unknown(name: str, known: list[str]) -> Unusable:
    short = {full.rpartition(".")[2]: full for full in known if "<" not in full}
    folded = {one.lower(): full for one, full in [*short.items(), *((full, full) for full in known)]}
    near = difflib.get_close_matches(name.lower()[:80], folded, 1, 0.5)
    hint = f"did you mean `{folded[near[0]]}`?" if near else "name a type of the catalogue, or give --module"
    return Unusable(f"no such type: `{escaped(name[:80])}`", hint)


def read_params(wire_type: WireType, given: Sequence[str]) -> dict[str, Any]:
    """Return parameters from `name=value`: hexadecimal or `text:…` for octets, digits, `true`, `false`, a text.

    Raises: `Unusable` for another form, an unknown name or one given twice.
    """
    shapes = {param.name: param.shape for param in wire_type.record.params if not param.implicit}
    found: dict[str, Any] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or name not in shapes or name in found:
            known = ", ".join(f"`{known}`" for known in shapes) or "none"
            raise Unusable(f"--param {escaped(one[:40])} is not `name=value`", f"its parameters: {known}")
        found[name] = _param(shapes[name], name, value)
    return found


def _param(shape: Shape, name: str, value: str) -> Any:
    try:
        match shape:
            case Octets() if value.startswith("text:"):
                return value.removeprefix("text:").encode("utf-8")
            case Octets():
                return bytes.fromhex(value.removeprefix("hex:"))
            case Integer():
                return int(value[:100], 0)
            case Boolean():
                return {"true": True, "false": False}[value]
            case _:
                return value
    except (ValueError, KeyError):
        raise Unusable(
            f"--param {escaped(name)} has a value of another kind",
            "octets as hexadecimal or `text:…`, integers as digits, `true` or `false`",
        ) from None


def read_octets(file: str | None, hexadecimal: str | None) -> bytes:
    """Return the octets of `--hex`, of a file, or of standard input. Raises: `Unusable`."""
    if hexadecimal is not None:
        if file is not None:
            raise Unusable("both a file and --hex are given", "give one of them")
        try:
            return bytes.fromhex("".join(hexadecimal.split()))
        except ValueError:
            raise Unusable(
                "--hex is not pairs of hexadecimal digits", "for example --hex '00 01 ff'"
            ) from None
    if file is None or file == "-":
        return _bounded(sys.stdin.buffer.read(MOST_OCTETS + 1), "standard input")
    report = Report()
    octets = read_file(file, report, most=MOST_OCTETS)
    if octets is None:
        why = report.diagnostics[0]
        raise Unusable(f"`{escaped(file)}`: {escaped(why.message)}", why.help)
    return octets


def _bounded(octets: bytes, name: str) -> bytes:
    if len(octets) > MOST_OCTETS:
        raise Unusable(f"`{escaped(name)}` has more than {MOST_OCTETS} octets", "give one message alone")
    return octets
