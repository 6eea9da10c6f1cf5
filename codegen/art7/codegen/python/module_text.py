"""One a7 module as two Python modules: the fast one and its careful twin, put together from parts.

A part is what one record needs; `octets_record` and `tree_record` make them, by the record's carrier.
Both get the two scopes and register there what the module's head must import.

The private functions of a record, which other records call (`scope.function(verb, record)` names them):

| carrier | module | signature |
|---|---|---|
| octets | fast | `_decode_x(data, o, end, *more) -> (value, o)` |
| octets | fast | `_encode_x(value, *more) -> bytes` |
| octets | careful | `_decode_x(trace, o, end, *more) -> (value, o)`; `_encode_x(trace, value, *more) -> bytes` |
| tree | fast | `_decode_x_octets(data, *parameters) -> value`; `_encode_x_octets(value, *parameters) -> bytes` |
| tree | careful | `_decode_x_octets(trace, start, data, *parameters)`, `_encode_x_octets(trace, value, *parameters)` |

`more` is, in this order: `start` (decoding, if `Record.origin`), the levels left (if `recursive`),
`unverified` (fast decoding, if `guarded`), the parameters, the places.

A fast function says no by raising `Refused` or any of `FAILURES`; a careful one raises by
`trace.refuse(…)`. In the careful twin a decoded record is a `dict` of its API members.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from art7.codegen.names import PackageNames, package_names
from art7.codegen.python.docstrings import FUTURE, module_docstring
from art7.codegen.python.enums import enum_text
from art7.codegen.python.expressions import quoted
from art7.codegen.python.layout.settle import settled
from art7.codegen.python.octets_record import octets_functions, octets_record
from art7.codegen.python.record_text import RecordText
from art7.codegen.python.scope import ModuleScope, Shared
from art7.grammar.ir.module import Module, Specification
from art7.grammar.ir.plan import Carrier, Record

VENDORED = (
    "core",
    "stream",
    "primitives",
    "octets",
    "octets_write",
    "careful_read",
    "careful_reading",
    "careful_write",
    "careful_writing",
    "json_fast",
    "json_careful",
    "json_explain",
    "cbor_values",
    "cbor_fast",
    "cbor_careful",
    "cbor_explain",
    "der_fast",
    "der_explain",
    "text_fast",
    "text_careful",
    "text_bodies",
    "text_headers",
    "text_bodies_careful",
    "headers_fast",
    "encoded_words",
    "json_jcs",
    "xml_fast",
    "xml_careful",
    "xml_explain",
    "xml_stream",
    "sequences",
)
"""Vendored modules that codecs draw on, in the order in which their text stands in `_support.py`."""


@dataclass(frozen=True, slots=True)
class ModuleText:
    """The text of one SDK module and of its careful twin; `stem` is the file name without `.py`.

    `exports` are its public names, sorted; `needs_cryptography` says whether a builtin in it does.
    """

    stem: str
    fast: str
    explain: str
    exports: tuple[str, ...]
    support: frozenset[str]
    """What both twins import from `_support`: see `vendoring.vendored`, with `VENDORED`."""
    needs_cryptography: bool = False

    @property
    def explain_stem(self) -> str:
        """The file stem of the careful twin."""
        return f"_{self.stem}_explain"


def module_source(
    spec: Specification, module: Module, names: PackageNames | None = None, shared: Shared | None = None
) -> ModuleText:
    """Return the source of `module`'s codecs; same input, same bytes.

    `names` and `shared` (of `shared_facts`) are the package's, worked out here where they are not given.
    """
    names = names or package_names(spec)
    shared = shared or shared_facts(spec)
    fast = ModuleScope(spec, module, names, records=shared.records, shared=shared)
    explain = ModuleScope(spec, module, names, explain=True, records=shared.records, shared=shared)
    parts = [_record_text(record, fast, explain) for record in module.records]
    functions = _functions(module, fast)
    if module.enums:
        fast.from_standard("typing", "Final")
    enums = [enum_text(names.classes[enum.name], enum) for enum in module.enums]
    declared = [each.name for each in module.enums] + [each.name for each in module.records]
    exports = sorted({names.classes[name] for name in declared})
    return ModuleText(
        stem=names.modules[module.name],
        fast=_assemble(
            module_docstring(module), fast, exports, enums + _with_functions(module, parts, functions)
        ),
        explain=_assemble(
            _twin_docstring(names.modules[module.name]),
            explain,
            [],
            [_sentences(module), *(part.explain for part in parts)],
        ),
        exports=tuple(exports),
        support=fast.support_names() | explain.support_names(),
        needs_cryptography=any(part.needs_cryptography for part in parts),
    )


def shared_facts(spec: Specification) -> Shared:
    """Return what the modules of one package share."""
    return Shared({record.name: record for each in spec.modules.values() for record in each.records})


def _sentences(module: Module) -> str:
    """Return the table of sentences behind builtin refusals; nothing where there are none."""
    if not module.refusals:
        return ""
    rows = "".join(
        f"    {quoted(each.code)}: ({quoted(each.requirement)}, {quoted(each.ref) if each.ref else None}),\n"
        for each in module.refusals
    )
    return f"SENTENCES: dict[str, tuple[str, str | None]] = {{\n{rows}}}"


def _functions(module: Module, scope: ModuleScope) -> dict[str, str]:
    """Return the private functions of records on octets that somebody calls; printing one may ask for more."""
    made: dict[str, str] = {}
    done: dict[str, frozenset[str]] = {}
    while True:
        wanted = scope.requested()
        missing = [r for r in module.records if r.name in wanted and wanted[r.name] != done.get(r.name)]
        missing = [record for record in missing if record.carrier is Carrier.OCTETS]
        if not missing:
            return made
        for record in missing:
            done[record.name] = wanted[record.name]
            made[record.name] = octets_functions(record, scope, wanted[record.name])


def _with_functions(module: Module, parts: list[RecordText], functions: dict[str, str]) -> list[str]:
    shown = []
    for record, part in zip(module.records, parts, strict=True):
        shown += [part.fast, functions.get(record.name, "")]
    return shown


def _record_text(record: Record, fast: ModuleScope, explain: ModuleScope) -> RecordText:
    if record.carrier is Carrier.OCTETS:
        return octets_record(record, fast, explain)
    # Imported by name: a module without JSON must not pay for the tree emitter.
    tree_record: Callable[[Record, ModuleScope, ModuleScope], RecordText]
    if record.encoding == "xml":
        tree_record = import_module("art7.codegen.python.xml_codec").xml_record
    else:
        tree_record = import_module("art7.codegen.python.tree_codec").tree_record
    return tree_record(record, fast, explain)


def _assemble(docstring: str, scope: ModuleScope, exports: list[str], parts: list[str]) -> str:
    blocks = [docstring, FUTURE, scope.head()]
    if exports:
        blocks.append("__all__ = [\n" + "".join(f'    "{name}",\n' for name in exports) + "]")
    head = "\n\n".join(block for block in blocks if block)
    text = "\n\n\n".join([head, *(part.strip("\n") for part in parts if part.strip())]) + "\n"
    return settled(text, codec=True)


def _twin_docstring(stem: str) -> str:
    return f'"""Explains what `{stem}` refuses: the same codecs, step by step, with place and reason."""'
