"""What the careful twins of CBOR records call beside what those of JSON records call.

Text of generated projects, imported on the first refusal only. `trace` is the careful run under way; paths begin
at the innermost record.
"""

from __future__ import annotations

from typing import Any

from art7.codegen.python.vendored.cbor_careful import CborNode, cbor_plain, cbor_relocated, read_cbor_nodes
from art7.codegen.python.vendored.cbor_fast import cbor_any
from art7.codegen.python.vendored.cbor_values import Simple, Tagged
from art7.codegen.python.vendored.core import Trace
from art7.codegen.python.vendored.json_careful import JsonNode, JsonRefused
from art7.codegen.python.vendored.json_explain import (
    json_bounds,
    json_brief,
    json_key_path,
    json_path,
    json_refuse,
    json_wrong,
)
from art7.codegen.python.vendored.json_fast import ABSENT


def cbor_root(
    trace: Trace, start: int, data: bytes, size: int | None, depth: int, strict: bool, indefinite: bool
) -> JsonNode:
    """Read the octets of a record; its places count from the message that holds it."""
    if size is not None and len(data) > size:
        json_refuse(trace, "too_large", "", start, f"at most {size} octets", f"{len(data)} octets")
    try:
        return read_cbor_nodes(bytes(data), start, depth, strict, indefinite)
    except JsonRefused as refused:
        json_refuse(trace, refused.code, "", refused.offset, refused.expected, refused.got)
    except RecursionError:
        json_refuse(trace, "too_deep", "", start, "fewer levels", "more than the stack holds")


def cbor_octets(trace: Trace, node: JsonNode, path: str, minimum: int | None, maximum: int | None) -> Any:
    """Read octets."""
    if type(node.value) is not bytes:
        json_wrong(trace, node, path, "octets")
    json_bounds(trace, node.start, path, len(node.value), minimum, maximum, "octets")
    return node.value


def cbor_real(trace: Trace, node: JsonNode, path: str) -> Any:
    """Read a float."""
    if type(node.value) is not float:
        json_wrong(trace, node, path, "a float")
    return node.value


def cbor_name(trace: Trace, node: JsonNode, path: str, minimum: int | None, maximum: int | None) -> Any:
    """Read an integer or a text."""
    if type(node.value) is str:
        json_bounds(trace, node.start, path, len(node.value), minimum, maximum, "characters")
    elif type(node.value) is not int:
        json_wrong(trace, node, path, "an integer or a text")
    return node.value


def cbor_marked(trace: Trace, node: JsonNode, path: str, number: int) -> Any:
    """The node that a tag marks."""
    if not isinstance(node.value, Tagged) or node.value.tag != number:
        json_refuse(trace, "wrong_tag", path, node.start, f"a value under tag {number}", "another")
    return node.value.value


def cbor_inner(
    trace: Trace, node: Any, path: str, depth: int, strict: bool, indefinite: bool, empty: bool
) -> Any:
    """The node of the CBOR value that an octet string holds."""
    if type(node.value) is not bytes:
        json_wrong(trace, node, path, "octets that hold CBOR")
    if empty and not node.value:
        return CborNode({}, node.start)
    try:
        inner = read_cbor_nodes(node.value, max(node.content, 0), depth, strict, indefinite)
    except JsonRefused as refused:
        place = node.start if node.content < 0 else refused.offset
        json_refuse(trace, refused.code, path, place, refused.expected, refused.got)
    except RecursionError:
        json_refuse(trace, "too_deep", path, node.start, "fewer levels", "more than the stack holds")
    return cbor_relocated(inner, node.start) if node.content < 0 else inner


def cbor_map_of(trace: Trace, node: JsonNode, path: str) -> dict[Any, JsonNode]:
    """The members of a map."""
    if type(node.value) is not dict:
        json_wrong(trace, node, path, "a map")
    members: dict[Any, JsonNode] = node.value
    return members


def cbor_kept(node: JsonNode) -> Any:
    """A tree that nothing describes."""
    return cbor_plain(node)


def cbor_rest(members: dict[Any, JsonNode], known: frozenset[Any]) -> dict[Any, Any]:
    """The members that are not known, without places."""
    return {key: cbor_plain(node) for key, node in members.items() if key not in known}


def cbor_unknown(trace: Trace, members: dict[Any, JsonNode], known: frozenset[Any], path: str) -> None:
    """Refuse the first member that is not known."""
    for key, node in members.items():
        if key not in known:
            shown = json_path(path, cbor_key_path("", key))
            json_refuse(trace, "unknown_field", shown, node.start, "a declared member", "another")


def cbor_key_path(path: str, key: Any) -> str:
    """The path of the value that a map holds under `key`."""
    if isinstance(key, str):
        return json_key_path(path, key)
    return f"{path}[h'{key[:30].hex()}']" if isinstance(key, bytes) else f"{path}[{key}]"


