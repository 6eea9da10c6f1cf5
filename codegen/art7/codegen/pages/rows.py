"""One row for each step of the plan: what a diagram shows of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.codegen.pages.expression_text import expression_text, range_text
from art7.codegen.pages.layout import Arm, Cell, Choice, Frame, Node, Scope, bounds, fixed_bits, noted
from art7.grammar.ir import plan as p

Row = Callable[[Any, Scope], tuple[Node, ...]]

_WIRE_TYPES = {0: "varint", 1: "8 octets", 2: "length and content", 5: "4 octets"}
_NODES = {"cbor": "map", "xml": "element"}
_MOST_NESTED = 24


def parts_of(block: p.Block, scope: Scope) -> tuple[Node, ...]:
    """Return what a diagram shows of the steps of `block`, in wire order."""
    return tuple(node for step in block.steps for node in parts_of_step(step, scope))


def parts_of_step(step: Any, scope: Scope) -> tuple[Node, ...]:
    """Return what a diagram shows of one step; of an unknown one a plain cell with its name."""
    row = ROWS.get(type(step))
    if row is not None:
        return row(step, scope)
    slot = getattr(step, "slot", None)
    name = scope.name(slot) if isinstance(slot, int) else scope.short(scope.record.name)
    return (Cell(name, None, type(step).__name__, "plain"),)


def _nothing(step: Any, scope: Scope) -> tuple[Node, ...]:
    """Tests and views take no place on the wire."""
    return ()


def _bits(step: p.Bits, scope: Scope) -> tuple[Node, ...]:
    return tuple(Cell(scope.name(each.slot), each.width, _given(scope, each.slot)) for each in step.fields)


def _given(scope: Scope, slot: int) -> str:
    """Return the constant or expression that a computed slot has."""
    value = scope.record.slots[slot].value
    return "" if value is None else f"= {expression_text(value, scope.record)}"


def _uint(step: p.Uint, scope: Scope) -> tuple[Node, ...]:
    words = noted("little-endian" if step.little else "", _given(scope, step.slot))
    return (Cell(scope.name(step.slot), step.octets * 8, words),)


def _varint(step: p.Varint, scope: Scope) -> tuple[Node, ...]:
    words = noted(f"{step.form} varint", "zigzag" if step.zigzag else "", _given(scope, step.slot))
    return (Cell(scope.name(step.slot), None, words),)


def _float(step: p.FloatOctets, scope: Scope) -> tuple[Node, ...]:
    words = noted("IEEE 754", "little-endian" if step.little else "")
    return (Cell(scope.name(step.slot), step.octets * 8, words),)


def _prefix(extent: p.Extent) -> tuple[Node, ...]:
    """Return the length that stands before a region."""
    if not isinstance(extent, p.Prefixed):
        return ()
    if extent.form == "uint":
        return (Cell("length", extent.octets * 8, "little-endian" if extent.little else "", "length"),)
    return (Cell("length", None, f"{extent.form} varint", "length"),)


def _extent(extent: p.Extent, scope: Scope) -> str:
    match extent:
        case p.Exact(size=size):
            words = expression_text(size, scope.record)
            if words == "1":
                return "1 octet"
            return f"({words}) octets" if " " in words else f"{words} octets"
        case p.Rest():
            return "up to the end"
        case _:
            return ""


def _exact_bits(extent: p.Extent) -> int | None:
    size = getattr(extent, "size", None)
    value = getattr(size, "value", None)
    return value * 8 if isinstance(value, int) and 0 <= value <= 4096 else None


def _take(step: p.Take, scope: Scope) -> tuple[Node, ...]:
    fixed = _exact_bits(step.extent)
    limits = "" if fixed is not None else bounds(step.minimum, step.maximum, "octets")
    size = "" if fixed is not None else _extent(step.extent, scope)
    words = noted("UTF-8" if step.text else "", size, limits)
    return (*_prefix(step.extent), Cell(scope.name(step.slot), fixed, words))


def _constant(step: p.Constant, scope: Scope) -> tuple[Node, ...]:
    if scope.record.encoding == "text":
        return (Cell(f"'{_plain(step.octets)}'", None, "", "constant"),)
    shown = step.octets.hex() if len(step.octets) <= 16 else f"{step.octets[:16].hex()}…"
    return (Cell(f"x'{shown}'", len(step.octets) * 8, "", "constant"),)


def _plain(octets: bytes) -> str:
    """Return the text of octets, with what cannot be seen spelled out."""
    return octets.decode("utf-8", "backslashreplace").encode("unicode_escape").decode("ascii")


def _region(step: p.Region, scope: Scope) -> tuple[Node, ...]:
    inner = parts_of(step.body, scope)
    words = noted(_extent(step.extent, scope), bounds(step.minimum, step.maximum, "octets"))
    name = scope.name(step.slot)
    if len(inner) == 1 and isinstance(inner[0], Frame | Cell) and inner[0].label == name:
        only = inner[0]
        together = noted(words, only.note)
        merged = (
            Cell(name, only.bits, together, only.kind)
            if isinstance(only, Cell)
            else Frame(name, only.kind, only.parts, together)
        )
        return (*_prefix(step.extent), merged)
    if len(inner) == 1 and isinstance(inner[0], Choice):
        inner = (Choice(inner[0].label.removeprefix(f"{name} "), inner[0].arms),)
    return (*_prefix(step.extent), Frame(name, "region", inner, words))


def _loop(step: p.Loop, scope: Scope) -> tuple[Node, ...]:
    count = "" if step.count is None else f"{expression_text(step.count, scope.record)} items"
    until = "" if step.until is None else f"up to x'{step.until.hex()}'"
    skipped = "" if step.skip is None else f"x'{step.skip:02x}' between items is skipped"
    words = noted(count, bounds(step.minimum, step.maximum, "items"), until, skipped)
    return (Frame(scope.name(step.slot), "list", parts_of(step.body, scope), words),)


def _branch(step: p.Branch, scope: Scope) -> tuple[Node, ...]:
    on, enum = expression_text(step.on, scope.record), scope.enum_of(step.on)
    arms = []
    for case in step.cases:
        label = range_text(case.ranges, enum)
        if case.refuse is not None:
            arms.append(Arm(f"{label}: refused, {case.refuse.code}", (), refused=True))
        else:
            arms.append(Arm(label, parts_of(case.body, scope)))
    label = f"by {on}" if step.slot is None else f"{scope.name(step.slot)} by {on}"
    return (Choice(label, tuple(arms)),)


def _kinds(step: p.Kinds, scope: Scope) -> tuple[Node, ...]:
    arms = [Arm(f"if {_article(case.kind)}", parts_of(case.body, scope)) for case in step.cases]
    if step.nullable:
        arms.append(Arm("if null", ()))
    return (Choice(f"{scope.name(step.slot)} by the kind of the node", tuple(arms)),)


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


def _when(step: p.When, scope: Scope) -> tuple[Node, ...]:
    words = f"if {expression_text(step.condition, scope.record)}"
    return (Frame(words, "optional", parts_of(step.body, scope)),)


def _present(step: p.Present, scope: Scope) -> tuple[Node, ...]:
    name = scope.name(step.slot)
    inner = parts_of(step.body, scope)
    return (Cell(f"{name} present", 8, "0 or 1"), Frame("if 1", "optional", inner))


def _call(step: p.CallRecord, scope: Scope) -> tuple[Node, ...]:
    name, target = scope.name(step.slot), scope.short(step.record)
    words = noted("or null" if step.nullable else "", f"tag {step.tag.hex()}" if step.tag else "")
    label = target if name == "item" else f"{name}: {target}"
    return (Cell(label, _size_of(step.record, scope), words, "call"),)


def _size_of(record: str, scope: Scope, depth: int = 0) -> int | None:
    """Return the bits of a record that has always the same number of them."""
    try:
        found = scope.specification.record(record)
    except KeyError:
        return None
    if found.recursive or depth > _MOST_NESTED or found.carrier is not p.Carrier.OCTETS:
        return None
    return fixed_bits(parts_of(found.body, scope.within(found)))


def _fields(step: p.Fields, scope: Scope) -> tuple[Node, ...]:
    rows: list[Node] = []
    for entry in step.entries:
        head = entry.number << 3 | entry.wire
        cells = (Cell(f"tag {head}", 8 * max(1, -(-head.bit_length() // 7)), "", "constant"),)
        repeated = entry.item is not None
        kind = "list" if repeated else "region" if entry.required else "optional"
        words = noted(
            _WIRE_TYPES.get(entry.wire, f"wire type {entry.wire}"),
            "repeated" if repeated else "",
            "packed" if entry.packed else "",
            "required" if entry.required else "",
        )
        label = f"{entry.number}: {scope.name(entry.slot)}"
        rows.append(Frame(label, kind, (*cells, *parts_of(entry.body, scope)), words))
    note = noted("in any order", _unknown(step.unknown))
    return (Frame("fields", "unordered", tuple(rows), note),)


def _unknown(policy: str) -> str:
    return {
        "preserve": "unknown ones are kept",
        "ignore": "unknown ones are ignored",
        "reject": "unknown ones are refused",
    }.get(policy, policy)


def _entry(entry: p.Entry, scope: Scope, keyed: bool = True) -> Frame:
    kind = "entry" if entry.required else "optional"
    label, note = (str(entry.key), "") if keyed else (scope.name(entry.slot), "")
    if keyed and scope.record.encoding == "xml":
        label, note = _xml_name(label, str(dict(scope.record.options).get("ns", "")))
    words = noted("" if entry.required else "optional", note)
    return Frame(label, kind, parts_of(entry.body, scope), words)


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
    return _unknown(step.unknown).replace("ones", "members")


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
    limits = bounds(step.minimum, step.maximum, unit) if unit else _interval(step.minimum, step.maximum)
    words = noted(step.form, limits, "or null" if step.nullable else "")
    return (Cell(scope.name(step.slot), None, words),)


def _interval(minimum: int | None, maximum: int | None) -> str:
    if minimum is None and maximum is None:
        return ""
    return f"{'…' if minimum is None else minimum} to {'…' if maximum is None else maximum}"


def _any_node(step: p.AnyNode, scope: Scope) -> tuple[Node, ...]:
    return (Cell(scope.name(step.slot), None, "anything"),)


def _items(step: p.Items, scope: Scope) -> tuple[Node, ...]:
    words = noted(bounds(step.minimum, step.maximum, "items"), "or null" if step.nullable else "")
    return (Frame(scope.name(step.slot), "list", parts_of(step.body, scope), noted("array", words)),)


def _members(step: p.Members, scope: Scope) -> tuple[Node, ...]:
    words = noted("any keys", bounds(step.minimum, step.maximum, "members"))
    return (Frame(scope.name(step.slot), "list", parts_of(step.body, scope), noted("map", words)),)


def _child(step: p.Child, scope: Scope) -> tuple[Node, ...]:
    """The element is named by its entry; only what is in it is left to show."""
    return parts_of(step.body, scope)


def _tag(step: p.Tag, scope: Scope) -> tuple[Node, ...]:
    note = "or null" if step.nullable else ""
    return (Frame(f"tag {step.number}", "region", parts_of(step.body, scope), note),)


def _wrap(step: p.Wrap, scope: Scope) -> tuple[Node, ...]:
    note = noted("octet string that holds one value", "may be empty" if step.empty else "")
    return (Frame(scope.name(step.slot), "region", parts_of(step.body, scope), note),)


def _identifier(octets: bytes) -> Cell:
    return Cell(f"tag {octets.hex()}" if octets else "tag", len(octets) * 8 or 8, "", "constant")


def _tlv(step: p.Tlv, scope: Scope) -> tuple[Node, ...]:
    inner = (_identifier(step.identifier), Cell("length", None, "", "length"), *parts_of(step.body, scope))
    note = "ascending octets" if step.ordered else ""
    return (Frame(scope.name(step.slot), "region", inner, note),)


def _tlv_scalar(step: p.TlvScalar, scope: Scope) -> tuple[Node, ...]:
    words = noted(step.form, _interval(step.minimum, step.maximum))
    if step.form in ("any", "elements"):
        return (Cell(scope.name(step.slot), None, "any element" if step.form == "any" else "any elements"),)
    inner = (
        _identifier(step.identifier),
        Cell("length", None, "", "length"),
        Cell(scope.name(step.slot), None, words),
    )
    return (Frame(scope.name(step.slot), "region", inner, step.form),)


def _tlv_optional(step: p.TlvOptional, scope: Scope) -> tuple[Node, ...]:
    label = "left out when it is the default" if step.omitted else "optional"
    return (Frame(label, "optional", parts_of(step.body, scope)),)


def _tlv_choice(step: p.TlvChoice, scope: Scope) -> tuple[Node, ...]:
    arms = (
        Arm(
            f"{' or '.join(each.hex() for each in case.first) or 'any'} {case.name}",
            parts_of(case.body, scope),
        )
        for case in step.cases
    )
    return (Choice("by the tag", tuple(arms)),)


def _token(step: p.Token, scope: Scope) -> tuple[Node, ...]:
    return (Cell(scope.name(step.slot), None, ""),)


def _number(step: p.Number, scope: Scope) -> tuple[Node, ...]:
    return (Cell(scope.name(step.slot), None, "digits"),)


def _quoted(step: p.Quoted, scope: Scope) -> tuple[Node, ...]:
    return (Cell(f'"{scope.name(step.slot)}"', None, bounds(step.minimum, step.maximum, "characters")),)


def _upto(step: p.Upto, scope: Scope) -> tuple[Node, ...]:
    limits = bounds(step.minimum, step.maximum, "octets")
    return (Cell(scope.name(step.slot), None, limits), Cell(f"'{_plain(step.until)}'", None, "", "constant"))


def _space(step: p.Space, scope: Scope) -> tuple[Node, ...]:
    return (Cell("␣ or (comment)" if step.comments else "␣", None, "any number", "padding"),)


def _line(step: p.Line, scope: Scope) -> tuple[Node, ...]:
    end = Cell({b"\r\n": "CR LF", b"\n": "LF"}.get(step.eol, _plain(step.eol)), None, "", "constant")
    return (Frame("", "line", (*parts_of(step.body, scope), end)),)


def _ahead(step: p.Ahead, scope: Scope) -> tuple[Node, ...]:
    return (Frame("optional", "optional", parts_of(step.body, scope)),)


def _repeat(step: p.Repeat, scope: Scope) -> tuple[Node, ...]:
    words = bounds(step.minimum, step.maximum, "items") or "any number"
    return (Frame(scope.name(step.slot), "list", parts_of(step.body, scope), words),)


def _either(step: p.Either, scope: Scope) -> tuple[Node, ...]:
    return (
        Choice("by how it begins", tuple(Arm(case.name, parts_of(case.body, scope)) for case in step.cases)),
    )


def _through(step: p.Through, scope: Scope) -> tuple[Node, ...]:
    return (Frame(scope.name(step.slot), "region", parts_of(step.body, scope), f"in {step.transform}"),)


def _align(step: p.Align, scope: Scope) -> tuple[Node, ...]:
    return (Cell("padding", None, f"x'{step.octet:02x}' to a multiple of {step.to} octets", "padding"),)


ROWS: dict[type, Row] = {
    p.Bits: _bits,
    p.Uint: _uint,
    p.Varint: _varint,
    p.FloatOctets: _float,
    p.Take: _take,
    p.Constant: _constant,
    p.Region: _region,
    p.Loop: _loop,
    p.Branch: _branch,
    p.Kinds: _kinds,
    p.When: _when,
    p.Present: _present,
    p.CallRecord: _call,
    p.Fields: _fields,
    p.Tlv: _tlv,
    p.TlvScalar: _tlv_scalar,
    p.TlvOptional: _tlv_optional,
    p.TlvChoice: _tlv_choice,
    p.Token: _token,
    p.Number: _number,
    p.Quoted: _quoted,
    p.Upto: _upto,
    p.Space: _space,
    p.Line: _line,
    p.Ahead: _ahead,
    p.Repeat: _repeat,
    p.Either: _either,
    p.Through: _through,
    p.Scalar: _scalar,
    p.AnyNode: _any_node,
    p.Items: _items,
    p.Members: _members,
    p.Object: _object,
    p.Array: _array,
    p.Tag: _tag,
    p.Wrap: _wrap,
    p.Child: _child,
    p.Domain: _nothing,
    p.View: _nothing,
    p.Verify: _nothing,
    p.Check: _nothing,
    p.Align: _align,
}
"""Step → what is shown of it."""
