"""Schemas → the model: objects become records, alternatives become unions, enums or selects, the rest becomes rules."""

from __future__ import annotations

import math
from dataclasses import replace

from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.json_schema.documents import Documents, Schema
from art7.codegen.imports.json_schema.facts import KINDS, Collector, Facts
from art7.codegen.imports.json_schema.formats import FORMATS
from art7.codegen.imports.json_schema.nodes import Node
from art7.codegen.imports.model import (
    Arm,
    Body,
    Either,
    Enum,
    Field,
    Item,
    Member,
    Module,
    Name,
    Record,
    Rule,
    Run,
    Select,
    Type,
)
from art7.codegen.imports.patterns import pattern_of
from art7.codegen.imports.shape import ANY, NULL, SUBJECT, Shape, about, if_present, is_deep, of_every
from art7.codegen.imports.spelling import data, member_name, pascal, snake, type_name, unique, word
from art7.grammar.diagnostics import Span

_KIND_OF = {"string": "text", "integer": "number", "number": "number", "boolean": "boolean", "null": "null", "array": "list",
            "object": "record"}  # fmt: skip
_HANDLED = {"enum", "const", "default", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
            "exclusiveMaximum", "multipleOf", "items", "minItems", "maxItems", "uniqueItems", "additionalProperties",
            "patternProperties", "minProperties", "maxProperties", "dependentRequired", "dependencies", "oneOf", "anyOf",
            "nullable",
            "prefixItems", "additionalItems",
            "contentEncoding", "contentMediaType"}  # fmt: skip
_BESIDE = {"$ref", "description", "title", "default", "deprecated", "$comment"}
"""What may stand beside a reference without changing what it leads to."""
_DEPTH = 50
_RECORDS = 2000
_SAFE = (1 << 53) - 1


def lower(root: Schema, documents: Documents, name: str, faults: Faults, source: Source) -> Module:
    """Return the model of a schema and of all that it refers to."""
    return _Lowering(documents, name, faults, source).module(root)


