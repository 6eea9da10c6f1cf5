"""Libraries of the extra `calls`, loaded when they are needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from art7.runtime.sessions.refusals import SessionRefused


def library(name: str) -> Any:
    """Return a module of the extra. Raises: `SessionRefused` with `no_library` where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        raise SessionRefused("no_library", f"{name}: pip install 'art7[calls]'", "none") from None
