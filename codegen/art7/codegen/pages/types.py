"""Shapes as people read them: the type of a field with links, and its limits in words."""

from __future__ import annotations

from art7.codegen.pages.layout import bounds, noted, number_text
from art7.codegen.pages.links import Links
from art7.codegen.pages.markup import Html, joined, tag, text
from art7.grammar.ir import shape as s


def type_of(shape: s.Shape, spelled: str, links: Links) -> Html:
    """Return a field's type. `spelled`: as the module's text has it, used where nothing in it is a link."""
    match shape:
        case s.RecordOf(name=name) | s.Enumeration(name=name):
            return links.declared(name)
        case s.Sequence(item=item):
            return joined([text("list of"), type_of(item, "", links)])
        case s.Mapping(key=key, value=value):
            return joined([text("map from"), type_of(key, "", links), text("to"), type_of(value, "", links)])
        case s.Nullable(inner=inner):
            return joined([type_of(inner, spelled.removesuffix("| null").rstrip(), links), text("or null")])
        case s.Union(tag=by, arms=arms):
            words = [text(f"one of {len(arms)} alternatives")]
            return joined([*words, text("by"), tag("code", by)] if by else [*words, text("by kind")])
        case _:
            return tag("code", spelled or _plain(shape))


def _plain(shape: s.Shape) -> str:
    match shape:
        case s.Integer(minimum=minimum):
            return "integer" if minimum < 0 else "unsigned integer"
        case s.Octets(secret=secret):
            return "secret octets" if secret else "octets"
        case s.Label():
            return "integer or text"
        case s.Anything(dialect=dialect):
            return f"any {dialect}"
        case _:
            return type(shape).__name__.lower()


def limits_of(shape: s.Shape) -> str:
    """Return the limits of a value in words, empty without any."""
    match shape:
        case s.Integer(minimum=minimum, maximum=maximum):
            return f"{number_text(minimum)} to {number_text(maximum)}"
        case s.Octets(minimum=minimum, maximum=maximum):
            return bounds(minimum, maximum, "octets")
        case s.Text(minimum=minimum, maximum=maximum) | s.Label(minimum=minimum, maximum=maximum):
            return bounds(minimum, maximum, "characters")
        case s.Sequence(item=item, minimum=minimum, maximum=maximum):
            inner = "" if isinstance(item, s.Integer) else limits_of(item)
            return noted(bounds(minimum, maximum, "items"), f"each {inner}" if inner else "")
        case s.Mapping(minimum=minimum, maximum=maximum):
            return bounds(minimum, maximum, "members")
        case s.Nullable(inner=inner_shape):
            return limits_of(inner_shape)
        case _:
            return ""


def pattern_of(shape: s.Shape) -> str | None:
    """Return the regular expression that a text must match."""
    if isinstance(shape, s.Nullable):
        return pattern_of(shape.inner)
    return shape.pattern if isinstance(shape, s.Text) else None


def pattern_text(pattern: str, most: int) -> str:
    """Return a regular expression in ASCII, cut to `most` characters."""
    shown = "".join(each if " " <= each <= "~" else f"\\u{{{ord(each):x}}}" for each in pattern)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
