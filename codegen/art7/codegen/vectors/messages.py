"""The vectors of one message: declared, valid at every boundary and branch, invalid for every reason found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from art7.codegen.vectors.construct import Builder, parameters, valid_value, variants
from art7.codegen.vectors.coverage import constants_of, goals_of
from art7.codegen.vectors.mutate import MOST, json_mutants, octet_mutants
from art7.codegen.vectors.relax import without_rules
from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Module, Specification, VectorDeclaration
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import Decoded, DecodeError, EncodeError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.values import from_json, record_to_json, to_json

MOST_VALID = 250
"""The most valid vectors of one message."""
SEEDS = 10
"""How many valid messages are mutated: those with members that the ones before do not have."""
LARGEST = 1 << 16
"""Octets beyond which a vector is left out."""

Vector = dict[str, Any]


def _different(seeds: list[tuple[bytes, Any]]) -> list[bytes]:
    """Return the octets of the first seed, and of those that hold something new."""
    chosen: list[bytes] = []
    known: set[str] = set()
    for octets, value in seeds:
        places = set(_places(value, ""))
        if (not chosen or places - known) and len(octets) <= 4096:
            chosen.append(octets)
            known |= places
    return chosen[:SEEDS]


def _places(value: Any, path: str) -> Iterator[str]:
    yield f"{path}:{type(value).__name__}"
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _places(member, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for item in value[:3]:
            yield from _places(item, f"{path}[]")


class MessageVectors:
    """Vectors of one record under construction."""

    def __init__(self, spec: Specification, module: Module, record: p.Record) -> None:
        self.spec = spec
        self.module = module
        self.record = record
        self.params = parameters(spec, record)
        self.constants = constants_of(spec, record)
        self.vectors: list[Vector] = []
        self.seen: set[tuple[bytes, str]] = set()
        self.reasons: set[tuple[str, str | None, str]] = set()

    def make(self) -> list[Vector]:
        """Make all of them; same specification, same vectors."""
        for declaration in self.module.vectors:
            subject = declaration.subject
            name = subject if "." in subject else f"{self.module.name}.{subject}"
            if name == self.record.name and declaration.octets is not None:
                self._declared(declaration)
        seeds = _different(self._valid())
        self._broken_rules()
        for octets in seeds:
            self._mutated(octets, MOST)
        return self.vectors

    def uncovered(self) -> list[dict[str, str]]:
        """Return the requirements and errors that no vector reaches."""
        goals = goals_of(self.spec, self.record)
        broken = {vector.get("requirement") for vector in self.vectors}
        given = {vector.get("error") for vector in self.vectors}
        reason = "no value at a boundary and no mutation reaches it"
        rows = [("requirement", name) for name in goals.requirements if name not in broken]
        rows += [("error", name) for name in goals.errors if name not in given]
        if not any(vector["result"] == "valid" for vector in self.vectors):
            rows.append(("branch", "a valid message"))
        return [{"what": what, "name": name, "reason": reason} for what, name in rows]

    # ---- valid ----

    def _valid(self) -> list[tuple[bytes, Any]]:
        seeds = [
            (bytes.fromhex(vector["bytes"]), None) for vector in self.vectors if vector["result"] == "valid"
        ]
        found = valid_value(self.spec, self.record, self.params)
        if found is None:
            return seeds
        self.base, octets = found
        self._take("the shortest that was found", ["branch"], octets)
        seeds.append((octets, self.base))
        seeds += self._neighbours(self.base, MOST_VALID)
        # What a rule forbids beside the shortest values it may allow beside the longest.
        seeds += self._neighbours(seeds[-1][1], MOST_VALID - len(seeds))
        return seeds

    def _neighbours(self, base: Any, most: int) -> list[tuple[bytes, Any]]:
        seeds: list[tuple[bytes, Any]] = []
        for flag, comment, value in variants(self.spec, Builder(self.spec), self.record, base):
            if len(seeds) >= most:
                break
            try:
                octets = encode(self.spec, self.record.name, value, self.params)
            except (EncodeError, RecursionError):
                continue
            if len(octets) <= LARGEST and self._take(comment, [flag], octets):
                seeds.append((octets, value))
        return seeds

    def _take(
        self, comment: str, flags: list[str], octets: bytes, params: dict[str, Any] | None = None
    ) -> bool:
        """Add what the interpreter says about octets; returns whether they are valid and new."""
        given = self.params if params is None else params
        key = (octets, repr(sorted(given.items(), key=lambda item: item[0])))
        if key in self.seen or len(octets) > LARGEST * 2:
            return False
        self.seen.add(key)
        try:
            decoded = decode(self.spec, self.record.name, octets, given)
        except DecodeError as error:
            self._refused(comment, flags, octets, error, given)
            return False
        self._accepted(comment, flags, octets, decoded, given)
        return True

    def _accepted(
        self, comment: str, flags: list[str], octets: bytes, decoded: Decoded, params: dict[str, Any]
    ) -> None:
        try:
            again: bytes | None = encode(self.spec, self.record.name, decoded.value, params)
        except EncodeError:
            again = None
        marks = flags if again == octets else [*flags, "decode-only"]
        vector = self._vector(comment, "valid", marks, params)
        vector["bytes"] = octets.hex()
        vector["value"] = record_to_json(self.spec, self.record, decoded.value)

    def _refused(
        self, comment: str, flags: list[str], octets: bytes, error: DecodeError, params: dict[str, Any]
    ) -> None:
        reason = (error.code, error.requirement, re.sub(r"\[[^\]]*\]", "[]", error.path))
        if reason in self.reasons and "declared" not in flags:
            return
        self.reasons.add(reason)
        vector = self._vector(comment, "invalid", flags, params)
        vector["bytes"] = octets.hex()
        vector["error"] = error.code
        if error.requirement is not None:
            vector["requirement"] = error.requirement
        vector["path"] = error.path
        if error.offset is not None:
            vector["offset"] = error.offset

    def _vector(self, comment: str, result: str, flags: list[str], params: dict[str, Any]) -> Vector:
        vector: Vector = {"id": len(self.vectors) + 1, "comment": comment, "result": result, "flags": flags}
        if params:
            shapes = {param.name: param.shape for param in self.record.params}
            vector["params"] = {
                name: to_json(self.spec, shapes[name], value)
                for name, value in params.items()
                if value is not None
            }
        self.vectors.append(vector)
        return vector

    # ---- declared ----

    def _declared(self, declaration: VectorDeclaration) -> None:
        shapes = {param.name: param.shape for param in self.record.params}
        try:
            params = {
                name: from_json(self.spec, shapes[name], value, name) if name in shapes else value
                for name, value in declaration.given.items()
            }
        except ValueRefused:
            return
        if declaration.octets is None:
            return
        comment = declaration.doc or ("accepted" if declaration.accept else "refused")
        self._take(comment, ["declared"], declaration.octets, params)

    # ---- invalid ----

    def _broken_rules(self) -> None:
        """Values that only a specification without rules writes."""
        base = getattr(self, "base", None)
        if base is None:
            return
        relaxed = without_rules(self.spec)
        for _, comment, value in variants(relaxed, Builder(self.spec), self.record, base):
            try:
                octets = encode(relaxed, self.record.name, value, self.params)
            except (EncodeError, RecursionError):
                continue
            if len(octets) <= LARGEST:
                self._take_refused(comment, ["rule"], octets)

    def _mutated(self, octets: bytes, most: int) -> None:
        for count, (comment, mutant) in enumerate(self._mutants(octets)):
            if count >= most:
                return
            self._take_refused(comment, ["mutation"], mutant)

    def _mutants(self, octets: bytes) -> Iterator[tuple[str, bytes]]:
        if self.record.encoding == "json":
            yield from json_mutants(octets, self.constants)
            return
        try:
            tree = decode(self.spec, self.record.name, octets, self.params).tree
        except DecodeError:
            tree = None
        yield from octet_mutants(octets, tree, self.constants)

    def _take_refused(self, comment: str, flags: list[str], octets: bytes) -> None:
        if len(octets) > LARGEST * 2:
            return
        try:
            decode(self.spec, self.record.name, octets, self.params)
        except DecodeError as error:
            self._refused(comment, flags, octets, error, self.params)
