"""The exit codes of every command, and the exceptions that lead to them."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a caller can tell from the exit code alone."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INTERNAL = 3
    INTERRUPTED = 130
    TERMINATED = 143


class Unusable(Exception):
    """The input or output cannot be used as asked: exit code 2 with one line and a next step."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class Terminated(BaseException):
    """SIGTERM arrived. Not an `Exception`, so that only clean-up sees it on its way out."""
