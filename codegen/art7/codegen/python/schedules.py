"""Key schedules as functions that can record every intermediate value.

A schedule becomes `derive_x(*, …inputs, trace=None) -> X`; `X` holds the outputs. The steps are printed in
textual order, each once, so that a reader can lay the text of the specification beside it.

What leaves a function as a secret is typed (`secrets.SecretTypes`). Within it steps are plain octets, which costs nothing; when
a derivation is refused they are taken out of its variables, so that no report of the refusal shows one.
"""

from __future__ import annotations

from dataclasses import dataclass

from art7.codegen.names import PackageNames, Scope, class_name, identifier
from art7.codegen.python import certain
from art7.codegen.python.docstrings import FUTURE, cited, docstring, safe
from art7.codegen.python.expressions import OR, negated, parameter_mark, quoted
from art7.codegen.python.lasting import Prepared, prepared_text
from art7.codegen.python.layout.settle import settled
from art7.codegen.python.schedule_outputs import (
    described,
    output_names,
    outputs_text,
    value_type,
    values_of,
)
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.secret_types import SecretTypes, is_secret
from art7.codegen.python.shapes import annotation
from art7.codegen.python.value_expressions import ValueNames, bare, source
from art7.codegen.reserved import SUPPORTED
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Derive, Module, Named, Schedule, Specification, Split
from art7.grammar.ir.plan import Param

_TAKEN = SUPPORTED | frozenset(
    "Any Callable trace random fresh len bytes int str bool list error step parts all any enumerate isinstance "
    "min max abs token_bytes".split()
)

_PLAIN = {s.Octets: "bytes", s.Integer: "int", s.Text: "str", s.Boolean: "bool"}
"""Shapes whose values are of one kind of Python's own."""


@dataclass(frozen=True, slots=True)
class ExtraModule:
    """A module beside the codecs: its text and what it imports from the support module."""

    text: str
    support: frozenset[str]
    exports: tuple[str, ...]


def schedule_names(module: Module) -> dict[str, tuple[str, str]]:
    """Return, by schedule name, the names of its function and of the class of its outputs."""
    functions, classes = Scope(), Scope()
    found = {}
    for schedule in module.schedules:
        local = schedule.name.removeprefix(f"{module.name}.")
        spelled = "".join(f"_{c.lower()}" if c.isupper() else c for c in local).lstrip("_")
        stem = "_".join(word for word in identifier(spelled.replace(".", "_")).split("_") if word)
        found[schedule.name] = (functions.claim(f"derive_{stem}"), classes.claim(class_name(local)))
    return found


def schedules_module(spec: Specification, module: Module, names: PackageNames) -> ExtraModule | None:
    """Return the module of the schedules of `module`; `None` when it has none."""
    if not module.schedules:
        return None
    records = {record.name: record for each in spec.modules.values() for record in each.records}
    scope = ModuleScope(spec, module, names, records=records)
    scope.from_standard("typing", "Any")
    parts, exports = [], []
    spelled = schedule_names(module)
    secrets = SecretTypes(spec, names, scope)
    for schedule in module.schedules:
        function, kind = spelled[schedule.name]
        written = _Function(schedule, function, kind, scope, secrets)
        parts += [outputs_text(schedule, kind, scope, secrets), *written.parts()]
        exports += [function, kind]
    exports += ["Trace", scope.support("DeriveError"), *secrets.used]
    listed = "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(exports)) + "]"
    title = docstring(
        f"Key schedules of {safe(module.name)}.", ["Values here are secrets unless they say otherwise."]
    )
    head = f"{title}\n\n{FUTURE}\n\n{scope.head()}\n\n{listed}"
    return ExtraModule(
        settled("\n\n\n".join([head, *parts]) + "\n"), scope.support_names(), tuple(sorted(exports))
    )


@dataclass(frozen=True, slots=True)
class PythonNames:
    """The names of a schedule's parameters, and of its values by their name."""

    parameters: tuple[str, ...]
    values: dict[str, str]


def python_names(schedule: Schedule) -> PythonNames:
    """Name what the function of a schedule takes and makes."""
    claimed = Scope(_TAKEN)
    parameters = tuple(claimed.claim(identifier(p.name, _TAKEN)) for p in schedule.params)
    return PythonNames(
        parameters, {name: claimed.claim(identifier(name, _TAKEN)) for name in values_of(schedule)}
    )


