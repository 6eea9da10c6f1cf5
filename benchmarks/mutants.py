"""`python -m benchmarks.mutants [count] [module …]`: how many mutants of each module's generated codec its vectors find."""

from __future__ import annotations

import sys

from art7.codegen.mutants.report import MutantReport, report_text
from art7.codegen.mutants.run import run_mutants
from art7.codegen.replay.files import read_vectors
from art7.codegen.vectors.generate import generate_vectors, vector_file_text
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources

COUNT = 60
"""Mutants of one module."""
GOAL = 0.9
"""The share that shall be found of all."""


def measure(name: str, count: int) -> MutantReport | None:
    """Return what the generated vectors of a catalogue module find; `None` for one that has no codec."""
    report = Report()
    found = catalogue_text(name)
    assert found is not None, "a module of the catalogue"
    spec = load_sources({found[0]: found[1]}, report)
    made = generate_vectors(spec, [name])
    read = [read_vectors(path, vector_file_text(content).encode(), report) for path, content in made.items()]
    files = [file for file in read if file is not None]
    return run_mutants(spec, name, [name], files, sample=count) if files else None


def main() -> int:
    """Print a row for each module and every survivor; the exit code is 1 below the goal."""
    words = sys.argv[1:]
    count = int(words.pop(0)) if words and words[0].isdigit() else COUNT
    killed = tried = 0
    survivors: list[str] = []
    print(f"{'module':28} found  tried  share  vectors  detours")
    for name in words or sorted(catalogue_modules()):
        report = measure(name, count)
        if report is None:
            continue
        killed, tried = killed + report.killed, tried + len(report.mutants)
        survivors += [f"{name}: {line}" for line in report_text(report) if ":" in line.partition(" ")[0]]
        row = f"{report.killed:5}  {len(report.mutants):5}  {report.rate:5.0%}"
        print(f"{name:28} {row}  {report.vectors:7}  {len(report.detours):7}", flush=True)
    print(f"{'all':28} {killed:5}  {tried:5}  {killed / max(tried, 1):5.1%}")
    print("\n".join(survivors))
    return 0 if killed >= GOAL * tried else 1


if __name__ == "__main__":
    sys.exit(main())
