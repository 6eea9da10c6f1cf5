"""The vectors of one message: declared, valid at every boundary and branch, invalid for every reason found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from art7.codegen.vectors.bounds import ALIKE, ANY, BOUNDS, LARGEST, VARIANTS, Vector, different, say
from art7.codegen.vectors.construct import Builder
from art7.codegen.vectors.coverage import constants_of, goals_of
from art7.codegen.vectors.inside import Values, values_inside
from art7.codegen.vectors.mutate import cbor_mutants, json_mutants, octet_mutants
from art7.codegen.vectors.neighbours import variants
from art7.codegen.vectors.relax import without_rules
from art7.codegen.vectors.rich import rich_values
from art7.codegen.vectors.together import of_size, together
from art7.codegen.vectors.unwritable import NO_TRUTH, unwritable
from art7.codegen.vectors.valid import parameters, valid_value
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Module, Specification, VectorDeclaration
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import Decoded, DecodeError, EncodeError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.values import from_json, record_to_json, to_json


class MessageVectors:
    """Vectors of one record under construction."""

    def __init__(
        self,
        spec: Specification,
        module: Module,
        record: p.Record,
        relaxed: Specification | None = None,
        inside: Values | None = None,
    ) -> None:
        """`relaxed`: the specification without its rules; `inside`: values in declared vectors; where they are at hand."""
        self.spec = spec
        self.relaxed = relaxed if relaxed is not None else without_rules(spec)
        self.known = (values_inside(spec, module) if inside is None else inside).get(record.name, [])
        self.module = module
        self.record = record
        self.bounds = BOUNDS[record.kind]
        self.params = parameters(spec, record)
        self.constants = constants_of(spec, record)
        self.given: list[dict[str, Any]] = []
        self.vectors: list[Vector] = []
        self.fullest: Any = None
        self.wrong: list[tuple[str, Any]] = []
        self.seen: set[tuple[bytes, str]] = set()
        self.reasons: Counter[tuple[str, str, str | None, str]] = Counter()

    def make(self) -> list[Vector]:
        """Make all of them; same specification, same vectors."""
        for declaration in self.module.vectors:
            subject = declaration.subject
            name = subject if "." in subject else f"{self.module.name}.{subject}"
            if name == self.record.name and declaration.octets is not None:
                self._declared(declaration)
        seeds = different(self._valid(), self.bounds.seeds)
        self.wrong = list(islice(self._wrong_values(), self.bounds.wrong)) if hasattr(self, "base") else []
        self._broken_rules()
        for octets in seeds:
            self._mutated(octets, self.bounds.changes)
        self._unwritable()
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
        found = self._first()
        if found is None:
            return seeds
        self.base, octets = found
        self._take("the shortest that was found", ["branch"], octets)
        seeds.append((octets, self.base))
        for number, value in enumerate(self.known, 1):
            written = self._written(f"as a declared vector has it, {number}", "branch", value)
            seeds += [(written, value)] if written is not None else []
        seeds += self._neighbours(self.base, self.bounds.valid)
        drawn = rich_values(self.spec, self.record, self.params, self.base, self.bounds.drawn)
        for number, (value, octets) in enumerate(drawn, 1):
            if len(octets) <= LARGEST and self._take(f"drawn value {number}", ["branch"], octets):
                seeds.append((octets, value))
        self.fullest = max((value for value, _ in drawn), key=lambda value: len(str(value)), default=None)
        for comment, value in together(Builder(self.spec), self.record, self.base):
            self._written(comment, "branch", value)
        self._at_the_limit()
        # What a rule forbids beside the shortest values it may allow beside the longest.
        seeds += self._neighbours(seeds[-1][1], self.bounds.valid - len(seeds))
        return seeds

    def _first(self) -> tuple[Any, bytes] | None:
        """Return a value with its octets, under parameters made from their shapes, else under those that an author gave."""
        for params in (self.params, *self.given):
            found = valid_value(self.spec, self.record, params, self.known)
            if found is not None:
                self.params = params
                return found
        return None

    def _neighbours(self, base: Any, most: int) -> list[tuple[bytes, Any]]:
        seeds: list[tuple[bytes, Any]] = []
        for flag, comment, value in variants(self.spec, Builder(self.spec), self.record, base):
            if len(seeds) >= most:
                break
            octets = self._written(comment, flag, value)
            if octets is not None:
                seeds.append((octets, value))
        return seeds

    def _written(self, comment: str, flag: str, value: Any) -> bytes | None:
        """Add the vector of a value that the specification writes; returns its octets where they are new."""
        try:
            octets = encode(self.spec, self.record.name, value, self.params)
        except (EncodeError, RecursionError):
            return None
        return octets if len(octets) <= LARGEST and self._take(comment, [flag], octets) else None

    def _at_the_limit(self) -> None:
        """A message as large as it may be, and one octet larger."""
        limit = self.record.limit_size
        if limit is None or limit > LARGEST:
            return
        if self.record.encoding == "json":
            whole = encode(self.spec, self.record.name, self.base, self.params)
            self._take("as large as may be", ["boundary"], whole.ljust(limit))
            self._take_refused("an octet larger than may be", ["boundary"], whole.ljust(limit + 1))
        for value in (self.base, self.fullest):
            octets = of_size(self.relaxed, self.record, self.params, value, limit)
            if octets is not None and self._take("as large as may be", ["boundary"], octets):
                larger = of_size(self.relaxed, self.record, self.params, value, limit + 1)
                if larger is not None:
                    self._take_refused("an octet larger than may be", ["boundary"], larger)
                return

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
            spelled = record_to_json(self.spec, self.record, decoded.value)
        except (LookupError, TypeError, ValueError):
            return  # no value that JSON spells
        try:
            # As JSON spells it: a number beyond 2^53 that stands where anything may is a text there.
            given = from_json(self.spec, s.RecordOf(self.record.name), spelled, "")
            again: bytes | None = encode(self.spec, self.record.name, given, params)
        except (EncodeError, ValueRefused):
            again = None
        marks = flags if again == octets else [*flags, "decode-only"]
        vector = self._vector(comment, "valid", marks, params)
        vector["bytes"] = octets.hex()
        vector["value"] = spelled

    def _refused(
        self, comment: str, flags: list[str], octets: bytes, error: DecodeError, params: dict[str, Any]
    ) -> None:
        if not self._is_new(error.code, error.requirement, error.path, flags[0]):
            return
        vector = self._vector(comment, "invalid", flags, params)
        vector["bytes"] = octets.hex()
        say(vector, error)

    def _is_new(self, code: str, requirement: str | None, path: str, kind: str) -> bool:
        """Whether so few vectors of a kind are refused for a reason that one more shows something."""
        reason = (kind, code, requirement, re.sub(r"\[[^\]]*\]", "[]", path))
        self.reasons[reason] += 1
        return self.reasons[reason] <= ALIKE.get(kind, ANY)

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
        if self._take(comment, ["declared"], declaration.octets, params) and params not in self.given:
            self.given.append(params)

    # ---- invalid ----

    def _broken_rules(self) -> None:
        """Octets that only a specification without rules and bounds writes."""
        for comment, value in self.wrong:
            try:
                octets = encode(self.relaxed, self.record.name, value, self.params)
            except (EncodeError, RecursionError):
                continue
            if len(octets) <= LARGEST:
                self._take_refused(comment, ["rule"], octets)

    def _unwritable(self) -> None:
        """Values that the specification does not write: out of bounds, missing, or against a rule."""
        for comment, value in self.wrong:
            self._take_unwritable(comment, value)

    def _wrong_values(self) -> Iterator[tuple[str, Any]]:
        """Values out of the bounds of members, and against rules, of the shortest and of the fullest that is valid."""
        yield from unwritable(self.spec, self.record, self.base)
        yield from together(Builder(self.spec), self.record, self.base)
        for _, comment, value in variants(self.spec, Builder(self.spec), self.record, self.base):
            yield comment, value
        if self.fullest is not None:
            yield from unwritable(self.spec, self.record, self.fullest)

    def _take_unwritable(self, comment: str, value: Any) -> None:
        try:
            spelled = record_to_json(self.spec, self.record, value)
        except (LookupError, TypeError, ValueError):
            return  # no value that JSON spells
        try:
            encode(
                self.spec,
                self.record.name,
                from_json(self.spec, s.RecordOf(self.record.name), spelled, ""),
                self.params,
            )
        except EncodeError as error:
            if error.code == "unknown_field":
                return  # typed values have no such member: what is said of it depends on who makes them
            if self._is_new(error.code, error.requirement, error.path, "encode-only"):
                vector = self._vector(comment, "invalid", ["encode-only"], self.params)
                vector["value"] = spelled
                say(vector, error)
        except ValueRefused as refusal:
            if comment.endswith(NO_TRUTH):  # other kinds may be spelled in JSON in more ways than one
                self._take_unwritable_kind(comment, spelled, refusal.path)
        except RecursionError:
            return

    def _take_unwritable_kind(self, comment: str, spelled: Any, path: str) -> None:
        if self._is_new("wrong_kind", None, path, "encode-only"):
            vector = self._vector(comment, "invalid", ["encode-only"], self.params)
            vector |= {"value": spelled, "error": "wrong_kind"}

    def _mutated(self, octets: bytes, most: int) -> None:
        for count, (comment, mutant) in enumerate(self._mutants(octets)):
            if count >= most:
                return
            if not self._take_refused(comment, ["mutation"], mutant):
                self._take_variant(comment, mutant)

    def _take_variant(self, comment: str, octets: bytes) -> None:
        """Keep another spelling that is valid as well, a few of each way of changing."""
        way = ("variant", comment.rpartition(": ")[2], None, "")
        self.reasons[way] += 1
        if self.reasons[way] <= VARIANTS and len(octets) <= LARGEST:
            self._take(comment, ["mutation"], octets)

    def _mutants(self, octets: bytes) -> Iterator[tuple[str, bytes]]:
        if self.record.encoding == "json":
            yield from json_mutants(octets, self.constants)
            return
        try:
            tree = decode(self.spec, self.record.name, octets, self.params).tree
        except DecodeError:
            tree = None
        if self.record.encoding == "cbor":
            yield from cbor_mutants(octets)
        yield from octet_mutants(octets, tree, self.constants)

    def _take_refused(self, comment: str, flags: list[str], octets: bytes) -> bool:
        """Add octets if they are refused for a reason that shows something; returns whether they are refused."""
        if len(octets) > LARGEST * 2:
            return True
        try:
            decode(self.spec, self.record.name, octets, self.params)
        except DecodeError as error:
            self._refused(comment, flags, octets, error, self.params)
            return True
        return False
