"""Docstrings of generated code: sentences of the specification, escaped and wrapped."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from functools import lru_cache

from art7.grammar.ir.module import Module

_WIDTH = 100


@lru_cache(4096)
def safe(text: str) -> str:
    """Return `text` fit to stand between triple double quotes: one line, printable, nothing that ends it."""
    flat = " ".join(text.split())
    shown = flat
    if not flat.isprintable():
        shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in flat)
    return shown.replace("\\", "\\\\").replace('"""', "'''").strip()


def cited(doc: str, refs: Iterable[str], otherwise: str) -> str:
    """Return one sentence of documentation with its clauses in brackets."""
    text = safe(doc) or otherwise
    clauses = ", ".join(safe(ref) for ref in refs)
    if not clauses:
        return text if text.endswith((".", "!", "?")) else f"{text}."
    return f"{text.rstrip('.')} ({clauses})."


def docstring(first: str, rows: Iterable[str] = (), pad: str = "") -> str:
    """Return a docstring: a sentence, then rows (already escaped), at indentation `pad`."""
    return _docstring(first, tuple(rows), pad)


@lru_cache(512)
def _docstring(first: str, body: tuple[str, ...], pad: str) -> str:
    width = _WIDTH - len(pad)
    lines = [first] if len(first) <= width - 3 else textwrap.wrap(first, width - 3)
    if len(lines) == 1 and not body:
        text = lines[0]
        return f'{pad}"""{text}{" " if text.endswith(chr(34)) else ""}"""'
    out = [f'{pad}"""{lines[0]}', *(f"{pad}{line}" for line in lines[1:])]
    if body:
        out.append("")
        for row in body:
            short = len(row) <= width
            wrapped = [row] if short else _broken(row, width)
            out += [f"{pad}{line}" if line else "" for line in wrapped]
    return "\n".join(out) + f'\n{pad}"""'


def _broken(row: str, width: int) -> list[str]:
    """Return a row as lines, those after the first further in."""
    words = row.split(" ")
    if "-" in row or max(map(len, words)) > width - 4:
        return textwrap.wrap(row, width, subsequent_indent="    ")
    lines, line = [], words[0]
    for word in words[1:]:
        if len(line) + len(word) < width:
            line = f"{line} {word}"
        else:
            lines.append(line)
            line = f"    {word}"
    return [*lines, line]


def module_docstring(module: Module) -> str:
    """Return the docstring of a generated module: what it is, its a7 name and version."""
    first = cited(module.doc, module.refs, f"Codecs of {safe(module.name)}")
    return docstring(first, [f"Made from `{safe(module.name)}` version {safe(module.version)}. Do not edit."])


FUTURE = """\
# Signatures are typed throughout. In bodies pyright does not follow what a tag says of another member.
# pyright: basic, reportArgumentType=false, reportGeneralTypeIssues=false
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false

from __future__ import annotations"""
"""What stands in a module after its docstring."""
