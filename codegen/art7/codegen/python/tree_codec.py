"""One record on a tree as text: its class with `decode` and `encode`, its functions, their careful twins."""

from __future__ import annotations

from art7.codegen.names import parameter_names
from art7.codegen.python.batches import many_method
from art7.codegen.python.cbor_walk import is_walked, walk_function
from art7.codegen.python.cbor_write import cbor_write_function
from art7.codegen.python.docstrings import docstring
from art7.codegen.python.record_text import RecordText
from art7.codegen.python.records import class_text, parameters_of, signature
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.streams import sequence_method
from art7.codegen.python.tree_explain import explain_read_function
from art7.codegen.python.tree_explain_write import explain_write_function
from art7.codegen.python.tree_methods import whole_methods
from art7.codegen.python.tree_read import read_function
from art7.codegen.python.tree_view import TreeRecord, WriteForm, own_form, tree_view, write_forms
from art7.codegen.python.tree_write import write_function
from art7.grammar.ir.plan import Form, Record


def tree_record(record: Record, fast: ModuleScope, explain: ModuleScope) -> RecordText:
    """Return the text of a record on a tree; the scopes learn what the modules' heads must hold."""
    fast.sibling_any()
    explain.sibling_any()
    marked = record.guarded and record.kind == "message"
    parts = [class_text(record, fast, _methods(record, fast), unverified=marked)]
    construct = f"_new({fast.class_of(record.name)})"
    if record.form is Form.OBJECT:
        fast.constant("_new", "object.__new__")
    parts.append(read_function(tree_view(record, fast), construct))
    write = cbor_write_function if record.encoding == "cbor" else write_function
    for form in write_forms(fast.records.values())[record.name]:
        parts.append(write(tree_view(record, fast, form=form)))
    if is_walked(record):
        for form in write_forms(fast.records.values())[record.name]:
            parts.append(walk_function(tree_view(record, fast, form=form), construct))
    parts += _octets_functions(tree_view(record, fast))
    careful = [
        explain_read_function(tree_view(record, explain, careful=True)),
        explain_write_function(tree_view(record, explain, careful=True)),
        *_explain_octets_functions(tree_view(record, explain, careful=True)),
    ]
    return RecordText("\n\n\n".join(parts), "\n\n\n".join(careful))


def _methods(record: Record, scope: ModuleScope) -> list[str]:
    methods = whole_methods(record, scope, _READ[record.encoding], _form_sentence(record))
    if methods and record.kind == "message":
        methods += [_prefix_method(record, scope), many_method(record, scope)]
        methods.append(sequence_method(record, scope))
    return methods


def _prefix_method(record: Record, scope: ModuleScope) -> str:
    """Return `decode_prefix`: the JSON text at the start of octets that may hold more."""
    names = parameter_names(record)
    name = scope.class_of(record.name)
    keywords = [*parameters_of(record.params, names, scope), "explain: bool = True"]
    given = "".join(f", {text}={text}" for text in names)
    doc = docstring(
        f"Read the {record.encoding.upper()} at the start of `data`; returns it and how many octets it took.",
        ["Raises: DecodeError, and nothing else."],
        "        ",
    )
    return "\n".join(
        [
            "    @staticmethod",
            signature("decode_prefix", ["data: bytes"], keywords, f"tuple[{name}, int]"),
            doc,
            f"        octets = {_first(record, scope)}",
            f"        return {name}.decode(octets{given}, explain=explain), len(octets)",
        ]
    )


_READ = {
    "json": "Read one JSON text; nothing but space may stand around it.",
    "cbor": "Read one CBOR value; nothing may stand around it.",
}
"""What `decode` does, by encoding."""


def _first(record: Record, scope: ModuleScope) -> str:
    """Return the source that cuts the first value off `data`."""
    if record.encoding == "cbor":
        limits = tree_view(record, scope).cbor_limits()
        return f"{scope.support('first_cbor')}(data, {record.limit_size}, {limits})"
    return f"{scope.support('first_json')}(data, {record.limit_size})"


def _form_sentence(record: Record) -> str:
    if record.encoding == "cbor":
        if own_form(record) is WriteForm.CANONICAL:
            return "Write CBOR in deterministic form (RFC 8949 §4.2.1)."
        return "Write CBOR with shortest heads and definite lengths, members in their declared order."
    match own_form(record):
        case WriteForm.CANONICAL:
            return "Write canonical JSON: members sorted, no spaces, integers only."
        case WriteForm.JCS:
            return "Write canonical JSON (RFC 8785): members sorted, no spaces, numbers in shortest form."
    return "Write JSON without spaces, members in their declared order."


def _octets_functions(view: TreeRecord) -> list[str]:
    stem = view.stem()
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    arguments = "".join(f", {name}" for name in view.parameters)
    limits = view.cbor_limits() if view.is_cbor else str(view.depth)
    read = view.scope.support("read_cbor" if view.is_cbor else "read_json")
    text = "" if view.is_cbor else ".encode()"
    size = (
        f"\n    if len(data) > {view.record.limit_size}:\n        raise Refused"
        if view.record.limit_size
        else ""
    )
    view.scope.support("Refused")
    if is_walked(view.record):
        return [_walking(view), _writing(view, size)]
    # A message inside another tells that one, too, what could not be checked.
    shared = ", unverified: list[str] | None = None" if view.record.guarded else ""
    handed = ", [] if unverified is None else unverified" if view.record.guarded else ""
    return [
        f"def _decode_{stem}_octets(data: bytes{parameters}{shared}) -> {view.scope.class_of(view.record.name)}:\n"
        f"    return _read_{stem}({read}(data, {view.record.limit_size}, {limits}){handed}{arguments})",
        f"def _encode_{stem}_octets(value: Any{parameters}) -> bytes:\n"
        f"    data = _write_{stem}(value{arguments}){text}{size}\n"
        f"    return data",
    ]


