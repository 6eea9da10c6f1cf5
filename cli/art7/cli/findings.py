"""Options and output that every command with findings shares: `--format`, the report, the exit code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from art7.cli.application import Settings
from art7.cli.exits import ExitCode
from art7.cli.terminal import say
from art7.grammar.diagnostics import Report

FORMATS = ("text", "json", "jsonl", "sarif", "junit", "github", "markdown")

UNREADABLE = frozenset({"A7-B030", "A7-B031", "A7-B032", "A7-B033", "A7-P018"})
"""Codes that say nothing about an offer: there was nothing to read, or it could not be read."""

F = TypeVar("F", bound=Callable[..., Any])


def format_option(function: F) -> F:
    """Add `--format`, handed in as `form`."""
    return click.option(
        "--format", "form", type=click.Choice(FORMATS), default="text", help="Form of the findings."
    )(function)


def print_report(report: Report, form: str, settings: Settings) -> ExitCode:
    """Print the findings and return the exit code that they mean."""
    from art7.grammar.frames import render

    text = render(report, form, colour=settings.colours_output, plain=settings.plain)
    if text:
        say(text.rstrip("\n"))
    if form == "text" and not settings.quiet and not report.diagnostics:
        say("no findings")
    return exit_code(report)


def exit_code(report: Report) -> ExitCode:
    """Return 0 without errors, 2 when all of them are about unreadable input, else 1."""
    codes = {found.code for found in report.errors()}
    if not codes:
        return ExitCode.CLEAN
    return ExitCode.USAGE if codes <= UNREADABLE else ExitCode.FINDINGS
