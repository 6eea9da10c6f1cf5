"""One run of the program: signals, streams, and how every ending becomes an exit code.

Nothing that a command raises leaves here as a traceback. A fault of our own is told as that, with what to
send; the traceback goes to a file, and only when ART7_DEBUG=1 asks for it.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

from art7.cli.exits import ExitCode, Terminated, Unusable
from art7.cli.terminal import escaped, note

USAGE_LINES = 20

CODES = {
    "A7-R999": (
        "a fault of art7 itself",
        "The program failed in a way that no input should bring about; nothing half-written was left.",
        "Run again with ART7_DEBUG=1, read the report it names for what you would not share, and send it.",
    ),
}
"""Code → title, explanation, next step."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code; only a closed pipe ends the process itself."""
    _make_streams_safe()
    try:
        with _terminated_by_signal():
            code = _dispatch(arguments)
            _flush()
    except KeyboardInterrupt:
        note("interrupted")
        return ExitCode.INTERRUPTED
    except Terminated:
        note("terminated")
        return ExitCode.TERMINATED
    except BrokenPipeError:
        _die_of_closed_pipe()
    except Exception as error:
        return _report_fault(error, arguments)
    return code


def _dispatch(arguments: Sequence[str]) -> int:
    """Run the command; expected endings become exit codes here."""
    from art7.cli.application import application

    try:
        if "_ART7_COMPLETE" in os.environ:  # a shell asks for completions: click's own entry answers
            application.main(list(arguments), prog_name="art7")
        # Not `application.main`: it would end the process itself on a closed pipe and on Ctrl-C.
        with application.make_context("art7", list(arguments)) as context:
            result = application.invoke(context)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        _show_usage(error)
        return ExitCode.USAGE
    except Unusable as error:
        note(f"error: {error.message}")
        if error.help:
            note(f"  = help: {error.help}")
        return ExitCode.USAGE
    except OSError as error:
        if isinstance(error, BrokenPipeError) or _is_about_ourselves(error):
            raise
        where = f" {escaped(os.fsdecode(error.filename))}" if error.filename else ""
        note(f"error: {error.strerror or type(error).__name__}{where}")
        return ExitCode.USAGE
    return int(result) if isinstance(result, int) else ExitCode.CLEAN


def _is_about_ourselves(error: OSError) -> bool:
    """Whether a file of the installation is at fault, which the caller can do nothing about."""
    import art7

    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    return any(name.startswith(folder) for folder in art7.__path__)


def _show_usage(error: click.ClickException) -> None:
    """Print what was wrong with the call, in at most `USAGE_LINES` lines on standard error."""
    lines: list[str] = []
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and context is not None:
        lines = context.get_help().splitlines()
        if len(lines) > USAGE_LINES:
            lines = [*lines[: USAGE_LINES - 1], f"`{context.command_path} --help` shows the rest"]
    else:
        if context is not None:
            lines = [*context.get_usage().splitlines(), f"`{context.command_path} --help` explains them"]
        lines.append(f"error: {error.format_message()}")
    for line in lines[-USAGE_LINES:]:
        note(escaped(line))


@contextmanager
def _terminated_by_signal() -> Iterator[None]:
    """Let SIGTERM unwind the program, so that no half-written output keeps its temporary name."""

    def terminate(number: int, frame: FrameType | None) -> NoReturn:
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, terminate)
    except ValueError:  # not the main thread: the caller owns the signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _make_streams_safe() -> None:
    """Let any text be printed in any locale: what an encoding cannot say is shown as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _die_of_closed_pipe() -> NoReturn:
    """End as a Unix program does whose reader went away (`| head -1`): silently, by SIGPIPE."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)  # what is still buffered has nowhere to go
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
    os._exit(ExitCode.USAGE)


def _report_fault(error: Exception, arguments: Sequence[str]) -> int:
    """Say that the fault is ours, where it happened and what to send."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "unknown place"
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    from art7.grammar.version import __version__

    version = ".".join(map(str, sys.version_info[:3]))
    note(f"error[A7-R999]: art7 itself failed: {type(error).__name__} at {place}")
    note("  = this is a fault of art7, not of your input; no output was left half-written")
    note(f"  = art7 {__version__}, Python {version} on {sys.platform}, command {escaped(command[:40])}")
    if os.environ.get("ART7_DEBUG") == "1":
        note(f"  = report: {_write_traceback(error)}")
        note("  = help: read the report for what you would not share, then send it with a bug report")
    else:
        note("  = help: run again with ART7_DEBUG=1 for a report to send with a bug report")
    return ExitCode.INTERNAL


def _write_traceback(error: Exception) -> str:
    """Write the traceback to a new private file and return its name."""
    descriptor, name = tempfile.mkstemp(prefix="art7-report-", suffix=".txt")
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(traceback.format_exception(error))
    return name
