"""The test peer over real sockets: a stranger plays one role, is answered, told what was wrong, and loses nothing."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="pip install 'art7[server]'")
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from art7.cli import main
from art7.cli.sources import read_generator_source
from art7.grammar.diagnostics import Report
from art7.interpreter.shared import interpreter_of
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.layers import layers_of
from art7.runtime.play import interpreter_maker
from art7.runtime.serve import app, server
from art7.runtime.serve.app import application
from art7.runtime.serve.codes import CODES
from art7.runtime.serve.server import configuration
from art7.runtime.serve.service import Declined, Quotas, Service
from art7.runtime.serve.store import Input, Store
from browser import Browser, find_browser

MINIMAL = Path(__file__).parents[2] / "validator" / "offers" / "minimal"
READ = read_generator_source(str(MINIMAL), Report())
assert READ is not None
SPEC = READ.specification
INTERPRETER = interpreter_of(SPEC)
CODEC, LAYERS = InterpreterCodec(INTERPRETER), layers_of(SPEC)


def service(path: str = ":memory:", quotas: Quotas | None = None) -> Service:
    assert READ is not None
    maker = interpreter_maker(SPEC, INTERPRETER)
    return Service(
        SPEC, INTERPRETER, READ.modules, maker, Store(path), lambda: time.time_ns() // 1_000_000, quotas
    )


def envelope(name: str = "m1", ciphertext: bytes = b"\xde\xad") -> bytes:
    members = {
        "id": name,
        "sender": "ann@one.example",
        "recipient": "bob@two.example",
        "ciphertext": ciphertext,
    }
    return LAYERS.carry("minimal.Envelope", CODEC.encode("minimal.Envelope", members), CODEC)[1]


class Client:
    """A stranger with an account."""

    def __init__(self, address: str, token: str | None = None) -> None:
        self.address = address
        self.token = token if token is not None else self.ask("/api/accounts", {}, token="")["token"]

    def ask(self, path: str, data: Any = None, token: str | None = None) -> Any:
        return json.loads(self.raw(path, None if data is None else json.dumps(data).encode(), token)[1])

    def raw(self, path: str, body: bytes | None = None, token: str | None = None) -> tuple[int, bytes, Any]:
        token = getattr(self, "token", "") if token is None else token
        request = urllib.request.Request(self.address + path, body, {"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers

    def session(self, role: str = "sender") -> Mapping[str, Any]:
        return self.ask("/api/sessions", {"protocol": "Delivery", "role": role})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A test peer on a free port, in a thread."""
    config = configuration(application(service()), port=0, log_level="error")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


def test_a_message_is_taken_and_answered(address: str) -> None:
    client = Client(address)
    session = client.session()
    answer = client.ask(session["messages"], {"to": "server", "octets": envelope().hex()})
    assert answer["outcome"] == "taken" and answer["message"] == "minimal.Envelope"
    [frame] = client.ask(session["messages"])["messages"]
    assert frame["from"] == "server" and frame["number"] == 1
    message, octets = LAYERS.open("minimal.Frame", bytes.fromhex(frame["octets"]), CODEC)
    assert (message, CODEC.decode(message, octets)["id"]) == ("minimal.Receipt", "m1")
    assert client.ask(session["messages"] + "?after=1")["messages"] == []


def test_what_is_wrong_is_told_with_rule_and_place(address: str) -> None:
    client = Client(address)
    session = client.session()
    answer = client.ask(session["messages"], {"to": "server", "octets": envelope()[:-9].hex()})
    assert answer["outcome"] == "refused" and answer["code"] and "octet" in answer["place"]
    page = client.raw(session["page"])[1].decode()
    assert f"refused what arrived with {answer['code']}" in page and "octet" in page
    assert client.ask(session["messages"], {"to": "server", "octets": envelope().hex()})["outcome"] == "taken"


