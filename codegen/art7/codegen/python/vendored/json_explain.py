"""What the careful twins of JSON records call: each reads or checks one value, or refuses with its place.

Text of generated projects, imported on the first refusal only. `trace` is the careful run under way; paths begin
at the innermost record.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from art7.codegen.python.vendored.core import Record, Trace
from art7.codegen.python.vendored.json_careful import JsonNode, JsonRefused, json_plain, read_json_nodes
from art7.codegen.python.vendored.json_fast import ABSENT, INTEGER_LIMIT, octets_of_text
from art7.codegen.python.vendored.primitives import base64, base64_unpadded, base64url, base64url_padded


def json_refuse(
    trace: Trace,
    code: str,
    path: str,
    offset: int | None,
    expected: str = "",
    got: str = "",
    requirement: str | None = None,
    ref: str | None = None,
) -> NoReturn:
    """Refuse at a place of the tree."""
    trace.refuse(code, offset, path, expected, got, requirement=requirement, ref=ref)


def json_root(trace: Trace, start: int, data: bytes, size: int | None, depth: int) -> JsonNode:
    """Read the text of a record; its places count from the octets that hold it."""
    if size is not None and len(data) > size:
        json_refuse(trace, "too_large", "", start, f"at most {size} octets", f"{len(data)} octets")
    try:
        node = read_json_nodes(data, depth)
        if start:
            _json_shift(node, start)
        return node
    except JsonRefused as refused:
        json_refuse(trace, refused.code, "", start + refused.offset, refused.expected, refused.got)
    except RecursionError:
        json_refuse(trace, "too_deep", "", start, "fewer levels", "more than the stack holds")


def _json_shift(node: JsonNode, start: int) -> None:
    node.start += start
    if isinstance(node.value, dict):
        for member in node.value.values():
            _json_shift(member, start)
    elif isinstance(node.value, list):
        for item in node.value:
            _json_shift(item, start)


def json_path(path: str, name: str) -> str:
    """The path of member `name`."""
    return f"{path}.{name}" if path else name


def json_key_path(path: str, key: str) -> str:
    """The path of the value that a map holds under `key`."""
    shown = "".join(_shown(character) for character in key[:60])
    return f'{path}["{shown}"]' if len(key) <= 60 else f'{path}["{shown}"… ({len(key)} characters)]'


def _shown(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    point = ord(character)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def json_kind(value: Any) -> str:
    """The JSON word for what a value is."""
    kinds = {
        type(None): "null",
        bool: "a boolean",
        int: "an integer",
        float: "a number with fraction or exponent",
        str: "a text",
        list: "an array",
        dict: "an object",
    }
    return kinds.get(type(value), "something else")


def json_kind_word(value: Any) -> str:
    """The kind by which alternatives are told apart; octets stand in a text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str | bytes | bytearray | memoryview):
        return "text"
    return "array" if isinstance(value, list | tuple) else "object"


def json_wrong(trace: Trace, node: JsonNode, path: str, expected: str) -> NoReturn:
    """Refuse a node of another kind."""
    json_refuse(trace, "wrong_kind", path, node.start, expected, json_kind(node.value))


def json_missing(trace: Trace, node: JsonNode, path: str) -> NoReturn:
    """Refuse an object without a required member."""
    json_refuse(trace, "missing_field", path, node.start, "the member", "nothing")


def json_bounds(
    trace: Trace,
    offset: int | None,
    path: str,
    size: int,
    minimum: int | None,
    maximum: int | None,
    what: str,
) -> None:
    """Check a length."""
    if minimum is not None and size < minimum:
        json_refuse(trace, "too_short", path, offset, f"at least {minimum} {what}", str(size))
    if maximum is not None and size > maximum:
        json_refuse(trace, "too_long", path, offset, f"at most {maximum} {what}", str(size))


def json_text(trace: Trace, node: JsonNode, path: str, minimum: int | None, maximum: int | None) -> Any:
    """Read a text."""
    if type(node.value) is not str:
        json_wrong(trace, node, path, "a text")
    json_bounds(trace, node.start, path, len(node.value), minimum, maximum, "characters")
    return node.value


