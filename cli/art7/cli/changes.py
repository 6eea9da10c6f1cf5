"""Two versions of modules or of an offer, read and compared for `art7 diff`."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.grammar.ir.module import Specification
    from art7.prover.changes.change import Change
    from art7.validator.changes.notice import Lack

MANIFEST = "offer.toml"


@dataclass(slots=True)
class Compared:
    """What `art7 diff` found: all changes, and what is missing of the notice; modules have no notice to give."""

    kind: str
    changes: list[Change]
    lacks: list[Lack] = field(default_factory=list)

    @property
    def is_announced(self) -> bool:
        """Whether what breaks or weakens comes with the notice that was promised."""
        return self.kind == "offers" and not self.lacks

    def is_finding(self, change: Change) -> bool:
        """Whether a change must be looked at: it is not proven, or it breaks or weakens without notice."""
        from art7.prover.answers import Standing

        if change.standing is Standing.NOT_PROVEN and not change.breaks:
            return True
        return bool(change.breaks or change.weakens) and not self.is_announced

    @property
    def has_findings(self) -> bool:
        """Whether the exit code is 1."""
        return bool(self.lacks) or any(self.is_finding(change) for change in self.changes)


def kind_of(path: str) -> str:
    """Return `offers`, `modules` or `traces`: what lies at a path, or is called so in the catalogue."""
    if os.path.isdir(path):
        return "offers" if os.path.isfile(os.path.join(path, MANIFEST)) else "modules"
    if (
        path.endswith(".a7")
        or not os.path.exists(path)
        and os.path.splitext(path)[1] not in (".json", ".jsonl")
    ):
        return "modules"
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:10_000]
        return "offers" if any(name.rpartition("/")[2] == MANIFEST for name in names) else "modules"
    return "traces"


def compare_modules(old: str, new: str, report: Report) -> Compared | None:
    """Compare two modules, folders or catalogue modules; `None` when one has errors, which are in the report."""
    from art7.cli.sources import read_generator_source
    from art7.prover.changes.compare import compare

    before, after = read_generator_source(old, report), read_generator_source(new, report)
    if before is None or after is None:
        return None
    found = compare(before.specification, after.specification, (before.modules, after.modules), made_messages)
    return Compared("modules", found.changes)


def compare_offers(old: str, new: str, report: Report) -> Compared | None:
    """Compare two editions of an offer: manifest, modules, notice."""
    from art7.cli.offers import read_for_rules
    from art7.prover.changes.compare import compare
    from art7.validator.changes.manifests import compare_manifests
    from art7.validator.changes.notice import lacks_of_notice

    before, after = read_for_rules(old, report), read_for_rules(new, report)
    if before is None or after is None or report.has_errors:
        return None
    own = sorted(before.own_modules), sorted(after.own_modules)
    found = compare(before.specification, after.specification, own, made_messages)
    changes = [*found.changes, *compare_manifests(before, after)]
    changes.sort(key=lambda change: (not change.weakens, not change.breaks, -change.level))
    return Compared("offers", changes, list(lacks_of_notice(before, after, changes)))


def made_messages(specification: Specification, name: str) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """Yield the vectors that the generator makes of a record, accepted and refused ones."""
    from art7.codegen.vectors.bounds import BOUNDS
    from art7.codegen.vectors.messages import MessageVectors

    try:
        record = specification.record(name)
    except KeyError:
        return
    module = next((each for each in specification.modules.values() if record in each.records), None)
    if module is None or record.kind not in BOUNDS or record.params:
        return
    yield from _octets(MessageVectors(specification, module, record).make())


def _octets(vectors: Iterable[dict[str, Any]]) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    for vector in vectors:
        if isinstance(vector.get("bytes"), str):
            yield bytes.fromhex(vector["bytes"]), {}
