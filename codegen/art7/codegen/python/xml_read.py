"""Reading an XML record fast: attributes by name, then one walk over the elements, told apart by a table.

What expat made of the text is an `Element`; the function says only yes or no, and the careful twin explains a no.
"""

from __future__ import annotations

from collections.abc import Callable

from art7.codegen.python.expressions import quoted, tuple_of
from art7.codegen.python.tree_read import _arguments, _result, bound_tests, length_tests, value_step
from art7.codegen.python.tree_view import Lines, TreeRecord
from art7.codegen.python.wrapping import wrapped
from art7.codegen.python.xml_explain import element_facts, is_flag, is_list
from art7.grammar.ir import plan as p


def xml_read_function(view: TreeRecord, construct: str) -> str:
    """Return the source of `_read_x(node, …) -> value`."""
    return _Reader(view).function(construct)


class _Reader:
    def __init__(self, view: TreeRecord) -> None:
        self.view = view
        self.record = view.record
        self.lines = Lines()
        self.lines.refusal = f"raise {view.scope.support('Refused')}"
        self.support = view.scope.support
        self.is_choice = dict(view.record.options).get("shape") == "choice"

    def function(self, construct: str) -> str:
        for step in self.record.body.steps:
            if isinstance(step, p.Object):
                self.element(step)
            else:
                value_step(self.lines, self.view, step, "node", inside=False)
        _result(self.lines, self.view, construct)
        parameters = ", unverified: list[str]" if self.record.guarded else ""
        parameters += "".join(f", {name}: Any" for name in self.view.parameters)
        kind = self.view.scope.class_of(self.record.name)
        return f"def _read_{self.view.stem()}(node: Any{parameters}) -> {kind}:\n{self.lines.text()}"

    def element(self, step: p.Object) -> None:
        attributes = [x for x in step.entries if str(x.key)[0] == "@"]
        texts = [x for x in step.entries if x.key == "#"]
        contents = [x for x in step.entries if x.key == "#content"]
        children = [x for x in step.entries if str(x.key)[0] not in "@#"]
        keeps = step.unknown != "ignore"
        if step.unknown_slot is not None:
            self.lines.add(f"{self.view.locals[step.unknown_slot]}: dict[str, Any] = {{}}")
        if not self.is_choice:
            self.attributes(step, attributes, keeps)
        stray = keeps and not texts and not contents and not self.is_choice
        if stray:
            self.lines.add("stray = node.text is not None")
        if children or (keeps and not contents):
            self.children(step, children, stray, bool(contents))
        for entry in texts:
            self.text(entry, bool(children) or keeps)
        for entry in contents:
            self.content(entry)
        if stray:
            with self.lines.block("if stray:"):
                self.lines.add(f"characters = {self.support('xml_text')}(node)")
                if step.unknown_slot is None:
                    self.lines.refuse_if('characters.strip(" \\t\\r\\n")')
                else:
                    with self.lines.block('if characters.strip(" \\t\\r\\n"):'):
                        self.lines.add(f'{self.view.locals[step.unknown_slot]}["#"] = characters')

    # ---- attributes ----

    def attributes(self, step: p.Object, entries: list[p.Entry], keeps: bool) -> None:
        if not entries and not keeps:
            return
        self.lines.add("attributes = node.attrib")
        if len([x for x in entries if not x.required]) > 1:
            self.lines.add("attribute = attributes.get")
            get = "attribute"
        else:
            get = "attributes.get"
        for entry in entries:
            key = quoted(str(entry.key)[1:])
            name = self.view.locals[entry.slot]
            if entry.required:
                self.lines.read(f"{name}{_kind(entry)} = attributes[{key}]")
                self.value(entry.body, name, entry.slot)
                continue
            self.lines.read(f"{name}{_kind(entry)} = {get}({key})")
            self.maybe(entry, name)
        if keeps:
            self.other_attributes(step, entries)

    def maybe(self, entry: p.Entry, source: str) -> None:
        """Read a text that may be absent, which is in its local already."""
        name = self.view.locals[entry.slot]
        slot = self.record.slots[entry.slot]
        plain = len(entry.body.steps) == 1 and not self.tests(entry.body)
        if slot.default is not None:
            default = self.view.expression(slot.default)
            with self.lines.block(f"if {source} is None:"):
                self.lines.read(f"{name} = {default}")
            if not plain:
                with self.lines.block("else:"):
                    self.value(entry.body, source, entry.slot)
        elif not plain:
            with self.lines.block(f"if {source} is not None:"):
                self.value(entry.body, source, entry.slot)

    def tests(self, block: p.Block) -> bool:
        """Whether reading does more than keeping a text."""
        first = block.steps[0]
        if isinstance(first, p.Child):
            return self.tests(first.body)
        assert isinstance(first, p.Scalar), "attributes and texts are scalars"
        return first.form != "text" or first.minimum is not None or first.maximum is not None

    def other_attributes(self, step: p.Object, entries: list[p.Entry]) -> None:
        names = [quoted(str(x.key)[1:]) for x in entries]
        test = "attributes"
        if names:
            constant = f"_{self.view.stem().upper().strip('_')}_ATTRIBUTES"
            text = "\n".join(wrapped(f"{constant} = frozenset({tuple_of(names)})", 0)).partition(" = ")[2]
            test = f"not attributes.keys() <= {self.view.scope.constant(constant, text)}"
        if step.unknown_slot is None:
            self.lines.refuse_if(test)
            return
        unknown = self.view.locals[step.unknown_slot]
        with self.lines.block(f"if {test}:"):
            known = f" if key not in {constant}" if names else ""
            self.lines.add(f'{unknown} = {{"@" + key: attributes[key] for key in attributes{known}}}')

    # ---- elements ----

    def children(self, step: p.Object, entries: list[p.Entry], stray: bool, has_content: bool) -> None:
        facts = element_facts(step)
        for entry in entries:
            name = self.view.locals[entry.slot]
            if isinstance(entry.body.steps[0], p.Items):
                empty = "[]" if is_list(entry) else "None"
                self.lines.read(f"{name}: Any = {empty}")
            elif is_flag(entry):
                self.lines.read(f"{name} = False")
            else:
                self.lines.read(f"{name}: Any = None")
        if not entries and step.unknown == "ignore":
            return
        rows = [x for x in entries if not str(x.key).endswith("}*")]
        numbers = {id(entry): number for number, entry in enumerate(rows, 1)}
        table = self.table(rows)
        loop = "(node,)" if self.is_choice else "node"
        with self.lines.block(f"for child in {loop}:"):
            if not rows:
                self.strangers(step, entries, facts, has_content)
            elif len(rows) == 1:
                with self.lines.block(f"if child.tag == {quoted(str(rows[0].key))}:"):
                    self.child(rows[0])
                if entries[1:] or step.unknown != "ignore":
                    with self.lines.block("else:"):
                        self.strangers(step, entries, facts, has_content)
            else:
                self.lines.add(f"which = {table}(child.tag)")
                self.chain(rows, numbers, lambda: self.strangers(step, entries, facts, has_content))
            if stray:
                with self.lines.block("if child.tail is not None:"):
                    self.lines.add("stray = True")
        for entry in entries:
            self.after(entry)

    def chain(self, rows: list[p.Entry], numbers: dict[int, int], others: Callable[[], None]) -> None:
        """Tell the elements apart by their numbers: halves where there are many."""
        self.halved(rows, numbers)
        with self.lines.block("if which is None:"):
            others()

    def halved(self, rows: list[p.Entry], numbers: dict[int, int]) -> None:
        word = "if"
        for entry in rows:
            with self.lines.block(f"{word} which == {numbers[id(entry)]}:"):
                self.child(entry)
            word = "elif"

    def table(self, rows: list[p.Entry]) -> str:
        constant = f"_{self.view.stem().upper().strip('_')}_ELEMENTS"
        pairs = ", ".join(f"{quoted(str(entry.key))}: {number}" for number, entry in enumerate(rows, 1))
        text = "\n".join(wrapped(f"{constant} = {{{pairs}}}.get", 0)).partition(" = ")[2]
        return self.view.scope.constant(constant, text) if len(rows) > 1 else ""

    def child(self, entry: p.Entry) -> None:
        name, first = self.view.locals[entry.slot], entry.body.steps[0]
        if isinstance(first, p.Items):
            if not is_list(entry):
                with self.lines.block(f"if {name} is None:"):
                    self.lines.read(f"{name} = []")
            item = self.view.locals[first.item]
            inner = first.body.steps[0]
            assert isinstance(inner, p.Child), "lists of elements hold elements"
            call = inner.body.steps[0]
            if isinstance(call, p.CallRecord) and len(first.body.steps) == 1:
                function = self.view.scope.function("read", call.record)
                self.lines.add(f"{name}.append({function}(child{_arguments(self.view, call)}))")
                return
            self.inside(inner, item)
            for step in first.body.steps[1:]:
                value_step(self.lines, self.view, step, item, inside=True)
            self.lines.add(f"{name}.append({item})")
            return
        assert isinstance(first, p.Child), "a place of an element holds one"
        self.lines.refuse_if(name if is_flag(entry) else f"{name} is not None")
        self.inside(first, name)
        for step in entry.body.steps[1:]:
            value_step(self.lines, self.view, step, name, inside=True)

    def inside(self, step: p.Child, name: str) -> None:
        """Read the element `child` into local `name`."""
        inner = step.body.steps[0]
        match inner:
            case p.CallRecord(record=record):
                function = self.view.scope.function("read", record)
                self.lines.add(f"{name} = {function}(child{_arguments(self.view, inner)})")
            case p.AnyNode():
                self.lines.add(f"{name} = {self.support('xml_any')}(child)")
            case p.Scalar(form="flag"):
                self.lines.add(f"{name} = True")
            case _:
                self.lines.add(f'{name} = child.text or ""')
                with self.lines.block("if len(child):"):
                    self.lines.add(f"{name} = {self.support('xml_text')}(child)")
                self.value(step.body, name, getattr(inner, "slot", 0))

    def strangers(self, step: p.Object, entries: list[p.Entry], facts: object, has_content: bool) -> None:
        """An element that the table does not have: of a family, or unknown."""
        families = [x for x in entries if str(x.key).endswith("}*")]
        word = "if"
        for entry in families:
            prefix, name = str(entry.key)[:-1], self.view.locals[entry.slot]
            with self.lines.block(f"{word} child.tag.startswith({quoted(prefix)}):"):
                self.lines.refuse_if(f"{name} is not None")
                self.lines.add(f"{name} = child.tag[{len(prefix)}:]")
                self.value(entry.body, name, entry.slot)
                if step.unknown != "ignore" and not has_content:
                    with self.lines.block(f"if {self.support('xml_more')}(child):"):
                        self.unknown(step)
            word = "elif"
        if step.unknown == "ignore" or has_content:
            if not families:
                self.lines.read("pass")
            return
        if families:
            with self.lines.block("else:"):
                self.unknown(step)
        else:
            self.unknown(step)

    def unknown(self, step: p.Object) -> None:
        if step.unknown_slot is None:
            self.lines.add(self.lines.refusal)
            return
        name = self.view.locals[step.unknown_slot]
        self.lines.add(f"{name}.setdefault(child.tag, []).append({self.support('xml_any')}(child))")

    def after(self, entry: p.Entry) -> None:
        """What is known of an element, or a list of them, once all were seen."""
        name, first = self.view.locals[entry.slot], entry.body.steps[0]
        slot = self.record.slots[entry.slot]
        if isinstance(first, p.Items):
            tests = length_tests(name, first.minimum or None, first.maximum)
            guard = "" if is_list(entry) else f"{name} is not None and "
            for test in tests:
                self.lines.refuse_if(guard + test)
            for step in entry.body.steps[1:]:
                value_step(self.lines, self.view, step, name, inside=is_list(entry))
            return
        if slot.default is not None and not is_flag(entry):
            with self.lines.block(f"if {name} is None:"):
                self.lines.read(f"{name} = {self.view.expression(slot.default)}")
        elif entry.required:
            self.lines.refuse_if(f"{name} is None")

    # ---- characters ----

    def text(self, entry: p.Entry, with_children: bool) -> None:
        name, slot = self.view.locals[entry.slot], self.record.slots[entry.slot]
        self.lines.add(f'{name}{_kind(entry)} = node.text or ""')
        with self.lines.block("if len(node):"):
            self.lines.add(f"{name} = {self.support('xml_text')}(node)")
        if entry.required:
            self.value(entry.body, name, entry.slot)
            return
        with self.lines.block(f"if {name}:"):
            self.value(entry.body, name, entry.slot)
        with self.lines.block("else:"):
            default = "None" if slot.default is None else self.view.expression(slot.default)
            self.lines.read(f"{name} = {default}")

    def content(self, entry: p.Entry) -> None:
        first, name = entry.body.steps[0], self.view.locals[entry.slot]
        assert isinstance(first, p.Items), "content is a list"
        self.lines.add(f"{name} = {self.support('xml_content')}(node)")
        for test in length_tests(name, first.minimum or None, first.maximum):
            self.lines.refuse_if(test)
        for step in entry.body.steps[1:]:
            value_step(self.lines, self.view, step, name, inside=True)

    def value(self, block: p.Block, source: str, slot: int) -> None:
        """Read the text in local `source` by the steps of `block`."""
        name = self.view.locals[slot]
        for step in block.steps:
            if isinstance(step, p.Scalar):
                self.scalar(step, source, name)
            else:
                value_step(self.lines, self.view, step, source, inside=True)

    def scalar(self, step: p.Scalar, source: str, name: str) -> None:
        match step.form:
            case "text":
                for test in length_tests(source, step.minimum, step.maximum):
                    self.lines.refuse_if(test)
                if name != source:
                    self.lines.add(f"{name} = {source}")
            case "decimal":
                self.lines.add(f"{name} = {self.support('xml_decimal')}({source})")
                for test in bound_tests(name, step.minimum, step.maximum):
                    self.lines.refuse_if(test)
            case "truth":
                self.lines.add(f"{name} = {self.support('xml_truth')}({source})")
            case "spaced64":
                self.lines.add(f"{name} = {self.support('xml_octets')}({source})")
                for test in length_tests(name, step.minimum, step.maximum):
                    self.lines.refuse_if(test)
            case _:
                function = self.support("octets_of_text")
                self.lines.add(f"{name} = {function}({source}, {quoted(step.form)}, {quoted(step.padding)})")
                for test in length_tests(name, step.minimum, step.maximum):
                    self.lines.refuse_if(test)


def _kind(entry: p.Entry) -> str:
    """Return the annotation of a local that holds a text first and then what it spells, or nothing."""
    first = entry.body.steps[0]
    plain = isinstance(first, p.Scalar) and first.form == "text"
    return "" if plain and (entry.required or entry.key != "#") else ": Any"
