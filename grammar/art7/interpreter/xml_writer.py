"""Trees as XML: declared order, shortest escapes, namespaces declared where they change.

Text escapes `&`, `<`, `>` and carriage returns; attributes `&`, `<`, `"` and white space other than spaces, which
readers would change (XML 1.0 §3.3.3). An element without content is one empty tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from art7.interpreter.tree_nodes import TreeRefused

DEPTH = 128
"""The most levels that are written."""
XML = "{http://www.w3.org/XML/1998/namespace}"
_DECLARATION = re.compile(r"""xmlns(:[^\s=]*)?\s*=\s*('[^']*'|"[^"]*")""")
_UNLIKE_ANY = " "
_RESERVED = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")

_NAME = re.compile(
    "[A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
    "[-.0-9A-Z_a-z\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c-\u200d\u203f-\u2040\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]*"
)
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_VALUE = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


@dataclass(frozen=True, slots=True)
class Free:
    """An element that nothing describes, or a text, as a user gave it."""

    value: Any


def outside(scope: object) -> str:
    """Return the namespace that a root stands in, beside the declarations of `scope`.

    None where those have no default. Where they have one, it is none that an element can be of: what is written alone names
    its own namespace, and says so where it has none (`xmlns=""`), so that it is the same element inside the scope.
    """
    found = _DECLARATION.findall(scope) if isinstance(scope, str) else []
    return _UNLIKE_ANY if any(not prefix and len(uri) > 2 for prefix, uri in found) else ""


def write_xml(value: Any, name: str, outer: str = "") -> bytes:
    """Return the text of the element `name` (`{uri}local`) whose members are `value`, as it stands inside namespace `outer`.

    Raises `TreeRefused`.
    """
    parts: list[str] = []
    _element(parts, name, value, outer, 1)
    return "".join(parts).encode("utf-8")


def _element(parts: list[str], name: str, value: Any, outer: str, depth: int) -> None:
    if depth > DEPTH:
        raise TreeRefused("too_deep", f"at most {DEPTH} levels", "more")
    if isinstance(value, Free):
        attributes, content = _free(name, value.value)
    else:
        attributes = {key[1:]: text for key, text in value.items() if key[0] == "@"}
        content = _content(value)
    uri, local = _split(name)
    if uri in _RESERVED:
        raise TreeRefused("bad_text", "a namespace of its own", "a reserved one")
    parts.append(f"<{local}")
    if uri != outer:
        parts.append(f' xmlns="{_escaped(uri, _VALUE)}"')
    _attributes(parts, attributes)
    parts.append(">")
    begin = len(parts)
    for each in content:
        if isinstance(each, str):
            parts.append(_escaped(each, _TEXT))
        else:
            _element(parts, each[0], each[1], uri, depth + 1)
    if any(parts[begin:]):
        parts.append(f"</{local}>")
    else:
        parts[begin - 1 :] = ["/>"]


def _free(name: str, value: Any) -> tuple[dict[str, str], list[Any]]:
    """Return attributes and content of an element that nothing describes, which users may have made."""
    if (
        not isinstance(value, dict)
        or value.get("name") != name
        or "content" not in value
        or set(value) - {"name", "attributes", "content"}
    ):
        raise TreeRefused(
            "wrong_kind", f"an element `{name}` with `name`, `attributes` and `content`", "another"
        )
    attributes, content = value.get("attributes", {}), value["content"]
    if not isinstance(attributes, dict) or not isinstance(content, list):
        raise TreeRefused("wrong_kind", "attributes and a list of content", "another")
    for key, text in attributes.items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise TreeRefused("wrong_kind", "a text as attribute", type(text).__name__)
    return attributes, [_named(each) for each in content]


def _named(value: Any) -> Any:
    """Return a text as it is, an element with its name."""
    if isinstance(value, str):
        return value
    name = value.get("name") if isinstance(value, dict) and "content" in value else None
    if not isinstance(name, str):
        raise TreeRefused(
            "wrong_kind", "an element with `name`, `attributes` and `content`", type(value).__name__
        )
    return name, Free(value)


def _content(value: dict[str, Any]) -> list[Any]:
    """Return texts and elements in the order in which they are written."""
    found: list[Any] = []
    for key, member in value.items():
        if key == "#":
            found.append(member)
        elif key == "#content":
            found += [_named(each.value) for each in member]
        elif key.endswith("}*"):
            if key[:-1] + member not in value:  # it has more than its name, and stands among unknown ones
                found.append((key[:-1] + member, {}))
        elif key[0] != "@":
            found += [(key, one) for one in member]
    return found


def _split(name: str) -> tuple[str, str]:
    """Return namespace and local name; refuses what is none."""
    uri, _, local = name[1:].rpartition("}") if name[:1] == "{" else ("", "", name)
    if not _NAME.fullmatch(local) or "}" in uri or (name[:1] == "{" and not uri):
        raise TreeRefused("bad_text", "a name of XML", "another")
    return uri, local


def _attributes(parts: list[str], attributes: dict[str, str]) -> None:
    prefixes: dict[str, str] = {}
    for name, value in attributes.items():
        uri, local = _split(name)
        if "{" + uri + "}" == XML:
            local = f"xml:{local}"
        elif uri in _RESERVED:
            raise TreeRefused("bad_text", "a namespace of its own", "a reserved one")
        elif uri:
            if uri not in prefixes:
                prefixes[uri] = f"n{len(prefixes)}"
                parts.append(f' xmlns:{prefixes[uri]}="{_escaped(uri, _VALUE)}"')
            local = f"{prefixes[uri]}:{local}"
        elif local == "xmlns":
            raise TreeRefused("bad_text", "a name of an attribute", "xmlns")
        parts.append(f' {local}="{_escaped(value, _VALUE)}"')


def _escaped(text: Any, table: dict[str, str]) -> str:
    if not isinstance(text, str):
        raise TreeRefused("wrong_kind", "a text", type(text).__name__)
    if _FORBIDDEN.search(text):
        raise TreeRefused("bad_text", "characters of XML", "another")
    return "".join(table.get(character, character) for character in text)
