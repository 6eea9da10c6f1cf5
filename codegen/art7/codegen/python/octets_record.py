"""One record on octets as text: its class with `decode` and `encode`, its functions, their careful twins."""

from __future__ import annotations

from art7.codegen.names import Scope, hides, identifier, parameter_names
from art7.codegen.python import (
    der_careful,
    der_decode,
    der_encode,
    headers_careful,
    headers_decode,
    headers_encode,
    protobuf_careful,
    text_careful,
    text_decode,
    text_encode,
)
from art7.codegen.python.batches import many_method
from art7.codegen.python.careful_decode import CAREFUL_STEPS, careful_decode
from art7.codegen.python.careful_encode import WRITE_CAREFULLY, careful_encode
from art7.codegen.python.code import Assign, Body, If, Line, Place, Printer, Test
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.docstrings import docstring, safe
from art7.codegen.python.encode_choices import write_given
from art7.codegen.python.encode_later import closed
from art7.codegen.python.encode_names import Unsupported
from art7.codegen.python.expressions import Code, literal
from art7.codegen.python.in_order import InOrder, NotInOrder, closes, written_in_order
from art7.codegen.python.makers import maker_text
from art7.codegen.python.octets_decode import STEPS, DecodeEmitter, close_inside, decode_passes
from art7.codegen.python.octets_encode import WRITE_STEPS, EncodeEmitter
from art7.codegen.python.passes.fuse_reads import fuse_reads
from art7.codegen.python.passes.liveness import drop_unused
from art7.codegen.python.passes.merge_tests import merge_tests
from art7.codegen.python.peeks import peek_methods
from art7.codegen.python.pieces import Piece, Raw, total
from art7.codegen.python.protobuf_decode import fields as decode_fields
from art7.codegen.python.protobuf_encode import fields as encode_fields
from art7.codegen.python.record_facts import FactsOf, own_identifier
from art7.codegen.python.record_text import RecordText
from art7.codegen.python.records import class_text, parameters_of, signature
from art7.codegen.python.scope import Encoding, ModuleScope
from art7.codegen.python.shapes import annotation, optional
from art7.codegen.python.streams import stream_limit, stream_methods
from art7.codegen.python.text_pieces import keep, returns_text
from art7.codegen.roots import is_root
from art7.grammar.ir.plan import (
    Carrier,
    Fields,
    Record,
    Tlv,
    TlvChoice,
    TlvOptional,
    TlvScalar,
)
from art7.grammar.ir.shape import RecordOf

STEPS[Fields] = decode_fields
STEPS |= text_decode.ROWS
WRITE_STEPS |= text_encode.ROWS
CAREFUL_STEPS |= text_careful.DECODE
WRITE_CAREFULLY |= text_careful.ENCODE
STEPS |= headers_decode.ROWS
WRITE_STEPS |= headers_encode.ROWS
CAREFUL_STEPS |= headers_careful.DECODE
WRITE_CAREFULLY |= headers_careful.ENCODE
WRITE_STEPS[Fields] = encode_fields
CAREFUL_STEPS[Fields] = protobuf_careful.decode_fields
WRITE_CAREFULLY[Fields] = protobuf_careful.encode_fields
STEPS |= {
    Tlv: der_decode.tlv,
    TlvScalar: der_decode.tlv_scalar,
    TlvOptional: der_decode.tlv_optional,
    TlvChoice: der_decode.tlv_choice,
}
WRITE_STEPS |= {
    Tlv: der_encode.write_tlv,
    TlvScalar: der_encode.write_tlv_scalar,
    TlvOptional: der_encode.write_tlv_optional,
    TlvChoice: write_given,
}
CAREFUL_STEPS |= {
    Tlv: der_careful.read_tlv,
    TlvScalar: der_careful.read_tlv_scalar,
    TlvOptional: der_careful.read_tlv_optional,
    TlvChoice: der_careful.read_tlv_choice,
}
WRITE_CAREFULLY |= {
    Tlv: der_careful.write_tlv,
    TlvScalar: der_careful.write_tlv_scalar,
    TlvOptional: der_careful.write_tlv_optional,
    TlvChoice: der_careful.write_tlv_choice,
}
DEFAULT_DEPTH = 64
"""How deep a recursive record may nest where the message declares no limit."""
DEEPEST = 96
"""The most levels that are counted at all, as in every execution."""


