"""The stanza of the hand-written limit `xmpp`: the same contract in a7, and both codecs.

Both read with the standard library's expat. The limit keeps elements that it does not know as they are and drops loose
text and unknown attributes; ours keeps all three, and refuses document types, comments, instructions, elements twice,
deep nesting and crowds of attributes, which it does not. It is given the checks of kinds that ours makes on writing: none.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import fromstring

from art7.codegen.python.package import package_text
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources

Codec = tuple[Callable[[bytes], Any], Callable[[Any], bytes]]

TEXT = """a7 1
module bench.xmpp version 1.0 "The stanza that the limit reads."

enum Kind: text open { normal = 'normal'  chat = 'chat' }
enum ChatState: text closed {
    active = 'active'  composing = 'composing'  paused = 'paused'  inactive = 'inactive'  gone = 'gone'
}

message Message as xml(name: 'message', ns: 'jabber:client') {
    limit size = 262144
    unknown preserve
    from @attr?: text
    to @attr?: text
    id @attr?: text
    type @attr: Kind default 'normal'
    lang @attr('xml:lang')?: text
    body @element?: text
    subject @element?: text
    thread @element?: { parent @attr?: text  id @text: text }
    chat_state @name(ns: 'http://jabber.org/protocol/chatstates')?: ChatState
    receipt_request @element('request', ns: 'urn:xmpp:receipts'): flag
    markable @element(ns: 'urn:xmpp:chat-markers:0'): flag
    origin_id @element('origin-id', ns: 'urn:xmpp:sid:0')?: { id @attr: text }
    stanza_ids @element('stanza-id', ns: 'urn:xmpp:sid:0'): StanzaId[0..]
    delay @element(ns: 'urn:xmpp:delay')?: { from @attr?: text  stamp @attr: text  reason @text: text }
}

struct StanzaId as xml { id @attr: text  by @attr: text }
"""


def limit_codec(bench: Path) -> Codec:
    """Return the hand-written codec."""
    if str(bench) not in sys.path:
        sys.path.insert(0, str(bench))
    module = importlib.import_module("limits.xmpp")

    def decode(data: bytes) -> Any:
        return module.from_element(fromstring(data))

    return decode, module.encode


def our_codec() -> Codec:
    """Return the generated codec of the same stanza."""
    message = _module().Message
    return message.decode, message.encode


def _module() -> ModuleType:
    report = Report()
    spec = load_sources({"bench.a7": TEXT}, report)
    assert not report.has_errors, [d.message for d in report.errors()]
    root = Path(tempfile.mkdtemp(prefix="art7-bench-"))
    folder = root / "art7_bench_xmpp"
    folder.mkdir()
    for name, text in package_text(spec).files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "__init__.py").write_text("")
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    return importlib.import_module("art7_bench_xmpp.xmpp")