def json_integer(trace: Trace, node: JsonNode, path: str, minimum: int | None, maximum: int | None) -> Any:
    """Read an integer."""
    if type(node.value) is not int:
        json_wrong(trace, node, path, "an integer")
    if (minimum is not None and node.value < minimum) or (maximum is not None and node.value > maximum):
        expected = f"an integer from {minimum} to {maximum}"
        json_refuse(trace, "out_of_range", path, node.start, expected, json_brief(node.value))
    return node.value


def json_number(trace: Trace, node: JsonNode, path: str) -> Any:
    """Read a number."""
    if type(node.value) is not float and type(node.value) is not int:
        json_wrong(trace, node, path, "a number")
    try:
        return float(node.value)
    except OverflowError:
        json_refuse(
            trace, "out_of_range", path, node.start, "a number within binary64", json_brief(node.value)
        )


def json_boolean(trace: Trace, node: JsonNode, path: str) -> Any:
    """Read a boolean."""
    if type(node.value) is not bool:
        json_wrong(trace, node, path, "true or false")
    return node.value


def json_null(trace: Trace, node: JsonNode, path: str) -> Any:
    """Read null."""
    if node.value is not None:
        json_wrong(trace, node, path, "null")
    return None


def json_octets(
    trace: Trace,
    node: JsonNode,
    path: str,
    form: str,
    padding: str,
    minimum: int | None,
    maximum: int | None,
) -> Any:
    """Read a text that holds octets."""
    if type(node.value) is not str:
        json_wrong(trace, node, path, f"a text in {form}")
    try:
        octets = octets_of_text(node.value, form, padding)
    except ValueError:
        json_refuse(trace, "bad_text", path, node.start, form, f"{len(node.value)} characters")
    json_bounds(trace, node.start, path, len(octets), minimum, maximum, "octets")
    return octets


def json_object(trace: Trace, node: JsonNode, path: str) -> dict[str, JsonNode]:
    """The members of an object."""
    if type(node.value) is not dict:
        json_wrong(trace, node, path, "an object")
    members: dict[str, JsonNode] = node.value
    return members


def json_array(trace: Trace, node: JsonNode, path: str) -> list[JsonNode]:
    """The items of an array."""
    if type(node.value) is not list:
        json_wrong(trace, node, path, "an array")
    items: list[JsonNode] = node.value
    return items


def json_room(trace: Trace, node: JsonNode, path: str, count: int, maximum: int, what: str) -> None:
    """Refuse an item or member too many, before it is read."""
    if count >= maximum:
        json_refuse(trace, "too_many", path, node.start, f"at most {maximum} {what}", "more")


def json_enough(trace: Trace, offset: int | None, path: str, count: int, minimum: int, what: str) -> None:
    """Refuse too few items or members, after they were read."""
    if count < minimum:
        json_refuse(trace, "too_few", path, offset, f"at least {minimum} {what}", str(count))


def json_unknown(trace: Trace, members: dict[str, JsonNode], known: frozenset[str], path: str) -> None:
    """Refuse the first member that is not known."""
    for key, node in members.items():
        if key not in known:
            shown = json_path(path, json_key_path("", key))
            json_refuse(trace, "unknown_field", shown, node.start, "a declared member", "another")


def json_rest(
    trace: Trace, members: dict[str, JsonNode], known: frozenset[str], path: str, integers: bool
) -> dict[str, Any]:
    """The members that are not known, without places."""
    rest = {key: node for key, node in members.items() if key not in known}
    return {key: json_kept(trace, node, path, integers) for key, node in rest.items()}


def json_kept(trace: Trace, node: JsonNode, path: str, integers: bool) -> Any:
    """A tree that nothing describes; with `integers` only whole numbers within ±(2^53-1)."""
    waiting = [node] if integers else []
    while waiting:
        one = waiting.pop()
        if isinstance(one.value, dict):
            waiting.extend(reversed(one.value.values()))
        elif isinstance(one.value, list):
            waiting.extend(reversed(one.value))
        elif isinstance(one.value, float):
            json_wrong(trace, one, path, "a whole number")
        elif isinstance(one.value, int) and not -INTEGER_LIMIT <= one.value <= INTEGER_LIMIT:
            json_refuse(
                trace, "out_of_range", path, one.start, "an integer below 2^53", json_brief(one.value)
            )
    return json_plain(node)


