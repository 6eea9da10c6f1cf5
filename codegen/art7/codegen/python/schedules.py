"""Key schedules as functions that can record every intermediate value.

A schedule becomes `derive_x(*, …inputs, trace=None) -> X`; `X` holds the outputs. The steps are printed in
textual order, each once, so that a reader can lay the text of the specification beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from art7.codegen.names import PackageNames, Scope, class_name, identifier
from art7.codegen.python.docstrings import FUTURE, cited, docstring, safe
from art7.codegen.python.expressions import OR, negated, quoted
from art7.codegen.python.layout.settle import settled
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import annotation
from art7.codegen.python.value_expressions import ValueNames, bare, source
from art7.codegen.reserved import SUPPORTED
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Derive, Module, Named, Schedule, Specification, Split
from art7.grammar.ir.plan import Param

_TAKEN = SUPPORTED | frozenset(
    "Any Callable trace random fresh len bytes int str bool list error step parts all any enumerate min max abs".split()
)


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
    for schedule in module.schedules:
        function, kind = spelled[schedule.name]
        parts += [_outputs(schedule, kind, scope), _Function(schedule, function, kind, scope).text()]
        exports += [function, kind]
    exports += ["Trace", scope.support("DeriveError")]
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
        parameters, {name: claimed.claim(identifier(name, _TAKEN)) for name in _values(schedule)}
    )


def _values(schedule: Schedule) -> dict[str, Named]:
    found = {value.name: value for value in schedule.inputs}
    for step in schedule.steps:
        for value in (step.value,) if isinstance(step, Derive) else step.parts:
            found[value.name] = value
    return found


def _outputs(schedule: Schedule, kind: str, scope: ModuleScope) -> str:
    """The class of the outputs."""
    values = _values(schedule)
    claimed = Scope()
    members = [
        (name, claimed.claim(identifier(name, frozenset(("self",)))), values.get(name))
        for name in schedule.outputs
    ]
    rows = [f"{python}: {_described(name, value)}" for name, python, value in members]
    lines = [
        f"class {kind}:",
        docstring(cited(schedule.doc, schedule.refs, f"Outputs of {safe(schedule.name)}"), rows, "    "),
    ]
    spelled = ", ".join(f'"{python}"' for _, python, _ in members)
    lines += ["", f"    __slots__ = ({spelled}{',' if len(members) == 1 else ''})", ""]
    parameters = ", ".join(f"{python}: {_type(value, scope)}" for _, python, value in members)
    lines.append(
        f"    def __init__(self, *, {parameters}) -> None:" if members else "    def __init__(self) -> None:"
    )
    lines += [f"        self.{python} = {python}" for _, python, _ in members] or ["        pass"]
    return "\n".join(lines)


def _described(name: str, value: Named | None) -> str:
    if value is None:
        return safe(name)
    label = "" if value.label == "plain" else f" ({value.label})"
    octets = f", {value.octets} octets" if value.octets is not None else ""
    purpose = f", for {safe(value.purpose)}" if value.purpose else ""
    text = cited(value.doc, value.refs, safe(name))
    return f"{text.rstrip('.')}{label}{octets}{purpose}."


def _type(value: Named | None, scope: ModuleScope) -> str:
    if value is None:
        return "Any"
    shape = bare(value.shape)
    plain = "Any" if isinstance(shape, s.RecordOf | s.Union) else annotation(shape, scope)
    optional = value.optional or isinstance(value.shape, s.Nullable)
    return f"{plain} | None" if optional and plain != "Any" else plain


class _Function:
    """One schedule under construction."""

    def __init__(self, schedule: Schedule, function: str, kind: str, scope: ModuleScope) -> None:
        self.schedule = schedule
        self.function = function
        self.kind = kind
        self.scope = scope
        spelled = python_names(schedule)
        self.names, self.parameters = spelled.values, list(spelled.parameters)
        values = _values(schedule)
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
        )

    def text(self) -> str:
        """The function."""
        error, builtin = self.scope.support("DeriveError"), self.scope.support("BuiltinError")
        lines = [self._head(), self._docstring(), *self._checks(), '    step = ""', "    try:"]
        for step in self.schedule.steps:
            lines += self._derive(step) if isinstance(step, Derive) else self._split(step)
        for requirement, condition, code in self.schedule.conditions:
            lines += [
                f"        step = {quoted(requirement)}",
                f"        if {negated(condition, self.values).at(OR)}:",
                f"            raise {error}({quoted(code or 'rule_broken')}, step, {quoted(requirement)})",
            ]
        lines += [
            f"    except {builtin} as error:",
            f"        raise {error}(error.code, step) from None",
            self._return(),
        ]
        return "\n".join(lines)

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
                f"{self.names[value.name]}: {_type(value, self.scope)}{' = None' if optional else ''}"
            )
        if self._used("random"):
            self.scope.from_standard("collections.abc", "Callable")
            rows.append("random: Callable[[int], bytes]")
        if self._used("fresh"):
            self.scope.from_standard("collections.abc", "Callable")
            rows.append("fresh: Callable[[Any], bool]")
        self.scope.constant("Trace", self.scope.support("DerivationTrace"))
        rows.append("trace: Trace | None = None")
        inner = "".join(f"    {row},\n" for row in rows)
        return f"def {self.function}(\n    *,\n{inner}) -> {self.kind}:"

    def _docstring(self) -> str:
        first = cited(self.schedule.doc, self.schedule.refs, f"Run {safe(self.schedule.name)}")
        rows = [
            f"{self.names[value.name]}: {_described(value.name, value)}" for value in self.schedule.inputs
        ]
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

    def _checks(self) -> list[str]:
        lines = []
        for param, name in zip(self.schedule.params, self.parameters, strict=True):
            lines += ["    if trace is not None:", f"        trace.record({quoted(param.name)}, {name})"]
        for value in self.schedule.inputs:
            lines += self._need(value, "    ", "missing_field")
            lines += self._record(value, "    ")
        return lines

    def _need(self, value: Named, pad: str, absent: str) -> list[str]:
        """The check of a value's kind and size."""
        shape = bare(value.shape)
        optional = value.optional or isinstance(value.shape, s.Nullable)
        name = self.names[value.name]
        if isinstance(shape, s.Octets):
            least, most = (
                (shape.minimum, shape.maximum) if value.octets is None else (value.octets, value.octets)
            )
            need = self.scope.support("need_octets")
            return [
                f"{pad}{need}({quoted(value.name)}, {name}, {least}, {most}, {optional}, {quoted(absent)})"
            ]
        kind = {s.Integer: "int", s.Text: "str", s.Boolean: "bool"}.get(type(shape))
        if kind is None:
            return []
        return [f"{pad}{self.scope.support('need_value')}({quoted(value.name)}, {name}, {kind}, {optional})"]

    def _record(self, value: Named, pad: str) -> list[str]:
        name = self.names[value.name]
        optional = value.optional or isinstance(value.shape, s.Nullable)
        test = f"trace is not None and {name} is not None" if optional else "trace is not None"
        return [f"{pad}if {test}:", f"{pad}    trace.record({quoted(value.name)}, {name})"]

    def _derive(self, step: Derive) -> list[str]:
        name = step.value.name
        return [
            f"        step = {quoted(name)}",
            f"        {self.names[name]}: Any = {source(step.expr, self.values)}",
            *self._need(step.value, "        ", "wrong_kind"),
            *self._record(step.value, "        "),
        ]

    def _split(self, step: Split) -> list[str]:
        sizes = ", ".join(str(part.octets or 0) for part in step.parts)
        names = ", ".join(self.names[part.name] for part in step.parts)
        comma = "," if len(step.parts) == 1 else ""
        lines = [
            f"        step = {quoted(step.parts[0].name)}",
            f"        {names}{comma} = {self.scope.support('split_octets')}("
            f"{source(step.expr, self.values)}, ({sizes}{comma}))",
        ]
        for part in step.parts:
            lines += self._record(part, "        ")
        return lines

    def _return(self) -> str:
        claimed = Scope()
        rows = "".join(
            f"        {claimed.claim(identifier(name, frozenset(('self',))))}={self.names[name]},\n"
            for name in self.schedule.outputs
        )
        return f"    return {self.kind}(\n{rows}    )" if rows else f"    return {self.kind}()"


def _parameter_type(param: Param, scope: ModuleScope) -> str:
    shape = bare(param.shape)
    plain = "Any" if isinstance(shape, s.RecordOf | s.Union) else annotation(shape, scope)
    return f"{plain} | None" if param.nullable and plain != "Any" else plain
