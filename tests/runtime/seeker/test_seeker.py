"""The access seeker against a real `art7 serve`: every offer, every medium, restart, wrong parties, the terminal and the page."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="pip install 'art7[server]'")

from art7.cli.generated import carried_sessions
from art7.cli.sources import read_generator_source
from art7.codegen.kept import kept_project
from art7.grammar.diagnostics import Report
from art7.runtime.layers import layers_of
from art7.runtime.seeker import keeping
from art7.runtime.seeker import messenger as messenger_module
from art7.runtime.seeker.keeping import KeepingUnusable, kept, pack, unpack
from art7.runtime.seeker.page import fields_of, page_server
from art7.runtime.seeker.sdk import Carriage, Sdk, SdkUnusable
from art7.runtime.seeker.session import Session
from art7.runtime.seeker.wire import Declined, NoAnswer, Wire
from browser import Browser, find_browser

OFFERS = Path(__file__).parents[3] / "spec" / "art7" / "spec" / "offers"
ANN, BOB, CLOCK = "+4915112345678", "+33612345678", 1_790_000_000
MEDIA = [
    ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(40)),
    ("audio/ogg", b"OggS" + bytes(60)),
    ("video/webm", b"\x1aE\xdf\xa3" + bytes(300)),
    ("application/octet-stream", bytes(range(256)) * 40),
]


@dataclass(frozen=True)
class Served:
    """A test peer in a process of its own, and what a seeker needs of the offer."""

    name: str
    address: str
    protocol: str
    services: tuple[str, str]
    sdk: Sdk

    def session(self, folder: Path, role: str = "initiator") -> Session:
        return Session(self.sdk, Wire(self.address), self.protocol, role, folder, lambda: next(TIME))


TIME = iter(range(1_000_000, 10**12, 10))
ROWS = {
    "examplechat": ("examplechat.chat.Delivery", ("birdsong", "examplechat")),
    "hybrid": ("hybrid.delivery.Delivery", ("birdsong.example", "parlour.example")),
    "commonground": ("commonground.delivery.Delivery", ("birdsong.example", "commonground.example")),
}


def served(name: str, folder: Path, address: str) -> Served:
    read = read_generator_source(str(OFFERS / name), Report())
    assert read is not None
    spec = read.specification
    for path, text in kept_project(
        spec, read.name, modules=read.modules, carried=carried_sessions(spec)
    ).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    rows = [Carriage(r.carrier, r.slot, r.target, tuple(r.fixed)) for r in layers_of(spec).by_target.values()]
    return Served(name, address, *ROWS[name], Sdk(folder, rows))


@pytest.fixture(
    scope="module", params=["examplechat", "hybrid", pytest.param("commonground", marks=pytest.mark.slow)]
)
def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`art7 serve OFFER` on a free port, over real sockets."""
    process = subprocess.Popen(
        [sys.executable, "-m", "art7.cli", "serve", str(OFFERS / request.param), "--port", "0", "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["listening"]
        yield served(request.param, tmp_path_factory.mktemp("sdk"), address)
    finally:
        process.terminate()
        process.wait(10)


def begun(peer: Served, folder: Path) -> Session:
    session = peer.session(folder)
    assert session.do("enlist", number=ANN, at=peer.services[0], clock=CLOCK)
    assert session.partner("responder", "enlist", number=BOB, at=peer.services[1], clock=CLOCK)
    assert session.do("begin", number=BOB, at=peer.services[1])
    assert session.messenger.state == "Open"
    return session


def lines(session: Session, *who: str) -> list[tuple[str, str]]:
    return [(each.who, each.text) for each in session.messenger.lines if each.who in who]


def settle(session: Session, done: Callable[[], bool]) -> None:
    for _ in range(50):
        if done():
            return
        session.turn()
    raise AssertionError([(x.who, x.text) for x in session.messenger.lines])


def test_texts_both_ways_and_the_same_text_twice(peer: Served, tmp_path: Path) -> None:
    session = begun(peer, tmp_path)
    for text in ("Grüße 🐦", "<b>&amp;</b>", "again", "again"):
        assert session.say(text)
        assert session.partner("responder", "say", body=text)
    texts = ["Grüße 🐦", "<b>&amp;</b>", "again", "again"]
    assert lines(session, "me", "peer") == [(who, text) for text in texts for who in ("me", "peer")]
    assert not lines(session, "fault")


def test_what_was_sent_arrived_at_the_other_end_to_end(peer: Served, tmp_path: Path) -> None:
    """The other person's device has the text; what went over the wire has it nowhere."""
    session = begun(peer, tmp_path)
    session.say("only for Bob, nobody else")
    export = f"{peer.address}sessions/{session.links['id']}/export?secrets=yes"
    request = urllib.request.Request(export, headers={"Authorization": f"Bearer {session.wire.token}"})
    with urllib.request.urlopen(request) as answer:
        entries = [json.loads(line) for line in answer.read().splitlines()]
    octets = b"only for Bob, nobody else".hex()
    wire = [each["octets"] for each in entries if each["kind"] in ("send", "receive") and "octets" in each]
    read = [json.dumps(each) for each in entries if each["role"] == "responder"]
    assert wire and not any(octets in each for each in wire)
    assert any("only for Bob" in each or octets in each for each in read)


def test_every_medium_both_ways(peer: Served, tmp_path: Path) -> None:
    session = begun(peer, tmp_path)
    events = [each for each in ("share", "attach") if each in session.partner_events("responder")]
    for kind, octets in MEDIA:
        assert session.attach(kind, octets)
        settle(
            session, lambda: not session.messenger.outbox and not session.messenger.variables.get("waiting")
        )
        assert session.partner_attach("responder", events, kind, octets)
        settle(session, lambda octets=octets: session.messenger.lines[-1].octets == octets or any(  # type: ignore[misc]
            x.who == "peer" and x.octets == octets for x in session.messenger.lines))  # fmt: skip
    for who in ("me", "peer"):
        found = [(x.media_type, x.octets) for x in session.messenger.lines if x.who == who]
        assert found == MEDIA
    assert not lines(session, "fault")


def test_a_file_that_no_test_peer_takes_leaves_the_conversation_as_it_was(
    peer: Served, tmp_path: Path
) -> None:
    session = begun(peer, tmp_path)
    before = dict(session.messenger.variables)
    assert not session.attach("video/webm", bytes(2 << 20))
    assert session.messenger.state == "Open" and dict(session.messenger.variables) == before
    assert [text.partition(":")[0] for _, text in lines(session, "fault")] == ["you"]
    assert session.say("still here") and lines(session, "me") == [("me", "still here")]


def test_old_media_make_room(peer: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messenger_module, "MOST_MEDIA", 100)
    session = peer.session(tmp_path)
    for number in range(4):
        session.messenger.tell("peer", str(number), "", "image/png", bytes(40))
    assert [len(each.octets) for each in session.messenger.lines] == [0, 0, 40, 40]


def test_receipts_are_shown(peer: Served, tmp_path: Path) -> None:
    session = begun(peer, tmp_path)
    session.say("read me")
    mark = next(each.mark for each in session.messenger.lines if each.who == "me")
    assert mark == ("received" if "waiting" in session.messenger.variables else "sent")


def test_a_restart_goes_on_with_the_same_keys(peer: Served, tmp_path: Path) -> None:
    first = begun(peer, tmp_path)
    first.say("before")
    first.partner("responder", "say", body="heard")
    assert (tmp_path / "state.json").stat().st_mode & 0o077 == 0
    second = peer.session(tmp_path)
    assert second.messenger.variables == first.messenger.variables
    assert second.say("after") and second.partner("responder", "say", body="still you")
    assert [text for _, text in lines(second, "me", "peer")] == ["before", "heard", "after", "still you"]
    assert not lines(second, "fault")


def test_what_was_not_acknowledged_is_sent_again_as_the_same_octets(peer: Served, tmp_path: Path) -> None:
    session = begun(peer, tmp_path)
    ask, session.wire.ask = session.wire.ask, _no_answer  # type: ignore[method-assign]
    assert session.say("through the dark")
    [(name, to, octets), *_] = session.messenger.outbox
    session.wire.ask = ask  # type: ignore[method-assign]
    again = peer.session(tmp_path)
    assert again.messenger.outbox[0] == (name, to, octets)
    again.turn()
    assert not again.messenger.outbox and again.partner("responder", "say", body="it came")
    assert lines(again, "peer") == [("peer", "it came")]


def _no_answer(path: str, data: Any = None) -> Any:
    raise NoAnswer("no answer: unplugged")


def test_new_keys_of_the_other_side_are_told(peer: Served, tmp_path: Path) -> None:
    session = begun(peer, tmp_path)
    session.say("is it you?")
    assert session.partner("responder", "renew", clock=CLOCK + 600)
    assert any("new keys" in text for _, text in lines(session, "note"))


def test_an_unknown_number_is_the_gatekeepers_refusal(peer: Served, tmp_path: Path) -> None:
    session = peer.session(tmp_path)
    session.do("enlist", number=ANN, at=peer.services[0], clock=CLOCK)
    session.partner("responder", "enlist", number=BOB, at=peer.services[1], clock=CLOCK)
    session.do("begin", number="+33699999999", at=peer.services[1])
    [(_, text)] = lines(session, "fault")
    assert text.startswith("the gatekeeper refused: ") and "found" in text


def test_who_was_wrong(peer: Served, tmp_path: Path) -> None:
    session = begun(peer, tmp_path)
    session.say("first")
    session.partner("responder", "say", body="so that there is something to lose")
    messenger, before = session.messenger, dict(session.messenger.variables)
    assert not session.do("begin_again") and not session.do("enlist", number=ANN, at="x", clock=CLOCK)
    assert not messenger.take("gatekeeper", b"\xff" * 40, 0)
    assert not messenger.take("nobody", b"", 0)
    messenger.outbox.append(("a broken message", "gatekeeper", b"\x00\x01"))
    session.turn()
    session.wire.ask = _no_answer  # type: ignore[method-assign]
    session.turn()
    faults = [text for _, text in lines(session, "fault")]
    assert [each.partition(":")[0] for each in faults] == [
        "you", "you", "gatekeeper (the other party)", "nobody (the other party)", "we", "the network or the test peer",
    ]  # fmt: skip
    assert "gatekeeper refused our a broken message" in faults[4]
    assert dict(messenger.variables) == before


def test_octets_that_were_changed_are_refused_and_nothing_is_lost(peer: Served, tmp_path: Path) -> None:
    """Each octet of a real message, one bit turned: a line or nothing new, never a traceback; then the true one is taken."""
    session = begun(peer, tmp_path)
    session.say("first")
    where = f"/api/sessions/{session.links['id']}/local"
    data = {"role": "responder", "event": "say", "arguments": {"body": "the true text"}}
    assert session.wire.ask(where, data)["outcome"] == "done"
    frames = session.wire.ask(f"{session.links['messages']}?after={session.after}")["messages"]
    octets = bytes.fromhex(frames[-1]["octets"])
    kept_state, refused, places = (
        session.messenger.packed(),
        0,
        range(0, len(octets), max(1, len(octets) // 60)),
    )
    for place in places:
        changed = octets[:place] + bytes((octets[place] ^ 1,)) + octets[place + 1 :]
        refused += not session.messenger.take("gatekeeper", changed, 0)
        # What the offer does not authenticate, such as the number of a stanza, may differ; the text may not.
        assert {text for _, text in lines(session, "peer")} <= {"the true text"}, place
        session.messenger.restore(kept_state)
    assert refused > len(places) // 2
    session.turn()
    assert lines(session, "peer") == [("peer", "the true text")]


@pytest.mark.parametrize("peer", ["examplechat", "hybrid"], indirect=True)
def test_the_terminal(peer: Served, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(MEDIA[0][1])
    typed = [
        f"/enlist {ANN} {peer.services[0]}", f"/partner enlist {BOB} {peer.services[1]}",
        f"/begin {BOB} {peer.services[1]}", "Hello there", "/partner say bold \x1b[1m answer",
        f"/file {tmp_path / 'photo.png'}", "/who", "/file /nowhere/at/all", "/dance",
    ]  # fmt: skip
    command = [
        sys.executable, "-m", "art7.cli", "seeker", str(OFFERS / peer.name), "--peer", peer.address,
        "--state", str(tmp_path / "me"), "--clock", str(CLOCK), "--role", "initiator",
    ]  # fmt: skip
    done = typing(command, typed)
    assert done.returncode == 1, done.stderr
    assert "> Hello there" in done.stdout and "< bold \\u{1B}[1m answer" in done.stdout
    assert "> [image/png] 48 octets" in done.stdout
    assert "`/nowhere/at/all` cannot be read" in done.stdout and "`/dance` is no command" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr and "\x1b" not in done.stdout
    again = typing([*command, "--format", "json"], ["And again", "/quit"])
    told = [json.loads(line) for line in again.stdout.splitlines()]
    assert again.returncode == 0
    assert [each["text"] for each in told if each["who"] == "me"][:1] == ["Hello there"]
    assert "And again" in [each["text"] for each in told if each["who"] == "me"]


def typing(command: list[str], lines: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input="\n".join(lines), capture_output=True, encoding="utf-8", timeout=60,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("peer", ["examplechat"], indirect=True)
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--peer", "http://127.0.0.1:1"], "the test peer: no answer"),
        (["--peer", "nonsense"], "not http://"),
        (["--peer", "{peer}", "--protocol", "other"], "protocols with a local event `say`"),
        (["--peer", "{peer}", "--role", "nobody"], "knows no role nobody"),
        (["--peer", "{peer}", "--authority", "/nowhere"], "a file cannot be used"),
    ],
)
def test_what_the_command_cannot_use(peer: Served, more: list[str], said: str, tmp_path: Path) -> None:
    given = [each.replace("{peer}", peer.address) for each in more]
    command = [sys.executable, "-m", "art7.cli", "seeker", str(OFFERS / peer.name), "--state", str(tmp_path)]
    done = typing([*command, *given], [])
    assert done.returncode == 2 and said in done.stderr, done.stderr


def test_what_comes_arrives_by_the_websocket(peer: Served, tmp_path: Path) -> None:
    """Nobody asks by HTTP for what came: the socket brings it, once, and goes on after the last one."""
    session = begun(peer, tmp_path)
    session.say("first")
    ended = threading.Event()
    session.turn, held = lambda: False, session.turn  # type: ignore[method-assign]
    follower = threading.Thread(target=session.listen, args=(ended,), daemon=True)
    follower.start()
    where = f"/api/sessions/{session.links['id']}/local"
    data = {"role": "responder", "event": "say", "arguments": {"body": "by itself"}}
    try:
        assert session.wire.ask(where, data)["outcome"] == "done"
        deadline = time.monotonic() + 10
        while not lines(session, "peer") and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        ended.set()
        follower.join(10)
    assert lines(session, "peer") == [("peer", "by itself")] and not follower.is_alive()
    session.turn = held  # type: ignore[method-assign]
    session.turn()
    assert lines(session, "peer") == [("peer", "by itself")] and not lines(session, "fault")


# ---- the page ------------------------------------------------------------------------------------------------


@pytest.fixture
def page(peer: Served, tmp_path: Path) -> Iterator[tuple[Session, str]]:
    session = begun(peer, tmp_path)
    server = page_server(session, 0, "the-word")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield session, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def post(address: str, body: bytes, kind: str, host: str = "") -> int:
    headers = {"Content-Type": kind} | ({"Host": host} if host else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("peer", ["examplechat"], indirect=True)
def test_the_page_escapes_and_guards(page: tuple[Session, str]) -> None:
    session, address = page
    assert post(f"{address}/say", b"word=the-word&body=%3Cscript%3Ealert(1)%3C%2Fscript%3E", FORM) == 200
    session.partner("responder", "say", body='<img src=x onerror="alert(2)">')
    with urllib.request.urlopen(address) as answer:
        text, headers = answer.read().decode(), answer.headers
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)" in text and "&lt;img src=x" in text
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    number = len(session.messenger.lines)
    assert post(f"{address}/say", b"word=guessed&body=x", FORM) == 403
    assert post(f"{address}/say", b"word=the-word&body=x", FORM, host="evil.example:80") == 403
    assert post(f"{address}/say", b"\xff", "nonsense") == 403
    assert len(session.messenger.lines) == number


@pytest.mark.parametrize("peer", ["examplechat"], indirect=True)
def test_a_file_from_the_page(page: tuple[Session, str]) -> None:
    session, address = page
    body = (
        b'--xyz\r\nContent-Disposition: form-data; name="word"\r\n\r\nthe-word\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        + MEDIA[0][1] + b"\r\n--xyz--\r\n"
    )  # fmt: skip
    assert post(f"{address}/attach", body, "multipart/form-data; boundary=xyz") == 200
    mine = [(x.media_type, x.octets) for x in session.messenger.lines if x.who == "me"]
    assert mine == [MEDIA[0]]


@pytest.mark.parametrize("peer", ["examplechat"], indirect=True)
@pytest.mark.skipif(find_browser() is None, reason="no Chromium (ART7_BROWSER)")
def test_the_page_in_a_browser(page: tuple[Session, str], tmp_path: Path) -> None:
    session, address = page
    session.say("Hello from the seeker <i>")
    session.partner("responder", "say", body="<b>Hello</b> back")
    program = find_browser()
    assert program is not None
    with Browser(program, tmp_path / "profile", 800, 700) as browser:
        visit = browser.visit(address)
        assert not visit.errors and all(
            each.startswith((address, "data:", "about:")) for each in visit.requests
        )
        assert "<b>Hello</b> back" in browser.evaluate("document.body.innerText")
        session.partner("responder", "say", body="seen without a reload")
        wait = "new Promise(go => setTimeout(() => go(document.body.innerText), 1600))"
        assert "seen without a reload" in browser.evaluate(wait)
        if folder := os.environ.get("ART7_SCREENSHOTS"):
            browser.screenshot(Path(folder) / "seeker.png")


# ---- parts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [b"\x00\xff", "ü", 1, True, None, [1, b"x"], {"a": b"b", 1: [2]}, {1, 2}])
def test_what_is_kept_comes_back(value: Any) -> None:
    assert unpack(json.loads(json.dumps(pack(value)))) == value


@pytest.mark.parametrize("text", ["", "{", "[]", '{"form":2}', "[" * 100_000, '{"form":1'])
def test_a_spoilt_state_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(KeepingUnusable):
        kept(tmp_path / "state.json")
    with pytest.raises(KeepingUnusable):
        pack(object())


def test_it_stands_on_the_sdk_alone() -> None:
    """A stranger has the SDK and the standard library: nothing of the language or of the rest of the runtime."""
    folder = Path(keeping.__file__).parent
    found = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    others = {name for name in found if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in others if not name.startswith("art7.runtime.seeker")} <= {
        "websockets.exceptions", "websockets.sync.client",
    }  # fmt: skip
    assert "art7.runtime.seeker.sdk" in others


def test_what_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(SdkUnusable, match="0 generated SDKs"):
        Sdk(tmp_path)
    for address in ("file:///etc/passwd", "ftp://x", "nonsense"):
        with pytest.raises(NoAnswer):
            Wire(address)
    with pytest.raises(NoAnswer):
        Wire("http://127.0.0.1:1").ask("/api/offer")


@pytest.mark.parametrize(
    ("kind", "body"),
    [("", b"a=b"), ("multipart/form-data", b"x"), ("multipart/form-data; boundary=", b"x"),
     ("multipart/form-data; boundary=y", b"--y\r\n\r\n"), (FORM, b"&".join([b"a=b"] * 99))],
)  # fmt: skip
def test_what_is_no_form_has_no_fields(kind: str, body: bytes) -> None:
    assert fields_of(kind, body) == {}


@pytest.mark.parametrize("peer", ["examplechat"], indirect=True)
def test_a_declined_request_tells_its_code(peer: Served) -> None:
    with pytest.raises(Declined) as caught:
        Wire(peer.address, "wrong").ask("/api/sessions", {"protocol": peer.protocol, "role": "initiator"})
    assert caught.value.code == "A7-R090"