class _Function:
    """One schedule under construction."""

    def __init__(
        self, schedule: Schedule, function: str, kind: str, scope: ModuleScope, secrets: SecretTypes
    ) -> None:
        self.schedule = schedule
        self.function = function
        self.kind = kind
        self.scope = scope
        self.secrets = secrets
        spelled = python_names(schedule)
        self.names, self.parameters = spelled.values, list(spelled.parameters)
        self.named = values = values_of(schedule)
        self.values = ValueNames(
            names=scope.names,
            records=scope.records,
            support=scope.support,
            module=scope.standard,
            parameters=self.parameters,
            parameter_shapes=tuple(p.shape for p in schedule.params),
            nullable=frozenset(p.index for p in schedule.params if p.nullable),
            locals={name: (python, values[name].shape) for name, python in self.names.items()},
            careful=True,
            sure=frozenset(name for name, value in values.items() if certain.is_tested(value)).union(
                parameter_mark(p.index) for p in schedule.params if type(p.shape) in _PLAIN and not p.nullable
            ),
        )

    def parts(self) -> list[str]:
        """The function, behind what prepares it where it can be prepared."""
        name = self.function.replace("derive_", "_prepare_", 1)
        made = prepared_text(self.schedule, name, self.names, tuple(self.parameters), self.scope.support)
        if made is None:
            return [self.text()]
        self.scope.from_standard("collections.abc", "Callable")
        return [made.text, f"{self._mark(made)}\n{self.text()}"]

    def _mark(self, made: Prepared) -> str:
        """The decorator that tells of the preparation."""
        takes, gives = (
            f"({', '.join(map(quoted, names))}{',' if len(names) == 1 else ''})"
            for names in (made.takes, made.gives)
        )
        return f"@{self.scope.support('prepared_by')}({made.name}, {takes}, {gives})"

    def text(self) -> str:
        """The function."""
        error, builtin = self.scope.support("DeriveError"), self.scope.support("BuiltinError")
        lines = [self._head(), self._docstring(), '    step = ""', "    try:", *self._params()]
        for value in self.schedule.inputs:
            lines += [*self._need(value, "        ", "missing_field"), *self._record(value, "        ")]
        for step in self.schedule.steps:
            lines += self._derive(step) if isinstance(step, Derive) else self._split(step)
        for requirement, condition, code in self.schedule.conditions:
            lines += [
                f"        step = {quoted(requirement)}",
                f"        if {negated(condition, self.values).at(OR)}:",
                f"            raise {error}({quoted(code or 'rule_broken')}, step, {quoted(requirement)})",
            ]
        lines += [
            f"    except ({builtin}, {error}) as error:",
            *self._hide(),
            f"        raise {self.scope.support('derive_error')}(error, step) from None",
            self._return(),
        ]
        return "\n".join(lines)

    def _hide(self) -> list[str]:
        """Take secrets out of the variables, which reports of a refusal may show."""
        found = [name for key, name in self.names.items() if is_secret(self.named[key])]
        rows = [found[place : place + 5] for place in range(0, len(found), 5)]
        return [f"        {' = '.join(row)} = {self.scope.support('hidden')}" for row in rows]

    def _used(self, builtin: str) -> bool:
        expressions = [step.expr for step in self.schedule.steps]
        expressions += [condition for _, condition, _ in self.schedule.conditions]
        return any(
            isinstance(node, e.Call) and node.function == builtin
            for expr in expressions
            for node in e.walk(expr)
        )

    def _head(self) -> str:
        rows = []
        for param, name in zip(self.schedule.params, self.parameters, strict=True):
            rows.append(f"{name}: {_parameter_type(param, self.scope)}")
        for value in self.schedule.inputs:
            optional = value.optional or isinstance(value.shape, s.Nullable)
            rows.append(
                f"{self.names[value.name]}: {value_type(value, self.scope, self.secrets)}{' = None' if optional else ''}"
            )
        if self._used("random"):
            self.scope.from_standard("collections.abc", "Callable")
            # The system's source unless a test hands in another one.
            source_name = self.scope.from_standard("secrets", "token_bytes")
            rows.append(f"random: Callable[[int], bytes] = {source_name}")
        if self._used("fresh"):
            self.scope.from_standard("collections.abc", "Callable")
            rows.append("fresh: Callable[[Any], bool]")
        self.scope.constant("Trace", self.scope.support("DerivationTrace"))
        rows.append("trace: Trace | None = None")
        inner = "".join(f"    {row},\n" for row in rows)
        return f"def {self.function}(\n    *,\n{inner}) -> {self.kind}:"

    def _docstring(self) -> str:
        first = cited(self.schedule.doc, self.schedule.refs, f"Run {safe(self.schedule.name)}")
        rows = [f"{self.names[value.name]}: {described(value.name, value)}" for value in self.schedule.inputs]
        if self.schedule.erase:
            rows.append(
                f"Erase when done: {', '.join(self.names.get(name, safe(name)) for name in self.schedule.erase)}."
            )
        if self.schedule.keep:
            rows.append(
                f"Keep: {', '.join(self.names.get(name, safe(name)) for name in self.schedule.keep)}."
            )
        rows.append("Raises: DeriveError. `trace` takes every named value, in order.")
        return docstring(first, rows, "    ")

    def _params(self) -> list[str]:
        lines = []
        for param, name in zip(self.schedule.params, self.parameters, strict=True):
            kind = _PLAIN.get(type(param.shape))
            if kind is not None and not param.nullable:
                need = self.scope.support("need_value")
                call = f"{need}({quoted(param.name)}, {name}, {kind}, False)"
                lines += [f"        if not isinstance({name}, {kind}):", f"            {call}"]
            lines += [
                "        if trace is not None:",
                f"            trace.record({quoted(param.name)}, {name})",
            ]
        return lines

    def _need(self, value: Named, pad: str, absent: str, expr: e.Expr | None = None) -> list[str]:
        """The check of a value's kind and size, where what it was made of leaves either open."""
        shape = bare(value.shape)
        optional = value.optional or isinstance(value.shape, s.Nullable)
        name = self.names[value.name]
        if isinstance(shape, s.Octets):
            least, most = (
                (shape.minimum, shape.maximum) if value.octets is None else (value.octets, value.octets)
            )
            if expr is not None and certain.fits(expr, self.named, least, most):
                return []
            need = self.scope.support("need_octets")
            call = f"{need}({quoted(value.name)}, {name}, {least}, {most}, {optional}, {quoted(absent)})"
            # What fits is told without a call.
            test = "" if optional else _misfit(name, least, most)
            return [f"{pad}if {test}:", f"{pad}    {call}"] if test else [f"{pad}{call}"]
        kind = _PLAIN.get(type(shape))
        if kind is None:
            return []
        return [f"{pad}{self.scope.support('need_value')}({quoted(value.name)}, {name}, {kind}, {optional})"]

    def _record(self, value: Named, pad: str) -> list[str]:
        name = self.names[value.name]
        optional = value.optional or isinstance(value.shape, s.Nullable)
        test = f"trace is not None and {name} is not None" if optional else "trace is not None"
        typed = f"{self.secrets.name(value)}({name})" if is_secret(value) else name
        return [f"{pad}if {test}:", f"{pad}    trace.record({quoted(value.name)}, {typed})"]

    def _derive(self, step: Derive) -> list[str]:
        name = step.value.name
        return [
            f"        step = {quoted(name)}",
            f"        {self.names[name]}: Any = {source(step.expr, self.values)}",
            *self._need(step.value, "        ", "wrong_kind", step.expr),
            *self._record(step.value, "        "),
        ]

    def _split(self, step: Split) -> list[str]:
        sizes = ", ".join(str(part.octets or 0) for part in step.parts)
        names = ", ".join(self.names[part.name] for part in step.parts)
        comma = "," if len(step.parts) == 1 else ""
        whole = source(step.expr, self.values)
        cut = self._cut(step, whole)
        if not cut:
            cut = f"{self.scope.support('split_octets')}({whole}, ({sizes}{comma}))"
        lines = [f"        step = {quoted(step.parts[0].name)}", f"        {names}{comma} = {cut}"]
        for part in step.parts:
            test, record = self._record(part, "        ")
            lines += [record] if test in lines else [test, record]
        return lines

    def _cut(self, step: Split, whole: str) -> str:
        """The parts of a value that has as many octets as they; empty where that is not certain."""
        sizes = [part.octets or 0 for part in step.parts]
        if not isinstance(step.expr, e.LocalRef) or certain.octet_count(step.expr, self.named) != sum(sizes):
            return ""
        ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
        pieces = [f"{whole}[{end - size}:{end}]" for size, end in zip(sizes, ends, strict=True)]
        return f"{', '.join(pieces)}{',' if len(pieces) == 1 else ''}"

    def _return(self) -> str:
        members = output_names(self.schedule)
        if not members:
            return f"    return {self.kind}()"
        # The class takes them by name; here they are known to be its own.
        new = self.scope.constant("_new", "object.__new__")
        rows = [f"    _made.{python} = {self._output(name)}" for name, python in members]
        return "\n".join([f"    _made = {new}({self.kind})", *rows, "    return _made"])

    def _output(self, name: str) -> str:
        """An output, as a secret where it is one."""
        value, text = self.named.get(name), self.names[name]
        if value is None or not is_secret(value):
            return text
        typed = f"{self.secrets.name(value)}({text})"
        optional = value.optional or isinstance(value.shape, s.Nullable)
        return f"None if {text} is None else {typed}" if optional else typed


def _misfit(name: str, least: int, most: int | None) -> str:
    """The test that a name holds no octets, or fewer or more than those."""
    kind = f"not isinstance({name}, bytes)"
    if least == most:
        return f"{kind} or len({name}) != {least}"
    if most is not None:
        return f"{kind} or not {least} <= len({name}) <= {most}"
    return f"{kind} or len({name}) < {least}" if least else kind


def _parameter_type(param: Param, scope: ModuleScope) -> str:
    shape = bare(param.shape)
    plain = "Any" if isinstance(shape, s.RecordOf | s.Union) else annotation(shape, scope)
    return f"{plain} | None" if param.nullable and plain != "Any" else plain
