"""Vectors set upon mutants: those of a specification's generated codec, drawn, run and counted."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from art7.codegen.mutants.operators import Mutation, mutations
from art7.codegen.mutants.report import LONGER, UNREAD, Mutant, MutantReport
from art7.codegen.mutants.worker import DETOUR, INVALID, UNREACHED
from art7.codegen.names import package_names
from art7.codegen.project import generate_python, project_names
from art7.codegen.replay.files import VectorFile
from art7.codegen.replay.run import Question, questions
from art7.grammar.ir.module import Specification

_WORKER = (sys.executable, "-m", "art7.codegen.mutants.worker")


class MutantsFailed(Exception):
    """The worker ended without an answer: a fault of ours, or no system with forks."""


def run_mutants(
    spec: Specification,
    source: str,
    modules: Sequence[str],
    files: Iterable[VectorFile],
    *,
    sample: int = 0,
    seed: int = 7,
) -> MutantReport:
    """Return how many mutants of the codec of `modules` the vector files find.

    `sample` of them are drawn with `seed` where there are more (0: all are tried); same arguments, same mutants.
    Raises `MutantsFailed`.
    """
    package = project_names(source)[1]
    texts = {
        path.partition("/")[2]: text
        for path, text in generate_python(spec, source, vectors={}, modules=modules).items()
        if path.startswith(f"{package}/") and path.endswith(".py")
    }
    targets = _targets(spec, modules, texts)
    every = [each for path in targets for each in mutations(path, texts[path])]
    chosen = _drawn(every, sample, seed)
    asked = list(questions(files))
    report = MutantReport(source, len(every), seed, len({(q.file, q.vector["id"]) for q in asked}))
    rows = _worked(package, texts, targets, asked, chosen)
    report.failing = [_vector(asked[index]) for index in next(rows)["failing"]]
    for row in rows:
        if row["status"] != INVALID:
            question = row["question"]
            said = "" if question is None else _vector(asked[question])
            reason = {UNREACHED: UNREAD, DETOUR: LONGER}.get(row["status"], "")
            mutant = Mutant(chosen[row["index"]], row["status"], said, reason)
            (report.detours if row["status"] == DETOUR else report.mutants).append(mutant)
    return report


def _targets(spec: Specification, modules: Iterable[str], texts: dict[str, str]) -> list[str]:
    """Return the files that hold the codec of the modules: fast, careful, schedules, roles."""
    names = package_names(spec).modules
    made = [
        path
        for module in sorted(modules)
        for stem in [names[module]]
        for path in (f"{stem}.py", f"_{stem}_explain.py", f"{stem}_keys.py", f"{stem}_roles.py")
    ]
    return [path for path in made if path in texts]


def _drawn(every: list[Mutation], sample: int, seed: int) -> list[Mutation]:
    if not sample or len(every) <= sample:
        return every
    places = sorted(random.Random(seed).sample(range(len(every)), sample))
    return [every[place] for place in places]


def _vector(question: Question) -> str:
    return f"{question.file} {question.vector['id']} {question.op}"


def _worked(
    package: str,
    texts: dict[str, str],
    targets: list[str],
    asked: list[Question],
    chosen: list[Mutation],
) -> Iterator[dict[str, Any]]:
    job = {
        "package": package,
        "files": texts,
        "targets": targets,
        "questions": [asdict(question) for question in asked],
        "mutations": [asdict(each) for each in chosen],
    }
    done = subprocess.run(_WORKER, input=json.dumps(job).encode(), capture_output=True, check=False)
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise MutantsFailed(last or f"the worker ended with code {done.returncode}")
    for line in done.stdout.splitlines():
        yield json.loads(line)