def test_our_side_does_local_events_too(address: str) -> None:
    client = Client(address)
    session = client.session("server")
    where = f"/api/sessions/{session['id']}/local"
    done = client.ask(where, {"role": "sender", "event": "write", "arguments": {"id": "x", "body": "beef"}})
    assert done["outcome"] == "done"
    [frame] = client.ask(session["messages"])["messages"]
    assert frame["from"] == "sender"
    refused = client.ask(where, {"role": "sender", "event": "sing", "arguments": {}})
    assert refused["outcome"] == "refused" and refused["code"] == "A7-R012"
    assert client.ask(where, {"role": "server", "event": "x", "arguments": {}})["code"] == "A7-R092"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/sessions", b"nonsense", 400, "A7-R091"), ("/api/sessions", b"[]", 400, "A7-R091"),
        ("/api/sessions", b"[" * 100_000, 400, "A7-R091"), ("/api/sessions", b"{}", 400, "A7-R091"),
        ("/api/sessions", b'{"protocol":"x","role":"y"}', 404, "A7-R092"),
        ("/api/sessions", b'{"protocol":"Delivery","role":"y"}', 404, "A7-R092"),
        ("/api/sessions", b" " * (5 << 20), 413, "A7-R093"),
        ("/api/sessions/x/messages", b"{}", 404, "A7-R092"),
        ("/sessions/..%2f..%2fetc", None, 404, ""), ("/sessions/<script>", None, 404, "A7-R092"),
        ("{messages}", b'{"to":"server","octets":"0G"}', 400, "A7-R091"),
        ("{messages}", b'{"to":"nobody","octets":"00"}', 404, "A7-R092"),
        ("{messages}?after=-1", None, 400, "A7-R091"),
        ("{messages}", b'{"to":"server","octets":"' + b"00" * ((1 << 20) + 1) + b'"}', 413, "A7-R093"),
    ],
)  # fmt: skip
def test_requests_that_are_declined(
    address: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    client = Client(address)
    session = client.session()
    found, answer, headers = client.raw(
        path.replace("{messages}", session["messages"]).replace("<", "%3C"), body
    )
    assert found == status and (not code or json.loads(answer)["code"] == code)
    assert not code or code in CODES and headers["X-Content-Type-Options"] == "nosniff"


def test_a_request_that_does_not_come_holds_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "DEADLINE_SECONDS", 0.2)
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(b"POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
        answer = slow.recv(65536)
        while b"A7-" not in answer and (more := slow.recv(65536)):
            answer += more
    assert answer.startswith(b"HTTP/1.1 408") and b"A7-R094" in answer


@pytest.mark.parametrize("before", [b"", b"GET /api/offer HTTP/1.1\r\nHost: x\r\n\r\n"])
@pytest.mark.parametrize("begun", [b"", b"GET /api/offer HTTP/1.1\r\nX: "])
def test_a_request_that_is_never_whole_ends(
    address: str, monkeypatch: pytest.MonkeyPatch, before: bytes, begun: bytes
) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.2)
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as slow:
        if before:
            slow.sendall(before)
            assert slow.recv(65536).startswith(b"HTTP/1.1 200")
            begun = begun or b"G"
        slow.sendall(begun)
        began = time.monotonic()
        while slow.recv(65536):
            continue
    assert time.monotonic() - began < 3


def test_a_request_in_time_stays_as_long_as_it_likes(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.2)
    client = Client(address)
    session = client.session()
    at, headers = address.replace("http", "ws") + session["wire"], {"Authorization": f"Bearer {client.token}"}
    with connect(at, additional_headers=headers) as wire:
        time.sleep(0.5)
        wire.send(json.dumps({"to": "server", "octets": envelope().hex()}))
        assert {"ack", "from"} & set(json.loads(wire.recv(5)))


class Deaf:
    """A WebSocket whose other end does not read."""

    closed = 0

    async def send_text(self, text: str) -> None:
        await asyncio.sleep(60)

    async def close(self, code: int, reason: str) -> None:
        self.closed = code


def test_a_client_that_does_not_read_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "DEADLINE_SECONDS", 0.05)
    deaf: Any = Deaf()
    with pytest.raises(WebSocketDisconnect):
        asyncio.run(app.Sockets._give(deaf, {"number": 1}))
    assert deaf.closed == 4094


def test_what_cannot_be_written_is_not_done_and_stops_nobody(tmp_path: Path) -> None:
    served = service(str(tmp_path / "peer.db"))
    account = served.account(served.new_account())
    bad, good = (served.new_session(account, "Delivery", "sender") for _ in range(2))
    store = served._store
    store.add_input(
        bad.row.id, 1, Input(0, "message", {})
    ).result()  # its number is taken: the next one fails

    async def both() -> list[Any]:
        asked = (served.message(each, "server", envelope()) for each in (bad, good, good))
        return await asyncio.gather(*asked, return_exceptions=True)

    refused, *taken = asyncio.run(both())
    assert isinstance(refused, Declined) and (refused.code, refused.status) == ("A7-R095", 507)
    assert [each["outcome"] for each in taken] == ["taken", "taken"]
    assert bad.inputs == 0 and bad.peer.trace.count == 0 and len(store.inputs(good.row.id)) == 2


