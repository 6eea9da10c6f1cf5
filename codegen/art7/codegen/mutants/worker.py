"""The child that runs vectors against mutants: `python -m art7.codegen.mutants.worker`, a job in, JSON lines out.

The package is imported once; every mutant is a fork of that, with a limit on time and memory, in which one function has
other code. A fork that does not end, or falls, is a mutant found.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any

from art7.codegen.mutants.operators import Mutation
from art7.codegen.mutants.program import Package, changed_code, function_at
from art7.codegen.replay.run import Question, judge

_FORKS = multiprocessing.get_context("fork")

MEMORY = 768 << 20
"""Octets of address space that a mutant may take beyond what the worker has."""
LEAST_SECONDS = 1.0
"""What a mutant may take at least; more where the vectors take long."""
SLOWER = 10
"""How many times as long as the codec without fault a mutant may take."""
SURVIVED, UNREACHED, INVALID, DETOUR = "survived", "unreached", "invalid", "detour"
WATCHED = 40
"""How many of the questions that come to a mutant are watched for taking a longer way."""


class Bench:
    """A package, the questions that vectors ask of it, and which lines each question comes to."""

    def __init__(self, package: Package, questions: list[Question], targets: frozenset[str]) -> None:
        self.package = package
        self.questions = questions
        self.adapter = package.import_module("adapter")
        self.failing = [index for index, question in enumerate(questions) if self._fails(question)]
        start = time.process_time()
        for question in questions:
            self._fails(question)
        self.seconds = max(LEAST_SECONDS, SLOWER * (time.process_time() - start))
        self.reached = self._lines(targets)

    def _fails(self, question: Question) -> str:
        reply = self.adapter.answer(question.request)
        return judge(question, reply) or _steps(question.vector, reply)

    def _lines(self, targets: frozenset[str]) -> dict[tuple[str, int], list[int]]:
        """Return (file, line) → indices of the questions in whose answer it runs."""
        reached: dict[tuple[str, int], list[int]] = {}
        for index, question in enumerate(self.questions):
            seen: set[tuple[str, int]] = set()

            def inside(frame: Any, event: str, _: Any, seen: set[tuple[str, int]] = seen) -> Any:
                seen.add((frame.f_code.co_filename, frame.f_lineno))
                return inside

            def outside(frame: Any, event: str, _: Any, inside: Any = inside) -> Any:
                return inside(frame, event, None) if frame.f_code.co_filename in targets else None

            sys.settrace(outside)
            try:
                self._fails(question)
            finally:
                sys.settrace(None)
            for place in seen:
                reached.setdefault(place, []).append(index)
        return reached

    def coming(self, mutation: Mutation) -> list[int]:
        """Return the questions that come to the mutated statement; all of them for a table."""
        if not mutation.function:
            return list(range(len(self.questions)))
        found: set[int] = set()
        for line in range(mutation.first, mutation.last + 1):
            found.update(self.reached.get((mutation.file, line), ()))
        return sorted(found)

    def verdict(self, mutation: Mutation) -> tuple[str, int | None]:
        """Return what became of a mutant, and the question that found it."""
        coming = self.coming(mutation)
        if not coming:
            return UNREACHED, None
        reading, writing = _FORKS.Pipe(duplex=False)
        child = _FORKS.Process(target=self._in_child, args=(mutation, coming, writing))
        child.start()
        writing.close()
        with reading:
            return self._awaited(child, reading)

    def _awaited(self, child: ForkProcess, reading: Connection) -> tuple[str, int | None]:
        """Read a fork's one line; one that says nothing in its time has hung or fallen."""
        ready = reading.poll(20 * self.seconds)
        try:
            said = reading.recv_bytes(4096) if ready else b""
        except (EOFError, OSError):
            said = b""
        if not ready:
            child.kill()
        child.join()
        if said:
            word, _, number = said.decode("ascii").partition(" ")
            return word, int(number) if number else None
        out_of_time = not ready or child.exitcode == -signal.SIGPROF
        return ("timeout" if out_of_time else "crash"), None

    def _in_child(self, mutation: Mutation, coming: list[int], writing: Connection) -> None:
        try:
            said = self._run(mutation, coming)
        except MemoryError:
            said = "memory"
        except BaseException as error:
            said = f"raised-{type(error).__name__}"
        writing.send_bytes(said.encode("ascii", "replace"))

    def _run(self, mutation: Mutation, coming: list[int]) -> str:
        _limit(self.seconds)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        before = (
            {index: self._calls(index) for index in coming[-WATCHED:]} if mutation.kind != "refusal" else {}
        )
        try:
            self._install(mutation)
        except SyntaxError:
            return INVALID
        for index in coming:
            if self._fails(self.questions[index]):
                return f"killed {index}"
        longer = any(self._calls(index) > calls for index, calls in before.items())
        return DETOUR if longer else SURVIVED

    def _calls(self, index: int) -> int:
        """How many functions are called to answer a question."""
        count = 0

        def called(frame: Any, event: str, argument: Any) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(called)
        try:
            self._fails(self.questions[index])
        finally:
            sys.setprofile(None)
        return count

    def _install(self, mutation: Mutation) -> None:
        source = self.package.text(mutation.file).encode()
        if mutation.function:
            module = self.package.import_module(mutation.file.removesuffix(".py").replace("/", "."))
            function_at(module, mutation.function).__code__ = changed_code(source, mutation)
            return
        text = source[: mutation.start] + mutation.replacement.encode() + source[mutation.end :]
        compile(text, mutation.file, "exec", dont_inherit=True)
        self.package.replace(mutation.file, text.decode())
        self.package.forget()
        self.adapter = self.package.import_module("adapter")


def _steps(vector: dict[str, Any], reply: dict[str, Any]) -> str:
    """A generated schedule shows every step, in order; programs of others may show fewer."""
    wanted = [step["name"] for step in vector.get("steps", ())]
    shown = [step["name"] for step in reply.get("steps", ())]
    return "" if wanted == shown or not wanted else "other steps"


def _limit(seconds: float) -> None:
    """Let the process end after so much work, and not grow without end."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    with open("/proc/self/statm", encoding="ascii") as said:
        taken = int(said.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def verdicts(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what the codec without fault does, then what became of each mutant, in order."""
    package = Package(job["package"], job["files"])
    questions = [Question(**row) for row in job["questions"]]
    bench = Bench(package, questions, frozenset(job["targets"]))
    yield {"failing": bench.failing}
    gc.collect()
    gc.freeze()
    for index, row in enumerate(job["mutations"]):
        status, question = bench.verdict(Mutation(**row))
        yield {"index": index, "status": status, "question": question}


def main() -> None:
    """Read a job from the first descriptor, answer on the second: this process has no other reader or writer."""
    with open(0, encoding="utf-8") as job, open(1, "w", encoding="utf-8") as told:
        for row in verdicts(json.load(job)):
            told.write(json.dumps(row) + "\n")
            told.flush()


if __name__ == "__main__":
    main()