def octets_record(record: Record, fast: ModuleScope, explain: ModuleScope) -> RecordText:
    """Return the class of a record on octets, and its careful functions; the scopes learn what the heads need."""
    facts = fast.facts()
    methods = (
        [_decode_method(record, fast, facts), _encode_method(record, fast, facts)] if is_root(record) else []
    )
    if record.kind == "message":
        methods += [_prefix_method(record, fast), many_method(record, fast)]
        methods += stream_methods(record, fast) + peek_methods(record, fast)
    shown = class_text(record, fast, methods, unverified=record.kind == "message" and record.guarded)
    shown += maker_text(record, fast)
    return RecordText(shown, "\n\n\n".join(_careful(record, explain, facts)))


def octets_functions(record: Record, fast: ModuleScope, verbs: frozenset[str]) -> str:
    """Return the private functions of a record that other functions call: `decode`, `encode`."""
    facts = fast.facts()
    made = {"decode": _decode_function, "encode": _encode_function}
    if "encode" in verbs and not _is_written(record.name, fast):
        verbs = verbs - {"encode"}  # nothing calls it: the careful twin writes what holds such a record
    return "\n\n\n".join(made[verb](record, fast, facts) for verb in sorted(verbs))


def _careful(record: Record, scope: ModuleScope, facts: FactsOf) -> list[str]:
    params = _careful_parameters(record, scope)
    parts = [careful_decode(record, scope, facts, params), careful_encode(record, scope, facts, params)]
    if is_root(record):
        parts += [_careful_root(record, scope, params), _careful_writer(record, scope, params)]
    return parts


def _careful_parameters(record: Record, scope: ModuleScope) -> list[str]:
    """Return the parameters of a careful function; no other name in it begins as theirs do."""
    names = Scope()
    params = [f"{names.claim(f'given_{identifier(text)}')}: Any" for text in parameter_names(record)]
    params += [f"{names.claim(f'given_at_{identifier(place.name)}')}: int" for place in record.places]
    if record.params:
        scope.from_standard("typing", "Any")
    return params


def _careful_root(record: Record, scope: ModuleScope, params: list[str]) -> str:
    name = scope.names.functions[record.name]
    scope.support("Trace")
    names = [text.partition(":")[0] for text in params]
    rows = ["trace: Trace", *params, "prefix: bool = False"]
    lines = [f"def decode_{name}({', '.join(rows)}) -> object:"]
    for text, param in zip(names, record.params, strict=True):
        if not param.nullable:
            lines.append(f"    if {text} is None:")
            lines.append(f'        trace.refuse("missing_field", 0, {literal(param.name).text}, "a value")')
    more = [str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))] if record.recursive else []
    arguments = ", ".join(["trace", "prefix", str(record.limit_size), f"_decode_{name}", *more, *names])
    lines.append(f"    return {scope.support('read_whole')}({arguments})")
    return "\n".join(lines)


