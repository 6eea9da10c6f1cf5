"""What the careful twins of XML records call beside what those of JSON records call.

Text of generated projects, imported on the first refusal only. `trace` is the careful run under way; paths begin
at the innermost record.
"""

from __future__ import annotations

from typing import Any

from art7.codegen.python.vendored.core import Trace
from art7.codegen.python.vendored.json_careful import JsonNode, JsonRefused
from art7.codegen.python.vendored.json_explain import (
    json_bounds,
    json_brief,
    json_key_path,
    json_path,
    json_refuse,
)
from art7.codegen.python.vendored.json_fast import ABSENT
from art7.codegen.python.vendored.primitives import base64
from art7.codegen.python.vendored.xml_careful import read_xml_nodes, xml_plain
from art7.codegen.python.vendored.xml_fast import (
    XML_DEPTH,
    xml_attribute,
    xml_decimal,
    xml_escape,
    xml_name,
    xml_octets,
    xml_quote,
    xml_truth,
)


def xml_root(
    trace: Trace,
    start: int,
    data: bytes,
    size: int | None,
    depth: int,
    attributes: int,
    context: bytes,
    name: str,
) -> JsonNode:
    """Read the octets of a record whose element has that name; without a name any element, as its one member."""
    if size is not None and len(data) > size:
        json_refuse(trace, "too_large", "", start, f"at most {size} octets", f"{len(data)} octets")
    try:
        node = read_xml_nodes(bytes(data), depth, attributes, context)
    except JsonRefused as refused:
        json_refuse(trace, refused.code, "", start + refused.offset, refused.expected, refused.got)
    if start:
        _xml_shift(node, start)
    found = node.value["#name"].value
    if not name:
        return JsonNode({found: JsonNode([node], node.start)}, start)
    if found != name:
        json_refuse(trace, "wrong_element", "", node.start, f"an element `{name}`", f"`{found}`")
    return node


def _xml_shift(node: JsonNode, start: int) -> None:
    node.start += start
    if type(node.value) is dict:
        for key, member in node.value.items():
            if key[0] in "@#":
                _xml_shift(member, start)
    elif type(node.value) is list:
        for item in node.value:
            _xml_shift(item, start)


def xml_object(
    trace: Trace,
    node: JsonNode,
    names: frozenset[str],
    lists: tuple[str, ...],
    families: tuple[tuple[str, str], ...],
    text: bool,
) -> dict[str, JsonNode]:
    """The members of an element: those that `names` has, and others; white space that nothing names is none.

    `lists` are there even when empty; `families` are namespaces, with the path of the member that has the local name of
    an element there; `text`: characters are there even when there are none.
    """
    found: dict[str, JsonNode] = {}
    content = "#content" in names
    for key, member in node.value.items():
        if key == "#name" or (key == "#content" and not content):
            continue
        if key == "#" and not text and not (member.value if "#" in names else member.value.strip(" \t\r\n")):
            continue
        if content and key[0] != "@" and key != "#content" and not (key == "#" and "#" in names):
            continue
        family = "" if key in names else next((each for each, _ in families if key.startswith(each)), "")
        if not family:
            found[key] = member
            continue
        if family + "*" in found or len(member.value) > 1:
            second = member.value[0 if family + "*" in found else 1]
            path = dict(families)[family]
            json_refuse(trace, "duplicate_field", path, second.start, "one element of its namespace", "two")
        found[family + "*"] = JsonNode(key[len(family) :], member.value[0].start)
        if _xml_holds_more(member.value[0].value):
            found[key] = member
    for key in lists:
        found.setdefault(key, JsonNode([], node.start))
    return found


def _xml_holds_more(element: dict[str, Any]) -> bool:
    """Whether an element has more than its name."""
    inside = any(type(item.value) is not str for item in element["#content"].value)
    return inside or any(key[0] == "@" for key in element) or bool(element["#"].value.strip(" \t\r\n"))


