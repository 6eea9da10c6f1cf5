"""The shape of what every form of an assessment shows. The JSON document is of this shape.

Its JSON Schema is `schemas/assessment.schema.json`. Findings, exhibits, statements, rules, decisions and questions stand
once; verdicts name them by their ids, which are the anchors of the page too.
"""

from __future__ import annotations

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

FORMAT = 2


class PlaceView(TypedDict):
    file: str
    line: int
    column: int


class WaiverView(TypedDict):
    reason: str
    owner: str
    until: str


class FindingView(TypedDict):
    """`open` is false where a waiver answers the finding on the day of the verdicts; `frame` shows the place."""

    id: str
    code: str
    rule: str
    message: str
    clause: str
    why: str
    help: str
    place: PlaceView
    related: list[PlaceView]
    frame: str
    obligations: list[str]
    seen_as: list[str]
    defeats: bool
    open: bool
    waiver: WaiverView | None


class ExhibitView(TypedDict):
    """Something that was run; `command` runs it again."""

    id: str
    kind: str
    subject: str
    outcome: str
    detail: str
    digest: str
    cause: str
    command: str


class StatementView(TypedDict):
    """Lines of the bundle as they stand there."""

    id: str
    path: str
    place: PlaceView
    lines: list[str]


class RuleView(TypedDict):
    id: str
    name: str
    clause: str
    summary: str


class DecisionView(TypedDict):
    """What a person decided on a duty: it stands beside the verdict and changes nothing in it."""

    id: str
    obligation: str
    decision: str
    by: str
    on: str
    reason: str
    reference: str


class QuestionView(TypedDict):
    """A question to the gatekeeper; `evidence` names what it rests on, `counterexample` shows it."""

    id: str
    about: str
    obligations: list[str]
    clause: str
    text: str
    counterexample: str
    evidence: list[str]


class MissingView(TypedDict):
    kind: str
    subject: str
    command: str


class VerdictView(TypedDict):
    obligation: str
    clause: str
    title: str
    evidence_wanted: str
    checks: list[str]
    verdict: str
    symbol: str
    cause: str
    reason: str
    due: str
    left_to_judge: str
    findings: list[str]
    waived: list[str]
    exhibits: list[str]
    statements: list[str]
    rules: list[str]
    decision: str
    missing: list[MissingView]


class RequestView(TypedDict):
    id: str
    received: str
    operational: str
    extended_until: str
    reference: str


class ExtensionView(TypedDict):
    """`source` says whether the register has the decision or the offer claims it."""

    reference: str
    until: str
    points: list[str]
    source: str


class WithheldView(TypedDict):
    """A text of the confidential edition: its place, its digest and, in that edition only, the salt of the digest."""

    path: str
    digest: str
    salt: str


class SealView(TypedDict):
    """`root` is one digest of everything in the dossier, the same in the public and the confidential edition."""

    edition: str
    root: str
    withheld: list[WithheldView]


class AssessmentView(TypedDict):
    format: int
    law: dict[str, str]
    offer: dict[str, str]
    on: str
    summary: dict[str, int]
    meanings: dict[str, str]
    verdicts: list[VerdictView]
    findings: list[FindingView]
    exhibits: list[ExhibitView]
    statements: list[StatementView]
    rules: list[RuleView]
    decisions: list[DecisionView]
    questions: list[QuestionView]
    requests: list[RequestView]
    extensions: list[ExtensionView]
    provenance: dict[str, str]
    inputs: dict[str, str]
    closing: str
    seal: SealView
