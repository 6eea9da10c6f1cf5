"""The careful twin of an XML record: that of any tree, with elements and texts in the place of objects and scalars."""

from __future__ import annotations

from art7.codegen.python.expressions import quoted, tuple_of
from art7.codegen.python.tree_explain import _Reader
from art7.codegen.python.tree_explain_write import _Writer
from art7.codegen.python.tree_view import TreeRecord
from art7.grammar.ir import plan as p

FORMS = {"decimal": "xml_integer", "truth": "xml_boolean", "spaced64": "xml_coded"}


def explain_xml_reading(view: TreeRecord) -> str:
    """Return the source of `_explain_read_x(trace, node, at, …) -> dict`."""
    return _XmlReader(view).function()


def explain_xml_writing(view: TreeRecord) -> str:
    """Return the source of `_explain_write_x(trace, value, …) -> tree`."""
    return _XmlWriter(view).function()


class _XmlReader(_Reader):
    def step(self, step: p.Step, node: str, item: str | None) -> None:
        if not isinstance(step, p.Child):
            super().step(step, node, item)
            return
        self.value(step, node, self.path(step.slot, item))
        if item is None:
            self.filled(step.slot)

    def value(self, step: p.Step, node: str, path: str) -> None:
        match step:
            case p.AnyNode(slot=slot):
                self.lines.add(f"{self.view.locals[slot]} = {self.support('xml_kept')}({node})")
            case p.Child(slot=slot, single=single, text=text, body=body):
                held = self.view.fresh(f"{self.record.slots[slot].name}_element")
                source = f"{self.support('xml_only')}(trace, {node}, {path})" if single else node
                self.lines.add(f"{held} = {source}")
                self.lines.add(f"{self.places[slot]} = {held}.start")
                inner = f'{held}.value["#"]' if text else held
                for each in body.steps:
                    self.value(each, inner, path)
            case _:
                super().value(step, node, path)

    def scalar(self, step: p.Scalar, node: str, path: str) -> None:
        name = self.view.locals[step.slot]
        if step.form == "flag":
            self.lines.add(f"{name} = True")
        elif step.form in FORMS:
            bounds = "" if step.form == "truth" else f", {step.minimum}, {step.maximum}"
            self.lines.add(f"{name} = {self.support(FORMS[step.form])}(trace, {node}, {path}{bounds})")
        else:
            super().scalar(step, node, path)

    def object(self, step: p.Object, node: str) -> None:
        members = self.view.fresh("known_members")
        facts = element_facts(step)
        families = tuple_of(f"({quoted(key[:-1])}, {self.path(slot, None)})" for key, slot in facts.families)
        lists = tuple_of(quoted(key) for key in facts.lists)
        names = f"frozenset({tuple_of(quoted(str(entry.key)) for entry in step.entries)})"
        keys = self.view.fresh("known_keys")
        self.lines.add(f"{keys}: frozenset[str] = {names}")
        call = f"{self.support('xml_object')}(trace, {node}, {keys}, {lists}, {families}, {facts.text})"
        self.lines.add(f"{members} = {call}")
        for entry in step.entries:
            self.entry(entry, f"{members}.get({quoted(str(entry.key))})", node)
        if step.unknown == "reject":
            self.lines.add(f"{self.support('xml_stranger')}(trace, {members}, {keys})")
        if step.unknown_slot is not None:
            rest = f"{self.support('xml_others')}({members}, {keys})"
            self.lines.add(f"{self.view.locals[step.unknown_slot]} = {rest}")


class _XmlWriter(_Writer):
    def value(self, step: p.Step, path: str) -> str:
        match step:
            case p.Scalar(slot=slot, form="decimal" | "truth" | "flag" | "spaced64" as form):
                more = f"{path}, {quoted(form)}, {step.minimum}, {step.maximum}"
                return f"{self.support('xml_scalar')}(trace, {self.kept(slot)}, {more})"
            case p.Child(single=single, text=text, body=body):
                source = self.block(body, path)
                source = f'{{"#": {source}}}' if text else source
                return f"[{source}]" if single else source
            case p.AnyNode(slot=slot):
                return f"{self.support('XmlFree')}({self.view.locals[slot]})"
            case _:
                return super().value(step, path)

    def object(self, step: p.Object) -> None:
        super().object(step)
        if step.unknown_slot is not None:
            name, path = self.view.locals[step.unknown_slot], self.path(step.unknown_slot)
            self.lines.add(f"{self.support('xml_settled')}(trace, result, {name}, {path})")


class ElementFacts:
    """What reading an element must know of its members before it begins."""

    __slots__ = ("content", "families", "lists", "text")

    def __init__(self, step: p.Object) -> None:
        keys = {str(entry.key): entry for entry in step.entries}
        self.lists = tuple(key for key, entry in keys.items() if is_list(entry))
        self.families = tuple((key, entry.slot) for key, entry in keys.items() if key.endswith("}*"))
        self.text = "#" in keys and keys["#"].required
        self.content = "#content" in keys


def element_facts(step: p.Object) -> ElementFacts:
    """Return what reading an element must know of its members before it begins."""
    return ElementFacts(step)


def is_list(entry: p.Entry) -> bool:
    """Whether an entry is a list of elements that is empty where none is there."""
    return (
        entry.required and isinstance(entry.body.steps[0], p.Items) and str(entry.key)[:1] not in ("@", "#")
    )


def is_flag(entry: p.Entry) -> bool:
    """Whether an entry is an element that only says that it is there."""
    first = entry.body.steps[0]
    if not isinstance(first, p.Child):
        return False
    inner = first.body.steps[0]
    return isinstance(inner, p.Scalar) and inner.form == "flag"