def _prefix_method(record: Record, scope: ModuleScope) -> str:
    """Return `decode_prefix`: one message at the start of octets that may hold more."""
    names = parameter_names(record)
    name, stem = scope.names.classes[record.name], literal(scope.names.functions[record.name]).text
    more = [str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))] if record.recursive else []
    more += (["[]"] if record.guarded else []) + list(names)
    end = "len(data)" if record.limit_size is None else f"min(len(data), {record.limit_size})"
    call = f"{scope.function('decode', record.name)}({', '.join(['data', '0', end, *more])})"
    keywords = [*parameters_of(record.params, names, scope), "explain: bool = True"]
    given = "".join(f", {text}" for text in names)
    doc = docstring(
        "Read one message from the start of `data`; returns it and how many octets it took.",
        ["Raises: DecodeError, and nothing else."],
        "        ",
    )
    limit = f", limit={stream_limit(record)}" if scope.endings().is_streamable(record) else ""
    required = [text for text, param in zip(names, record.params, strict=True) if not param.nullable]
    tests = [
        f"            if {' or '.join(f'{text} is None' for text in required)}:",
        "                raise Refused",
    ]
    return "\n".join(
        [
            "    @staticmethod",
            signature("decode_prefix", ["data: bytes"], keywords, f"tuple[{name}, int]"),
            doc,
            "        try:",
            *(tests if required else []),
            f"            return {call}",
            "        except FAILURES:",
            f"            raise explain_decoding(__name__, {stem}, explain, data{given}, prefix=True{limit}) from None",
        ]
    )


def printed(body: Body, scope: ModuleScope, depth: int) -> list[str]:
    """Return the lines of a body after all passes."""
    body = merge_tests(drop_unused(fuse_reads(body)))
    printer = Printer(scope.unpack)
    printer.body(body, depth)
    return printer.lines


def printed_call(body: Body, scope: ModuleScope) -> list[str]:
    """Return the lines of a method that calls a function: there is nothing to pass over but tests."""
    printer = Printer(scope.unpack)
    printer.body(merge_tests(body), 3)
    return printer.lines


def _decode_body(record: Record, scope: ModuleScope, facts: FactsOf, names: tuple[str, ...]) -> Body:
    """Return the statements that decode a whole message in place, or a struct by its function."""
    emitter = DecodeEmitter(scope, facts)
    emitter.level = 1
    emitter.cursor_state = Cursor(Place(""), "n", whole=True)
    if record.recursive:
        emitter.depth = str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))
    out = emitter.out
    out.append(Assign(["n"], "len(data)", pure=False))
    if record.limit_size is not None:
        out.append(Test(f"n > {record.limit_size}"))
    if record.guarded:
        out.append(Assign(["unverified: list[str]"], "[]", pure=False))
    params = [Code(text, optional=param.nullable) for text, param in zip(names, record.params, strict=True)]
    emitter.is_message = True
    for text, param in zip(names, record.params, strict=True):
        emitter.names.claim(text)
        if not param.nullable:
            out.append(Test(f"{text} is None"))
    frame = emitter.frame(record, params, [], "0", "m")
    if record.body.steps:
        emitter.tail = ("m", record.body.steps[-1])
        close_inside(emitter, record)
    value = emitter.run_record(frame)
    if emitter.cursor != Place("n"):
        out.append(Test(f"{emitter.cursor} != n"))
    if record.guarded and record.kind == "message":
        out.append(Assign(["m.unverified"], "unverified"))
    out.append(Line(f"return {value.text}"))
    return out


def _decode_by_function(record: Record, scope: ModuleScope, names: tuple[str, ...]) -> Body:
    more = [str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))] if record.recursive else []
    more += (["[]"] if record.guarded else []) + list(names)
    arguments = ", ".join(["data", "0", "n", *more])
    tests: Body = [
        Test(f"{text} is None")
        for text, param in zip(names, record.params, strict=True)
        if not param.nullable
    ]
    limit = [] if record.limit_size is None else [Test(f"n > {record.limit_size}")]
    return [
        Assign(["n"], "len(data)", pure=False),
        *limit,
        *tests,
        Assign(["m, o"], f"{scope.function('decode', record.name)}({arguments})", pure=False),
        Test("o != n"),
        Line("return m"),
    ]


