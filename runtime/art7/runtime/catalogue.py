"""Catalogue modules that components of the runtime execute."""

from __future__ import annotations

from functools import cache

from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from art7.interpreter.prepare import Interpreter


@cache
def catalogue_interpreter(*modules: str) -> Interpreter:
    """Return the interpreter of catalogue modules, which must be all that they use."""
    report = Report()
    texts = (catalogue_text(name) for name in modules)
    specification = load_sources(dict(each for each in texts if each is not None), report)
    assert not report.has_errors, "the catalogue is tested whole"
    return Interpreter(specification)
