"""From the syntax tree of a module to its IR: runs the passes in order."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.collector import collector_paused
from art7.grammar.diagnostics import Related, Report, Span
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.errors import BUILTIN_ERRORS
from art7.grammar.ir.expression import Kind, Literal
from art7.grammar.ir.module import ConstantDeclaration, Enum, EnumMember, Module
from art7.grammar.ir.representation import Pair
from art7.grammar.passes import merge_enums
from art7.grammar.passes.build_pairs import Context, TypeArgument
from art7.grammar.passes.check_functions import ENDLESS, check_function, check_recursion
from art7.grammar.passes.check_types import Expressions
from art7.grammar.passes.findings import Findings
from art7.grammar.passes.finish_records import finish_records, static_size
from art7.grammar.passes.kinds import Typed, kind_of
from art7.grammar.passes.lower_record import TREES, RecordLowering
from art7.grammar.passes.pairs_text import text_enum
from art7.grammar.passes.plain_shapes import plain_shape
from art7.grammar.passes.record_members import misfit
from art7.grammar.passes.resolve_names import declare_names
from art7.grammar.passes.scalars import PLAIN, RUNS, TABLES
from art7.grammar.passes.scopes import Entity, ModuleScope, did_you_mean
from art7.grammar.passes.signatures import Signature, encoding_of, signature_of
from art7.grammar.passes.worlds import Nowhere

INSTANCES = 5_000
"""Most instances of generics in one module."""

CONSTANTS_DEEP = 64
"""Constants that need one that stands further down, and so on."""

NESTING = 8
"""How deep an instance's arguments may themselves be instances."""


def lower(tree: t.Module, scope: ModuleScope, report: Report) -> Module:
    """Return the IR of `tree`; `scope` is filled with its names and must already hold the modules in use.

    Reports what is wrong and goes on: what could be resolved is in the result.
    """
    lowering = ModuleLowering(tree, scope, report)
    with collector_paused():
        module = lowering.run()
    scope.module = module
    for entity in scope.entities.values():
        if entity.kind not in ("generic", "function", "token", "identity"):
            entity.node = None
    return module