def _decode_method(record: Record, scope: ModuleScope, facts: FactsOf) -> str:
    names = parameter_names(record)
    name = scope.names.classes[record.name]
    for each in ("Refused", "FAILURES", "explain_decoding"):
        scope.support(each)
    in_place = record.kind == "message" and not scope.is_crowded and not hides(names)
    if in_place and not headers_decode.reads_elsewhere(record, scope):
        lines = printed(decode_passes(_decode_body(record, scope, facts, names), scope.pack), scope, 3)
    else:
        lines = printed_call(_decode_by_function(record, scope, names), scope)
    arguments = "".join(f", {text}" for text in names)
    keywords = [*parameters_of(record.params, names, scope), "explain: bool = True"]
    doc = docstring(
        "Read one message; the octets must hold nothing else."
        if record.kind == "message"
        else "Read one value; the octets must hold nothing else.",
        ["Raises: DecodeError, and nothing else. With `explain` false it says only that, not where or why."],
        "        ",
    )
    return "\n".join(
        [
            "    @staticmethod",
            signature("decode", ["data: bytes"], keywords, name),
            doc,
            "        try:",
            *lines,
            "        except FAILURES:",
            f"            raise explain_decoding(__name__, {literal(scope.names.functions[record.name]).text}, "
            f"explain, data{arguments}) from None",
        ]
    )


def _decode_function(record: Record, scope: ModuleScope, facts: FactsOf) -> str:
    names = parameter_names(record)
    emitter = DecodeEmitter(scope, facts)
    emitter.level = 1
    emitter.cursor_state = Cursor(Place("o"), "end")
    more = []
    if record.origin and record.kind != "message":
        more.append("start: int")
    if record.recursive:
        more.append("depth: int")
        emitter.depth = "depth"
        emitter.out.append(Test("depth <= 0"))
    if record.guarded:
        more.append("unverified: list[str]")
    params = []
    for text, param in zip(names, record.params, strict=True):
        local = emitter.fresh(text)
        shown = annotation(param.shape, scope)
        more.append(f"{local}: {optional(shown) if param.nullable else shown}")
        params.append(Code(local, optional=param.nullable))
    places = []
    for place in record.places:
        local = emitter.fresh(f"at_{place.name}")
        more.append(f"{local}: int")
        places.append(Code(local))
    frame = emitter.frame(record, params, places, "start", "m")
    own = own_identifier(record)
    if own is not None and facts.tags(record.name):
        more.append(f"own_tag: bytes = {literal(own).text}")
        frame.tag = emitter.names.claim("own_tag")
    value = emitter.run_record(frame)
    if record.guarded and record.kind == "message":
        emitter.out.append(Assign(["m.unverified"], "unverified"))
    emitter.tighten()
    emitter.out.append(Line(f"return {value.text}, {emitter.cursor}"))
    scope.support("Refused")
    kind = annotation(RecordOf(record.name), scope)
    head = signature(
        f"_decode_{scope.names.functions[record.name]}",
        ["data: bytes", "o: int", "end: int", *more],
        [],
        f"tuple[{kind}, int]",
        pad="",
    )
    doc = docstring(f"Read {safe(record.name)} at `o`; returns it and the place after it.", pad="    ")
    return "\n".join([head, doc, *printed(decode_passes(emitter.out, scope.pack), scope, 1)])


def _careful_writer(record: Record, scope: ModuleScope, params: list[str]) -> str:
    name = scope.names.functions[record.name]
    names = [text.partition(":")[0] for text in params]
    lines = [f"def encode_{name}({', '.join(['x: Any', *params])}) -> bytes:"]
    for text, param in zip(names, record.params, strict=True):
        if not param.nullable:
            lines.append(f"    if {text} is None:")
            refuse, what = f"{scope.support('Writer')}().refuse", literal(param.name).text
            lines.append(f'        {refuse}("missing_field", None, {what}, "a value")')
    more = [str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))] if record.recursive else []
    arguments = ", ".join([str(record.limit_size), f"_encode_{name}", "x", *more, *names])
    lines.append(f"    return {scope.support('write_whole')}({arguments})")
    return "\n".join(lines)