class _Lowering:
    def __init__(self, documents: Documents, name: str, faults: Faults, source: Source) -> None:
        self.name = name
        self.faults = faults
        self.source = source
        self.collector = Collector(documents, faults)
        self.records: dict[str, Record] = {}
        self.enums: dict[str, Enum] = {}
        self.taken: set[str] = set()
        self.shared: dict[tuple[str, str], str] = {}
        self.depth = 0
        self.count = 0
        self.root = ""
        self.number = 0

    def module(self, root: Schema) -> Module:
        facts = self.collector.collect(root)
        self.root = self._fresh(_label(facts.title) or self.name.rpartition(".")[2])
        start = self.source.span(0, 0)
        if self._is_record(facts):
            self.shared[root.key] = self.root
            self._record(facts, self.root)
        else:
            shape = self._shape(facts, self.root)
            self.records[self.root] = self._value_record(self.root, shape, facts.doc)
        self._unused(root)
        made = [replace(each, is_message=each.name == self.root) for each in self.records.values()]
        made.sort(key=lambda each: each.name != self.root)
        for word_, count in sorted(self.collector.notes.items()):
            times = "once" if count == 1 else f"{count} times"
            self.faults.note(
                "A7-P224", f"`{word_[:60]}` ({times}) says nothing about which values are good", start
            )
        self.faults.note(
            "A7-P225",
            "messages have no limits in the source; they are given 1 MiB and a depth of 32",
            start,
            "set `limit size` and `limit depth` to those of your service",
        )
        return Module(self.name, (*self.enums.values(), *made), (), "Imported from JSON Schema.")

    def _unused(self, root: Schema) -> None:
        """Definitions that nothing refers to are described all the same."""
        for name in ("$defs", "definitions"):
            found = root.node.get(name)
            for key, node in found.members.items() if found is not None else ():
                schema = root.inner(node, name, key.replace("~", "~0").replace("/", "~1"))
                if (
                    schema.key in self.shared
                    or schema.key in self.collector.followed
                    or node.kind != "object"
                ):
                    continue
                facts = self.collector.collect(schema)
                if self._is_record(facts):
                    fresh = self._fresh(_label(facts.title) or key)
                    self.shared[schema.key] = fresh
                    self._record(facts, fresh)
                else:
                    message = f"nothing refers to the definition `{key[:80]}`, which is no object"
                    self.faults.note("A7-P224", message, node.place)

    def _fresh(self, name: str) -> str:
        found = unique(type_name(pascal(name)), self.taken)
        self.taken.add(found)
        return found

    # ---- one value ----

    def _of(self, schemas: list[Schema], hint: str) -> tuple[Shape, Facts]:
        facts = self.collector.collect(*schemas)
        return self._shape(facts, hint), facts

    def _shape(self, facts: Facts, hint: str) -> Shape:
        self.depth += 1
        self.count += 1
        try:
            if self.depth > _DEPTH or self.count > 20 * _RECORDS or len(self.records) > _RECORDS:
                self.faults.mistake(
                    "A7-P205",
                    "the schema unfolds into too much",
                    facts.schema.node.place,
                    "use references to definitions",
                )
                return Shape(ANY)
            return self._kind(facts, hint)
        finally:
            self.depth -= 1

    def _kind(self, facts: Facts, hint: str) -> Shape:
        self._note_unknown(facts)
        if facts.is_false:
            self.faults.note(
                "A7-P225", "no value is good here", facts.schema.node.place, "leave the member out"
            )
            return Shape(ANY, ("false",))
        kinds = set(facts.kinds or ())
        nullable = facts.first("nullable")
        if nullable is not None and nullable[0].scalar is True and kinds:
            kinds.add("null")
        if "enum" in facts.words or "const" in facts.words:
            shape = self._constant(facts, hint, kinds)
        elif ("oneOf" in facts.words or "anyOf" in facts.words) and not self._is_record(facts):
            shape = self._alternatives(facts, hint)
        else:
            implied = {"object"} if not kinds and self._is_record(facts) else set()
            shape = self._by_kinds(facts, hint, kinds or implied or self._implied(facts))
        return self._with_default(facts, shape)

    def _implied(self, facts: Facts) -> set[str]:
        """The kind that the keywords are about, where no type is named: for other kinds they would say nothing."""
        groups = {
            "object": {
                "additionalProperties",
                "patternProperties",
                "minProperties",
                "maxProperties",
                "dependentRequired",
            },
            "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
            "string": {"minLength", "maxLength", "pattern", "format"},
            "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
        }
        found = {kind for kind, words in groups.items() if words & set(facts.words)}
        if facts.properties or facts.required:
            found.add("object")
        if len(found) == 1:
            kind = found.pop()
            self.faults.note(
                "A7-P225",
                f"no `type` is named; by its keywords it is taken as `{kind}`",
                facts.schema.node.place,
                "name the type in the schema",
            )
            return {kind}
        return set()

    def _note_unknown(self, facts: Facts) -> None:
        for name, places in facts.words.items():
            if name not in _HANDLED:
                self.faults.lost(
                    "A7-P220", f"`{name[:60]}` is not carried over", places[0][0].place, "say it by a rule"
                )

    def _by_kinds(self, facts: Facts, hint: str, kinds: set[str]) -> Shape:
        is_nullable = "null" in kinds
        listed = [kind for kind in KINDS if kind in kinds and kind != "null"]
        if "number" in listed and "integer" in listed:
            listed.remove("integer")
        if not kinds:
            return Shape(ANY)
        if not listed:
            return Shape(NULL)
        shapes = [(kind, self._one(facts, hint, kind)) for kind in listed]
        if len(shapes) == 1:
            return replace(shapes[0][1], is_nullable=is_nullable)
        conditions = tuple(
            f"kind_of({SUBJECT}) != '{_KIND_OF[kind]}' or ({each})"
            for kind, shape in shapes
            for each in shape.tests()
        )
        options = tuple(shape.type for _, shape in shapes) + ((NULL,) if is_nullable else ())
        return Shape(Either(options), conditions)

    def _one(self, facts: Facts, hint: str, kind: str) -> Shape:
        match kind:
            case "string":
                return self._text(facts)
            case "integer" | "number":
                return self._number(facts, kind)
            case "boolean":
                return Shape(Name("bool"))
            case "array":
                return self._array(facts, hint)
            case "object":
                return self._object(facts, hint)
        return Shape(NULL)

    # ---- constants ----

    def _constant(self, facts: Facts, hint: str, kinds: set[str]) -> Shape:
        values: list[object] | None = None
        place = facts.schema.node.place
        for name in ("enum", "const"):
            for node, _ in facts.words.get(name, ()):
                if name == "enum" and node.kind != "list":
                    self.faults.mistake(
                        "A7-P200", "expected a list behind `enum`", node.place, "write a list"
                    )
                    continue
                place = node.place
                given = [each.plain() for each in node.items] if name == "enum" else [node.plain()]
                values = (
                    given
                    if values is None
                    else [each for each in values if any(_same(each, other) for other in given)]
                )
        if values is None:
            return self._by_kinds(facts, hint, kinds)
        good = [
            each
            for each in values
            if not kinds or _json_kind(each) in kinds or (_json_kind(each) == "integer" and "number" in kinds)
        ]
        if not good:
            self.faults.mistake(
                "A7-P206",
                "no value is left that is of the type and among the values",
                place,
                "correct one of them",
            )
            return Shape(ANY, ("false",))
        is_nullable = None in good
        return replace(
            self._values([each for each in good if each is not None], hint, facts, place),
            is_nullable=is_nullable,
        )

    def _values(self, values: list[object], hint: str, facts: Facts, place: Span) -> Shape:
        kinds = {_json_kind(each) for each in values}
        if not values:
            return Shape(NULL)
        if kinds == {"string"}:
            texts = list(dict.fromkeys(str(each) for each in values))
            if len(texts) == 1:
                return Shape(Name("text"), value=data(texts[0]))
            name = self._fresh(f"{hint}Value" if hint in self.taken else hint)
            names: dict[str, str] = {}
            for text in texts:
                names[text] = unique(member_name(snake(text) if text else "empty"), set(names.values()))
            self.enums[name] = Enum(
                name, "text", tuple(Item(names[each], each) for each in texts), False, facts.doc
            )
            return Shape(Name(name))
        if kinds <= {"integer"}:
            numbers = sorted({int(str(each)) for each in values})
            if len(numbers) == 1:
                return Shape(Name("integer"), value=str(numbers[0]))
            return Shape(Name("integer"), (f"{SUBJECT} in [{', '.join(map(str, numbers))}]",))
        if kinds == {"boolean"}:
            return (
                Shape(Name("bool"), value="true" if values[0] else "false")
                if len(set(map(str, values))) == 1
                else Shape(Name("bool"))
            )
        if kinds <= {"string", "integer", "boolean"}:
            options: list[Type] = []
            tests: list[str] = []
            for kind in sorted(kinds):
                shape = self._values(
                    [each for each in values if _json_kind(each) == kind],
                    f"{hint}{kind.title()}",
                    facts,
                    place,
                )
                options.append(shape.type)
                tests += [f"kind_of({SUBJECT}) != '{_KIND_OF[kind]}' or {test}" for test in shape.tests()]
            return Shape(Either(tuple(options)), tuple(tests))
        self.faults.lost(
            "A7-P220",
            "values that are lists, objects or have fractions are not compared",
            place,
            "check them by a rule",
        )
        return Shape(ANY)

    def _with_default(self, facts: Facts, shape: Shape) -> Shape:
        found = facts.first("default")
        if found is None:
            return shape
        value = found[0].plain()
        spelled = ""
        base = shape.type.name if isinstance(shape.type, Name) else ""
        if isinstance(value, bool):
            spelled = ("true" if value else "false") if base == "bool" else ""
        elif isinstance(value, int) and (base in ("integer", "number") or base[1:].isdigit()):
            spelled = str(value)
        elif isinstance(value, str) and (
            _is_text(shape.type)
            or (base in self.enums and any(i.low == value for i in self.enums[base].items))
        ):
            spelled = data(value)
        if not spelled or shape.value:
            self.faults.note(
                "A7-P224",
                "the default is none that an absent member can read as; it is left out",
                found[0].place,
                "say it in the prose of the member",
            )
            return shape
        return replace(shape, default=spelled)

    # ---- texts and numbers ----

    def _text(self, facts: Facts) -> Shape:
        low, high = self._counts(facts, "minLength", "maxLength")
        shape = Shape(Run(Name("text"), low or None, high) if low or high is not None else Name("text"))
        for node, _ in facts.words.get("pattern", ()):
            pattern = pattern_of(node.scalar, is_anchored=False) if isinstance(node.scalar, str) else None
            if pattern is None:
                self.faults.lost(
                    "A7-P220",
                    "the pattern is not a regular one",
                    node.place,
                    "state it as a `token`, or by a rule",
                )
            else:
                shape = shape.also(_matches(pattern))
        for name in ("contentEncoding", "contentMediaType"):
            for node, _ in facts.words.get(name, ()):
                self.faults.note(
                    "A7-P224",
                    f"`{name}` says how the text is read further; it stays a text",
                    node.place,
                    "use `base64` or `base64url` as the type, or bind a layer",
                )
        return shape

    def _counts(self, facts: Facts, least: str, most: str) -> tuple[int, int | None]:
        low, high = 0, None
        for name in (least, most):
            for node, _ in facts.words.get(name, ()):
                value = node.scalar
                if isinstance(value, float) and value.is_integer():
                    value = int(value)
                if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
                    self.faults.mistake(
                        "A7-P206", f"expected a whole number from 0 behind `{name}`", node.place, "correct it"
                    )
                elif name == least:
                    low = max(low, value)
                else:
                    high = value if high is None else min(high, value)
        if high is not None and low > high:
            self.faults.mistake(
                "A7-P206", f"`{least}` is above `{most}`", facts.schema.node.place, "exchange them"
            )
            return high, low
        return low, high

    def _number(self, facts: Facts, kind: str) -> Shape:
        tests: list[str] = []
        low: int | None = None
        high: int | None = None
        for name, sign in (
            ("minimum", ">="),
            ("exclusiveMinimum", ">"),
            ("maximum", "<="),
            ("exclusiveMaximum", "<"),
        ):
            for node, _ in facts.words.get(name, ()):
                bound = self._bound(node, name, kind, sign)
                if bound is None:
                    continue
                at, strict = bound
                if kind == "integer":
                    if sign[0] == ">":
                        at += strict
                        low = at if low is None else max(low, at)
                    else:
                        at -= strict
                        high = at if high is None else min(high, at)
                else:
                    tests.append(f"{SUBJECT} {sign} {at}")
        if low is not None and high is not None and low > high:
            self.faults.mistake(
                "A7-P206", "the least value is above the greatest", facts.schema.node.place, "exchange them"
            )
            low, high = high, low
        for node, _ in facts.words.get("multipleOf", ()):
            if isinstance(node.scalar, int) and node.scalar > 0 and kind == "integer":
                tests.append(f"{SUBJECT} % {node.scalar} == 0")
            else:
                self.faults.lost(
                    "A7-P220",
                    "`multipleOf` of numbers with fractions is not carried over",
                    node.place,
                    "say it by a rule",
                )
        if kind == "number":
            return Shape(Name("number"), tuple(tests))
        return _integers(low, high).also(*tests)

    def _bound(self, node: Node, name: str, kind: str, sign: str) -> tuple[int, int] | None:
        """A bound as a whole number, and 1 where it is not reached."""
        value = node.scalar
        if isinstance(value, bool) and name.startswith("exclusive"):
            self.faults.lost(
                "A7-P220",
                f"`{name}` is true or false in an old draft; the bound itself is taken as reached",
                node.place,
                "write the number there",
            )
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.faults.mistake("A7-P206", f"expected a number behind `{name}`", node.place, "write a number")
            return None
        strict = int("=" not in sign)
        if isinstance(value, float):
            if value.is_integer():
                return int(value), strict
            if kind == "integer":
                return (math.ceil(value) if sign[0] == ">" else math.floor(value)), 0
            self.faults.lost(
                "A7-P220",
                f"the bound {value} has a fraction, which no expression has",
                node.place,
                "use a whole bound",
            )
            return None
        return value, strict

    # ---- lists and objects ----

    def _array(self, facts: Facts, hint: str) -> Shape:
        low, high = self._counts(facts, "minItems", "maxItems")
        prefix = facts.first("prefixItems")
        items = facts.words.get("items", [])
        if prefix is None and items and items[0][0].kind == "list":
            prefix, items = items[0], facts.words.get("additionalItems", [])
        if prefix is not None:
            return self._tuple(facts, prefix, items, low, high, hint)
        schemas = [schema.inner(node, "items") for node, schema in items]
        item, _ = self._of(schemas, f"{hint}Item") if schemas else (Shape(ANY), None)
        tests = item.tests()
        type_ = item.full_type()
        if any("every " in each for each in tests) or is_deep(type_):
            type_, tests = self._boxed(item, f"{hint}Item"), ()
        shape = Shape(Run(_item(type_), low or None, high), tuple(of_every(each) for each in tests))
        unique_items = facts.first("uniqueItems")
        if unique_items is not None and unique_items[0].scalar is True:
            shape = shape.also(f"distinct({SUBJECT})")
        return shape

    def _tuple(
        self,
        facts: Facts,
        prefix: tuple[Node, Schema],
        rest: list[tuple[Node, Schema]],
        low: int,
        high: int | None,
        hint: str,
    ) -> Shape:
        node, schema = prefix
        closed = (rest and rest[0][0].scalar is False) or (high is not None and high <= len(node.items))
        if not closed or low < len(node.items) or node.kind != "list" or not node.items:
            self.faults.lost(
                "A7-P221",
                "a list whose first items have types of their own, and whose length may vary, is read as any list",
                node.place,
                "fix its length by `minItems` and `items: false`",
            )
            return Shape(Run(ANY, low or None, high))
        name = self._fresh(hint)
        members: list[Member] = []
        for index, each in enumerate(node.items):
            shape, inner = self._of([schema.inner(each, "prefixItems", index)], f"{hint}{index + 1}")
            label = unique(
                member_name(snake(inner.title)) if inner.title else f"item_{index + 1}",
                {m.name for m in members if isinstance(m, Field)},
            )
            members += self._member(label, None, shape, inner, True)
        self.records[name] = Record(name, tuple(members), "json", (("shape", "array"),), doc=facts.doc)
        return Shape(Name(name))

    def _boxed(self, shape: Shape, hint: str) -> Type:
        """A type that holds its own conditions, for places that no rule can speak of: a record of one value."""
        if not shape.tests() and not is_deep(shape.type):
            return shape.full_type()
        name = self._fresh(hint)
        self.records[name] = self._value_record(name, shape, "")
        return Name(name)

    @staticmethod
    def _value_record(name: str, shape: Shape, doc: str) -> Record:
        fixed = "" if shape.is_nullable else shape.value
        rules: list[Member] = [
            Rule(about(each, "value")) for each in (shape.conditions if fixed else shape.tests())
        ]
        members: tuple[Member, ...] = (Field("value", shape.full_type(), value=fixed), *rules)
        return Record(name, members, "json", (("shape", "value"),), doc=doc)

    def _is_record(self, facts: Facts) -> bool:
        """Whether a schema is of objects with members of their own."""
        if facts.kinds is not None and facts.kinds - {"null"} != {"object"}:
            return False
        if facts.properties:
            return True
        if facts.required and facts.kinds is not None:
            return True
        return bool(self._tagged(facts))

    def _object(self, facts: Facts, hint: str) -> Shape:
        if self._is_record(facts):
            return Shape(Name(self._record_name(facts, hint)))
        low, high = self._counts(facts, "minProperties", "maxProperties")
        value: Type = ANY
        for node, schema in facts.words.get("patternProperties", ()):
            if node.kind == "object" and len(node.members) == 1 and "additionalProperties" not in facts.words:
                ((key, inner),) = node.members.items()
                shape, _ = self._of([schema.inner(inner, "patternProperties", key)], f"{hint}Value")
                value = self._boxed(shape, f"{hint}Value")
                self.faults.lost(
                    "A7-P220",
                    "the pattern of the keys is not carried over; every value is of the one type",
                    node.place,
                    "check the keys by a rule",
                )
            else:
                self.faults.lost(
                    "A7-P221",
                    "values whose type depends on a pattern of their key are read as any value",
                    node.place,
                    "describe them as one type",
                )
        for node, schema in facts.words.get("additionalProperties", ()):
            if node.kind == "object":
                shape, _ = self._of([schema.inner(node, "additionalProperties")], f"{hint}Value")
                value = self._boxed(shape, f"{hint}Value")
            elif node.scalar is False and "patternProperties" not in facts.words:
                high = 0
        of = Name("map", (Name("text"), value))
        if high == 0:
            return Shape(of, (f"count({SUBJECT}) == 0",))
        return Shape(Run(of, low or None, high) if low or high is not None else of)

    def _record_name(self, facts: Facts, hint: str) -> str:
        """The name of the record of an object: one for all that refer to the same definition and add nothing."""
        alone = facts.schema.node.get("$ref") is not None and set(facts.schema.node.members) <= _BESIDE
        alone = alone and bool(facts.refs)
        key = facts.refs[0].key if alone else facts.schema.key
        if key in self.shared:
            return self.shared[key]
        name = self._fresh(
            _label(facts.title) or (key[1].rpartition("/")[2] if alone and key[1] else "") or hint
        )
        self.shared[key] = name
        self._record(facts, name)
        return name

    def _record(self, facts: Facts, name: str) -> None:
        self._note_unknown(facts)
        self.records[name] = Record(name, (), "json")
        names: dict[str, str] = {}
        for key in [*facts.properties, *facts.required]:
            if key not in names:
                wanted = member_name(
                    key if key and key.replace("_", "a").isalnum() and key.isascii() else snake(key)
                )
                names[key] = unique(wanted, set(names.values()))
        members: list[Member] = []
        tags = self._tagged(facts)
        tag_key = tags[0] if tags else ""
        order = [tag_key, *(key for key in names if key != tag_key)] if tag_key else list(names)
        for key in order:
            if key == tag_key:
                members += self._by_tag(facts, names, name)
                continue
            schemas = facts.properties.get(key)
            if not schemas:
                node = facts.required[key]
                self.faults.note(
                    "A7-P225",
                    f"`{key[:80]}` must be there, and nothing says what it is",
                    node.place,
                    "describe it",
                )
                members.append(Field(names[key], ANY, None if names[key] == key else key))
                continue
            shape, inner = self._of(schemas, f"{name}{pascal(key)}")
            if inner.is_false and key not in facts.required:
                members += [
                    Field(names[key], ANY, None if names[key] == key else key, optional=True),
                    Rule(f"absent({word(names[key])})", f"`{key}` is never there."),
                ]
                continue
            members += self._member(names[key], key, shape, inner, key in facts.required)
        if not tags:
            members += self._variants(facts, names)
        members += self._object_rules(facts, names)
        doc = facts.doc or facts.title
        self.records[name] = Record(name, tuple(members), "json", (), (), self._unknown(facts, tag_key), doc)

    def _member(
        self, name: str, key: str | None, shape: Shape, facts: Facts, is_required: bool
    ) -> list[Member]:
        tag = None if key is None or key == name else key
        subject = word(name)
        fixed = shape.value if is_required and not shape.is_nullable else ""
        tests = shape.conditions if fixed else shape.tests()
        default = shape.default if not fixed else ""
        if default and is_required:
            self.faults.note(
                "A7-P224", f"`{name}` must be there, so its default says nothing", facts.schema.node.place
            )
            default = ""
        rules: list[Member] = []
        for each in tests:
            test = about(each, subject)
            rules.append(Rule(test if is_required or default else if_present(test, subject)))
        rules += self._formats(facts, subject, is_required or bool(default), shape)
        type_ = shape.full_type()
        return [
            Field(name, type_, tag, "", not is_required, fixed, default, facts.doc, facts.deprecated),
            *rules,
        ]

    def _formats(self, facts: Facts, subject: str, is_there: bool, shape: Shape) -> list[Member]:
        """A format recommends and refuses nothing (2020-12 Validation §7.2.1), as `should` does."""
        found: list[Member] = []
        for node, _ in facts.words.get("format", ()):
            text = node.scalar
            if not isinstance(text, str):
                self.faults.mistake(
                    "A7-P200", "expected a text behind `format`", node.place, "write the name of a format"
                )
                continue
            if text in ("int32", "int64", "float", "double", "byte", "binary"):
                self.faults.note(
                    "A7-P224", f"the format `{text}` concerns how programs hold the value", node.place
                )
                continue
            self.number += 1
            pattern = FORMATS.get(text)
            condition = "manual"
            if pattern is not None and _is_text(shape.type) and not shape.is_nullable:
                test = _matches(pattern).replace(SUBJECT, subject)
                condition = test if is_there else if_present(test, subject)
            found.append(
                Rule(
                    condition,
                    f"`{subject.strip('`')}` has the format `{text[:80]}`.",
                    "should",
                    f"FORMAT-{self.number}",
                )
            )
        return found

    def _unknown(self, facts: Facts, tag_key: str) -> str:
        """What becomes of members that the schema does not name."""
        policy = "preserve"
        if facts.words.get("patternProperties"):
            node = facts.words["patternProperties"][0][0]
            self.faults.lost(
                "A7-P220",
                "members by a pattern of their name are kept, not looked at",
                node.place,
                "name the members",
            )
        for node, _ in facts.words.get("additionalProperties", ()):
            if node.scalar is False and node.kind == "scalar":
                if "patternProperties" not in facts.words:
                    policy = "reject unknown_field"
            elif node.kind == "object" and node.members:
                self.faults.lost(
                    "A7-P220",
                    "further members are kept as they are; their type is not looked at",
                    node.place,
                    "put them into a map of their own, or check `unknown` by a rule",
                )
        return policy

    def _object_rules(self, facts: Facts, names: dict[str, str]) -> list[Member]:
        found: list[Member] = []
        for name in ("dependentRequired", "dependencies"):
            for node, _ in facts.words.get(name, ()):
                for key, needs in node.members.items():
                    good = [each.scalar for each in needs.items if isinstance(each.scalar, str)]
                    if key not in names or needs.kind != "list" or any(each not in names for each in good):
                        self.faults.lost(
                            "A7-P220",
                            f"what `{key[:60]}` asks for is not carried over",
                            needs.place,
                            "say it by a rule",
                        )
                        continue
                    there = " and ".join(f"present({word(names[each])})" for each in good)
                    if good and key not in facts.required:
                        found.append(Rule(if_present(there, word(names[key]))))
                    elif good:
                        found.append(Rule(there))
        for name in ("minProperties", "maxProperties"):
            for node, _ in facts.words.get(name, ()):
                self.faults.lost(
                    "A7-P220",
                    f"`{name}` of an object with members of its own is not carried over",
                    node.place,
                    "say it by a rule",
                )
        return found

    # ---- alternatives ----

    def _choices(self, facts: Facts) -> list[tuple[str, Node, Schema]]:
        return [
            (name, node, schema) for name in ("oneOf", "anyOf") for node, schema in facts.words.get(name, ())
        ]

    def _alternatives(self, facts: Facts, hint: str) -> Shape:
        """Alternatives of several kinds as a union, of texts as an enum; others as any value of their kinds."""
        choices = self._choices(facts)
        name, node, schema = choices[0]
        for other in choices[1:]:
            self.faults.lost(
                "A7-P220",
                f"a second `{other[0]}` is not looked at",
                other[1].place,
                "lay the alternatives together",
            )
        if node.kind != "list" or not node.items:
            self.faults.mistake(
                "A7-P200", f"expected a list of schemas behind `{name}`", node.place, "write a list"
            )
            return Shape(ANY)
        around = set(facts.words) - {name, "default"}
        own = facts.kinds - {"null"} if facts.kinds else set()
        shapes: list[tuple[set[str], Shape]] = []
        is_nullable = False
        for index, each in enumerate(node.items):
            inner = self.collector.collect(schema.inner(each, name, index))
            if inner.kinds is None and facts.kinds is not None:
                inner.kinds = set(facts.kinds)
            shape = self._shape(inner, f"{hint}{pascal(inner.title) if inner.title else index + 1}")
            if shape.type == NULL:
                is_nullable = True
                continue
            is_nullable |= shape.is_nullable
            shapes.append((self._kinds_of(shape.type), replace(shape, is_nullable=False)))
        if around & _HANDLED - {"nullable", "format"} and own:
            self.faults.lost(
                "A7-P220",
                f"what stands beside `{name}` is not looked at",
                node.place,
                "say it in each alternative",
            )
        return replace(self._union(shapes, node, name, hint), is_nullable=is_nullable)

    def _union(self, shapes: list[tuple[set[str], Shape]], node: Node, name: str, hint: str) -> Shape:
        if not shapes:
            return Shape(NULL)
        if len(shapes) == 1:
            return shapes[0][1]
        merged = self._merged_texts([shape for _, shape in shapes], hint)
        if merged is not None:
            return merged
        flat = [kind for kinds, _ in shapes for kind in kinds]
        if "any" not in flat and len(flat) == len(set(flat)):
            tests: list[str] = []
            options: list[Type] = []
            for kinds, shape in shapes:
                options += shape.type.options if isinstance(shape.type, Either) else (shape.type,)
                listed = " and ".join(f"kind_of({SUBJECT}) != '{kind}'" for kind in sorted(kinds))
                tests += [f"{listed} or ({each})" for each in shape.tests()]
            return Shape(Either(tuple(options)), tuple(tests))
        known = sorted({kind for kind in flat if kind != "any"})
        self.faults.lost(
            "A7-P221",
            f"alternatives of one kind in `{name}` are read as any value"
            + (" of these kinds" if "any" not in flat else ""),
            node.place,
            "use a `select` on a member that tells which it is",
        )
        if "any" in flat:
            return Shape(ANY)
        listed = ", ".join(f"'{kind}'" for kind in known)
        return Shape(
            ANY,
            (f"kind_of({SUBJECT}) in [{listed}]" if len(known) > 1 else f"kind_of({SUBJECT}) == {listed}",),
        )

    def _merged_texts(self, shapes: list[Shape], hint: str) -> Shape | None:
        """Several texts, each fixed or an enum, as one enum."""
        items: list[Item] = []
        enums: list[str] = []
        for shape in shapes:
            if shape.conditions:
                return None
            if isinstance(shape.type, Name) and shape.type.name in self.enums:
                enums.append(shape.type.name)
                items += self.enums[shape.type.name].items
            elif _is_text(shape.type) and shape.value:
                text = _unquoted(shape.value)
                items.append(Item(member_name(snake(text) if text else "empty"), text))
            else:
                return None
        for each in enums:
            del self.enums[each]
        name = self._fresh(hint)
        good: dict[int | str, Item] = {}
        for item in items:
            if item.low not in good:
                good[item.low] = replace(item, name=unique(item.name, {each.name for each in good.values()}))
        self.enums[name] = Enum(name, "text", tuple(good.values()), False)
        return Shape(Name(name))

    def _kinds_of(self, type_: Type) -> set[str]:
        if isinstance(type_, Either):
            return set().union(*(self._kinds_of(each) for each in type_.options))
        if isinstance(type_, Run):
            inner = type_.item
            if isinstance(inner, Name) and inner.name == "text":
                return {"text"}
            return {"record"} if isinstance(inner, Name) and inner.name == "map" else {"list"}
        assert isinstance(type_, Name)
        if type_.name in self.enums:
            return {"text"}
        if type_.name in self.records:
            shape = dict(self.records[type_.name].options).get("shape")
            return {"list"} if shape == "array" else {"any"} if shape == "value" else {"record"}
        return {
            {"text": "text", "bool": "boolean", "null": "null", "map": "record", "any": "any"}.get(
                type_.name, "number"
            )
        }

    def _tagged(self, facts: Facts) -> tuple[str, list[tuple[str, Facts]]] | None:
        """`oneOf` of objects that a member with one text each tells apart: that member, and each alternative with its text."""
        choices = self._choices(facts)
        if len(choices) != 1:
            return None
        name, node, schema = choices[0]
        if node.kind != "list" or len(node.items) < 2 or len(node.items) > 500:
            return None
        found: list[Facts] = []
        for index, each in enumerate(node.items):
            inner = self.collector.collect(schema.inner(each, name, index))
            if not inner.properties or (inner.kinds is not None and inner.kinds != {"object"}):
                return None
            found.append(inner)
        for key in found[0].properties:
            texts = [self._fixed(inner, key) for inner in found]
            if all(texts) and len({text for each in texts for text in each}) == sum(map(len, texts)):
                return key, [(text, inner) for each, inner in zip(texts, found, strict=True) for text in each]
        return None

    def _fixed(self, facts: Facts, key: str) -> list[str]:
        """The texts that a member can be, where it must be there and is one of few."""
        if key not in facts.properties or key not in facts.required:
            return []
        inner = self.collector.collect(*facts.properties[key])
        for name in ("const", "enum"):
            found = inner.first(name)
            if found is not None:
                values = [found[0].plain()] if name == "const" else [each.plain() for each in found[0].items]
                return [each for each in values] if all(isinstance(each, str) for each in values) else []
        return []

    def _by_tag(self, facts: Facts, names: dict[str, str], record: str) -> list[Member]:
        tagged = self._tagged(facts)
        assert tagged is not None
        key, choices = tagged
        name = names.setdefault(
            key, unique(member_name(key if key.isidentifier() else snake(key)), set(names.values()))
        )
        shape, inner = (
            self._of(facts.properties[key], f"{record}{pascal(key)}")
            if key in facts.properties
            else (Shape(Name("text")), None)
        )
        type_: Type = Name("text")
        members: list[Member] = [
            Field(name, type_, None if name == key else key, doc=inner.doc if inner else "")
        ]
        members += [Rule(about(each, word(name))) for each in shape.tests()]
        arms: list[Arm] = []
        outer: dict[str, Type] = {}
        made: dict[tuple[str, str], tuple[Member, ...]] = {}
        for text, choice in choices:
            own = made.get(choice.schema.key)
            if own is None:
                own = tuple(self._arm(choice, key, names, f"{record}{pascal(text)}", outer))
                made[choice.schema.key] = own
            arms.append(Arm((data(text),), Body(own) if own else "empty"))
        merged: list[Arm] = []
        for arm in arms:
            if merged and merged[-1].target == arm.target:
                merged[-1] = Arm((*merged[-1].cases, *arm.cases), arm.target)
            else:
                merged.append(arm)
        return [*members, Select(word(name), (*merged, Arm((), "reject unknown_value")))]

    def _arm(
        self, facts: Facts, tag: str, names: dict[str, str], hint: str, outer: dict[str, Type]
    ) -> list[Member]:
        """Members of one alternative; one of the same name in another of another type gets another name."""
        members: list[Member] = []
        for key, schemas in facts.properties.items():
            if (
                key == tag
                or key in names
                and names[key] != names.get(tag)
                and key in self._outer_keys(names, tag)
            ):
                continue
            shape, inner = self._of(schemas, f"{hint}{pascal(key)}")
            wanted = member_name(key if key.isidentifier() and key.isascii() else snake(key))
            name = wanted
            while name in outer and outer[name] != shape.full_type():
                name = unique(name, outer)
            outer[name] = shape.full_type()
            members += self._member(name, key, shape, inner, key in facts.required)
        for node, _ in facts.words.get("additionalProperties", ()):
            if node.scalar is False:
                self.faults.note(
                    "A7-P225",
                    "other members are kept, since the alternatives share their object",
                    node.place,
                    "add `unknown reject unknown_field`",
                )
        for each in ("oneOf", "anyOf"):
            for node, _ in facts.words.get(each, ()):
                self.faults.lost(
                    "A7-P220",
                    f"`{each}` inside an alternative is not looked at",
                    node.place,
                    "lay the alternatives flat",
                )
        return members

    @staticmethod
    def _outer_keys(names: dict[str, str], tag: str) -> set[str]:
        return set(names) - {tag}

    def _variants(self, facts: Facts, names: dict[str, str]) -> list[Member]:
        """Alternatives of an object that only ask for members; others are not looked at."""
        found: list[Member] = []
        for name, node, _ in self._choices(facts):
            sets: list[list[str]] = []
            for each in node.items:
                given = each.get("required")
                listed = [str(item.scalar) for item in given.items] if given is not None else []
                if (
                    not listed
                    or set(each.members) - {"required", "type", "title", "description"}
                    or any(key not in names for key in listed)
                ):
                    sets = []
                    break
                sets.append([word(names[key]) for key in listed if key not in facts.required])
            if not sets or node.kind != "list":
                self.faults.lost(
                    "A7-P220",
                    f"the alternatives of `{name}` in an object are not looked at",
                    node.place,
                    "give each a member with one text that tells it apart, and use `select`",
                )
                continue
            tests = [" and ".join(f"present({key})" for key in keys) or "true" for keys in sets]
            if name == "anyOf":
                found.append(Rule(" or ".join(f"({each})" for each in tests)))
            else:
                counted = " + ".join(f"(if {each} then 1 else 0)" for each in tests)
                found.append(Rule(f"{counted} == 1"))
        return found


