"""Signing in with an independent provider of OpenID Connect, every request and answer in the catalogue's structures."""

from __future__ import annotations

import re
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from art7.runtime.jose.keys import JoseRefused
from art7.runtime.oidc.relying_party import Client, Pending, RelyingParty, keys_of
from art7.runtime.sessions.face import Face
from peers import HOME, need
from session_faces import FACES, session_face

pytestmark = pytest.mark.peers
CLIENT = Client("art7", "http://127.0.0.1:9/cb", "art7-secret-art7-secret-art7-secret")


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a running provider."""
    need("npm-id/oidc_op.mjs", "npm-id/node_modules/oidc-provider", group="id")
    port = free_port()
    process = subprocess.Popen(
        ["node", "oidc_op.mjs", str(port)],
        cwd=HOME / "npm-id",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "ietf.http") as found:
        yield found


class Browser:
    """Sends one request after another, with the cookies that it was given."""

    def __init__(self, face: Face) -> None:
        self._request, self._response = face.record("ietf.http.Request"), face.record("ietf.http.Response")
        self._types = {
            name: face.record(f"ietf.http.{name}") for name in ("Target", "Origin", "Authority", "MediaType")
        }
        self._cookies: dict[str, str] = {}

    def __call__(self, url: str, form: bytes = b"", bearer: str | None = None) -> tuple[int, str, bytes]:
        """Return status, where to go on, and body."""
        parts = urlsplit(url)
        method = "POST" if form else "GET"
        octets = self._octets(method, parts, form, bearer)
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20) as sent:
            sent.sendall(octets)
            received = b"".join(iter(lambda: sent.recv(1 << 16), b""))
        answer = self._response.decode(received, method=method)
        for row in answer.set_cookie:
            name, _, value = row.partition(";")[0].partition("=")
            self._cookies[name.strip()] = value
        chunks = [] if answer.chunked is None else answer.chunked.chunks
        return (
            answer.status,
            answer.location or "",
            bytes(answer.body) + b"".join(bytes(one.data) for one in chunks),
        )

    def _octets(self, method: str, parts: Any, form: bytes, bearer: str | None) -> bytes:
        origin = self._types["Origin"](path=parts.path or "/", query=parts.query or None)
        members: dict[str, Any] = {
            "method": method,
            "target": self._types["Target"](origin=origin, elsewhere=None),
            "minor": 1,
            "host": self._types["Authority"](host=parts.hostname, port=parts.port),
            "connection": ["close"],
            "accept": ["*/*"],
            **{name: [] for name in ("transfer_encoding", "content_encoding", "upgrade")},
            "body": form,
            "unknown": self._unknown(),
        }
        if form:
            members["content_type"] = self._types["MediaType"](
                type="application", subtype="x-www-form-urlencoded", parameters={}
            )
        if bearer is not None:
            members["authorization"] = f"Bearer {bearer}"
        return bytes(self._request(**members).encode())

    def _unknown(self) -> Any:
        if not self._cookies:
            return []
        text = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        # Headers that the structure does not name have a form of their own in each execution.
        octets = b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + text.encode("ascii") + b"\r\n\r\n"
        return self._request.decode(octets).unknown


def signed_in(browser: Browser, url: str) -> str:
    """Walk through the provider's pages as a user would; return the address that it sends back to."""
    form = b""
    for _ in range(16):
        status, location, body = browser(url, form)
        if location.startswith(CLIENT.redirect_uri):
            return location
        if location:
            url, form = urljoin(url, location), b""
            continue
        assert status == 200, body[:300]
        [action] = re.findall(rb'action="([^"]+)"', body)[:1]
        [prompt] = re.findall(rb'name="prompt" value="(\w+)"', body)[:1]
        url = urljoin(url, action.decode())
        form = b"prompt=login&login=alice&password=x" if prompt == b"login" else b"prompt=consent"
    raise AssertionError("the provider asks without end")