def _encode_method(record: Record, scope: ModuleScope, facts: FactsOf) -> str:
    names = parameter_names(record)
    arguments = "".join(f", {text}" for text in names)
    name = literal(scope.names.functions[record.name]).text
    # What is given up half printed must not leave its imports behind.
    trial = scope.alone(scope.module.name)
    try:
        if record.kind == "message" and (record.deferred or not scope.is_crowded) and not hides(names):
            lines = printed(_encode_body(record, trial, facts, names), trial, 3)
        else:
            lines = printed_call(_encode_by_function(record, trial, facts, names), trial)
        if not all(_is_written(called, scope) for called in sorted(trial.encoders)):
            raise Unsupported("a record that only the careful twin writes")
        scope.take(trial)
        for each in ("FAILURES", "encode_again"):
            scope.support(each)
        body = [
            "        try:",
            *lines,
            "        except FAILURES:",
            f"            return encode_again(__name__, {name}, explain, self{arguments})",
        ]
    except Unsupported:
        scope.support("encode_carefully")
        body = [f"        return encode_carefully(__name__, {name}, explain, self{arguments})"]
    keywords = [*parameters_of(record.params, names, scope), "explain: bool = True"]
    doc = docstring(
        "Return the octets of the message."
        if record.kind == "message"
        else "Return the octets of the value.",
        ["Raises: EncodeError, and nothing else. With `explain` false it says only that, not where or why."],
        "        ",
    )
    return "\n".join([signature("encode", ["self"], keywords, "bytes"), doc, *body])


def _encode_by_function(record: Record, scope: ModuleScope, facts: FactsOf, names: tuple[str, ...]) -> Body:
    if record.deferred or not _encoding(record.name, scope).complete:
        raise Unsupported("what only the complete message tells")
    more = [str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))] if record.recursive else []
    tests: Body = [
        Test(f"{text} is None")
        for text, param in zip(names, record.params, strict=True)
        if not param.nullable
    ]
    if tests:
        scope.support("Refused")
    function = scope.function("encode", record.name)
    call = f"{function}({', '.join(['self', *more, *names])})"
    if returns_text(scope.records, record):
        call += ".encode()"
    if record.limit_size is None:
        return [*tests, Line(f"return {call}")]
    scope.support("Refused")
    limit = Test(f"len(octets) > {record.limit_size}")
    return [*tests, Assign(["octets"], call, pure=False), limit, Line("return octets")]


def _encode_body(record: Record, scope: ModuleScope, facts: FactsOf, names: tuple[str, ...]) -> Body:
    in_order = written_in_order(record, scope.records)
    if in_order is not None:
        try:
            return _message_body(record, scope, facts, names, in_order)
        except NotInOrder:
            pass
    return _message_body(record, scope, facts, names, None)


def _message_body(
    record: Record, scope: ModuleScope, facts: FactsOf, names: tuple[str, ...], in_order: InOrder | None
) -> Body:
    emitter = EncodeEmitter(scope, facts)
    emitter.in_order = in_order
    emitter.closing = None if in_order is not None else closes(record)
    emitter.level = 1
    params = []
    for text, param in zip(names, record.params, strict=True):
        emitter.names.claim(text)
        params.append(Code(text, optional=param.nullable))
        if not param.nullable:
            emitter.out.append(Test(f"{text} is None"))
    if record.recursive:
        emitter.depth = str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))
    emitter.is_message = True
    emitter.has_fix_ups = record.deferred and in_order is None and emitter.closing is None
    if emitter.has_fix_ups:
        scope.support("Fix")
        emitter.out.append(Assign(["fixes: list[Fix]"], "[]", pure=False))
    frame = emitter.frame(record, params, [], "self")
    emitter.out.append(Line("octets: bytes"))

    def finish(pieces: list[Piece]) -> None:
        pieces = closed(emitter, pieces)
        emitter.note_fix_ups(pieces, "-1")
        emitter.assemble(record, pieces)
        if record.limit_size is not None:
            emitter.out.append(Test(f"len(octets) > {record.limit_size}"))
            scope.support("Refused")
        if emitter.has_fix_ups:
            _fix_ups(emitter, pieces)
        emitter.out.append(Line("return octets"))

    emitter.write_record(frame, finish)
    if any("raise Refused" in line for line in printed_lines(emitter.out)):
        scope.support("Refused")
    return emitter.out