def _integers(low: int | None, high: int | None) -> Shape:
    if low == high and low is not None:
        return Shape(Name("integer"), value=str(low))
    least, most = (-(1 << 63) if low is None else low), ((1 << 63) if high is None else high)
    tests = []
    type_ = "integer"
    for bits in (8, 16, 32, 53):
        if least >= 0 and most < 1 << bits and most <= _SAFE:
            type_ = f"u{bits}"
            tests += [f"{SUBJECT} >= {least}"] if least > 0 else []
            tests += [f"{SUBJECT} <= {most}"] if most < (1 << bits) - 1 else []
            return Shape(Name(type_), tuple(tests))
    if low is not None:
        tests.append(f"{SUBJECT} >= {low}")
    if high is not None:
        tests.append(f"{SUBJECT} <= {high}")
    return Shape(Name(type_), tuple(tests))


def _label(title: str) -> str:
    """A title that is fit for a name; nothing for a sentence."""
    return title if title.isascii() and len(title) <= 40 and len(title.split()) <= 4 else ""


def _item(type_: Type) -> Type:
    """A type as it stands before the extent of a list: a text and a map have one of their own."""
    return Run(type_) if isinstance(type_, Name) and type_.name in ("text", "map") else type_


def _is_text(type_: Type) -> bool:
    return type_ == Name("text") or (isinstance(type_, Run) and type_.item == Name("text"))


def _matches(pattern: str) -> str:
    return f"matches({SUBJECT}, {data(pattern)})"


def _unquoted(spelled: str) -> str:
    return spelled[1:-1].replace("\\'", "'").replace("\\\\", "\\")


def _json_kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _same(left: object, right: object) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)
