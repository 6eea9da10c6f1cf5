"""Olm and Megolm with vodozemac (Rust) and libolm (C): both roles, any order, sessions handed on, and refusals."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from art7.runtime.sessions.olm.account import Account
from art7.runtime.sessions.olm.megolm import GroupInbound, GroupOutbound
from art7.runtime.sessions.olm.session import OlmSession
from art7.runtime.sessions.olm.suite import OlmSuite
from art7.runtime.sessions.refusals import SessionRefused
from corpus import REPOSITORY
from peers import HOME, Peer, PeerFailed, flipped, need
from session_faces import FACES, seeded, session_face

pytestmark = pytest.mark.peers

PROGRAM = "v-sig/bin/python"


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    need(PROGRAM, group="signal")
    driver = REPOSITORY / "tests" / "peers" / "drivers" / "olm_driver.py"
    with Peer([str(HOME / PROGRAM), str(driver)]) as made:
        yield made


@pytest.fixture(scope="module", params=FACES)
def suite(request: pytest.FixtureRequest) -> Iterator[OlmSuite]:
    with session_face(request.param, "matrix.olm") as face:
        yield OlmSuite(face)


@pytest.fixture(params=["vodozemac", "libolm"])
def which(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def text_of(octets: bytes) -> str:
    return base64.b64encode(octets).rstrip(b"=").decode()


def octets_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def received(peer: Peer, name: str, message: tuple[int, bytes]) -> str:
    text: str = peer("decrypt", name=name, kind=message[0], body=text_of(message[1]))["text"]
    return text


def sent(peer: Peer, name: str, text: str) -> tuple[int, bytes]:
    reply = peer("encrypt", name=name, text=text)
    return reply["kind"], octets_of(reply["body"])


def begun_by_us(peer: Peer, suite: OlmSuite, which: str, key: str) -> tuple[OlmSession, str]:
    """A session whose first message we send: to a one-time key or a fallback key."""
    keys = peer("account", name="bob", which=which, keys=1, fallback=True)
    own = Account.make(suite, seeded(which))
    session = own.begin(octets_of(keys["identity"]), octets_of(keys[key][0]))
    kind, body = session.encrypt(b"hello")
    assert kind == 0
    given: dict[str, Any] = {"account": "bob", "identity": text_of(own.identity_key)}
    for at in (5, len(body) // 2, -1):
        with pytest.raises(PeerFailed):
            peer("accept", name="session", body=text_of(flipped(body, at)), **given)
    reply = peer("accept", name="session", body=text_of(body), **given)
    assert reply["text"] == "hello" and octets_of(reply["session"]) == session.name
    return session, "session"


def begun_by_them(peer: Peer, suite: OlmSuite, which: str, key: str) -> tuple[OlmSession, str]:
    own = Account.make(suite, seeded(which))
    own.add_one_time_keys(1)
    own.add_fallback_key()
    public = own.one_time_keys() if key == "one_time" else own.fallback_key()
    theirs = peer("account", name="ann", which=which)
    given = {"identity": text_of(own.identity_key), "one_time": text_of(*public.values())}
    name = peer("begin", name="session", account="ann", **given)["session"]
    kind, body = sent(peer, "session", "hello")
    assert kind == 0
    for at in range(0, len(body), 7):
        with pytest.raises(SessionRefused):
            own.accept(flipped(body, at), octets_of(theirs["identity"]))
    session, text = own.accept(body, octets_of(theirs["identity"]))
    assert text == b"hello" and session.name == octets_of(name)
    return session, "session"


@pytest.mark.parametrize("key", ["one_time", "fallback"])
@pytest.mark.parametrize("begin", [begun_by_us, begun_by_them], ids=["we begin", "they begin"])
def test_sessions_in_any_order(peer: Peer, suite: OlmSuite, which: str, begin: Any, key: str) -> None:
    session, theirs = begin(peer, suite, which, key)
    for turn in range(4):
        ours = {number: session.encrypt(b"%d" % number) for number in range(5)}
        for number in (2, 0, 4, 3, 1):
            if number == 4:
                with pytest.raises(PeerFailed):
                    received(peer, theirs, (ours[4][0], flipped(ours[4][1])))
            assert received(peer, theirs, ours[number]) == str(number)
        with pytest.raises(PeerFailed):
            received(peer, theirs, ours[3])
        answers = {number: sent(peer, theirs, f"{turn} {number}") for number in range(5)}
        session = OlmSession.read(suite, seeded(f"{which} {turn}"), session.octets())
        for number in (3, 0, 4, 1, 2):
            kind, body = answers[number]
            for at in range(-12, 0, 5):
                with pytest.raises(SessionRefused):
                    session.decrypt(kind, flipped(body, at))
            assert session.decrypt(kind, body) == f"{turn} {number}".encode()
            with pytest.raises(SessionRefused, match="duplicate_message"):
                session.decrypt(kind, body)


def test_messages_of_an_older_chain(peer: Peer, suite: OlmSuite, which: str) -> None:
    session, theirs = begun_by_us(peer, suite, which, "one_time")
    late = sent(peer, theirs, "late")
    assert session.decrypt(*sent(peer, theirs, "early")) == b"early"
    own_late = session.encrypt(b"late too")
    assert received(peer, theirs, session.encrypt(b"x")) == "x"
    assert session.decrypt(*sent(peer, theirs, "next chain")) == b"next chain"
    assert session.decrypt(*late) == b"late"
    assert received(peer, theirs, session.encrypt(b"y")) == "y"
    assert received(peer, theirs, own_late) == "late too"


def test_signatures(peer: Peer, suite: OlmSuite, which: str) -> None:
    keys = peer("account", name="signer", which=which)
    signature = octets_of(peer("sign", name="signer", text='{"a":1}')["signature"])
    public = octets_of(keys["signing"])
    suite.verify(public_key=public, message=b'{"a":1}', signature=signature)
    for message, changed in ((b'{"a":2}', signature), (b'{"a":1}', flipped(signature))):
        with pytest.raises(suite.failures) as refused:
            suite.verify(public_key=public, message=message, signature=changed)
        assert refused.value.code == "bad_signature"


def test_rooms_that_we_write_to(peer: Peer, suite: OlmSuite, which: str) -> None:
    session = GroupOutbound.make(suite, seeded(which))
    peer("group_join", name="room", which=which, key=text_of(session.session_key()))
    with pytest.raises(PeerFailed):
        peer("group_join", name="bad", which=which, key=text_of(flipped(session.session_key())))
    messages = [session.encrypt(b"%d" % number) for number in range(300)]
    for number in (0, 2, 1, 299, 255, 256):
        with pytest.raises(PeerFailed):
            peer("group_decrypt", name="room", body=text_of(flipped(messages[number])))
        reply = peer("group_decrypt", name="room", body=text_of(messages[number]))
        assert (reply["text"], reply["index"]) == (str(number), number)
    exported = GroupInbound.from_export(suite, octets_of(peer("group_export", name="room", index=200)["key"]))
    assert exported.decrypt(messages[256]) == (b"256", 256)
    peer("group_join", name="later", which=which, key=text_of(session.session_key()))
    assert peer("group_decrypt", name="later", body=text_of(session.encrypt(b"last")))["index"] == 300


def test_rooms_that_we_read(peer: Peer, suite: OlmSuite, which: str) -> None:
    made = peer("group", name="out", which=which)
    session = GroupInbound.from_session_key(suite, octets_of(made["key"]))
    assert session.public_key == octets_of(made["session"])
    with pytest.raises(SessionRefused, match="bad_signature"):
        GroupInbound.from_session_key(suite, flipped(octets_of(made["key"])))
    texts = [f"text {number}" for number in range(270)]
    messages = [octets_of(peer("group_encrypt", name="out", text=text)["body"]) for text in texts]
    for number in (1, 0, 269, 255, 256):
        for at in range(0, len(messages[number]), 9):
            with pytest.raises(SessionRefused):
                session.decrypt(flipped(messages[number], at))
        assert session.decrypt(messages[number]) == (texts[number].encode(), number)
    exported = session.export(100)
    peer("group_join", name="handed", which=which, key=text_of(exported), exported=True)
    assert peer("group_decrypt", name="handed", body=text_of(messages[100]))["text"] == texts[100]
    with pytest.raises(PeerFailed):
        peer("group_decrypt", name="handed", body=text_of(messages[99]))
