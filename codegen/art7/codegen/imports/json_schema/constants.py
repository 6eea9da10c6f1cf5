"""`enum`, `const` and `default` (JSON Schema 2020-12 Validation §6.1.2, 6.1.3, 9.2)."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.json_schema.facts import Facts
from art7.codegen.imports.json_schema.spelled import KIND_OF, is_text
from art7.codegen.imports.model import Either, Enum, Item, Name, Type
from art7.codegen.imports.shape import ANY, NULL, SUBJECT, Shape
from art7.codegen.imports.spelling import data, member_name, snake, unique
from art7.grammar.diagnostics import Span


def constant_shape(c: Context, facts: Facts, hint: str, kinds: set[str]) -> Shape | None:
    """The shape of the values that `enum` and `const` leave; None when neither lists any."""
    values, place = _listed(c, facts)
    if values is None:
        return None
    wanted = kinds | ({"integer"} if "number" in kinds else set())
    good = [each for each in values if not kinds or json_kind(each) in wanted]
    if not good:
        what = "no value is left that is of the type and among the values"
        c.faults.mistake("A7-P206", what, place, "correct one of them")
        return Shape(ANY, ("false",))
    shape = _values_shape(c, [each for each in good if each is not None], hint, facts, place)
    return replace(shape, is_nullable=None in good)


def _listed(c: Context, facts: Facts) -> tuple[list[object] | None, Span]:
    """The values that all of `enum` and `const` list, and the place of the last."""
    values: list[object] | None = None
    place = facts.schema.node.place
    for name in ("enum", "const"):
        for node, _ in facts.words.get(name, ()):
            if name == "enum" and node.kind != "list":
                c.faults.mistake("A7-P200", "expected a list behind `enum`", node.place, "write a list")
                continue
            place = node.place
            given = [each.plain() for each in node.items] if name == "enum" else [node.plain()]
            if values is None:
                values = given
            else:
                values = [each for each in values if any(same(each, other) for other in given)]
    return values, place


def _values_shape(c: Context, values: list[object], hint: str, facts: Facts, place: Span) -> Shape:
    kinds = {json_kind(each) for each in values}
    if not values:
        return Shape(NULL)
    if kinds == {"string"}:
        return _texts_shape(c, list(dict.fromkeys(str(each) for each in values)), hint, facts.doc)
    if kinds <= {"integer"}:
        numbers = sorted({int(str(each)) for each in values})
        if len(numbers) == 1:
            return Shape(Name("integer"), value=str(numbers[0]))
        return Shape(Name("integer"), (f"{SUBJECT} in [{', '.join(map(str, numbers))}]",))
    if kinds == {"boolean"}:
        is_one = len(set(map(str, values))) == 1
        return Shape(Name("bool"), value=("true" if values[0] else "false") if is_one else "")
    if kinds <= {"string", "integer", "boolean"}:
        return _mixed_shape(c, values, hint, facts, place)
    what = "values that are lists, objects or have fractions are not compared"
    c.faults.lost("A7-P220", what, place, "check them by a rule")
    return Shape(ANY)


def _texts_shape(c: Context, texts: list[str], hint: str, doc: str) -> Shape:
    if len(texts) == 1:
        return Shape(Name("text"), value=data(texts[0]))
    name = c.fresh(f"{hint}Value" if hint in c.taken else hint)
    names: dict[str, str] = {}
    for text in texts:
        names[text] = unique(member_name(snake(text) if text else "empty"), set(names.values()))
    c.enums[name] = Enum(name, "text", tuple(Item(names[each], each) for each in texts), False, doc)
    return Shape(Name(name))


def _mixed_shape(c: Context, values: list[object], hint: str, facts: Facts, place: Span) -> Shape:
    """Values of several kinds: a union with a shape for the values of each."""
    options: list[Type] = []
    tests: list[str] = []
    for kind in sorted({json_kind(each) for each in values}):
        alike = [each for each in values if json_kind(each) == kind]
        shape = _values_shape(c, alike, f"{hint}{kind.title()}", facts, place)
        options.append(shape.type)
        tests += [f"kind_of({SUBJECT}) != '{KIND_OF[kind]}' or {test}" for test in shape.tests()]
    return Shape(Either(tuple(options)), tuple(tests))


def with_default(c: Context, facts: Facts, shape: Shape) -> Shape:
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
        is_text(shape.type) or (base in c.enums and any(i.low == value for i in c.enums[base].items))
    ):
        spelled = data(value)
    if not spelled or shape.value:
        c.faults.note(
            "A7-P224",
            "the default is none that an absent member can read as; it is left out",
            found[0].place,
            "say it in the prose of the member",
        )
        return shape
    return replace(shape, default=spelled)


def json_kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def same(left: object, right: object) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)
