"""The grammar as tables: built by lark from `art7.lark`, kept in the user's cache, driven by `parse.py`.

lark checks that the grammar is LALR(1) without conflicts and computes the tables; at run time they are plain
dictionaries, so that a cached start imports no lark. The cache holds JSON under the digest of the grammar and
the version of lark. Where no cache can be read or written, tables are built each time.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from art7.grammar.private_folder import make_private_folder

if TYPE_CHECKING:
    from lark import Lark
    from lark.grammar import Rule as LarkRule

GRAMMAR = Path(__file__).with_name("art7.lark")
FORMAT = 2
"""Raise when the layout of the cached tables changes."""

PASS = "pass"
CALL = "call"
BEGIN = "begin"
EXTEND = "extend"


@dataclass(frozen=True, slots=True)
class Rule:
    """How one production is reduced.

    `mode`: `PASS` hands on child `kept[0]`; `CALL` calls the builder's method `name` with the kept children
    (None where an optional part is absent); `BEGIN` and `EXTEND` make and prolong the list of a repetition.
    """

    origin: str
    size: int
    mode: str
    name: str
    kept: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """LALR tables: in `rows[state][terminal]` a state to shift to, or `~rule` to reduce by.

    `gotos[state][nonterminal]` is a state. `literals` maps keywords and signs to their terminals.
    """

    rows: list[dict[str, int]]
    gotos: list[dict[str, int]]
    rules: list[Rule]
    start: int
    end: int
    literals: dict[str, str]


@cache
def load_tables() -> Tables:
    """The tables of this version of the grammar, from the user's cache if there is one; read once."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    digest = _digest(grammar)
    path = _cache_path(digest)
    tables = _read_cache(path, digest) if path else None
    if tables is None:
        data = build_tables(grammar)
        if path:
            _write_cache(path, {"digest": digest, **data})
        tables = _tables_of(data)
    return tables


def build_lark(grammar: str, *, strict: bool = False) -> Lark:
    """Give lark's own parser for the grammar.

    With `strict` (which needs interegular) raises `lark.exceptions.GrammarError` on any conflict or collision;
    a test keeps the grammar free of them, so that a run need not look.
    """
    from lark import Lark

    class NameAlways:
        """Lets the lexer read a word as a name in every state, so that no keyword matches half a word."""

        always_accept = ("NAME",)

        def process(self, stream: Any) -> Any:
            return stream

    return Lark(grammar, parser="lalr", lexer="contextual", strict=strict, postlex=NameAlways())


def build_tables(grammar: str) -> dict[str, Any]:
    """Compute the tables of a grammar as plain data; the same text always gives the same tables."""
    parser = build_lark(grammar)
    table: Any = parser.parser.parser._parse_table
    order = _numbering(table)
    rules: dict[Any, int] = {}
    rows: list[dict[str, int]] = [{} for _ in order]
    gotos: list[dict[str, int]] = [{} for _ in order]
    for state, number in order.items():
        for symbol, (action, target) in sorted(table.states[state].items()):
            if action.name == "Reduce":
                rows[number][symbol] = ~rules.setdefault(target, len(rules))
            elif symbol.startswith("$") or symbol.isupper() or symbol.startswith("__ANON"):
                rows[number][symbol] = order[target]
            else:
                gotos[number][symbol] = order[target]
    return {
        "rows": rows,
        "gotos": gotos,
        "rules": [_rule_data(rule) for rule in rules],
        "start": order[table.start_states["start"]],
        "end": order[table.end_states["start"]],
        "literals": {t.pattern.value: t.name for t in parser.terminals if t.pattern.type == "str"},
    }


def _numbering(table: Any) -> dict[int, int]:
    """Number the states in the order of a walk from the start, which does not depend on lark's sets."""
    order: dict[int, int] = {}
    waiting = [table.start_states["start"]]
    while waiting:
        state = waiting.pop()
        if state in order:
            continue
        order[state] = len(order)
        row = table.states[state]
        waiting.extend(row[symbol][1] for symbol in sorted(row) if row[symbol][0].name == "Shift")
    return order


def _rule_data(rule: LarkRule) -> list[Any]:
    """One production as `Rule` fields: which children are kept, and what is done with them."""
    empty = "".join("1" if gap else "0" for gap in rule.options.empty_indices) or "0" * len(rule.expansion)
    gaps = [len(run) for run in empty.split("0")]
    kept: list[int | None] = []
    for index, symbol in enumerate(rule.expansion):
        kept += [None] * gaps[index]
        if not (symbol.is_term and getattr(symbol, "filter_out", False)):
            kept.append(index)
    kept += [None] * gaps[-1]
    origin = str(rule.origin.name)
    if origin.startswith("__"):
        first = str(rule.expansion[0].name) == origin
        return [origin, len(rule.expansion), EXTEND if first else BEGIN, "", kept[1:] if first else kept]
    passes = rule.alias is None and rule.options.expand1 and len(kept) == 1
    return [origin, len(rule.expansion), PASS if passes else CALL, str(rule.alias or origin), kept]


def _tables_of(data: dict[str, Any]) -> Tables:
    rules = [Rule(origin, size, mode, name, tuple(kept)) for origin, size, mode, name, kept in data["rules"]]
    return Tables(data["rows"], data["gotos"], rules, data["start"], data["end"], data["literals"])


def _digest(grammar: str) -> str:
    try:
        version = metadata.version("lark")
    except metadata.PackageNotFoundError:
        version = "none"
    return hashlib.sha256(f"{FORMAT}\n{version}\n{grammar}".encode()).hexdigest()


def _cache_path(digest: str) -> Path | None:
    """Where the tables are kept; None where the user has no place for a cache."""
    base = os.environ.get("XDG_CACHE_HOME")
    if not base or not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home) or home == "/":
            return None
        base = os.path.join(home, ".cache")
    return Path(base, "art7", f"grammar-{digest[:16]}.json")


def _read_cache(path: Path, digest: str) -> Tables | None:
    """The cached tables, or None where they are missing, damaged or of another grammar."""
    try:
        data = json.loads(path.read_bytes())
        return _tables_of(data) if data["digest"] == digest else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _write_cache(path: Path, data: dict[str, Any]) -> None:
    """Keep the tables for the next run, whole or not at all; a cache that cannot be written is no fault."""
    try:
        make_private_folder(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file, separators=(",", ":"))
            os.replace(name, path)
        except OSError:
            os.unlink(name)
    except OSError:
        return
