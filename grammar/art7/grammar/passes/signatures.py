"""What can be said of a record before it is lowered: encoding, options, parameters, member types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.passes.build_pairs import Context
from art7.grammar.passes.pairs_der import der_member_shape
from art7.grammar.passes.pairs_xml import unfit
from art7.grammar.passes.scopes import Entity, did_you_mean

ENCODINGS = ("binary", "tls", "protobuf", "json", "der", "cbor", "xml", "text")

OPTIONS: dict[str, dict[str, tuple[str | bool, ...]]] = {
    "binary": {"order": ("big", "little"), "bits": ("msb",)},
    "tls": {"vector": ("varint", "fixed")},
    "protobuf": {"canonical": ("field_order",)},
    "json": {
        "canonical": ("jcs", "matrix", "none"),
        "numbers": ("integer53",),
        "shape": ("object", "array", "value"),
    },
    "cbor": {
        "canonical": ("deterministic", "none"),
        "indefinite": ("accept", "reject"),
        "shape": ("map", "array", "value"),
    },
    "text": {
        "eol": ("\r\n", "\n"),
        "lenient_eol": (True, False),
        "space": ("", " ", " \t", " \t\r\n"),
        "comments": (True, False),
        "shape": ("record", "choice"),
    },
    "xml": {"name": (), "ns": (), "scope": (), "shape": ("element", "choice", "stream")},
    "der": {"shape": ("sequence", "set", "choice", "value")},
}
"""Options of each supported encoding, with the values they take; none: any text."""


@dataclass(slots=True)
class Signature:
    """A struct, or an instance of a generic."""

    name: str
    node: t.Struct
    encoding: str
    options: dict[str, str | bool]
    context: Context
    _params: tuple[p.Param, ...] | None = None
    _members: dict[str, t.Field | t.Let] = field(default_factory=dict)

    def params(self, module: Any) -> tuple[p.Param, ...]:
        """Return the declared parameters."""
        if self._params is None:
            self._params = lower_params(module, self.node.params, self.context)
        return self._params

    def member_names(self) -> list[str]:
        """Return the names of fields and views, arms of unnamed selects included."""
        if not self._members:
            stack: list[Any] = list(reversed(self.node.members))
            while stack:
                member = stack.pop()
                if isinstance(member, t.Field | t.Let):
                    self._members.setdefault(member.name.text, member)
                elif isinstance(member, t.LineMember):
                    stack.extend(reversed(member.members))
                elif isinstance(member, t.Select):
                    for arm in member.arms:
                        stack.extend(arm.target.members if isinstance(arm.target, t.Inline) else [arm.target])
        return list(self._members)

    def member_shape(self, module: Any, name: str) -> s.Shape | None:
        """Return the shape of a member as its type is written; nothing for an unknown one."""
        self.member_names()
        member = self._members.get(name)
        if member is None:
            return None
        if isinstance(member.type, t.Inline | t.SelectType | t.LineType):
            return s.Anything()
        base = member.type.base if isinstance(member.type, t.Extended) else member.type
        if isinstance(base, t.Inline | t.SelectType | t.LineType):
            return s.Sequence(s.Anything())
        if self.encoding == "der":
            return der_member_shape(module, member.type, self.context)
        if self.encoding == "text" and not _is_plain(member.type):
            return s.Anything()
        shape: s.Shape = module.shape(member.type, self.context)
        return shape


def _is_plain(node: t.Type) -> bool:
    """Whether a type of text has a shape off the wire too."""
    base = node.base if isinstance(node, t.Extended) else node
    return isinstance(base, t.Named) and base.name.text not in ("quoted", "coded")


def lower_params(module: Any, nodes: tuple[t.Param, ...], context: Context) -> tuple[p.Param, ...]:
    """Return parameters; those of secret octets, or that may be null, may be absent."""
    found: list[p.Param] = []
    names: set[str] = set()
    for node in nodes:
        name = node.name.text
        if name in names:
            module.findings.add(
                "A7-N004", f"parameter `{name}` declared twice", node.name.span, "rename one of them"
            )
            continue
        names.add(name)
        shape = module.shape(node.type, context)
        nullable = isinstance(shape, s.Nullable) or (isinstance(shape, s.Octets) and shape.secret)
        found.append(p.Param(len(found), name, shape, nullable, span=node.name.span))
    return tuple(found)


def signature_of(module: Any, entity: Entity, context: Context, name: str) -> Signature:
    """Return the signature of a struct entity."""
    node: t.Struct = entity.node
    encoding, options = encoding_of(module, node, entity)
    return Signature(name, node, encoding, options, context)


def encoding_of(module: Any, node: t.Struct, entity: Entity) -> tuple[str, dict[str, str | bool]]:
    """Return a struct's encoding: its own, else the module's."""
    written = node.encoding if node.encoding is not None else entity.home.encoding
    if written is None:
        advice = "write `as binary`, or `encoding binary` at the head of the module"
        module.findings.add("A7-N020", f"`{node.name.text}` has no encoding", node.name.span, advice)
        return "binary", {}
    name = written.name.text
    if name not in ENCODINGS:
        advice = did_you_mean(name, ENCODINGS, f"one of {', '.join(ENCODINGS)}")
        module.findings.add("A7-N021", f"unknown encoding `{name}`", written.name.span, advice)
        return "binary", {}
    options = _options(module, name, written)
    home = entity.home.encoding
    if name == "xml" and home is not None and home.name.text == "xml":
        outer = {a.label.text: a.value.value for a in home.args if a.label and isinstance(a.value, t.Chars)}
        options = {**{label: outer[label] for label in ("ns", "scope") if label in outer}, **options}
    return name, options


def _options(module: Any, encoding: str, written: t.Encoding) -> dict[str, str | bool]:
    known = OPTIONS.get(encoding)
    found: dict[str, str | bool] = {}
    for argument in written.args:
        label = argument.label.text if argument.label is not None else ""
        value = argument.value.value if isinstance(argument.value, t.Chars | t.Bool) else None
        if known is None:
            continue
        if label not in known:
            advice = did_you_mean(label, known, f"options: {', '.join(known)}")
            module.findings.add("A7-N022", f"`{encoding}` has no option `{label}`", argument.span, advice)
            continue
        if value not in known[label] and not (known[label] == () and isinstance(value, str)):
            values = ", ".join(f"`'{v}'`" for v in known[label])
            module.findings.add(
                "A7-N022", f"option `{label}` has another value", argument.span, f"one of {values}"
            )
            continue
        if encoding == "xml" and (unlike := unfit(label, str(value))):
            module.findings.add("A7-L101", f"`{label}` is not of XML", argument.span, unlike)
            continue
        found[label] = value
    return found


CODES = {
    "A7-N020": (
        "no encoding",
        "Neither the record nor its module says how it lies on the wire.",
        "Write `as` and an encoding.",
    ),
    "A7-N021": ("unknown encoding", "There are eight encodings.", "Name one of them."),
    "A7-N022": (
        "unknown option",
        "Each encoding has its own options, with fixed values.",
        "Use a known option and value.",
    ),
}
"""Code → title, explanation, next step."""