def xml_only(trace: Trace, node: JsonNode, path: str) -> JsonNode:
    """The one element of a name."""
    if len(node.value) > 1:
        found = str(len(node.value))
        json_refuse(trace, "duplicate_field", path, node.value[1].start, "one such element", found)
    element: JsonNode = node.value[0]
    return element


def xml_integer(trace: Trace, node: JsonNode, path: str, minimum: int | None, maximum: int | None) -> Any:
    """Read an integer in decimal digits."""
    try:
        value = xml_decimal(node.value)
    except ValueError:
        json_refuse(
            trace, "bad_text", path, node.start, "an integer in decimal digits", json_brief(node.value)
        )
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        expected = f"an integer from {minimum} to {maximum}"
        json_refuse(trace, "out_of_range", path, node.start, expected, json_brief(value))
    return value


def xml_boolean(trace: Trace, node: JsonNode, path: str) -> Any:
    """Read a truth value."""
    try:
        return xml_truth(node.value)
    except KeyError:
        json_refuse(trace, "bad_text", path, node.start, "true or false", json_brief(node.value))


def xml_coded(trace: Trace, node: JsonNode, path: str, minimum: int | None, maximum: int | None) -> Any:
    """Read octets in base64."""
    try:
        octets = xml_octets(node.value)
    except ValueError:
        json_refuse(trace, "bad_text", path, node.start, "base64", f"{len(node.value)} characters")
    json_bounds(trace, node.start, path, len(octets), minimum, maximum, "octets")
    return octets


def xml_kept(node: JsonNode) -> Any:
    """An element that nothing describes."""
    return xml_plain(node)


def xml_others(members: dict[str, JsonNode], known: frozenset[str]) -> dict[str, Any]:
    """The members that are not known, without places."""
    return {key: xml_plain(node) for key, node in members.items() if key not in known}


def xml_stranger(trace: Trace, members: dict[str, JsonNode], known: frozenset[str]) -> None:
    """Refuse the first member that is not known."""
    for key, node in members.items():
        if key not in known:
            shown = json_path("", json_key_path("", key))
            json_refuse(trace, "unknown_field", shown, node.start, "a declared member", "another")


# ---- writing ----


def xml_scalar(
    trace: Trace, value: Any, path: str, form: str, minimum: int | None, maximum: int | None
) -> Any:
    """A scalar as XML spells it; an element without content for a flag."""
    if value is None or value is ABSENT:
        json_refuse(trace, "missing_field", path, None, "a value", "nothing")
    kinds: dict[str, type[Any]] = {"decimal": int, "truth": bool, "flag": bool, "spaced64": bytes}
    if not isinstance(value, kinds[form]) or (form == "flag" and not value):
        json_refuse(trace, "wrong_kind", path, None, f"a value of kind {form}", json_brief(value))
    if form == "flag":
        return {}
    if form == "truth":
        return "true" if value else "false"
    if form == "spaced64":
        json_bounds(trace, None, path, len(value), minimum, maximum, "octets")
        return base64(value)
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        expected = f"an integer from {minimum} to {maximum}"
        json_refuse(trace, "out_of_range", path, None, expected, json_brief(value))
    return str(int(value))


