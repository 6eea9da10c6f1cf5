"""Writing an XML record fast: a tag, its attributes, its content, joined by f-strings; checks in straight line.

`_write_x(value, head, tail, outer)` returns the element that begins with `head` (a tag without its end) and ends with
`tail`; `outer` is the namespace that holds inside it. Elements of another one declare it.
"""

from __future__ import annotations

import re

from art7.codegen.python.expressions import NOT, quoted, tuple_of
from art7.codegen.python.tree_read import bound_tests, length_tests
from art7.codegen.python.tree_view import Lines, TreeRecord
from art7.codegen.python.tree_write import checks, compute, unpack
from art7.codegen.python.value_expressions import refusal
from art7.codegen.python.wrapping import wrapped
from art7.codegen.python.xml_explain import is_flag, is_list
from art7.grammar.ir import plan as p
from art7.grammar.ir.shape import Boolean, Integer

XML = "{http://www.w3.org/XML/1998/namespace}"


def xml_write_function(view: TreeRecord) -> str:
    """Return the source of `_write_x(value, head, tail, outer, …) -> str`."""
    return _Writer(view).function()


def split_name(name: str) -> tuple[str, str]:
    """Return namespace and local name of `{uri}local`."""
    uri, _, local = name[1:].rpartition("}") if name[:1] == "{" else ("", "", name)
    return uri, local


