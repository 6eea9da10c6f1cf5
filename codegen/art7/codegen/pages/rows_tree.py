"""What diagrams show of steps on trees: JSON, CBOR, XML."""

from __future__ import annotations

from art7.codegen.pages.expression_text import expression_text, range_text, with_article
from art7.codegen.pages.layout import (
    Arm,
    Cell,
    Choice,
    Frame,
    Node,
    Row,
    Scope,
    bounds,
    interval,
    noted,
    unknown_policy,
)
from art7.grammar.ir import plan as p

_NODES = {"cbor": "map", "xml": "element"}


def _kinds(step: p.Kinds, scope: Scope) -> tuple[Node, ...]:
    arms = [Arm(f"if {with_article(case.kind)}", scope.parts(case.body)) for case in step.cases]
    if step.nullable:
        arms.append(Arm("if null", ()))
    return (Choice(f"{scope.name(step.slot)} by the kind of the node", tuple(arms)),)


def _entry(entry: p.Entry, scope: Scope, keyed: bool = True) -> Frame:
    kind = "entry" if entry.required else "optional"
    label, note = (str(entry.key), "") if keyed else (scope.name(entry.slot), "")
    if keyed and scope.record.encoding == "xml":
        label, note = _xml_name(label, str(dict(scope.record.options).get("ns", "")))
    words = noted("" if entry.required else "optional", note)
    return Frame(label, kind, scope.parts(entry.body), words)


def _xml_name(key: str, own: str) -> tuple[str, str]:
    """Return how XML writes a place of an element, and its namespace when it is another one than `own`."""
    if key.startswith("#"):
        return {"#": "(text)"}.get(key, "(text and elements)"), ""
    ns, _, local = key.removeprefix("@").rpartition("}")
    note = f"of {ns.removeprefix('{')}" if ns and ns != "{" + own else ""
    if key.startswith("@"):
        return f"@{local}", note
    return ("<any name>" if local == "*" else f"<{local}>"), note


def _object(step: p.Object, scope: Scope) -> tuple[Node, ...]:
    entries: list[Node] = [_entry(entry, scope) for entry in step.entries]
    entries += [_spread(spread, scope, True) for spread in step.spreads]
    return (Frame(_NODES.get(scope.record.encoding, "object"), "object", tuple(entries), _others(step)),)


def _others(step: p.Object) -> str:
    return unknown_policy(step.unknown).replace("ones", "members")


def _array(step: p.Array, scope: Scope) -> tuple[Node, ...]:
    entries: list[Node] = [_entry(entry, scope, keyed=False) for entry in step.entries]
    entries += [_spread(spread, scope, False) for spread in step.spreads]
    return (Frame("array", "object", tuple(entries), "by position"),)


def _spread(spread: p.Spread, scope: Scope, keyed: bool) -> Choice:
    arms = []
    enum = scope.enum_of(spread.on)
    for case in spread.cases:
        label = range_text(case.ranges, enum)
        if case.refuse is not None:
            arms.append(Arm(f"{label}: refused, {case.refuse.code}", (), refused=True))
        else:
            arms.append(Arm(label, tuple(_entry(entry, scope, keyed) for entry in case.entries)))
    return Choice(f"further members by {expression_text(spread.on, scope.record)}", tuple(arms))


def _scalar(step: p.Scalar, scope: Scope) -> tuple[Node, ...]:
    unit = {"text": "characters", "octets": "octets", "label": "characters"}.get(step.form, "")
    if step.form in ("base64", "base64url", "hex"):
        unit = "octets"
    limits = bounds(step.minimum, step.maximum, unit) if unit else interval(step.minimum, step.maximum)
    words = noted(step.form, limits, "or null" if step.nullable else "")
    return (Cell(scope.name(step.slot), None, words),)


def _any_node(step: p.AnyNode, scope: Scope) -> tuple[Node, ...]:
    return (Cell(scope.name(step.slot), None, "anything"),)


def _items(step: p.Items, scope: Scope) -> tuple[Node, ...]:
    words = noted(bounds(step.minimum, step.maximum, "items"), "or null" if step.nullable else "")
    return (
        Frame(
            scope.name(step.slot),
            "list",
            scope.parts(step.body),
            noted("repeated" if scope.record.encoding == "xml" else "array", words),
        ),
    )


def _members(step: p.Members, scope: Scope) -> tuple[Node, ...]:
    words = noted("any keys", bounds(step.minimum, step.maximum, "members"))
    return (Frame(scope.name(step.slot), "list", scope.parts(step.body), noted("map", words)),)


def _child(step: p.Child, scope: Scope) -> tuple[Node, ...]:
    """The element is named by its entry; only what is in it is left to show."""
    return scope.parts(step.body)


def _tag(step: p.Tag, scope: Scope) -> tuple[Node, ...]:
    note = "or null" if step.nullable else ""
    return (Frame(f"tag {step.number}", "region", scope.parts(step.body), note),)


def _wrap(step: p.Wrap, scope: Scope) -> tuple[Node, ...]:
    note = noted("octet string that holds one value", "may be empty" if step.empty else "")
    return (Frame(scope.name(step.slot), "region", scope.parts(step.body), note),)


TREE_ROWS: dict[type, Row] = {
    p.Kinds: _kinds,
    p.Object: _object,
    p.Array: _array,
    p.Scalar: _scalar,
    p.AnyNode: _any_node,
    p.Items: _items,
    p.Members: _members,
    p.Child: _child,
    p.Tag: _tag,
    p.Wrap: _wrap,
}
"""Step → what is shown of it."""
