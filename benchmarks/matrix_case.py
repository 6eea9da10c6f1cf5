"""The Matrix event of the hand-written limit `matrix`: the same contract in a7, and both codecs.

`json.loads` is part of both. The limit is given the check for duplicate keys that we make; we also refuse lone
surrogates, numbers beyond the canonical form and deep nesting, which it does not.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from collections.abc import Callable
from json.encoder import encode_basestring
from pathlib import Path
from types import ModuleType
from typing import Any

from art7.codegen.python.package import package_text
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources

Codec = tuple[Callable[[bytes], Any], Callable[[Any], bytes]]

TEXT = """a7 1
module bench.matrix version 1.0 "The event that the limit reads."

message RoomEvent as json(canonical: 'matrix', numbers: 'integer53') {
    limit size = 65536
    limit depth = 32
    type: text
    event_id: text
    room_id: text
    sender: text[..255]
    origin_server_ts: u53
    depth: integer
    auth_events: text[][]
    prev_events: text[][]
    hashes: { sha256: text }
    signatures: map(text, map(text, text))
    content: {
        msgtype: text
        body: text
        format?: text
        formatted_body?: text
        mentions @'m.mentions'?: { user_ids: text[][] }
        relation @'m.relates_to'?: { reply @'m.in_reply_to': { event_id: text } }
    }
    unsigned?: any
    must MX-01: starts_with(event_id, '$')
    must MX-02: starts_with(room_id, '!')
    must MX-03: starts_with(sender, '@')
}
"""


def limit_codec(bench: Path) -> Codec:
    """Return the hand-written codec, with the refusal of duplicate keys added."""
    if str(bench) not in sys.path:
        sys.path.insert(0, str(bench))
    module = importlib.import_module("limits.matrix")
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode

    def decode(data: bytes) -> Any:
        return module.from_dict(json.loads(data, object_pairs_hook=_members))

    def encode(value: Any) -> bytes:
        octets: bytes = module.encode_text(value, encode_basestring, dumps)
        return octets

    return decode, encode


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def our_codec() -> Codec:
    """Return the generated codec of the same event."""
    event = _module().RoomEvent
    return event.decode, event.encode


def _module() -> ModuleType:
    report = Report()
    spec = load_sources({"bench.a7": TEXT}, report)
    assert not report.has_errors, [d.message for d in report.errors()]
    root = Path(tempfile.mkdtemp(prefix="art7-bench-"))
    folder = root / "art7_bench_matrix"
    folder.mkdir()
    for name, text in package_text(spec).files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "__init__.py").write_text("")
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    return importlib.import_module("art7_bench_matrix.matrix")