def test_a_session_that_somebody_uses_stays_in_memory() -> None:
    served = service(quotas=Quotas(awake=2))
    account = served.account(served.new_account())
    used = served.new_session(account, "Delivery", "sender")
    with used.listening():
        for _ in range(4):
            served.new_session(account, "Delivery", "sender")
        assert served.session(used.row.id) is used
    for _ in range(4):
        served.new_session(account, "Delivery", "sender")
    assert served.held(used.row.id) is None and served.session(used.row.id, account) is not used


def test_whoever_goes_away_leaves_the_session_whole(tmp_path: Path) -> None:
    served = service(str(tmp_path / "peer.db"))
    live = served.new_session(served.account(served.new_account()), "Delivery", "sender")

    async def hurried() -> None:
        asked = asyncio.ensure_future(served.message(live, "server", envelope("a")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()
        await served.message(live, "server", envelope("b"))

    asyncio.run(hurried())
    again = service(str(tmp_path / "peer.db")).session(live.row.id)
    assert live.inputs == again.inputs == 2 and again.peer.frames == live.peer.frames


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of `localhost` by itself, and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, raw, plain = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, raw, plain))
    return folder / "certificate.pem", folder / "key.pem"


def test_it_speaks_tls(tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    more = ("--certificate", str(certificate), "--key", str(key))
    process, address = _served(tmp_path / "peer.db", *more)
    try:
        trusted = ssl.create_default_context(cafile=str(certificate))
        at = address.replace("127.0.0.1", "localhost")
        with urllib.request.urlopen(at + "/api/offer", timeout=10, context=trusted) as answer:
            assert at.startswith("https://") and json.loads(answer.read())["protocols"]
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(at, timeout=10)
    finally:
        process.terminate()
        process.wait()


def test_sessions_are_their_accounts(address: str) -> None:
    client, other = Client(address), Client(address)
    session = client.session()
    body = json.dumps({"to": "server", "octets": ""}).encode()
    assert other.raw(session["messages"], body)[0] == 404
    assert json.loads(client.raw(session["messages"], body, token="wrong")[1])["code"] == "A7-R090"
    assert other.raw(f"/sessions/{session['id']}/export?secrets=yes")[0] == 404
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)),
        connect(
            address.replace("http", "ws") + session["wire"], additional_headers={"Authorization": "Bearer x"}
        ) as wire,
    ):
        wire.recv()


def test_quotas() -> None:
    served = service(quotas=Quotas(accounts=1, sessions=1, inputs=2, requests=5))
    account = served.account(served.new_account())
    live = served.new_session(account, "Delivery", "sender")
    for asked in (served.new_account, lambda: served.new_session(account, "Delivery", "sender")):
        with pytest.raises(Declined) as caught:
            asked()
        assert (caught.value.code, caught.value.status) == ("A7-R093", 429)
    asyncio.run(served.message(live, "server", b""))
    asyncio.run(served.message(live, "server", b""))
    with pytest.raises(Declined, match="2 inputs"):
        asyncio.run(served.message(live, "server", b""))


def test_the_wire_both_ways_and_again_after_a_break(address: str) -> None:
    client = Client(address)
    session = client.session()
    at = address.replace("http", "ws") + session["wire"]
    headers = {"Authorization": f"Bearer {client.token}"}
    with connect(at, additional_headers=headers) as wire:
        wire.send(json.dumps({"to": "server", "octets": envelope().hex()}))
        answers = [json.loads(wire.recv(5)), json.loads(wire.recv(5))]
        acks = [each for each in answers if "ack" in each]
        assert [each["outcome"] for each in acks] == ["taken"] and len(acks) == 1
        wire.send("nonsense")
        assert json.loads(wire.recv(5))["code"] == "A7-R091"
    with connect(f"{at}?after=0", additional_headers=headers) as wire:
        assert json.loads(wire.recv(5))["number"] == 1


def test_misbehaving_sends_only_what_must_be_refused(address: str) -> None:
    client = Client(address)
    session = client.session()
    sent = client.ask(f"/api/sessions/{session['id']}/misbehave", {})["sent"]
    frames = client.ask(session["messages"])["messages"]
    assert len(frames) == sent and all(frame["expects"] for frame in frames)


