"""The class of what a schedule gives, and how the values of a schedule are typed and described."""

from __future__ import annotations

from art7.codegen.names import Scope, identifier
from art7.codegen.python.docstrings import cited, docstring, safe
from art7.codegen.python.expressions import quoted, tuple_of
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.secret_types import SecretTypes, is_secret
from art7.codegen.python.shapes import annotation
from art7.codegen.python.value_expressions import bare
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Derive, Named, Schedule


def values_of(schedule: Schedule) -> dict[str, Named]:
    """Return the inputs and the derived values of a schedule by name."""
    found = {value.name: value for value in schedule.inputs}
    for step in schedule.steps:
        for value in (step.value,) if isinstance(step, Derive) else step.parts:
            found[value.name] = value
    return found


def output_names(schedule: Schedule) -> list[tuple[str, str]]:
    """Return each output with the attribute that holds it."""
    claimed = Scope()
    return [(name, claimed.claim(identifier(name, frozenset(("self",))))) for name in schedule.outputs]


def outputs_text(schedule: Schedule, kind: str, scope: ModuleScope, secrets: SecretTypes) -> str:
    """Return the class of the outputs."""
    values = values_of(schedule)
    members = [(name, python, values.get(name)) for name, python in output_names(schedule)]
    rows = [f"{python}: {described(name, value)}" for name, python, value in members]
    lines = [
        f"class {kind}:",
        docstring(cited(schedule.doc, schedule.refs, f"Outputs of {safe(schedule.name)}"), rows, "    "),
    ]
    lines += ["", f"    __slots__ = {tuple_of(quoted(python) for _, python, _ in members)}", ""]
    parameters = ", ".join(f"{python}: {value_type(value, scope, secrets)}" for _, python, value in members)
    lines.append(
        f"    def __init__(self, *, {parameters}) -> None:" if members else "    def __init__(self) -> None:"
    )
    lines += [f"        self.{python} = {python}" for _, python, _ in members] or ["        pass"]
    return "\n".join(lines)


def described(name: str, value: Named | None) -> str:
    """Return the sentence on a value: what it is, its label, size and purpose."""
    if value is None:
        return safe(name)
    label = "" if value.label == "plain" else f" ({value.label})"
    octets = f", {value.octets} octets" if value.octets is not None else ""
    purpose = f", for {safe(value.purpose)}" if value.purpose else ""
    text = cited(value.doc, value.refs, safe(name))
    return f"{text.rstrip('.')}{label}{octets}{purpose}."


def value_type(value: Named | None, scope: ModuleScope, secrets: SecretTypes) -> str:
    """Return the annotation of a value."""
    if value is None:
        return "Any"
    shape = bare(value.shape)
    plain = "Any" if isinstance(shape, s.RecordOf | s.Union) else annotation(shape, scope)
    if is_secret(value):
        plain = secrets.name(value)
    optional = value.optional or isinstance(value.shape, s.Nullable)
    return f"{plain} | None" if optional and plain != "Any" else plain