def attribute_text(text: str) -> str:
    """Return a namespace as it stands between double quotes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def head_text(name: str, outer: str = "") -> str:
    """Return the tag of an element without its end, inside namespace `outer`."""
    uri, local = split_name(name)
    return f"<{local}" if uri == outer else f'<{local} xmlns="{attribute_text(uri)}"'


def _are_names(step: p.Domain) -> bool:
    """Whether every value that a domain has can be a name as it is."""
    return all(low == high and re.fullmatch("[A-Za-z][A-Za-z0-9._-]*", str(low)) for low, high in step.ranges)


class _Writer:
    def __init__(self, view: TreeRecord) -> None:
        self.view = view
        self.record = view.record
        self.lines = Lines()
        self.lines.refusal = f"raise {view.scope.support('Refused')}"
        self.support = view.scope.support
        self.heads: dict[str, str] = {}
        self.prefixes = "{}"
        self.is_choice = dict(view.record.options).get("shape") == "choice"

    def function(self) -> str:
        unpack(self.lines, self.view)
        compute(self.lines, self.view)
        checks(self.lines, self.view)
        for step in self.record.body.steps:
            if isinstance(step, p.Object):
                self.element(step)
        self.tags()
        parameters = "".join(f", {name}: Any" for name in self.view.parameters)
        head = (
            f"def _write_{self.view.stem()}(value: Any, head: str, tail: str, outer: str{parameters}) -> str:"
        )
        return f"{head}\n{self.lines.text()}"

    def element(self, step: p.Object) -> None:
        attributes = [x for x in step.entries if str(x.key)[0] == "@"]
        others = [x for x in step.entries if str(x.key)[0] != "@"]
        spaced = any(key.startswith("@{") and not key.startswith("@" + XML) for key in self.keys(attributes))
        self.prefixes = "prefixes" if spaced else "{}"
        if spaced:
            self.lines.read("prefixes: dict[str, str] = {}")
        for entry in attributes:
            self.attribute(entry)
        self.lines.add('inside = ""')
        for entry in others:
            self.content(entry)
        if step.unknown_slot is not None:
            self.unknown(step)
        if self.is_choice:
            self.choice(step)
            return
        with self.lines.block("if inside:"):
            self.lines.read('return f"{head}>{inside}{tail}"')
        self.lines.read('return f"{head}/>"')

    def choice(self, step: p.Object) -> None:
        """The record is one element, whichever it is."""
        tests = [f"({self.present(entry)})" for entry in step.entries]
        if step.unknown_slot is not None:
            name = self.view.locals[step.unknown_slot]
            tests.append(f"sum(len(held) for held in ({name} or {{}}).values())")
            self.lines.refuse_if(f"{name} is not None and any(key[:1] in '@#' for key in {name})")
        self.lines.refuse_if(f"{' + '.join(tests)} != 1")
        self.lines.add("return inside")

    def keys(self, entries: list[p.Entry]) -> list[str]:
        return [str(entry.key) for entry in entries]

    def present(self, entry: p.Entry) -> str:
        """The test whether an entry is written."""
        slot, name = self.record.slots[entry.slot], self.view.locals[entry.slot]
        if entry.required:
            return "True"
        if is_flag(entry):
            return f"{name} is not False"
        if slot.default is None:
            return f"{name} is not None"
        default = self.view.expression(slot.default)
        if isinstance(slot.shape, Boolean):
            return f"{name} is not {default}"  # a number that equals it is none
        if isinstance(slot.shape, Integer):
            return f"(type({name}) is not int or {name} != {default})"
        return f"{name} != {default}"

    def attribute(self, entry: p.Entry) -> None:
        name, key = self.view.locals[entry.slot], str(entry.key)[1:]
        with self.lines.block("if True:" if entry.required else f"if {self.present(entry)}:"):
            text = self.scalar(entry.body, name, "xml_quote")
            uri, local = split_name(key)
            if "{" + uri + "}" == XML:
                local, uri = f"xml:{local}", ""
            if uri:
                plain = self.raw(entry.body, name)
                self.lines.add(f"head += {self.support('xml_attribute')}({quoted(key)}, {plain}, prefixes)")
            else:
                if "'" in text:
                    self.lines.add(f"characters = {text}")
                    text = "characters"
                self.lines.add(f"head += f' {local}=\"{{{text}}}\"'")

    def content(self, entry: p.Entry) -> None:
        name, key = self.view.locals[entry.slot], str(entry.key)
        if is_flag(entry):
            with self.lines.block(f"if {name} is True:"):
                self.lines.add(f'inside += {self.head(key)} + "/>"')
            with self.lines.block(f"elif {name} is not False:"):
                self.lines.read(self.lines.refusal)
        elif entry.required:
            self.given(entry, name, key)
        else:
            with self.lines.block(f"if {self.present(entry)}:"):
                self.given(entry, name, key)

    def given(self, entry: p.Entry, name: str, key: str) -> None:
        first = entry.body.steps[0]
        if key == "#":
            self.lines.add(f"inside += {self.scalar(entry.body, name, 'xml_escape')}")
        elif key == "#content":
            self.several(first, name)
            self.lines.add(f"inside += {self.support('xml_inside')}({name}, outer, 1)")
        elif key.endswith("}*"):
            self.family(entry, name, key)
        elif isinstance(first, p.Items):
            self.items(entry, first, name, key)
        else:
            assert isinstance(first, p.Child), "a place of an element holds one"
            if not entry.required or self.record.slots[entry.slot].default is None:
                self.child(first, entry.body.steps[1:], name, key)

    def family(self, entry: p.Entry, name: str, key: str) -> None:
        """An element whose name is the value; one that has more than its name stands among unknown ones."""
        self.scalar(entry.body, name, "")
        uri, _ = split_name(key)
        holder = next((x for x in self.record.body.steps if isinstance(x, p.Object)), None)
        if holder is not None and holder.unknown_slot is not None:
            unknown = self.view.locals[holder.unknown_slot]
            with self.lines.block(f"if not {unknown} or {quoted(key[:-1])} + {name} not in {unknown}:"):
                self.empty(entry, name, uri)
            return
        self.empty(entry, name, uri)

    def empty(self, entry: p.Entry, name: str, uri: str) -> None:
        if any(isinstance(step, p.Domain) and _are_names(step) for step in entry.body.steps[1:]):
            foreign = f' xmlns="{attribute_text(uri)}"/>'
            self.lines.add(
                f"inside += f'<{{{name}}}/>' if outer == {quoted(uri)} else f'<{{{name}}}{foreign}'"
            )
            return
        self.lines.add(f"inside += {self.support('xml_empty')}({name}, {quoted(uri)}, outer)")

    def several(self, first: p.Step, name: str) -> None:
        assert isinstance(first, p.Items), "only lists are several"
        self.lines.refuse_if(f"not isinstance({name}, (list, tuple))")
        for test in length_tests(name, first.minimum or None, first.maximum):
            self.lines.refuse_if(test)

    def items(self, entry: p.Entry, first: p.Items, name: str, key: str) -> None:
        self.several(first, name)
        item, child = self.view.locals[first.item], first.body.steps[0]
        assert isinstance(child, p.Child), "lists of elements hold elements"
        with self.lines.block(f"for {item} in {name}:"):
            self.child(child, first.body.steps[1:], item, key)
        self.tests(entry.body.steps[1:])

    def child(self, step: p.Child, tests: tuple[p.Step, ...], name: str, key: str) -> None:
        uri, local = split_name(key)
        inner = step.body.steps[0]
        match inner:
            case p.CallRecord(record=record):
                function = self.view.scope.function("write", record)
                arguments = self.view.arguments(inner)
                call = (
                    f"{function}({name}, {self.head(key)}, {quoted(f'</{local}>')}, {quoted(uri)}{arguments})"
                )
                self.lines.add(f"inside += {call}")
            case p.AnyNode():
                self.lines.add(f"inside += {self.support('xml_written')}({name}, {quoted(key)}, outer, 2)")
            case p.Scalar(form="flag"):
                self.lines.refuse_if(f"{name} is not True")
                self.lines.add(f'inside += {self.head(key)} + "/>"')
            case _:
                text = self.scalar(step.body, name, "xml_escape")
                held = self.view.fresh("characters")
                self.lines.add(f"{held} = {text}")
                head = self.head(key)
                full = f'f"{{{head}}}>{{{held}}}</{local}>"' if not head.startswith(("'", '"')) else ""
                assert full, "heads are names"
                self.lines.add(f'inside += {full} if {held} else f"{{{head}}}/>"')
        self.tests(tests)

    def head(self, key: str) -> str:
        """Return the name that holds the beginning of an element's tag."""
        if key in self.heads:
            return self.heads[key]
        uri, _ = split_name(key)
        name = self.heads[key] = self.view.fresh("tag")
        return name

    def tags(self) -> None:
        """Name the beginnings of tags before everything else: constants where the usual namespace holds outside."""
        if not self.heads:
            return
        own = str(dict(self.record.options).get("ns", ""))
        stem = self.view.stem().upper().strip("_")
        usual = tuple_of(quoted(head_text(key, own)) for key in self.heads)
        rows = tuple_of(quoted(key) for key in self.heads)
        tags = self.view.scope.constant(f"_{stem}_TAGS", "\n".join(wrapped(f"_ = {usual}", 0))[4:])
        keys = self.view.scope.constant(f"_{stem}_NAMES", "\n".join(wrapped(f"_ = {rows}", 0))[4:])
        names = ", ".join(self.heads.values()) if len(self.heads) > 1 else tuple_of(self.heads.values())
        source = f"{names} = {tags} if outer == {quoted(own)} else {self.support('xml_tags')}({keys}, outer)"
        self.lines.lines[:0] = wrapped(source, 4)

    # ---- scalars ----

    def tests(self, steps: tuple[p.Step, ...]) -> None:
        for step in steps:
            match step:
                case p.Domain(slot=slot, ranges=ranges):
                    self.lines.refuse_if(f"not {self.view.in_ranges(self.view.locals[slot], ranges)}")
                case p.Check(level="must", on_writing=True):
                    self.lines.refuse_if(refusal(step.condition, self.view.values, NOT))
                case _:
                    pass

    def scalar(self, block: p.Block, name: str, escape: str) -> str:
        """Test a scalar, and return the source of its text."""
        first = block.steps[0]
        assert isinstance(first, p.Scalar), "attributes and texts are scalars"
        text = self.tested(first, name, escape)
        self.tests(block.steps[1:])
        return text

    def raw(self, block: p.Block, name: str) -> str:
        first = block.steps[0]
        assert isinstance(first, p.Scalar), "attributes and texts are scalars"
        return self.tested(first, name, "")

    def tested(self, step: p.Scalar, name: str, escape: str) -> str:
        match step.form:
            case "text":
                tests = length_tests(name, step.minimum, step.maximum)
                for test in tests:
                    self.lines.refuse_if(test)
                return f"{self.support(escape)}({name})" if escape else name
            case "decimal":
                self.lines.refuse_if(f"not isinstance({name}, int)")
                for test in bound_tests(name, step.minimum, step.maximum):
                    self.lines.refuse_if(test)
                return f"str(int({name}))"
            case "truth":
                self.lines.refuse_if(f"type({name}) is not bool")
                return f'("true" if {name} else "false")'
            case _:
                self.lines.refuse_if(f"not isinstance({name}, (bytes, bytearray, memoryview))")
                held = self.view.fresh("octets")
                self.lines.add(f"{held} = bytes({name})")
                for test in length_tests(held, step.minimum, step.maximum):
                    self.lines.refuse_if(test)
                return self.coded(step, held)

    def coded(self, step: p.Scalar, name: str) -> str:
        if step.form == "hex":
            return f"{name}.hex()"
        if step.form == "base64url":
            padded = step.padding in ("required", "padded")
            return f"{self.support('base64url_padded' if padded else 'base64url')}({name})"
        return f"{self.support('base64')}({name})"

    # ---- unknown members ----

    def unknown(self, step: p.Object) -> None:
        assert step.unknown_slot is not None, "only called with one"
        name = self.view.locals[step.unknown_slot]
        with self.lines.block(f"if {name}:"):
            rows = [
                f"({quoted(str(x.key))}, {'True' if is_list(x) else self.present(x)})" for x in step.entries
            ]
            if rows:
                self.lines.add(f"{self.support('xml_apart')}({name}, {tuple_of(rows)})")
            call = f"{self.support('xml_unknown')}({name}, {self.prefixes}, outer, 1)"
            self.lines.add(f"more, others = {call}")
            self.lines.add("head += more")
            self.lines.add("inside += others")
        with self.lines.block(f"elif {name} is not None:"):
            self.lines.refuse_if(f"not isinstance({name}, dict)")
