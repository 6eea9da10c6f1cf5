"""Fields of the `xml` encoding: where each has its place in an element, and under which name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from art7.grammar import syntax as t
from art7.grammar.ir import expression as e
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.representation import Pair

if TYPE_CHECKING:
    from art7.grammar.passes.drafts import Draft
    from art7.grammar.passes.lower_record import RecordLowering

XML = "http://www.w3.org/XML/1998/namespace"
PLACES = ("attr", "element", "text", "content", "name")
_LOCAL = re.compile(r"[^\W\d][\w.·-]*")
_ADVICE = "write `@attr`, `@element`, `@text`, `@content` or `@name(ns: '…')`"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: the word of its tag, its key in the element, and the namespace of what is inside it."""

    word: str
    key: str
    ns: str


def xml_place(record: RecordLowering, member: t.Field) -> Place:
    """Return the place of a field; one without a tag is an element with the field's name."""
    tag, own = member.tag, str(record.options.get("ns", ""))
    if tag is None:
        return Place("element", _key(own, member.name.text), own)
    word = tag.name.text if isinstance(tag, t.NamedTag) else ""
    args = tag.args if isinstance(tag, t.NamedTag) else ()
    texts = [a.value.value if isinstance(a.value, t.Chars) else None for a in args]
    labels = [a.label.text if a.label is not None else "" for a in args]
    named = dict(zip(labels, texts, strict=True))
    allowed = {"attr": {"", "ns"}, "element": {"", "ns"}, "name": {"ns"}}.get(word, set())
    name, ns = named.get("", member.name.text), named.get("ns")
    if word not in PLACES or not set(named) <= allowed or len(named) < len(args) or None in texts:
        record.module.findings.add("A7-L100", "this is no place of an element", tag.span, _ADVICE)
        return Place("element", _key(own, member.name.text), own)
    assert name is not None, "every argument is a text"
    if word in ("text", "content"):
        return Place(word, "#" if word == "text" else "#content", own)
    if word == "name":
        if not (own if ns is None else ns):
            message = "elements that are told apart by name share a namespace"
            record.module.findings.add("A7-L101", message, tag.span, "write `@name(ns: 'urn:…')`")
        return Place(word, _key(own if ns is None else ns, "*"), own)
    if word == "attr" and name.startswith("xml:"):
        name, ns = name[4:], XML
    if not _LOCAL.fullmatch(name) or not is_uri(ns or ""):
        record.module.findings.add(
            "A7-L101", "this is no name of XML", tag.span, "write `@element('name', ns: 'urn:…')`"
        )
    inside = own if ns is None else ns
    return Place(word, "@" + _key(ns or "", name) if word == "attr" else _key(inside, name), inside)


def is_uri(text: str) -> bool:
    """Whether a namespace can be written: without spaces, braces and control characters."""
    return all(" " < character not in '{}<>"' for character in text)


def _key(ns: str, name: str) -> str:
    return f"{{{ns}}}{name}" if ns else name


def placed(record: RecordLowering, place: Place, member: t.Field, pair: Pair) -> Pair:
    """Return the pair of a field at its place; reports types that cannot stand there."""
    if isinstance(pair.shape, s.Anything) and not isinstance(pair.representation, r.Free | r.Listed):
        return pair
    rep = pair.representation
    leaf = isinstance(rep, r.Leaf) and rep.form != "flag" and not rep.nullable
    if place.word == "element":
        found = _element(pair)
    elif place.word == "content":
        whole = isinstance(rep, r.Listed) and isinstance(rep.item.representation, r.Free)
        found = pair if whole else None
    else:
        found = pair if leaf else None
    if found is None:
        message = f"a value of this type cannot be {_WHAT[place.word]}"
        record.module.findings.add("A7-L102", message, member.type.span, _FITS[place.word])
        return pair
    return found


_WHAT = {
    "attr": "an attribute",
    "element": "an element",
    "text": "the characters of an element",
    "content": "the content of an element",
    "name": "the name of an element",
}
_FITS = {
    "attr": "use a text, a number, a truth value or `base64`",
    "element": "use a struct, a scalar, `flag`, `any`, or a list of one",
    "text": "use a text, a number, a truth value or `base64`",
    "content": "write `any[..]`",
    "name": "use an enum over texts, or `text`",
}


def _element(pair: Pair) -> Pair | None:
    rep = pair.representation
    if isinstance(rep, r.Listed) and not rep.nullable:
        item = rep.item
        inner = _inside(item.representation, single=False)
        if inner is None or isinstance(item.shape, s.Sequence):
            return None
        return replace(pair, representation=replace(rep, item=replace(item, representation=inner)))
    inner = _inside(rep, single=True)
    return None if inner is None else replace(pair, representation=inner)


def _inside(rep: r.Representation, single: bool) -> r.Representation | None:
    match rep:
        case r.Leaf(nullable=False, form=form):
            return r.Inside(rep, single, form != "flag")
        case r.Nested(nullable=False) | r.Free():
            return r.Inside(rep, single, False)
        case _:
            return None


_SCOPE = re.compile(r"""(?:\s*xmlns(?::[^\W\d][\w.·-]*)?\s*=\s*(?:'[^'<&]*'|"[^"<&]*"))*\s*""")


def unfit(option: str, value: str) -> str | None:
    """Return what to write in place of an option that XML cannot have; nothing for one that it can."""
    if option == "name" and not _LOCAL.fullmatch(value):
        return "write the name without a prefix, `name: 'message'`"
    if option == "ns" and not is_uri(value):
        return "write the namespace, `ns: 'jabber:client'`"
    if option == "scope" and not _SCOPE.fullmatch(value):
        return "write declarations as a start tag has them, `scope: 'xmlns=\"jabber:client\"'`"
    return None


def settle_absence(draft: Draft, pair: Pair) -> None:
    """An element that only says that it is there is false where it is not; a list without elements is empty."""
    rep = pair.representation
    if isinstance(rep, r.Inside) and isinstance(rep.inner, r.Leaf) and rep.inner.form == "flag":
        draft.default, draft.optional = e.Literal(False, e.Kind.BOOL), False
    if isinstance(rep, r.Listed) and not rep.minimum and not draft.condition:
        draft.optional = False


def element_name(name: str, options: dict[str, str | bool]) -> str:
    """Return the name of the element that a record is by itself, `{uri}local`."""
    return _key(str(options.get("ns", "")), str(options.get("name", name.rpartition(".")[2])))


def xml_options(record: RecordLowering) -> dict[str, str | bool]:
    """Return a record's options with the name of its element, and with its limit of attributes."""
    found = {**record.options, "element": element_name(record.name, record.options)}
    return found | {name: str(n) for name, n in record.limits.items() if name == "attributes"}


CODES = {
    "A7-L100": (
        "no place of an element",
        "A field of an XML record is an attribute, an element, the characters, the whole content, or the name of an "
        "element of some namespace.",
        "Write `@attr`, `@element`, `@text`, `@content` or `@name(ns: '…')`.",
    ),
    "A7-L101": (
        "no name of XML",
        "Elements and attributes have a name without colon, and a namespace without spaces.",
        "Write `@element('name', ns: 'urn:…')`.",
    ),
    "A7-L102": (
        "type that cannot stand there",
        "Attributes and characters are scalars; elements are structs, scalars, `flag`, `any`, or lists of these.",
        "Use a type that fits the place.",
    ),
}
"""Code → title, explanation, next step."""