def _walking(view: TreeRecord) -> str:
    """Return `_decode_x_octets` of a record that is walked, where indefinite lengths may be with a second try."""
    stem, scope = view.stem(), view.scope
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    arguments = "".join(f", {name}" for name in view.parameters)
    limits, size = view.cbor_limits(), view.record.limit_size
    kind = scope.class_of(view.record.name)
    lines = [
        f"def _decode_{stem}_octets(data: bytes{parameters}) -> {kind}:",
        "    if type(data) is not bytes:",
        "        data = bytes(memoryview(data))",
        "    size = len(data)",
        *([f"    if size > {size}:", "        raise Refused"] if size is not None else []),
    ]
    walk = f"_walk_{stem}(data, 0, size, {view.depth}{arguments})"
    again = f"_read_{stem}({scope.support('read_cbor')}(data, {size}, {limits}){arguments})"
    if limits.endswith("True") and not view.is_strict:
        failures = scope.support("FAILURES")
        lines += [
            "    try:",
            f"        value, place = {walk}",
            "        if place == size:",
            "            return value",
            f"    except {failures}:",
            "        pass  # an indefinite length, perhaps",
            f"    return {again}",
        ]
    else:
        lines += [
            f"    value, place = {walk}",
            "    if place != size:",
            "        raise Refused",
            "    return value",
        ]
    return "\n".join(lines)


def _writing(view: TreeRecord, size: str) -> str:
    stem = view.stem()
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    arguments = "".join(f", {name}" for name in view.parameters)
    return (
        f"def _encode_{stem}_octets(value: Any{parameters}) -> bytes:\n"
        f"    data = _write_{stem}(value{arguments}){size}\n"
        f"    return data"
    )


def _explain_octets_functions(view: TreeRecord) -> list[str]:
    stem = view.stem()
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    arguments = "".join(f", {name}" for name in view.parameters)
    if view.is_cbor:
        return _explain_cbor_functions(view)
    root, writable = view.scope.support("json_root"), view.scope.support("json_writable")
    for each in ("Trace", "json_writable"):
        view.scope.support(each)
    form = own_form(view.record)
    integers = form in (WriteForm.CANONICAL, WriteForm.INTEGERS)
    size = view.record.limit_size
    if form is WriteForm.JCS:
        octets, options = view.scope.support("json_jcs_octets"), f"{size}"
    else:
        octets, options = view.scope.support("json_octets_of"), f"{form is WriteForm.CANONICAL}, {size}"
    return [
        f"def _decode_{stem}_octets(trace: Trace, start: int, data: bytes{parameters}) -> Any:\n"
        f"    node = {root}(trace, start, data, {size}, {view.depth})\n"
        f"    return _explain_read_{stem}(trace, node, start{arguments})",
        f"def _encode_{stem}_octets(trace: Trace, value: Any{parameters}) -> bytes:\n"
        f"    tree = _explain_write_{stem}(trace, value{arguments})\n"
        f"    {writable}(trace, tree, {integers})\n"
        f"    return {octets}(trace, tree, {options})",
        f"def decode_{stem}(trace: Trace{parameters}) -> Any:\n"
        f"    return _decode_{stem}_octets(trace, 0, trace.data{arguments})",
        f"def encode_{stem}(value: Any{parameters}) -> bytes:\n"
        f"    return _encode_{stem}_octets(Trace(writing=True), value{arguments})",
    ]


def _explain_cbor_functions(view: TreeRecord) -> list[str]:
    stem = view.stem()
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    arguments = "".join(f", {name}" for name in view.parameters)
    view.scope.support("Trace")
    size, root, octets = (
        view.record.limit_size,
        view.scope.support("cbor_root"),
        view.scope.support("cbor_octets_of"),
    )
    return [
        f"def _decode_{stem}_octets(trace: Trace, start: int, data: bytes{parameters}) -> Any:\n"
        f"    node = {root}(trace, start, data, {size}, {view.cbor_limits()})\n"
        f"    return _explain_read_{stem}(trace, node, start{arguments})",
        f"def _encode_{stem}_octets(trace: Trace, value: Any{parameters}) -> bytes:\n"
        f"    tree = _explain_write_{stem}(trace, value{arguments})\n"
        f'    return {octets}(trace, tree, {view.is_strict}, "", {size})',
        f"def decode_{stem}(trace: Trace{parameters}) -> Any:\n"
        f"    return _decode_{stem}_octets(trace, 0, trace.data{arguments})",
        f"def encode_{stem}(value: Any{parameters}) -> bytes:\n"
        f"    return _encode_{stem}_octets(Trace(writing=True), value{arguments})",
    ]
