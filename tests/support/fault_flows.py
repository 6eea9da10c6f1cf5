"""Flows of secrets played: each claim is computed by the interpreter."""

from __future__ import annotations

from art7.grammar.ir.module import Specification
from art7.prover.secrets.shown import shown
from art7.prover.witnesses import Flow


def play(flow: Flow, specification: Specification) -> str | None:
    """Return `None` where a flow shows what it says, else what came out instead."""
    return shown(flow, specification)
