"""Messages out of streams: which can be told apart there, and their `Decoder`.

A message on octets ends by itself when nothing outside its regions asks where the octets end. Only such a message has
a `Decoder`: one that takes what its datagram holds and a protobuf message need a frame around them. CBOR values stand
one behind the other (RFC 8742), JSON texts on lines (RFC 7464).
"""

from __future__ import annotations

from art7.codegen.names import parameter_names
from art7.codegen.python.docstrings import docstring
from art7.codegen.python.expressions import quoted
from art7.codegen.python.records import parameters_of, signature
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.wrapping import wrapped
from art7.grammar.ir import plan as p

LARGEST = 1 << 24
"""The most octets of a message that declares no limit."""
DEFAULT_DEPTH, DEEPEST = 64, 96


def stream_limit(record: p.Record) -> int:
    """Return the most octets that a message may take of a stream."""
    return LARGEST if record.limit_size is None else record.limit_size


def sequence_method(record: p.Record, scope: ModuleScope) -> str:
    """Return the `Decoder` of a message on a tree: values one behind the other, texts on lines."""
    names = parameter_names(record)
    name = scope.class_of(record.name)
    given = "".join(f", {text}={text}" for text in names)
    rows = [f"lambda octets: {name}.decode(octets{given})" if given else f"{name}.decode"]
    rows.append(str(stream_limit(record)))
    is_cbor = record.encoding == "cbor"
    if is_cbor:
        rows.append(str(record.limit_depth or DEFAULT_DEPTH))
    what = "values one behind the other (RFC 8742)" if is_cbor else "texts on lines (RFC 7464)"
    text = docstring(
        f"Reads {what}: `feed` it octets as they come, it returns the values they complete.", pad=" " * 8
    )
    keywords = parameters_of(record.params, names, scope)
    base = scope.support("CborSequence" if is_cbor else "JsonLines")
    return "\n".join(
        [
            f'    class Decoder({base}["{name}"]):',
            text,
            "",
            "        __slots__ = ()",
            "",
            signature("__init__", ["self"], keywords, "None", pad=" " * 8),
            *wrapped(f"super().__init__({', '.join(rows)})", 12),
        ]
    )


def stream_methods(record: p.Record, scope: ModuleScope) -> list[str]:
    """Return the `Decoder` of a message that streams can hold; of another, nothing."""
    if not scope.endings().is_streamable(record):
        return []
    names = parameter_names(record)
    name, stem = scope.names.classes[record.name], quoted(scope.names.functions[record.name])
    more = [str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))] if record.recursive else []
    more += (["[]"] if record.guarded else []) + list(names)
    call = f"{scope.function('decode', record.name)}({', '.join(['data', 'o', 'e', *more])})"
    read = f"lambda data, o, e: {call}" if more else call.partition("(")[0]
    rows = [read, str(stream_limit(record)), "__name__", stem, *names]
    keywords = parameters_of(record.params, names, scope)
    head = signature("__init__", ["self"], keywords, "None", pad=" " * 8)
    text = docstring(
        "Reads messages out of a stream: `feed` it octets as they come, it returns the messages they complete.",
        pad=" " * 8,
    )
    init = "\n".join(wrapped(f"super().__init__({', '.join(rows)})", 12))
    base = f'{scope.support("Stream")}["{name}"]'
    slots = "        __slots__ = ()"
    return [
        "\n".join([f"    class Decoder({base}):", text, "", slots, "", head, init]),
    ]
