"""The corpus of faulty modules: what each must yield, what it yields, and whether its witnesses show it.

`tests/faults/<family>/<class>/<name>.a7` says in its first lines what must be found, one `// fault: CODE at L:C` for
each finding (all of them, no other), or `// clean`. Witnesses about messages are replayed by the interpreter. A ladder
is played by `play(ladder, specification)` of `fault_ladders.py`, a flow by `play(flow, specification)` of
`fault_flows.py`, both beside this file; they return `None` or what happened instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import corpus
from art7.grammar.diagnostics import Diagnostic, Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.vectors import check_vectors
from art7.prover.answers import Answer, Proof, Standing
from art7.prover.prove import prove
from art7.prover.replay import replay
from art7.prover.witnesses import Flow, Ladder, Witness

FOLDER = corpus.REPOSITORY / "tests" / "faults"
ENCODINGS = ("binary", "tls", "protobuf", "der", "cbor", "json", "xml", "text")

_FAULT = re.compile(r"// fault: (A7-[A-Z]\d{3}) at (\d+):(\d+)\s*$")
_ENCODING = re.compile(r"\b(?:encoding|as)\s+(" + "|".join(ENCODINGS) + r")\b")

Expected = list[tuple[str, int, int]]
"""Code, line and column of every finding, sorted."""


@dataclass(frozen=True, slots=True)
class FaultCase:
    """One module of the corpus."""

    path: Path
    text: str
    expected: Expected

    @property
    def kind(self) -> str:
        """Family and class."""
        return self.path.parent.relative_to(FOLDER).as_posix()

    @property
    def name(self) -> str:
        """What tests call it."""
        return f"{self.kind}/{self.path.stem}"

    @property
    def encodings(self) -> set[str]:
        """The encodings that it names."""
        return set(_ENCODING.findall(self.text))


def read_case(path: Path) -> FaultCase:
    """Return the module of a file; a first line that says neither `fault` nor `clean` is an error."""
    text = path.read_text(encoding="utf-8")
    expected: Expected = []
    for line in text.splitlines():
        found = _FAULT.match(line)
        if found is None:
            break
        expected.append((found[1], int(found[2]), int(found[3])))
    if not expected and text.splitlines()[0] != "// clean":
        raise ValueError(f"{path}: the first line is `// fault: CODE at L:C` or `// clean`")
    return FaultCase(path, text, sorted(expected))


def fault_cases() -> list[FaultCase]:
    """Return the corpus, sorted."""
    return [read_case(path) for path in sorted(FOLDER.glob("*/*/*.a7"))]


@dataclass(frozen=True, slots=True)
class Checked:
    """What `art7 check` would find, and the answers behind it."""

    specification: Specification
    findings: list[Diagnostic]
    answers: list[Answer]

    @property
    def places(self) -> Expected:
        """Code, line and column of every finding, sorted."""
        return sorted((found.code, found.span.line, found.span.column) for found in self.findings)


def check(text: str, file: str = "fault.a7") -> Checked:
    """Load a text, run its vectors and prove it, as `art7 check` does."""
    report = Report()
    specification = load_sources({file: text}, report)
    own = [module for module in specification.modules.values() if module.file == file]
    if not report.has_errors:
        for module in own:
            check_vectors(specification, module, report)
    proof = Proof() if report.has_errors else prove(specification, [module.name for module in own])
    return Checked(specification, [*report.diagnostics, *proof.findings()], proof.answers)


def unshown(checked: Checked) -> list[str]:
    """Return a line for each refuted answer that nothing shows: without a witness, or one that does otherwise."""
    told = []
    for answer in checked.answers:
        if answer.standing is Standing.REFUTED:
            why = "no witness" if answer.witness is None else play(answer.witness, checked.specification)
            if why is not None:
                told.append(f"{answer.subject}, {answer.question}: {why}")
    return told


def play(witness: Witness, specification: Specification) -> str | None:
    """Return `None` where a witness shows what it says, else what happened instead."""
    if isinstance(witness, Ladder | Flow):
        player = import_module("fault_ladders" if isinstance(witness, Ladder) else "fault_flows")
        told: str | None = player.play(witness, specification)
        return told
    return replay(witness, specification)
