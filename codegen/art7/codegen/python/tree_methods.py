"""`decode` and `encode` of records that are read whole before they are looked at: JSON, CBOR, XML."""

from __future__ import annotations

from art7.codegen.names import parameter_names
from art7.codegen.python.docstrings import docstring
from art7.codegen.python.expressions import quoted
from art7.codegen.python.records import parameters_of, signature
from art7.codegen.python.scope import ModuleScope
from art7.grammar.ir.plan import Form, Record

_INDENT = " " * 8
_REFUSED = "Raises: DecodeError, and nothing else. With `explain` false it says only that, not where or why."


def whole_methods(record: Record, scope: ModuleScope, reads: str, writes: str) -> list[str]:
    """Return `decode` and `encode`, for records that users meet by themselves; `reads` and `writes` say what they do."""
    if record.kind == "inline" or record.form is Form.TUPLE or any(param.implicit for param in record.params):
        return []
    names = parameter_names(record)
    stem = scope.names.functions[record.name]
    for each in ("FAILURES", "explain_decoding", "encode_again"):
        scope.support(each)
    keywords = [*parameters_of(record.params, names, scope), "explain: bool = True"]
    arguments = "".join(f", {name}" for name in names)
    decode = [
        "    @staticmethod",
        signature("decode", ["data: bytes"], keywords, scope.class_of(record.name)),
        docstring(reads, [_REFUSED], _INDENT),
        "        try:",
        f"            return _decode_{stem}_octets(data{arguments})",
        "        except FAILURES:",
        f"            raise explain_decoding(__name__, {quoted(stem)}, explain, data{arguments}) from None",
    ]
    encode = [
        signature("encode", ["self"], keywords, "bytes"),
        docstring(writes, ["Raises: EncodeError, and nothing else."], _INDENT),
        "        try:",
        f"            return _encode_{stem}_octets(self{arguments})",
        "        except FAILURES:",
        f"            return encode_again(__name__, {quoted(stem)}, explain, self{arguments})",
    ]
    return ["\n".join(decode), "\n".join(encode)]