def json_brief(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, int) and value.bit_length() > 256:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, bytes):
        return value[:24].hex() or "no octets"
    return json_key_path("", value)[1:-1] if isinstance(value, str) else str(value)[:60]


# ---- writing ----


def json_is_record(trace: Trace, value: Any) -> None:
    """Refuse what is no object with members."""
    if not isinstance(value, Record):
        json_refuse(trace, "wrong_kind", "", None, "a value of kind record", json_brief(value))


def json_given(trace: Trace, value: Any, name: str, path: str, shape: tuple[Any, ...]) -> Any:
    """Member `name` of a value to be written, of the right kind; `None` where it is absent."""
    given = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return given if given is None or given is ABSENT else json_conform(trace, given, path, shape)


def json_conform(trace: Trace, value: Any, path: str, shape: tuple[Any, ...]) -> Any:
    """Check a value against a shape: ("text",), ("integer", low, high), ("list", shape) and so on."""
    kind = shape[0]
    if kind in ("any", "union"):
        return value
    if kind == "nullable":
        return None if value is None else json_conform(trace, value, path, shape[1])
    if kind == "list":
        if not isinstance(value, list | tuple):
            json_refuse(trace, "wrong_kind", path, None, "a list", json_brief(value))
        return [json_conform(trace, item, path, shape[1]) for item in value]
    if kind == "map":
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            json_refuse(trace, "wrong_kind", path, None, "a map with texts as keys", json_brief(value))
        return {key: json_conform(trace, item, path, shape[1]) for key, item in value.items()}
    if kind == "keyed":
        kinds = {"integer": (int,), "label": (int, str), "any": (int, str, bytes)}[shape[2][0]]
        fits = isinstance(value, dict) and all(
            isinstance(key, kinds) and not isinstance(key, bool) for key in value
        )
        if not fits:
            json_refuse(trace, "wrong_kind", path, None, "a map with keys of its kind", json_brief(value))
        return {key: json_conform(trace, item, path, shape[1]) for key, item in value.items()}
    if kind == "label":
        if isinstance(value, bool) or not isinstance(value, int | str):
            json_refuse(trace, "wrong_kind", path, None, "an integer or a text", json_brief(value))
        wide = ("integer", -(1 << 64), (1 << 64) - 1)
        return _json_scalar(trace, value, path, ("text",) if isinstance(value, str) else wide)
    return _json_scalar(trace, value, path, shape)


def _json_scalar(trace: Trace, value: Any, path: str, shape: tuple[Any, ...]) -> Any:
    kind = shape[0]
    number = isinstance(value, int)
    if kind == "record":
        right = isinstance(value, Record | tuple)
    else:
        right = {
            "boolean": isinstance(value, bool),
            "integer": number,
            "float": number or isinstance(value, float),
            "octets": isinstance(value, bytes | bytearray | memoryview),
            "text": isinstance(value, str),
            "enum": number or isinstance(value, str),
        }[kind]
    if not right:
        json_refuse(trace, "wrong_kind", path, None, f"a value of kind {kind}", json_brief(value))
    if kind == "integer" and not shape[1] <= value <= shape[2]:
        expected = f"an integer from {shape[1]} to {shape[2]}"
        json_refuse(trace, "out_of_range", path, None, expected, json_brief(value))
    if kind == "text":
        try:
            value.encode()
        except UnicodeEncodeError:
            json_refuse(trace, "bad_text", path, None, "Unicode scalar values", "a lone surrogate")
    if kind == "octets":
        return bytes(value)
    if kind == "float":
        return float(value)
    return int(value) if kind != "boolean" and isinstance(value, bool) else value