class ModuleLowering:
    """Everything that the passes ask of their module."""

    def __init__(self, tree: t.Module, scope: ModuleScope, report: Report) -> None:
        self.tree = tree
        self.scope = scope
        self.report = report
        self.findings = Findings(report)
        self.context = Context(scope)
        self.signatures: dict[str, Signature] = {}
        self.records: dict[str, p.Record] = {}
        self.started: set[str] = set()
        self.imported: dict[str, p.Record] = {}
        self.sizes: dict[str, tuple[int, int | None]] = {}
        self.enums: dict[str, Enum] = {}
        self.own_enums: list[Enum] = []
        self.members: dict[int, tuple[Enum, dict[str, EnumMember]]] = {}
        self.text_enums: set[str] = set()
        self.enum_pairs: dict[tuple[str, str, bool], Pair] = {}
        self.queue: list[str] = []
        self.constants: dict[str, Typed | None] = {}
        self.open_constants: list[str] = []
        self.requirement_ids: dict[str, Span] = {}
        self.requirements: list[p.Requirement] = []
        self.patterns: dict[str, str | None] = {}
        self.depth = 0
        self.text = report.sources.get(scope.file, "")

    # ---- the run ----

    def run(self) -> Module:
        """Lower the module."""
        self._import()
        declare_names(self.tree, self.scope, self.findings)
        check_recursion(self)
        self._lower_enums()
        constants = self._lower_constants()
        for entity in self.scope.entities.values():
            if entity.kind == "struct":
                self.signatures[entity.name] = signature_of(self, entity, self.context, entity.name)
                self.queue.append(entity.name)
        self._drain()
        records = finish_records(self, self.records)
        self.records = {record.name: record for record in records}
        rest = self._lower_rest()
        self._check_unused()
        self._drain()
        if len(self.records) > len(records):
            records = finish_records(self, self.records)
        meta = self.tree.meta
        return Module(
            name=self.scope.name,
            version=self.tree.version,
            doc=meta.doc,
            refs=tuple(ref.text for ref in meta.refs),
            uses=tuple(dict.fromkeys(scope.name for scope in self.scope.uses.values())),
            errors=tuple(self.scope.errors.values()),
            enums=tuple(self.own_enums),
            constants=constants,
            records=tuple(records),
            requirements=tuple(self.requirements),
            file=self.scope.file,
            **rest,
        )

    def _import(self) -> None:
        """Take in the records and enums of the modules in use, and of those that they use."""
        seen: set[str] = set()
        stack = list(self.scope.uses.values())
        while stack:
            scope = stack.pop()
            if scope.name in seen or scope.module is None:
                continue
            seen.add(scope.name)
            stack.extend(scope.uses.values())
            for record in scope.module.records:
                self.imported[record.name] = record
            for enum in scope.module.enums:
                self._know(enum)

    def _know(self, enum: Enum) -> None:
        self.enums[enum.name] = enum
        if enum.text:
            self.text_enums.add(enum.name)

    def _drain(self) -> None:
        """Lower records until none is asked for any more; instances join while others are lowered."""
        position = 0
        while position < len(self.queue):
            self.ensure(self.queue[position])
            position += 1
        self.queue = []

    def ensure(self, name: str) -> None:
        """Lower the record of that name now, unless that has begun."""
        if name in self.started or name not in self.signatures:
            return
        self.started.add(name)
        signature = self.signatures[name]
        node = signature.node
        refs = tuple(ref.text for ref in node.meta.refs)
        lowering = RecordLowering(
            self,
            name,
            node.kind,
            signature.encoding,
            signature.options,
            signature.context,
            signature.params(self),
        )
        lowering.run(node.members, node.name.span, node.meta.doc, refs)

    def _lower_enums(self) -> None:
        for entity in self.scope.entities.values():
            if entity.kind == "enum":
                entity.value = merge_enums.lower_enum(self, entity)
                self._know(entity.value)
        for item in self.tree.items:
            if isinstance(item, t.Extend):
                self._extend(item)
        for entity in self.scope.entities.values():
            if entity.kind == "enum":
                self.own_enums.append(entity.value)

    def _extend(self, item: t.Extend) -> None:
        parts = tuple(part.text for part in item.enum.parts)
        entity = self.scope.find(parts)
        if entity is None or entity.kind != "enum":
            known = [n for n, x in self.scope.entities.items() if x.kind == "enum"]
            advice = did_you_mean(parts[-1], known, "name an enum of this module or of one in use")
            self.findings.add("A7-N017", f"unknown enum `{item.enum.text}`", item.enum.span, advice)
            return
        if entity.home is not self.scope:
            # Another module's enum cannot change: this module gets one of its own, under the same word.
            here = self.scope.entities.get(parts[-1])
            if here is None:
                here = Entity("enum", f"{self.scope.name}.{parts[-1]}", None, item.enum.span, self.scope)
                here.value = replace(self.enums[entity.name], name=here.name)
                self.scope.entities[parts[-1]] = here
            entity = here
        entity.value = merge_enums.extend_enum(self, entity.value, item, entity.name)
        self._know(entity.value)

    def _lower_constants(self) -> tuple[ConstantDeclaration, ...]:
        found: list[ConstantDeclaration] = []
        for name, entity in self.scope.entities.items():
            if entity.kind != "const":
                continue
            typed = self.value((name,))
            if typed is None or not isinstance(typed[0], Literal) or typed[0].value is None:
                continue
            node: t.Const = entity.node
            refs = tuple(ref.text for ref in node.meta.refs)
            declaration = ConstantDeclaration(entity.name, typed[0].value, node.meta.doc, refs)
            entity.value = declaration
            found.append(declaration)
        return tuple(found)

    def _check_unused(self) -> None:
        """Check tokens and functions that nothing names: a fault in them is one all the same."""
        for entity in self.scope.entities.values():
            if entity.kind == "token":
                self.pattern(entity)
            elif entity.kind == "function":
                check_function(self, entity.node)

    def _lower_rest(self) -> dict[str, Any]:
        """Lower what is not a record: rules of the module, binds, schedules, protocols, identities, vectors."""
        from art7.grammar.passes.lower_declarations import lower_declarations

        return lower_declarations(self)

    # ---- records and types ----

    def add(self, record: p.Record) -> None:
        """Keep a finished record."""
        self.records[record.name] = record

    def free_record_name(self, name: str) -> str:
        """Return `name`, with underscores behind it until no record is called so."""
        while name in self.records or name in self.signatures or name in self.started:
            name += "_"
        self.started.add(name)
        return name

    def instance(self, entity: Entity, node: t.Named, context: Context) -> str | None:
        """Return the record name of a struct or of an instance of a generic."""
        if entity.kind == "struct":
            if node.type_args:
                message = f"`{node.name.text}` takes no types"
                self.findings.add("A7-T033", message, node.span, "remove the types")
            return entity.name
        generics: t.Struct = entity.node
        if len(node.type_args) != len(generics.generics):
            message = f"`{node.name.text}` takes {len(generics.generics)} types, {len(node.type_args)} given"
            self.findings.add("A7-T033", message, node.span, "name a type for each parameter")
            return None
        names = [self._type_name(argument, context) for argument in node.type_args]
        name = f"{entity.name}<{','.join(names)}>"
        if name in self.signatures or name in self.imported:
            return name
        if name.count("<") > NESTING or len(name) > 2_000 or len(self.signatures) > INSTANCES:
            message = f"instances of `{node.name.text}` without end"
            self.findings.add("A7-T034", message, node.span, f"nest generics at most {NESTING} deep")
            return None
        env = {
            parameter.text: TypeArgument(argument, context)
            for parameter, argument in zip(generics.generics, node.type_args, strict=True)
        }
        inner = Context(entity.home, env)
        self.signatures[name] = signature_of(self, entity, inner, name)
        self.queue.append(name)
        return name

    def _type_name(self, node: t.Type, context: Context) -> str:
        """Return how an instance's name spells a type argument."""
        if isinstance(node, t.Named) and node.members is None:
            name = node.name.text
            if name in context.env:
                argument = context.env[name]
                return self._type_name(argument.node, argument.context)
            entity = context.scope.find(tuple(part.text for part in node.name.parts))
            base = entity.name if entity is not None else name
            if not node.type_args:
                return base
            return f"{base}<{','.join(self._type_name(a, context) for a in node.type_args)}>"
        if isinstance(node, t.Extended):
            extents = "".join(self.source(extent.span) for extent in node.extents)
            return self._type_name(node.base, context) + extents
        return self.source(node.span)

    def params(self, record: str) -> tuple[p.Param, ...]:
        """Return a record's declared parameters."""
        signature = self.signatures.get(record)
        if signature is not None:
            return signature.params(self)
        found = self.imported.get(record)
        return tuple(x for x in found.params if not x.implicit) if found is not None else ()

    def encoding(self, record: str) -> str:
        """Return a record's encoding."""
        signature = self.signatures.get(record)
        if signature is not None:
            return signature.encoding
        found = self.imported.get(record) or self.records.get(record)
        return found.encoding if found is not None else "binary"

    def shape_option(self, record: str) -> str:
        """Return whether a record on a tree is an `object`, an `array` or another `value`."""
        signature = self.signatures.get(record)
        if signature is not None:
            return str(signature.options.get("shape", "object"))
        found = self.imported.get(record) or self.records.get(record)
        return str(dict(found.options).get("shape", "object")) if found is not None else "object"

    def record(self, name: str) -> p.Record | None:
        """Return a lowered record of this module or of one in use; lowers it if that is possible now."""
        found = self.records.get(name) or self.imported.get(name)
        if found is None and name in self.signatures and name not in self.started and self.depth < 40:
            self.depth += 1
            self.ensure(name)
            self.depth -= 1
            found = self.records.get(name)
        return found

    def size(self, record: str) -> tuple[int, int | None]:
        """Return how many octets a record takes, at least and at most."""
        found = self.record(record)
        return static_size(self, found) if found is not None else (0, None)

    def shape(self, node: t.Type, context: Context) -> s.Shape:
        """Return the shape of a type that is on no carrier."""
        if isinstance(node, t.Named) and len(node.name.parts) == 1 and not node.type_args:
            found = PLAIN.get(node.name.parts[0].text)
            if found is not None and node.name.parts[0].text not in context.env:
                return found
        return plain_shape(self, node, context)

    def kind(self, shape: s.Shape | None) -> Kind:
        """Return the kind of a shape's values."""
        return kind_of(shape, self.text_enums)

    def enum_pair(self, entity: Entity, encoding: str, little: bool, span: Span) -> Pair | None:
        """Return the pair of an enum in an encoding."""
        enum = self.enums.get(entity.name)
        if enum is None:
            return None
        key = (enum.name, encoding, little)
        found = self.enum_pairs.get(key)
        if found is not None:
            return found
        shape, domain = s.Enumeration(enum.name), merge_enums.domain_of(enum)
        if enum.text:
            if encoding == "der":
                pair = replace(TABLES["der", False]["oid"], shape=shape, domain=domain)
                self.enum_pairs[key] = pair
                return pair
            if encoding == "text":
                pair = self.enum_pairs[key] = text_enum(shape, domain)
                return pair
            if encoding not in TREES:
                message = f"`{entity.name}` is an enum over texts, and `{encoding}` needs its octets"
                self.findings.add("A7-L002", message, span, "use an enum over integers")
                return None
            pair = Pair(shape, r.Leaf("text"), domain)
        else:
            table, base = TABLES.get((encoding, little), {}), merge_enums.base_name(enum)
            under = table.get(base) or (
                table.get(f"{base[0]}{32 if enum.bits <= 32 else 64}") if encoding == "protobuf" else None
            )
            if under is None:
                message = f"an enum over `{base}` has no form in `{encoding}`"
                self.findings.add("A7-L002", message, span, "use another width")
                return None
            pair = Pair(shape, under.representation, domain)
        self.enum_pairs[key] = pair
        return pair

    def pattern(self, entity: Entity) -> str | None:
        """Return the regular expression of a token or identity."""
        from art7.grammar.passes.lower_patterns import entity_pattern

        return entity_pattern(self, entity)

    # ---- names ----

    def enum(self, name: str) -> Enum | None:
        """Return the enum with qualified `name`."""
        return self.enums.get(name)

    def member(self, enum: Enum, name: str) -> EnumMember | None:
        """Return a member of an enum."""
        members = self.members.get(id(enum))
        if members is None:
            # The enum is kept beside its table, so that its id stays its own.
            members = self.members[id(enum)] = (enum, {m.name: m for m in enum.members})
        return members[1].get(name)

    def enum_named(self, parts: tuple[str, ...]) -> Enum | None:
        """Return the enum that the text calls so."""
        entity = self.scope.find(parts)
        return self.enums.get(entity.name) if entity is not None and entity.kind == "enum" else None

    def function(self, parts: tuple[str, ...]) -> tuple[t.Function, ModuleLowering] | None:
        """Return the user's function, and the names as its module sees them."""
        entity = self.scope.find(parts)
        if entity is None or entity.kind != "function":
            return None
        return entity.node, self.seen_from(entity.home)

    def is_endless(self, function: t.Function) -> bool:
        """Whether a function of the module whose names these are calls itself."""
        entity = self.scope.entities.get(function.name.text)
        return entity is not None and entity.value == ENDLESS

    def seen_from(self, scope: ModuleScope) -> ModuleLowering:
        """Return this lowering with names as another module sees them: for what that module wrote."""
        if scope is self.scope:
            return self
        view = copy(self)
        view.scope, view.context = scope, Context(scope)
        view.text = self.report.sources.get(scope.file, "")
        return view

    def viewed_with(self, findings: Findings) -> ModuleLowering:
        """Return this lowering as one that tells `findings` what is wrong."""
        view = copy(self)
        view.findings = findings
        return view

    def parameter_kind(self, node: t.Type) -> Kind:
        """Return the kind that a function's parameter or result type asks for."""
        return self.kind(self.shape(node, self.context))

    def value(self, parts: tuple[str, ...]) -> Typed | None:
        """Return the constant with that name."""
        entity = self.scope.find(parts)
        if entity is None or entity.kind != "const":
            return None
        if entity.name not in self.constants:
            self.open_constants.append(entity.name)
            self.constants[entity.name] = None
            self.constants[entity.name] = self._constant(entity)
            self.open_constants.pop()
        found = self.constants[entity.name]
        if found is None:
            self.findings.add(
                "A7-T035", f"constant `{parts[-1]}` is defined by itself", entity.span, "give it a value"
            )
        return found

    def _constant(self, entity: Entity) -> Typed | None:
        if entity.value is not None:
            value = entity.value.value
            kinds = {bool: Kind.BOOL, int: Kind.INT, str: Kind.TEXT, bytes: Kind.BYTES}
            return Literal(value, kinds[type(value)]), None
        if entity.node is None:
            # Another module's constant without a value: what is wrong with it was told there.
            return Literal(None, Kind.ANY), None
        node: t.Const = entity.node
        if len(self.open_constants) > CONSTANTS_DEEP:
            message = f"constant `{node.name.text}` is needed through more than {CONSTANTS_DEEP} others"
            self.findings.add("A7-T035", message, entity.span, "declare it before those that use it")
            return Literal(None, Kind.ANY), None
        shape = self.shape(node.type, self.context)
        expr = Expressions(self, Nowhere()).of_kind(node.value, self.kind(shape), hint=shape)
        if not isinstance(expr, Literal):
            self.findings.add(
                "A7-T021", f"`{node.name.text}` is not constant", node.value.span, "write a literal"
            )
            return Literal(None, Kind.ANY), None
        problem = misfit(shape, expr.value)
        if problem is not None:
            self.findings.add(
                "A7-T020", f"the value of `{node.name.text}` {problem}", node.value.span, "give one that fits"
            )
        return expr, shape

    def constant(self, node: t.Expr, context: Context) -> int | None:
        """Return the value of a constant integer expression; reports others."""
        expr = Expressions(self, Nowhere()).of_kind(node, Kind.INT)
        if isinstance(expr, Literal):
            return expr.value if type(expr.value) is int else None
        self.findings.add("A7-T021", "expected a constant", node.span, "write a number")
        return None

    def member_shape(self, record: str, name: str) -> s.Shape | None:
        """Return the shape of a member of a record."""
        found = self.record(record)
        if found is not None:
            for slot in found.slots:
                if slot.name == name and slot.role is not p.Role.LOCAL:
                    return slot.shape
            return None
        signature = self.signatures.get(record)
        return signature.member_shape(self, name) if signature is not None else s.Anything()

    def member_names(self, record: str) -> Iterable[str]:
        """Return the names of a record's members."""
        found = self.record(record)
        if found is not None:
            return [slot.name for slot in found.slots if slot.role is not p.Role.LOCAL]
        signature = self.signatures.get(record)
        return signature.member_names() if signature is not None else ()

    def error_name(self, name: t.QName | None, context: Context) -> str:
        """Return the resolved error code; reports unknown ones."""
        if name is None:
            return "rule_broken"
        parts = tuple(part.text for part in name.parts)
        if len(parts) == 1 and parts[0] in BUILTIN_ERRORS:
            return parts[0]
        found = context.scope.find_error(parts)
        if found is not None:
            return found.name
        known = [*context.scope.errors, *BUILTIN_ERRORS]
        advice = did_you_mean(parts[-1], known, "declare it in `errors { … }`")
        self.findings.add("A7-N018", f"unknown error `{name.text}`", name.span, advice)
        return parts[-1]

    def requirement(self, node: t.Requirement, error: str | None) -> p.Requirement:
        """Return the requirement, its id checked to be new."""
        known = self.requirement_ids.get(node.id.text)
        if known is not None and known != node.id.span:
            other = Related("first here", known)
            message = f"requirement `{node.id.text}` stated twice"
            self.findings.add("A7-N007", message, node.id.span, "give it an id of its own", (other,))
        self.requirement_ids.setdefault(node.id.text, node.id.span)
        manual = isinstance(node.condition, t.Manual)
        text = node.meta.doc or (self.source(node.condition.span) if not manual else "")
        refs = tuple(ref.text for ref in node.meta.refs)
        return p.Requirement(node.id.text, node.level, text, refs, error, manual, node.id.span)

    def source(self, span: Span) -> str:
        """Return the text of a span on one line, shortened."""
        return " ".join(self.text[span.start : min(span.end, span.start + 400)].split())[:200]


CODES = {
    "A7-N007": (
        "requirement stated twice",
        "The id of a requirement names one sentence.",
        "Give it an id of its own.",
    ),
    "A7-N017": (
        "unknown enum",
        "`extend` adds members to an enum that exists.",
        "Name an enum of this module or of one in use.",
    ),
    "A7-N018": ("unknown error", "Refusals are named in `errors { … }` or builtin.", "Declare it."),
    "A7-T021": ("not constant", "Defaults, bounds and limits are constants.", "Write a literal."),
    "A7-T033": (
        "wrong number of types",
        "A generic takes a type for each of its parameters; others take none.",
        "Name as many types as it has parameters.",
    ),
    "A7-T034": (
        "instances without end",
        "A generic that instantiates itself with larger types never ends.",
        "Use a list or a plain struct.",
    ),
    "A7-T035": (
        "constant defined by itself or through too many others",
        "Its value needs its value, or a long chain of constants that stand after it.",
        "Give it a value, or declare constants before those that use them.",
    ),
}
"""Code → title, explanation, next step."""

__all__ = ["CODES", "RUNS", "ModuleLowering", "encoding_of", "lower"]