def begun(face: Face, provider: str) -> tuple[Browser, RelyingParty, Pending, str]:
    browser = Browser(face)
    party = RelyingParty(provider, CLIENT, secrets.token_bytes)
    party.learn(browser(party.discovery_url)[2])
    url, pending = party.begin("openid phone email", {"prompt": "consent"})
    return browser, party, pending, signed_in(browser, url)


def refused(step: Any, *given: Any) -> str:
    with pytest.raises(JoseRefused) as refusal:
        step(*given)
    return refusal.value.code


def test_a_user_signs_in(face: Face, provider: str) -> None:
    browser, party, pending, back = begun(face, provider)
    code = party.code_of(back, pending)
    status, _, answer = browser(party.place("token_endpoint"), party.token_request(code, pending))
    assert status == 200, answer[:300]
    keys, now = keys_of(browser(party.place("jwks_uri"))[2]), int(time.time())
    signed = party.accept(answer, pending, keys, code, now)
    assert signed.claims["sub"] == "alice"
    status, _, told = browser(party.place("userinfo_endpoint"), bearer=signed.access_token)
    claims = party.user_info(told, signed)
    assert (status, claims["phone_number"]) == (200, "+32470123456")
    check_refusals(party, pending, signed.answer, keys, code, now)
    assert refused(party.user_info, told.replace(b'"alice"', b'"mallory"'), signed) == "wrong_subject"


def check_refusals(
    party: RelyingParty, pending: Pending, answer: Mapping[str, Any], keys: list[Any], code: str, now: int
) -> None:
    """The same tokens, with one thing wrong each time."""
    token = answer["id_token"]
    whole = lambda text: b'{"access_token":"%s","token_type":"Bearer","id_token":"%s"}' % (  # noqa: E731
        answer["access_token"].encode(), text.encode(),
    )  # fmt: skip
    assert party.accept(whole(token), pending, keys, code, now).claims["sub"] == "alice"
    for at in (len(token) - 20, len(token) // 2, token.index(".") + 9):
        other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert refused(party.accept, whole(other), pending, keys, code, now) == "bad_signature"
    wrong = Pending(pending.state, "another", pending.verifier)
    assert refused(party.accept, whole(token), wrong, keys, code, now) == "wrong_nonce"
    assert refused(party.accept, whole(token), pending, keys, code, now + 1_000_000) == "expired"
    assert refused(party.accept, whole(token), pending, [], code, now) == "no_key"
    assert (
        refused(party.accept, b'{"access_token":"a","token_type":"Bearer"}', pending, keys, code, now)
        == "no_token"
    )
    other_client = RelyingParty(party.issuer, Client("other", CLIENT.redirect_uri), secrets.token_bytes)
    assert refused(other_client.accept, whole(token), pending, keys, code, now) == "wrong_audience"
    other_issuer = RelyingParty("http://127.0.0.1:1", CLIENT, secrets.token_bytes)
    assert refused(other_issuer.accept, whole(token), pending, keys, code, now) == "wrong_issuer"


def test_answers_that_do_not_fit_are_refused(face: Face, provider: str) -> None:
    browser, party, pending, back = begun(face, provider)
    other = Pending("another", pending.nonce, pending.verifier)
    assert refused(party.code_of, back, other) == "wrong_state"
    assert refused(party.code_of, back.replace("iss=", "iss=x"), pending) == "wrong_issuer"
    assert refused(party.code_of, back.replace("code=", "other="), pending) == "no_code"
    assert refused(party.code_of, back.replace("code=", "error="), pending) == "provider_error"
    assert refused(party.code_of, f"{back}&code=x", pending) == "no_code"
    # Without the proof of the request, the provider refuses the code, and its answer holds no token.
    code = party.code_of(back, pending)
    forged = Pending(pending.state, pending.nonce, "x" * 43)
    status, _, answer = browser(party.place("token_endpoint"), party.token_request(code, forged))
    assert status == 400 and refused(party.accept, answer, pending, [], code, 0) == "missing_field"
    with pytest.raises(JoseRefused):
        RelyingParty("http://127.0.0.1:1", CLIENT, secrets.token_bytes).learn(browser(party.discovery_url)[2])
