"""One question after the other: in plain Python first, in a child process with z3 where that does not settle it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from art7.prover.budget import Budget
from art7.prover.solver import terms as t
from art7.prover.solver.search import SAT, UNKNOWN, UNSAT, Result, solve
from art7.prover.solver.smt import Question
from art7.prover.solver.terms import Formula

MEBIBYTES = 1024
"""Memory of the child."""
_CHILD = Path(__file__).with_name("child.py")


def has_z3() -> bool:
    """Whether the extra is installed."""
    return find_spec("z3") is not None


def ask(formulas: Iterable[Formula], budget: Budget) -> Result:
    """Return whether formulas can all hold; `unknown` when neither the search nor z3 could tell in time."""
    wanted = list(formulas)
    if budget.left <= 0:
        return Result(UNKNOWN)
    until = budget.clock() + budget.left / 2
    found = solve(wanted, is_over=lambda: budget.clock() > until)
    if found.standing != UNKNOWN or budget.left <= 0 or not has_z3():
        return found
    return _ask_child(wanted, budget.left)


def _ask_child(formulas: list[Formula], seconds: float) -> Result:
    try:
        question = Question(formulas)
        text = question.text
    except (ValueError, RecursionError):
        return Result(UNKNOWN)
    command = [sys.executable, "-I", str(_CHILD)]
    text = f"{MEBIBYTES} {int(seconds) + 2}\n{text}"
    try:
        ran = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=seconds, check=False, close_fds=True
        )
    except (subprocess.TimeoutExpired, OSError):
        return Result(UNKNOWN)  # `run` has killed the child
    return _read(ran.stdout.split("\n"), question, formulas)


def _read(lines: list[str], question: Question, formulas: list[Formula]) -> Result:
    """Believe a model only when it fits: the child's words are a hint, not a proof."""
    if lines[0] == UNSAT:
        return Result(UNSAT)
    if lines[0] != SAT:
        return Result(UNKNOWN)
    model: t.Model = {}
    for line in lines[1:]:
        name, _, number = line.partition(" ")
        if name in question.variables:
            model[question.variables[name]] = int(number)
    return Result(SAT, model) if all(t.holds(each, model) for each in formulas) else Result(UNKNOWN)