def json_written(
    trace: Trace,
    value: Any,
    path: str,
    form: str,
    minimum: int | None,
    maximum: int | None,
    padding: str = "",
) -> Any:
    """A scalar as JSON holds it."""
    if value is None or value is ABSENT:
        json_refuse(trace, "missing_field", path, None, "a value", "nothing")
    if form == "text":
        if not isinstance(value, str):
            json_refuse(trace, "wrong_kind", path, None, "a text", json_brief(value))
        json_bounds(trace, None, path, len(value), minimum, maximum, "characters")
        return value
    if form == "integer":
        if not isinstance(value, int):
            json_refuse(trace, "wrong_kind", path, None, "an integer", json_brief(value))
        if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
            expected = f"an integer from {minimum} to {maximum}"
            json_refuse(trace, "out_of_range", path, None, expected, json_brief(value))
        return int(value)
    if form in ("boolean", "number"):
        fits = isinstance(value, bool if form == "boolean" else int | float)
        if not fits:
            json_refuse(trace, "wrong_kind", path, None, f"a {form}", json_brief(value))
        return int(value) if form == "number" and isinstance(value, bool) else value
    if not isinstance(value, bytes):
        json_refuse(trace, "wrong_kind", path, None, "octets", json_brief(value))
    json_bounds(trace, None, path, len(value), minimum, maximum, "octets")
    if form == "hex":
        return value.hex()
    padded = padding in ("required", "padded") or (padding == "either" and form == "base64")
    if form == "base64url":
        return base64url_padded(value) if padded else base64url(value)
    return base64(value) if padded else base64_unpadded(value)


def json_counted(trace: Trace, value: Any, path: str, minimum: int, maximum: int | None, what: str) -> Any:
    """A list or map of the right size."""
    if value is None or value is ABSENT:
        json_refuse(trace, "missing_field", path, None, f"some {what}", "nothing")
    json_enough(trace, None, path, len(value), minimum, what)
    if maximum is not None and len(value) > maximum:
        json_refuse(trace, "too_many", path, None, f"at most {maximum} {what}", str(len(value)))
    return value


def json_writable(trace: Trace, tree: Any, integers: bool) -> None:
    """Refuse a tree that JSON, or canonical JSON (`integers`), cannot hold."""
    level, depth = [tree], 0
    while level:
        if depth > 128:
            json_refuse(trace, "too_deep", "", None, "at most 128 levels", "more")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                for key in value:
                    json_conform(trace, key, "", ("text",))
                below.extend(value.values())
            elif isinstance(value, list | tuple):
                below.extend(value)
            elif isinstance(value, str):
                json_conform(trace, value, "", ("text",))
            elif value is not None and not isinstance(value, bool):
                _json_plain_number(trace, value, integers)
        level, depth = below, depth + 1


def _json_plain_number(trace: Trace, value: Any, integers: bool) -> None:
    if not isinstance(value, int | float):
        json_refuse(trace, "wrong_kind", "", None, "a JSON value", type(value).__name__)
    if isinstance(value, float):
        if integers:
            json_refuse(trace, "wrong_kind", "", None, "a whole number", "a number with fraction or exponent")
        bad = value - value != 0.0
    else:
        bad = (integers and not -INTEGER_LIMIT <= value <= INTEGER_LIMIT) or value.bit_length() > 14_000
    if bad:
        json_refuse(trace, "out_of_range", "", None, "a number that the form holds", json_brief(value))


def _json_whole(tree: Any) -> Any:
    """The tree with whole numbers for those without a fraction."""
    if isinstance(tree, dict):
        return {key: _json_whole(item) for key, item in tree.items()}
    if isinstance(tree, list | tuple):
        return [_json_whole(item) for item in tree]
    whole = isinstance(tree, float) and -INTEGER_LIMIT <= tree <= INTEGER_LIMIT and tree == int(tree)
    return int(tree) if whole else tree


def json_octets_of(trace: Trace, tree: Any, sort: bool, size: int | None) -> bytes:
    """The text of a tree; refused when it is longer than `size` octets."""
    octets = json.dumps(_json_whole(tree), ensure_ascii=False, separators=(",", ":"), sort_keys=sort).encode()
    if size is not None and len(octets) > size:
        json_refuse(trace, "too_large", "", None, f"at most {size} octets", f"{len(octets)} octets")
    return octets
