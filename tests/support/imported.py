"""Sources of other formats imported for tests: the module as `art7 import` prints it, what was found, and its executions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from art7.codegen.imports import import_source
from art7.grammar.diagnostics import Report, Severity
from art7.grammar.format import format_module
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from executions import InterpreterCodec

FILES = {"tls": "given.tls", "cddl": "given.cddl", "proto": "given.proto", "json-schema": "given.json"}


@dataclass(frozen=True)
class Given:
    """One import: the text laid out, and every finding as (code, line, column)."""

    text: str
    report: Report
    specification: Specification

    @property
    def found(self) -> list[tuple[str, int, int]]:
        return [(d.code, d.span.line, d.span.column) for d in self.report.diagnostics]

    @property
    def errors(self) -> list[str]:
        return [d.code for d in self.report.diagnostics if d.severity is Severity.ERROR]

    @property
    def notes(self) -> list[str]:
        return [d.code for d in self.report.diagnostics if d.severity is Severity.NOTE]

    def said(self, code: str) -> str:
        """All messages under a code."""
        return "\n".join(d.message for d in self.report.diagnostics if d.code == code)

    def codec(self) -> InterpreterCodec:
        return InterpreterCodec(self.specification)

    def decode(self, type: str, data: bytes, **params: Any) -> Any:
        """What is there of a message; absent members, null and empty `unknown` are left out."""
        return _there(self.codec().decode(f"given.{type}", data, **params).plain)

    def encode(self, type: str, value: Any, **params: Any) -> bytes:
        return self.codec().encode(f"given.{type}", value, **params)


def _there(value: Any) -> Any:
    if isinstance(value, dict):
        good = {key: _there(each) for key, each in value.items() if each is not None}
        return {key: each for key, each in good.items() if key != "unknown" or each}
    return [_there(each) for each in value] if isinstance(value, list) else value


def imported(
    form: str,
    source: str | bytes,
    *,
    file: str = "",
    use: tuple[str, ...] = (),
    files: dict[str, str] | None = None,
) -> Given:
    """Import a source; the module must check, be laid out in the one form, and list every finding."""
    report = Report()
    data = source.encode() if isinstance(source, str) else source
    others = {name: (name, text.encode()) for name, text in (files or {}).items()}
    made = import_source(form, data, file or FILES[form], report, name="given", use=use, reader=others.get)
    if not made.text:
        return Given("", report, Specification({}))
    text = format_module(made.text, "given.a7")
    assert format_module(text, "given.a7") == text
    own = Report()
    specification = load_sources({"given.a7": text}, own)
    assert not own.diagnostics, [f"{d.code} {d.span} {d.message}" for d in own.diagnostics]
    block = text[text.rindex("// ") if not report.diagnostics else text.index("// ----") :]
    for found in report.diagnostics:
        assert found.code in block and (not found.span.file or f"{found.span}: " in block)
    return Given(text, report, specification)


def squeezed(text: str) -> str:
    """A text with its white space folded, so that layout plays no part."""
    return " ".join(text.split())