class XmlFree:
    """An element that nothing describes, or a text, as a user gave it."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def xml_settled(trace: Trace, tree: dict[str, Any], unknown: Any, path: str) -> None:
    """Mark what a user put beside the members; refuse what is neither a text nor a list of elements."""
    for key in unknown or ():
        value = tree[key]
        if key[:1] == "@" or key == "#":
            if not isinstance(value, str):
                json_refuse(trace, "wrong_kind", path, None, "a text", json_brief(value))
        elif not isinstance(value, list) or key == "#content" or key.endswith("}*"):
            json_refuse(trace, "wrong_kind", path, None, f"a list of elements `{key}`", json_brief(value))
        else:
            tree[key] = [XmlFree(item) for item in value]


def xml_octets_of(trace: Trace, tree: Any, name: str, outer: str, size: int | None) -> bytes:
    """The text of the element that `tree` is inside namespace `outer`; without a name of its one member."""
    if not name:
        elements = [(key, one) for key, members in tree.items() if key[0] not in "@#" for one in members]
        if len(elements) != 1 or any(key[0] in "@#" for key in tree):
            code = "unknown_field" if elements else "missing_field"
            json_refuse(trace, code, "", None, "one element", str(len(elements)))
        ((name, tree),) = elements
    data = _xml_element(trace, name, tree, outer, 1).encode()
    if size is not None and len(data) > size:
        json_refuse(trace, "too_large", "", None, f"at most {size} octets", f"{len(data)} octets")
    return data


def _xml_element(trace: Trace, name: str, tree: Any, outer: str, depth: int) -> str:
    if depth > XML_DEPTH:
        json_refuse(trace, "too_deep", "", None, f"at most {XML_DEPTH} levels", "more")
    if isinstance(tree, XmlFree):
        attributes, content = _xml_free(trace, name, tree.value)
    else:
        attributes, content = (
            {key[1:]: item for key, item in tree.items() if key[0] == "@"},
            _xml_content(trace, tree),
        )
    try:
        uri, local = xml_name(name)
        if uri in ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"):
            raise ValueError
        head = f"<{local}" if uri == outer else f'<{local} xmlns="{xml_quote(uri)}"'
    except ValueError:
        json_refuse(trace, "bad_text", "", None, "a name of XML", "another")
    prefixes: dict[str, str] = {}
    for key, value in attributes.items():
        if not isinstance(key, str) or not isinstance(value, str):
            json_refuse(trace, "wrong_kind", "", None, "a text as attribute", json_brief(value))
        head += _xml_checked(trace, xml_attribute, key, value, prefixes)
    inside = ""
    for item in content:
        if isinstance(item, str):
            inside += _xml_checked(trace, xml_escape, item)
        elif isinstance(item, tuple):
            inside += _xml_element(trace, item[0], item[1], uri, depth + 1)
        else:
            json_refuse(trace, "wrong_kind", "", None, "a text or an element", json_brief(item))
    return f"{head}>{inside}</{local}>" if inside else f"{head}/>"


def _xml_checked(trace: Trace, write: Any, *given: Any) -> str:
    try:
        text: str = write(*given)
        return text
    except ValueError:
        json_refuse(trace, "bad_text", "", None, "names and characters of XML", "another")


def _xml_free(trace: Trace, name: str, tree: Any) -> tuple[dict[str, Any], list[Any]]:
    """Attributes and content of an element that nothing describes, which users may have made."""
    right = isinstance(tree, dict) and tree.get("name") == name and "content" in tree
    right = right and not tree.keys() - {"name", "attributes", "content"}
    attributes, content = (tree.get("attributes", {}), tree["content"]) if right else (None, None)
    if not isinstance(attributes, dict) or not isinstance(content, list):
        expected = f"an element `{name}` with `name`, `attributes` and `content`"
        json_refuse(trace, "wrong_kind", "", None, expected, "another")
    return attributes, [_xml_named(trace, item) for item in content]


def _xml_named(trace: Trace, item: Any) -> Any:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict) or "content" not in item or not isinstance(item.get("name"), str):
        json_refuse(
            trace, "wrong_kind", "", None, "an element with `name`, `attributes` and `content`", "another"
        )
    return item["name"], XmlFree(item)


def _xml_content(trace: Trace, tree: dict[str, Any]) -> list[Any]:
    """Texts and elements in the order in which they are written."""
    found: list[Any] = []
    for key, member in tree.items():
        if key == "#":
            found.append(member)
        elif key == "#content":
            found += [_xml_named(trace, item.value) for item in member]
        elif key.endswith("}*"):
            if key[:-1] + member not in tree:  # it has more than its name, and stands among unknown ones
                found.append((key[:-1] + member, {}))
        elif key[:1] != "@":
            found += [(key, item) for item in member]
    return found