def cbor_check_key(
    trace: Trace, key: Any, path: str, offset: int | None, kind: str, minimum: int, maximum: int | None
) -> None:
    """Refuse a key that its map does not have: `kind` is `text`, `integer` or `label`."""
    if kind != "text" and isinstance(key, int):
        if kind == "integer" and not (minimum <= key and (maximum is None or key <= maximum)):
            json_refuse(trace, "out_of_range", path, offset, "a key within its bounds", json_brief(key))
        return
    if kind == "integer" or not isinstance(key, str):
        json_refuse(trace, "wrong_kind", path, offset, f"a key of kind {kind}", json_brief(key))
    json_bounds(trace, offset, path, len(key), minimum, maximum, "characters of a key")


# ---- writing ----


def cbor_written(
    trace: Trace, value: Any, path: str, form: str, minimum: int | None, maximum: int | None
) -> Any:
    """A scalar that JSON lacks, as CBOR holds it."""
    if value is None or value is ABSENT:
        json_refuse(trace, "missing_field", path, None, "a value", "nothing")
    kinds: tuple[type, ...] = {"octets": (bytes,), "float": (float,), "label": (int, str)}[form]
    if not isinstance(value, kinds) or isinstance(value, bool):
        json_refuse(trace, "wrong_kind", path, None, f"a value of kind {form}", json_brief(value))
    if isinstance(value, str | bytes):
        json_bounds(trace, None, path, len(value), minimum, maximum, "characters or octets")
    return value


def cbor_same(
    trace: Trace,
    octets: bytes,
    kept: Any,
    path: str,
    depth: int,
    strict: bool,
    indefinite: bool,
    empty: bool,
) -> bytes:
    """The octets kept of a value, where they hold what `octets` hold; refused where they do not."""
    if kept is None or kept is ABSENT:
        return octets
    if empty and not kept:
        if octets in (b"", b"\xa0"):
            return b""
        json_refuse(trace, "bad_value", path, None, "octets that hold the value", "none")
    try:
        found = cbor_plain(read_cbor_nodes(bytes(kept), 0, depth, strict, indefinite))
        value = cbor_plain(read_cbor_nodes(octets or b"\xa0", 0, 1000, False, True))
        if cbor_any(found, True) == cbor_any(value, True):
            return bytes(kept)
    except (JsonRefused, RecursionError):
        pass
    json_refuse(trace, "bad_value", path, None, "octets that hold the value", "others")


def cbor_octets_of(trace: Trace, tree: Any, sort: bool, path: str, size: int | None) -> bytes:
    """The octets of a tree; refused when they are more than `size`."""
    _cbor_explain_writing(trace, tree, path)
    octets = cbor_any(tree, sort)
    if size is not None and len(octets) > size:
        json_refuse(trace, "too_large", path, None, f"at most {size} octets", f"{len(octets)} octets")
    return octets


def _cbor_explain_writing(trace: Trace, tree: Any, path: str, depth: int = 0) -> None:
    """Refuse the first value that CBOR does not have, in the order of writing."""
    if depth > 128:
        json_refuse(trace, "too_deep", path, None, "at most 128 levels", "more")
    if isinstance(tree, (list, tuple)):
        for item in tree:
            _cbor_explain_writing(trace, item, path, depth + 1)
    elif isinstance(tree, dict):
        for key, item in tree.items():
            if not isinstance(key, (int, str, bytes)) or isinstance(key, bool):
                json_refuse(trace, "wrong_kind", path, None, "an integer, a text or octets as key", "another")
            _cbor_explain_writing(trace, key, path, depth)
            _cbor_explain_writing(trace, item, path, depth + 1)
    elif isinstance(tree, Tagged):
        if not isinstance(tree.tag, int) or tree.tag < 0:
            json_refuse(trace, "wrong_kind", path, None, "a number as tag", type(tree.tag).__name__)
        _cbor_explain_writing(trace, tree.tag, path, depth)
        _cbor_explain_writing(trace, tree.value, path, depth + 1)
    elif isinstance(tree, Simple):
        if not isinstance(tree.number, int) or not (
            0 <= tree.number < 20 or tree.number == 23 or 32 <= tree.number < 256
        ):
            json_refuse(
                trace, "out_of_range", path, None, "a simple value that there is", str(tree.number)[:20]
            )
    elif isinstance(tree, str):
        try:
            tree.encode()
        except UnicodeEncodeError:
            json_refuse(trace, "bad_text", path, None, "Unicode scalar values", "a lone surrogate")
    elif isinstance(tree, int) and not isinstance(tree, bool):
        if not -(1 << 64) <= tree < 1 << 64:
            json_refuse(
                trace, "out_of_range", path, None, "an integer from -2^64 to 2^64-1", json_brief(tree)
            )
    elif not (tree is None or isinstance(tree, (bool, float, bytes, bytearray, memoryview))):
        json_refuse(trace, "wrong_kind", path, None, "a CBOR value", type(tree).__name__)