def test_an_export_shows_no_secret(address: str) -> None:
    client = Client(address)
    session = client.session("recipient")
    where = f"/api/sessions/{session['id']}/local"
    client.ask(where, {"role": "sender", "event": "write", "arguments": {"id": "x", "body": "beef"}})
    whole = client.raw(f"/sessions/{session['id']}/export?secrets=yes")[1].decode()
    secrets = {
        step["value"]
        for line in map(json.loads, whole.splitlines())
        if line["kind"] == "derive"
        for step in line["steps"]
        if step["secret"]
    }
    shown = client.raw(f"/sessions/{session['id']}/export")[1].decode()
    assert secrets and not any(secret in shown for secret in secrets) and "secret of 32 octets" in shown


def test_a_new_start_plays_the_session_anew_to_the_octet(tmp_path: Path) -> None:
    path = str(tmp_path / "peer.db")
    first = service(path)
    live = first.new_session(first.account(first.new_account()), "Delivery", "sender")
    for name in ("a", "b", "c"):
        assert asyncio.run(first.message(live, "server", envelope(name)))["outcome"] == "taken"
    second = service(path)
    again = second.session(live.row.id)
    with first.shown(live) as here, second.shown(again) as there:
        assert here.trace.lines() == there.trace.lines() and here.trace.entries
        assert again.peer.frames == live.peer.frames == here.frames
        assert live.peer.trace.count == here.trace.count and not live.peer.trace.entries


def _served(store: Path, *more: str) -> tuple[subprocess.Popen[str], str]:
    program = [sys.executable, "-m", "art7.cli", "serve", str(MINIMAL), "--port", "0", "--store", str(store)]
    program += more
    process = subprocess.Popen(program, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("listening: "), line
    return process, line.split()[1].rstrip("/")


@pytest.mark.slow
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    store = tmp_path / "peer.db"
    acknowledged, token, session = [], "", None
    for _ in range(3):
        process, address = _served(store)
        client = Client(address, token or None)
        token = client.token
        session = session or client.session()
        killer = threading.Timer(0.3, process.send_signal, (signal.SIGKILL,))
        killer.start()
        try:
            while True:
                name = f"m{len(acknowledged)}"
                if (
                    client.ask(session["messages"], {"to": "server", "octets": envelope(name).hex()})[
                        "outcome"
                    ]
                    == "taken"
                ):
                    acknowledged.append(name)
        except (OSError, ValueError):
            process.wait()
    process, address = _served(store)
    frames = Client(address, token).ask(session["messages"])["messages"]
    process.terminate()
    process.wait()
    receipts = [LAYERS.open("minimal.Frame", bytes.fromhex(each["octets"]), CODEC)[1] for each in frames]
    names = [CODEC.decode("minimal.Receipt", each)["id"] for each in receipts]
    assert acknowledged and set(acknowledged) <= set(names)
    assert (
        len(names) - len(set(names)) <= 3
    )  # one at most a kill: its answer was lost, and the stranger repeated it


@pytest.mark.skipif(find_browser() is None, reason="no Chromium")
def test_the_page_of_a_session_in_a_browser(address: str, tmp_path: Path) -> None:
    client = Client(address)
    session = client.session()
    client.ask(session["messages"], {"to": "server", "octets": b"<script>alert(1)</script>".hex()})
    hostile = envelope("<img src=x onerror=alert(1)>")
    with Browser(find_browser() or "", tmp_path / "profile") as browser:
        visit = browser.visit(address + session["page"])
        assert visit.errors == [] and all(each.startswith((address, "data:,")) for each in visit.requests)
        before = browser.evaluate("document.querySelectorAll('details').length")
        client.ask(session["messages"], {"to": "server", "octets": hostile.hex()})
        for _ in range(50):
            if browser.evaluate("document.querySelectorAll('details').length") > before:
                break
            time.sleep(0.1)
        assert browser.evaluate("document.querySelectorAll('details').length") > before
        assert browser.evaluate("document.querySelectorAll('img,script:not([src])').length") == 0
        text = browser.evaluate("document.body.textContent")
        assert "onerror=alert" in text and "refused what arrived" in text and "minimal.Frame" in text
        assert browser.visit(address + session["page"]).errors == []
        browser.screenshot(Path(os.environ.get("ART7_SHOTS", tmp_path)) / "session.png")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--certificate", "x.pem"), "--key"),
        (("--store", "/nowhere/at/all.db"), "is no store"),
        (("--store", str(Path(__file__))), "is no store"),
        (("--port", "70000"), "--port"),
    ],
)
def test_unusable_requests(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str) -> None:
    assert main(["serve", str(MINIMAL), *arguments]) == 2
    captured = capsys.readouterr()
    assert says in captured.err and not captured.out and "Traceback" not in captured.err
