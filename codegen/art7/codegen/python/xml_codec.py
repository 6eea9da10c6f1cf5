"""One XML record as text: its class with `decode` and `encode`, its functions, their careful twins."""

from __future__ import annotations

from art7.codegen.python.batches import many_method
from art7.codegen.python.docstrings import docstring
from art7.codegen.python.expressions import quoted
from art7.codegen.python.record_text import RecordText
from art7.codegen.python.records import class_text
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.streams import stream_limit
from art7.codegen.python.tree_methods import whole_methods
from art7.codegen.python.tree_view import DEFAULT_DEPTH, TreeRecord, tree_view
from art7.codegen.python.wrapping import wrapped
from art7.codegen.python.xml_explain import explain_xml_reading, explain_xml_writing
from art7.codegen.python.xml_read import xml_read_function
from art7.codegen.python.xml_write import head_text, split_name, xml_write_function
from art7.grammar.ir.plan import Form, Record
from art7.interpreter.xml_writer import outside

ATTRIBUTES = 64
"""The most attributes of an element where the message declares no limit."""

_READS = "Read one element of XML; no document type, no comment and no instruction may stand in it."
_WRITES = "Write one element of XML, members in their declared order."


def xml_record(record: Record, fast: ModuleScope, explain: ModuleScope) -> RecordText:
    """Return the text of an XML record; the scopes learn what the modules' heads must hold."""
    fast.sibling_any()
    explain.sibling_any()
    marked = record.guarded and record.kind == "message"
    construct = f"_new({fast.class_of(record.name)})"
    if record.form is Form.OBJECT:
        fast.constant("_new", "object.__new__")
    view = tree_view(record, fast)
    careful = tree_view(record, explain, careful=True)
    parts = [
        class_text(record, fast, _methods(record, fast), unverified=marked),
        xml_read_function(tree_view(record, fast), construct),
        xml_write_function(tree_view(record, fast)),
        *_octets_functions(view),
    ]
    twins = [
        explain_xml_reading(tree_view(record, explain, careful=True)),
        explain_xml_writing(tree_view(record, explain, careful=True)),
        *_explain_octets_functions(careful),
    ]
    return RecordText("\n\n\n".join(parts), "\n\n\n".join(twins))


def _methods(record: Record, scope: ModuleScope) -> list[str]:
    methods = whole_methods(record, scope, _READS, _WRITES)
    if methods and record.kind == "message":
        methods.append(many_method(record, scope))
    if methods and _is_stream(record):
        methods.append(_decoder(record, scope))
    return methods


def _is_stream(record: Record) -> bool:
    """Whether elements of a stream are read one by one: a message that is any of several, without parameters."""
    return record.kind == "message" and dict(record.options).get("shape") == "choice" and not record.params


def _decoder(record: Record, scope: ModuleScope) -> str:
    """Return the `Decoder` of a message that is one element of a stream."""
    stem, name = scope.names.functions[record.name], scope.names.classes[record.name]
    text = docstring(
        "Reads elements out of a stream: `feed` it octets as they come, it returns the elements they complete.",
        ["The first is the start of the stream, read as an element without content."],
        " " * 8,
    )
    rows = f"_decode_{stem}_octets, {stream_limit(record)}, {record.limit_depth or DEFAULT_DEPTH}"
    return "\n".join(
        [
            f'    class Decoder({scope.support("XmlStream")}["{name}"]):',
            text,
            "",
            "        __slots__ = ()",
            "",
            "        def __init__(self) -> None:",
            *wrapped(f"super().__init__({rows}, __name__, {quoted(stem + '_inside')})", 12),
        ]
    )


def _options(view: TreeRecord) -> tuple[str, int, str]:
    """Return the source of the context, the most attributes, and the element's name (none for a choice)."""
    options = dict(view.record.options)
    scope = options.get("scope")
    context = repr(f"<_ {scope}>".encode()) if isinstance(scope, str) else 'b""'
    attributes = options.get("attributes")
    name = "" if options.get("shape") == "choice" else str(options["element"])
    return context, int(attributes) if isinstance(attributes, str) else ATTRIBUTES, name


def _octets_functions(view: TreeRecord) -> list[str]:
    stem, support = view.stem(), view.scope.support
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    arguments = "".join(f", {name}" for name in view.parameters)
    context, attributes, name = _options(view)
    support("Refused")
    shared = ", unverified: list[str] | None = None" if view.record.guarded else ""
    handed = ", [] if unverified is None else unverified" if view.record.guarded else ""
    around = f", around: bytes = {context}" if _is_stream(view.record) else ""
    context = "around" if around else context
    read = f"{support('read_xml')}(data, {view.record.limit_size}, {view.depth}, {attributes}, {context})"
    right = f"    if node.tag != {quoted(name)}:\n        raise Refused\n" if name else ""
    size = (
        f"\n    if len(data) > {view.record.limit_size}:\n        raise Refused"
        if view.record.limit_size
        else ""
    )
    uri, local = split_name(name)
    outer = outside(dict(view.record.options).get("scope"))
    ends = f"{quoted(head_text(name, outer))}, {quoted(f'</{local}>')}, {quoted(uri)}"
    ends = ends if name else f'"", "", {quoted(outer)}'
    kind = view.scope.class_of(view.record.name)
    return [
        f"def _decode_{stem}_octets(data: bytes{parameters}{shared}{around}) -> {kind}:\n"
        f"    node = {read}\n{right}"
        f"    return _read_{stem}(node{handed}{arguments})",
        f"def _encode_{stem}_octets(value: Any{parameters}) -> bytes:\n"
        f"    data = _write_{stem}(value, {ends}{arguments}).encode(){size}\n"
        f"    return data",
    ]


def _explain_octets_functions(view: TreeRecord) -> list[str]:
    stem, support = view.stem(), view.scope.support
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    arguments = "".join(f", {name}" for name in view.parameters)
    context, attributes, name = _options(view)
    support("Trace")
    outer = quoted(outside(dict(view.record.options).get("scope")))
    around = f", around: bytes = {context}" if _is_stream(view.record) else ""
    limits = f"{view.record.limit_size}, {view.depth}, {attributes}, {'around' if around else context}, {quoted(name)}"
    inside = [
        f"def decode_{stem}_inside(trace: Trace, around: bytes) -> Any:\n"
        f"    return _decode_{stem}_octets(trace, 0, trace.data, around)"
    ]
    return [
        *(inside if around else []),
        f"def _decode_{stem}_octets(trace: Trace, start: int, data: bytes{parameters}{around}) -> Any:\n"
        f"    node = {support('xml_root')}(trace, start, data, {limits})\n"
        f"    return _explain_read_{stem}(trace, node, start{arguments})",
        f"def _encode_{stem}_octets(trace: Trace, value: Any{parameters}) -> bytes:\n"
        f"    tree = _explain_write_{stem}(trace, value{arguments})\n"
        f"    return {support('xml_octets_of')}(trace, tree, {quoted(name)}, {outer}, {view.record.limit_size})",
        f"def decode_{stem}(trace: Trace{parameters}) -> Any:\n"
        f"    return _decode_{stem}_octets(trace, 0, trace.data{arguments})",
        f"def encode_{stem}(value: Any{parameters}) -> bytes:\n"
        f"    return _encode_{stem}_octets(Trace(writing=True), value{arguments})",
    ]
