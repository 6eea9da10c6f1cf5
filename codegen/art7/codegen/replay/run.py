"""Run vectors against an adapter and say, one by one, what came of them.

A vector with `bytes` is decoded; a valid one without the flag `decode-only` is encoded as well and must give
the same octets. One with a `value` and no `bytes` is encoded. Schedules are derived, roles stepped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.codegen.replay.adapter import Adapter, AdapterFailure
from art7.codegen.replay.files import VectorFile
from art7.codegen.replay.values import difference

RESTARTS = 3
"""How often a crashed, hung or babbling adapter is started again before the rest is not run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request. `status`: `passed`, `failed`, `unsupported` or `not-run`."""

    file: str
    type: str
    vector: int
    op: str
    status: str
    message: str = ""
    comment: str = ""


@dataclass(slots=True)
class ReplayReport:
    """All outcomes of one adapter; `cannot_run` is its reason when it did not run at all."""

    adapter: str
    outcomes: list[Outcome] = field(default_factory=list)
    cannot_run: str | None = None
    described: Any = None

    def counts(self) -> dict[str, int]:
        """Return how many outcomes there are of each status."""
        found = Counter(outcome.status for outcome in self.outcomes)
        return {status: found[status] for status in ("passed", "failed", "unsupported", "not-run")}

    def failures(self) -> Iterator[Outcome]:
        """Yield what did not pass."""
        return (outcome for outcome in self.outcomes if outcome.status in ("failed", "not-run"))

    @property
    def clean(self) -> bool:
        """Whether it ran, something passed, and nothing failed or was left out."""
        counts = self.counts()
        return (
            self.cannot_run is None
            and not counts["failed"]
            and not counts["not-run"]
            and counts["passed"] > 0
        )

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "adapter": self.adapter,
            "cannot_run": self.cannot_run,
            "counts": self.counts(),
            "outcomes": [
                {
                    "file": o.file,
                    "type": o.type,
                    "vector": o.vector,
                    "op": o.op,
                    "status": o.status,
                    "message": o.message,
                }
                for o in self.outcomes
            ],
        }


@dataclass(frozen=True, slots=True)
class Question:
    """What one vector asks of a program, and what it expects: `op` and the request without its `id`."""

    file: str
    type: str
    vector: dict[str, Any]
    op: str
    request: dict[str, Any]


def questions(files: Iterable[VectorFile]) -> Iterator[Question]:
    """Yield what vector files ask, in order."""
    for file in files:
        for vector in file.vectors:
            for op, request in _requests(file, vector):
                yield Question(file.name, file.type, vector, op, {"op": op, **request})


class _Session:
    """One replay: numbers the requests and counts the restarts."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._number = 0
        self._failures = 0
        self.cannot_run: str | None = None

    @property
    def over(self) -> bool:
        return self.cannot_run is not None or self._failures > RESTARTS

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self._number += 1
        try:
            return self._adapter.ask({"id": self._number, **request})
        except AdapterFailure as failure:
            if failure.kind == "cannot-run":
                self.cannot_run = failure.message
            self._failures += 1
            raise


def replay(files: Iterable[VectorFile], adapter: Adapter) -> ReplayReport:
    """Run every vector; the adapter is closed at the end, whatever happens."""
    report = ReplayReport(adapter.name)
    session = _Session(adapter)
    try:
        report.described = _describe(session)
        report.outcomes += [_outcome(session, question) for question in questions(files)]
    finally:
        adapter.close()
    report.cannot_run = session.cannot_run
    return report


def _describe(session: _Session) -> Any:
    try:
        return session.ask({"op": "describe"}).get("value")
    except AdapterFailure:
        return None


def _requests(file: VectorFile, vector: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    common = {"type": file.type, "params": vector.get("params", {})}
    if file.kind == "schedule":
        yield "derive", common
        return
    if file.kind == "role":
        yield "step", common
        return
    if "bytes" in vector:
        yield "decode", {**common, "bytes": vector["bytes"]}
        if vector["result"] != "valid" or "decode-only" in vector["flags"]:
            return
    if "value" in vector:
        yield "encode", {**common, "value": vector["value"]}


def _outcome(session: _Session, question: Question) -> Outcome:
    vector = question.vector

    def done(status: str, message: str = "") -> Outcome:
        return Outcome(
            question.file, question.type, vector["id"], question.op, status, message, vector["comment"]
        )

    if session.over:
        return done("not-run", session.cannot_run or "the adapter failed too often")
    try:
        reply = session.ask(question.request)
    except AdapterFailure as failure:
        if failure.kind == "cannot-run":
            return done("not-run", failure.message)
        return done("failed", f"{failure.kind}: {failure.message}")
    if "ok" not in reply:
        return done("unsupported")
    message = judge(question, reply)
    return done("failed", message) if message else done("passed")


def judge(question: Question, reply: dict[str, Any]) -> str:
    """Return what is wrong with a reply, or nothing."""
    if "ok" not in reply:
        return "not done"
    vector, op = question.vector, question.op
    if vector["result"] == "acceptable":
        return _accepted(vector, op, reply) if reply["ok"] else ""
    if vector["result"] == "valid":
        if not reply["ok"]:
            place = f" at octet {reply['offset']}" if isinstance(reply.get("offset"), int) else ""
            return f"refused with `{_short(reply['error'])}`{place}, must be taken"
        return _accepted(vector, op, reply)
    if reply["ok"]:
        return f"taken, must be refused with `{vector['error']}`"
    return _refused(vector, reply)


def _accepted(vector: dict[str, Any], op: str, reply: dict[str, Any]) -> str:
    if op == "encode":
        if "bytes" in vector and reply.get("bytes", reply.get("value")) != vector["bytes"]:
            return f"encoded to {_short(reply.get('bytes', reply.get('value')))}, expected {_short(vector['bytes'])}"
        return ""
    if "value" in vector:
        place = difference(vector["value"], reply.get("value"))
        if place is not None:
            return f"another value at `{_short(place)}`"
    return _steps(vector, reply)


def _steps(vector: dict[str, Any], reply: dict[str, Any]) -> str:
    """Compare the intermediate values that the adapter shows; one that shows none is not blamed."""
    if "steps" not in vector or "steps" not in reply:
        return ""
    found = (
        {step.get("name"): step.get("value") for step in reply["steps"] if isinstance(step, dict)}
        if isinstance(reply["steps"], list)
        else {}
    )
    for step in vector["steps"]:
        if step["name"] in found and difference(step["value"], found[step["name"]]) is not None:
            return f"step `{_short(step['name'])}` differs: the first of the schedule that does"
    return ""


def _refused(vector: dict[str, Any], reply: dict[str, Any]) -> str:
    if reply["error"] != vector["error"]:
        return f"refused with `{_short(reply['error'])}`, expected `{vector['error']}`"
    for key in ("requirement", "offset", "path"):
        if key in vector and reply.get(key) is not None and reply[key] != vector[key]:
            return f"another {key}: {_short(reply[key])}, expected {_short(vector[key])}"
    return ""


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    shown = "".join(c if c.isprintable() else "?" for c in text[:120])
    return shown if len(text) <= 120 else f"{shown}…"
