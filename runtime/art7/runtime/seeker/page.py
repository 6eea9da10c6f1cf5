"""The local page of an access seeker: the conversation, escaped, and three forms; no script from elsewhere, none inline.

It answers on loopback alone. Whoever does not send the page's own word in a form is refused, so that another page in the same
browser cannot write in a person's name; a request for another host's name is refused, so that none can read it either.
"""

from __future__ import annotations

import base64
import hmac
import html
from collections.abc import Mapping
from email.parser import BytesHeaderParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from art7.runtime.seeker.messenger import Line
from art7.runtime.seeker.session import Session
from art7.runtime.seeker.wire import Declined, NoAnswer

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}  # fmt: skip

MOST_OCTETS = 16 << 20
"""The largest form, a file among its fields."""

SHOWN = ("image/png", "image/jpeg", "image/webp")
"""Media types that the page shows; the others are named with their size."""

STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1f;--paper:#fff;--soft:#eef0f8;--mine:#dbe7ff;--line:#ccd;--bad:#b00020}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6ee;--paper:#15151b;--soft:#262632;--mine:#1e3563;--line:#445;--bad:#ff8a80}}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:44rem;padding:1rem;color:var(--ink);background:var(--paper)}
h1{font-size:1.4rem;margin:.2rem 0}ol{list-style:none;padding:0;display:flex;flex-direction:column;gap:.5rem}
li{padding:.5rem .8rem;border-radius:.7rem;max-width:80%;overflow-wrap:anywhere;white-space:pre-wrap}
.me{align-self:flex-end;background:var(--mine)}.peer{align-self:flex-start;background:var(--soft)}
.note{align-self:center;font-size:.85rem}.fault{align-self:stretch;max-width:none;border:1px solid var(--bad);color:var(--bad)}
small{display:block}img{max-width:100%;display:block}
form{display:flex;gap:.5rem;margin:.6rem 0;flex-wrap:wrap;align-items:end}label{flex:1;min-width:12rem}
input{width:100%;box-sizing:border-box;font:inherit;padding:.4rem}button{font:inherit;padding:.4rem 1rem}
code{overflow-wrap:anywhere}
"""

SCRIPT = """
"use strict";
const main = document.querySelector("main");
const look = async () => {
  try {
    const answer = await fetch("/part");
    const text = answer.ok ? await answer.text() : null;
    if (text !== null && text !== main.dataset.text) {
      main.dataset.text = text;
      main.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    }
  } catch { /* the messenger has ended; the page stays as it was */ }
  setTimeout(look, 700);
};
look();
"""

MARKS: Mapping[str, str] = {"sent": "✓ sent", "received": "✓✓ received and opened"}


def part(session: Session) -> str:
    """Return what changes: state, safety number, conversation."""
    with session.lock:
        messenger = session.messenger
        lines = "".join(_line(each) for each in messenger.lines)
        number = messenger.variables.get("safety_number", b"")
        state = messenger.state
        page = session.wire.address + str(session.links.get("page", ""))
    safety = f"<p>Safety number: <code>{html.escape(number.hex())}</code></p>" if number else ""
    return (
        f"<p>State: <code>{html.escape(state)}</code> · "
        f'<a rel="noreferrer" href="{html.escape(page)}">what the test peer saw</a></p>{safety}<ol>{lines}</ol>'
    )


def whole(session: Session, word: str) -> str:
    """Return the page; `word` goes with its forms."""
    guard = f'<input type="hidden" name="word" value="{html.escape(word)}">'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Access seeker</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/style.css"><script defer src="/live.js"></script></head><body>'
        f'<h1>Conversation as {html.escape(session.messenger.role)}</h1><main aria-live="polite">{part(session)}</main>'
        f'<form method="post" action="/say">{guard}<label>Text <input name="body" required autocomplete="off"></label>'
        "<button>Send</button></form>"
        f'<form method="post" action="/attach" enctype="multipart/form-data">{guard}'
        '<label>Image, voice message, video or file <input type="file" name="file" required></label>'
        "<button>Send file</button></form></body></html>\n"
    )


def _line(line: Line) -> str:
    mark = f"<small>{MARKS[line.mark]}</small>" if line.mark in MARKS else ""
    shown = html.escape(line.text)
    if line.octets:
        shown = f"{html.escape(line.media_type or 'file')}: {shown}"
        if line.media_type in SHOWN:
            octets = base64.b64encode(line.octets).decode()
            shown += f'<img alt="image that was sent" src="data:{line.media_type};base64,{octets}">'
    who = line.who if line.who in ("me", "peer", "note", "fault") else "note"
    sign = "✗ " if who == "fault" else ""
    return f'<li class="{who}">{sign}{shown}{mark}</li>'


def page_server(session: Session, port: int, word: str) -> ThreadingHTTPServer:
    """Return a server on loopback, not yet running; port 0 takes a free one."""

    class Handler(_Handler):
        pass

    Handler.session, Handler.word = session, word
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    session: Session
    word: str
    timeout = 10
    server_version = "art7-seeker"
    sys_version = ""

    def do_GET(self) -> None:
        """Give the page, its part, its style or its script."""
        if not self._is_ours():
            return self._give(403, "this is not its name", "text/plain")
        match self.path:
            case "/":
                self._give(200, whole(self.session, self.word), "text/html")
            case "/part":
                self._give(200, part(self.session), "text/html")
            case "/style.css":
                self._give(200, STYLE, "text/css")
            case "/live.js":
                self._give(200, SCRIPT, "text/javascript")
            case _:
                self._give(404, "not here", "text/plain")

    def do_POST(self) -> None:
        """Take a text or a file."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 12) or int(length) > MOST_OCTETS:
            self.close_connection = True
            return self._give(413, f"a form has at most {MOST_OCTETS} octets", "text/plain")
        fields = fields_of(self.headers.get("Content-Type", ""), self.rfile.read(int(length)))
        given = fields.get("word", ("", b""))[1]
        if not self._is_ours() or not hmac.compare_digest(given, self.word.encode()):
            return self._give(403, "the form is not of this page", "text/plain")
        try:
            self._done(fields)
        except (NoAnswer, Declined) as error:
            self.session.messenger.tell("fault", f"the network or the test peer: {error}")
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _done(self, fields: Mapping[str, tuple[str, bytes]]) -> None:
        if self.path == "/say" and "body" in fields:
            self.session.say(fields["body"][1].decode("utf-8", "replace"))
        elif self.path == "/attach" and "file" in fields:
            kind, octets = fields["file"]
            self.session.attach(kind or "application/octet-stream", octets)

    def _is_ours(self) -> bool:
        return self.headers.get("Host", "").rpartition(":")[0] in ("127.0.0.1", "localhost")

    def _give(self, status: int, text: str, kind: str) -> None:
        octets = text.encode("utf-8", "backslashreplace")
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the page has the conversation."""


def fields_of(kind: str, body: bytes) -> dict[str, tuple[str, bytes]]:
    """Return the fields of a form: name → media type and octets; what is not a form has none."""
    if kind == "application/x-www-form-urlencoded":
        try:
            found = parse_qs(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=16)
        except ValueError:
            return {}
        return {name: ("", values[0].encode("utf-8", "replace")) for name, values in found.items()}
    start, _, boundary = kind.partition("boundary=")
    if not start.startswith("multipart/form-data") or not 0 < len(boundary) <= 70:
        return {}
    fields: dict[str, tuple[str, bytes]] = {}
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"), 17)[1:17]:
        head, gap, octets = piece.partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n")[:4096])
        name = headers.get_param("name", header="content-disposition")
        if gap and isinstance(name, str):
            told = headers.get("Content-Type")
            fields[name] = (headers.get_content_type() if told else "", octets)
    return fields
