"""Tokens and identities as regular expressions."""

from __future__ import annotations

from typing import Any

from art7.grammar.passes.scopes import Entity


def entity_pattern(module: Any, entity: Entity) -> str | None:
    """Return the regular expression of a token or identity."""
    return None
