"""What a rule is: a code, a clause, a function over the offer, and a docstring that is its published page.

A rule lives alone in `rules/<family>/<rule_name>.py`. Its docstring holds `Why:`, `Bad:` and `Good:`; the
examples are patches to the smallest good offer and are run as tests: Bad gives exactly this code, Good
gives nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from art7.grammar.diagnostics import Diagnostic, Related, Span
from art7.validator.evidence import Cause

if TYPE_CHECKING:
    from art7.validator.offer import Offer


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: one phrase and its place; `obligations` narrows those of the rule."""

    message: str
    span: Span
    help: str | None = None
    related: tuple[Related, ...] = ()
    obligations: tuple[str, ...] = ()


RuleFunction: TypeAlias = "Callable[[Offer], Iterator[Finding]]"


@dataclass(frozen=True, slots=True)
class Page:
    """The published page of a rule."""

    summary: str
    why: str
    bad: str
    good: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of the offer.

    `obligations` are the duties that it bears on; `defeats` says that a finding means "not met", else
    "partly met". `seen_as` names the finding of practice (`F-22`) that it detects.
    """

    code: str
    name: str
    family: str
    clause: str
    obligations: tuple[str, ...]
    seen_as: tuple[str, ...]
    defeats: bool
    cause: Cause
    page: Page
    find: RuleFunction

    def diagnose(self, finding: Finding) -> Diagnostic:
        """Return the finding in the form that every room prints."""
        return Diagnostic(
            self.code, finding.message, finding.span, finding.help, self.clause, tuple(finding.related)
        )


def rule(
    code: str,
    *,
    clause: str,
    obligation: str | tuple[str, ...],
    finding: str | tuple[str, ...] = (),
    defeats: bool = True,
    cause: Cause = "gatekeeper text",
) -> Callable[[RuleFunction], Rule]:
    """Make a rule of a generator function; its name and family come from where it stands."""

    def make(function: RuleFunction) -> Rule:
        module = function.__module__.split(".")
        assert module[-1] == function.__name__, f"{function.__name__} stands in {module[-1]}.py"
        return Rule(
            code=code,
            name=function.__name__,
            family=module[-2],
            clause=clause,
            obligations=(obligation,) if isinstance(obligation, str) else obligation,
            seen_as=(finding,) if isinstance(finding, str) else finding,
            defeats=defeats,
            cause=cause,
            page=read_page(inspect.getdoc(function) or ""),
            find=function,
        )

    return make


def read_page(docstring: str) -> Page:
    """Cut a docstring into its parts; raises `ValueError` when one is missing."""
    parts: dict[str, list[str]] = {"": []}
    current = ""
    for line in docstring.splitlines():
        head, _, rest = line.partition(":")
        if head in ("Why", "Bad", "Good"):
            current = head
            parts[current] = [rest.strip()] if rest.strip() else []
        else:
            parts[current].append(line)
    if missing := [part for part in ("Why", "Bad", "Good") if not "".join(parts.get(part, ())).strip()]:
        raise ValueError(f"a rule's docstring lacks {', '.join(missing)}")
    texts = {name: inspect.cleandoc("\n" + "\n".join(lines)).strip() for name, lines in parts.items()}
    return Page(texts[""], " ".join(texts["Why"].split()), texts["Bad"], texts["Good"])
