"""`decode_many`: a batch of messages, the same for every carrier."""

from __future__ import annotations

from art7.codegen.names import parameter_names
from art7.codegen.python.docstrings import docstring
from art7.codegen.python.records import parameters_of, signature
from art7.codegen.python.scope import ModuleScope
from art7.grammar.ir.plan import Record


def many_method(record: Record, scope: ModuleScope) -> str:
    """Return `decode_many`: a batch, with the collector at rest."""
    names = parameter_names(record)
    name = scope.names.classes[record.name]
    helper = scope.support("decode_all")
    scope.from_standard("collections.abc", "Iterable")
    keywords = [*parameters_of(record.params, names, scope), "explain: bool = True"]
    given = "".join(f", {text}={text}" for text in names)
    doc = docstring("Read many messages, each alone in its octets.", ["Raises: DecodeError."], "        ")
    run = f"lambda data: {name}.decode(data{given}, explain=explain)"
    return "\n".join(
        [
            "    @staticmethod",
            signature("decode_many", ["items: Iterable[bytes]"], keywords, f"list[{name}]"),
            doc,
            f"        return {helper}({run}, items)",
        ]
    )
