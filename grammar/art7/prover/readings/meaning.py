"""What a text may leave open about members that may be absent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related
from art7.grammar.ir import shape as s
from art7.interpreter.values import find_enum
from art7.prover.readings.scene import Edit, Edits, Point, Scene, clause, every, members, slots_of, used_trees

# ---- absence ---------------------------------------------------------------------------------------------------

_ABSENCE = re.compile(
    r"\b(absent|absence|without (?:it|one|this|them)|unless|missing|default\w*|omitted|otherwise|if (?:it is )?not"
    r"|not (?:given|said|there|present|stated)|where not|when not|only (?:if|where|when|with|in)|if any|not known)\b",
    re.IGNORECASE,
)
"""Words by which prose says what it means that a member is not there."""


def absences(scene: Scene) -> Iterator[Point]:
    """Members of a few values that may be absent, where nothing says what absence means."""
    for struct in scene.structs:
        root = scene.root(struct)
        if root is None or struct.options.get("shape") == "choice":
            continue
        slots = slots_of(scene, struct)
        for field in members(struct.node.members):
            slot = slots.get(field.name.span.start)
            if slot is None or not field.optional or clause(field, t.Default, t.When, t.Value):
                continue
            words = _two_values(scene, slot.shape)
            if len(words) > 1 and not _is_named(field) and not _ABSENCE.search(field.meta.doc):
                yield _absence(scene, field, root, words)


def _is_named(field: t.Field) -> bool:
    return isinstance(field.tag, t.NamedTag) and field.tag.name.text == "name"


def _two_values(scene: Scene, shape: s.Shape) -> list[str]:
    """Return how two values of a shape are written, if it has a few named ones only."""
    if isinstance(shape, s.Boolean):
        return ["false", "true"]
    enum = find_enum(scene.specification, shape.name) if isinstance(shape, s.Enumeration) else None
    if enum is None:
        return []
    return [f"'{x.low}'" if enum.text else x.name for x in enum.members[:2]]


def _absence(scene: Scene, field: t.Field, root: str, words: list[str]) -> Point:
    name, end = field.name.text, field.type.span.end
    first, second = (((end, end, f" default {word}"),) for word in words)
    return Point(
        "A7-L403",
        "absence",
        f"{root}.{name}",
        field.name.span,
        f"what it means that `{name}` is absent is left open: {words[0]}, {words[1]} or a third thing",
        f"write `default {words[0]}`, or say in its prose what holds without it",
        root,
        ((first, second), ((), _required(scene, field))),
        f"without `{name}` one reader goes by {words[0]}, another by {words[1]}",
    )


def _required(scene: Scene, field: t.Field) -> Edits:
    """Return the change that makes an optional member one that must be there."""
    place = scene.text.rfind("?", field.name.span.end, field.type.span.start)
    return ((place, place + 1, ""),) if place >= 0 else ()


SEVERAL = 2
"""Members with a default that make one without look forgotten."""


def proto_defaults(scene: Scene) -> Iterator[Point]:
    """Scalars of protobuf with neither `?` nor default in a record where others have a default: proto3 leaves zero out."""
    for struct in scene.structs:
        root = scene.root(struct)
        if struct.encoding != "protobuf" or root is None:
            continue
        fields = list(members(struct.node.members))
        if sum(clause(x, t.Default) for x in fields) < SEVERAL:
            continue
        slots = slots_of(scene, struct)
        for field in fields:
            slot = slots.get(field.name.span.start)
            if slot is None or field.optional or clause(field, t.Default, t.Value, t.When):
                continue
            zero = _zero(scene, slot.shape)
            if zero:
                yield _proto(field, root, zero)


def truth_defaults(scene: Scene) -> Iterator[Point]:
    """Truth values of XML and DER that must be there, where others of the module have a default: those are left out."""
    trees = [scene.tree, *used_trees(scene)]
    for struct in scene.structs:
        root = scene.root(struct)
        if struct.encoding not in ("xml", "der") or root is None or struct.options.get("shape") == "choice":
            continue
        for field in members(struct.node.members):
            plain = not field.optional and not clause(field, t.Default, t.Value, t.When)
            if plain and _is_truth(field) and any(_has_default(tree, struct.encoding) for tree in trees):
                yield _required_truth(field, root)


def _is_truth(field: t.Field) -> bool:
    return isinstance(field.type, t.Named) and field.type.name.text == "bool"


def _has_default(tree: t.Module, encoding: str) -> bool:
    """Whether a truth value of an encoding may be left out somewhere in a module."""
    for item in tree.items:
        words = item.encoding or tree.encoding if isinstance(item, t.Struct) else None
        if isinstance(item, t.Struct) and words is not None and words.name.text == encoding:
            if any(_is_truth(x) and (x.optional or clause(x, t.Default)) for x in members(item.members)):
                return True
    return False


def _required_truth(field: t.Field, root: str) -> Point:
    name, end = field.name.text, field.type.span.end
    return Point(
        "A7-L403",
        "absence",
        f"{root}.{name}",
        field.name.span,
        f"what it means that `{name}` is absent is left open: other truth values of the module may be left out",
        "write `default false`, or `?` with what absence means",
        root,
        (((), ((end, end, " default false"),)),),
        f"without `{name}` one reader refuses the message, another goes by false",
    )


def _zero(scene: Scene, shape: s.Shape) -> str:
    match shape:
        case s.Boolean():
            return "false"
        case s.Integer(minimum=low):
            return "0" if low <= 0 else ""
        case s.Text(minimum=0):
            return "''"
        case s.Octets(minimum=0):
            return "x''"
        case s.Enumeration(name=name):
            enum = find_enum(scene.specification, name)
            zero = [x.name for x in enum.members if x.low == 0] if enum is not None else []
            return zero[0] if zero else ""
        case _:
            return ""


def _proto(field: t.Field, root: str, zero: str) -> Point:
    name, end = field.name.text, field.type.span.end
    return Point(
        "A7-L403",
        "absence",
        f"{root}.{name}",
        field.name.span,
        f"what it means that `{name}` is absent is left open: writers of protobuf leave out {zero}, and others here "
        "have a default",
        f"write `default {zero}`, or `?` with what absence means",
        root,
        (((), ((end, end, f" default {zero}"),)),),
        f"without `{name}` one reader refuses the message, another goes by {zero}",
    )


# ---- rules about what may be absent --------------------------------------------------------------------------------

_ORDERINGS = ("<", "<=", ">", ">=", "+", "-", "*", "/", "%")


def rules_on_absence(scene: Scene) -> Iterator[Point]:
    """Rules that measure a member which may be absent and do not say what holds then."""
    for struct in scene.structs:
        root = scene.root(struct)
        if root is None:
            continue
        fields = {x.name.text: x for x in members(struct.node.members) if x.optional}
        fields = {name: x for name, x in fields.items() if not clause(x, t.Default, t.When, t.Value)}
        for rule in every(struct.node.members):
            if not isinstance(rule, t.Requirement | t.Check) or isinstance(rule.condition, t.Manual):
                continue
            named = _unguarded(rule.condition, set(fields))
            if named is not None:
                yield _rule(scene, rule, fields[named], root)


def _unguarded(condition: t.Expr, names: set[str]) -> str | None:
    guarded: set[str] = set()
    found: list[str] = []
    for node in every(condition):
        if isinstance(node, t.Call) and isinstance(node.function, t.NameRef):
            inner = [x.value.name for x in node.args if isinstance(x.value, t.NameRef)]
            if node.function.name in ("present", "absent"):
                guarded.update(inner)
        elif isinstance(node, t.Binary):
            sides = [x.name for x in (node.left, node.right) if isinstance(x, t.NameRef)]
            if any(isinstance(x, t.Null) for x in (node.left, node.right)):
                guarded.update(sides)
            elif node.op in _ORDERINGS:
                found += sides
        elif isinstance(node, t.MemberOf) and isinstance(node.value, t.NameRef):
            found.append(node.value.name)
    return next((x for x in found if x in names and x not in guarded), None)


def _rule(scene: Scene, rule: t.Requirement | t.Check, field: t.Field, root: str) -> Point:
    name, place = field.name.text, rule.condition.span
    text = scene.source(rule.condition)
    kept: Edit = (place.start, place.end, f"(absent({name}) or ({text}))")
    refused: Edit = (place.start, place.end, f"(present({name}) and ({text}))")
    return Point(
        "A7-L410",
        "rule-on-absence",
        f"{root}.{name}",
        place,
        f"a rule measures `{name}`, which may be absent, and does not say what holds then",
        f"begin it with `absent({name}) or`, or with `present({name}) and`",
        root,
        (((kept,), (refused,)),),
        f"without `{name}` one reader finds the rule kept, another finds it broken",
        (Related(f"`{name}` may be absent", field.name.span),),
    )