def printed_lines(body: Body) -> list[str]:
    """Return a body as it stands, to look through it."""
    printer = Printer(lambda codes, little: "")
    printer.body(body, 0)
    return printer.lines


def _fix_ups(emitter: EncodeEmitter, pieces: list[Piece]) -> None:
    """Put in what only the complete message tells; the parts of one list tell where each item begins."""
    if len(emitter.part_lists) > 1:
        raise Unsupported("fix-ups in two lists")
    before = []
    for piece in pieces:
        if isinstance(piece, Raw):
            break
        before.append(piece)
    helper = emitter.scope.support("fix_up")
    parts = emitter.part_lists[0] if emitter.part_lists else "[]"
    emitter.out.append(
        If(
            [
                (
                    "fixes",
                    [
                        Assign(
                            ["octets"], f"{helper}(octets, fixes, {total(before).text}, {parts})", pure=False
                        )
                    ],
                )
            ]
        )
    )


def _encode_function(record: Record, scope: ModuleScope, facts: FactsOf) -> str:
    made = _encoding(record.name, scope)
    if made.scope is None:
        return _print_encoding(record, scope, facts)[0]
    scope.take(made.scope)
    return made.text


def _is_written(name: str, scope: ModuleScope) -> bool:
    """Whether the function that encodes a record, and all that it calls, write every value."""
    written = scope.written
    if name in written:
        return written[name]
    seen, queue = {name}, [name]
    for found in queue:
        made = _encoding(found, scope)
        if not made.complete or written.get(found) is False:
            written[name] = False
            return False
        if found not in written:
            queue += sorted(made.calls - seen)
            seen |= made.calls
    written |= dict.fromkeys(seen, True)
    return True


def _encoding(name: str, scope: ModuleScope) -> Encoding:
    """Return the function that encodes a record, printed once for all who ask."""
    known = scope.encodings.get(name)
    if known is None:
        record = scope.records[name]
        if record.carrier is Carrier.TREE:
            known = Encoding(True)
        elif record.places or (record.deferred and record.kind != "message"):
            known = Encoding(False)
        else:
            own = scope.alone(scope.names.owners[name])
            text, complete = _print_encoding(record, own, own.facts())
            known = Encoding(complete, frozenset(own.encoders), text, own)
        scope.encodings[name] = known
    return known


def _print_encoding(record: Record, scope: ModuleScope, facts: FactsOf) -> tuple[str, bool]:
    names = parameter_names(record)
    emitter = EncodeEmitter(scope, facts)
    emitter.level = 1
    more = []
    if record.recursive:
        more.append("depth: int")
        emitter.depth = "depth"
        emitter.out.append(Test("depth <= 0"))
    params = []
    for text, param in zip(names, record.params, strict=True):
        local = emitter.fresh(text)
        shown = annotation(param.shape, scope)
        more.append(f"{local}: {optional(shown) if param.nullable else shown}")
        params.append(Code(local, optional=param.nullable))
    kind = annotation(RecordOf(record.name), scope)
    as_text = returns_text(scope.records, record)
    returned = "str" if as_text else "bytes"
    head = signature(
        f"_encode_{scope.names.functions[record.name]}", [f"x: {kind}", *more], [], returned, pad=""
    )
    try:
        frame = emitter.frame(record, params, [], "x")
        written = emitter.fresh("written") if as_text else "octets"
        emitter.out.append(Line(f"{written}: {returned}"))

        def finish(pieces: list[Piece]) -> None:
            keep(emitter, written, pieces, as_text)
            emitter.out.append(Line(f"return {written}"))

        emitter.write_record(frame, finish)
        lines, complete = printed(emitter.out, scope, 1), True
    except Unsupported:
        lines, complete = ["    raise Refused"], False
    scope.support("Refused")
    doc = docstring(f"Return the {'text' if as_text else 'octets'} of {safe(record.name)}.", pad="    ")
    return "\n".join([head, doc, *lines]), complete
