"""The process that asks z3: reads one question as text, writes the answer as text, and knows nothing else.

The first line says how many mebibytes and seconds of the processor it may take, the rest is the question. The answer is
`sat` with a line `name number` for each constant, `unsat`, or `unknown`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def limited(mebibytes: int, seconds: int) -> None:
    """Bound what this process may take, where the system can."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, mebibytes << 20), (resource.RLIMIT_CPU, seconds)):
        resource.setrlimit(kind, (most, most))


def answer(text: str) -> str:
    """Return the answer to a question in SMT-LIB 2."""
    z3: Any = import_module("z3")
    solver = z3.SolverFor("QF_BV")
    solver.from_string(text)
    found = str(solver.check())
    if found != "sat":
        return found
    model = solver.model()
    lines = [f"{each.name()} {model[each].as_signed_long()}" for each in model.decls()]
    return "\n".join(["sat", *lines])


def main() -> None:
    """Answer what stands on the first descriptor, on the second: this process has no other reader or writer."""
    with open(0, encoding="ascii") as question:
        mebibytes, seconds = question.readline().split()
        limited(int(mebibytes), int(seconds))
        text = question.read()
    try:
        found = answer(text)
    except ImportError:
        found = "absent"
    except Exception:
        found = "unknown"  # out of memory, or a question that z3 does not take: nothing was decided
    with open(1, "w", encoding="ascii") as told:
        told.write(found + "\n")


if __name__ == "__main__":
    main()
