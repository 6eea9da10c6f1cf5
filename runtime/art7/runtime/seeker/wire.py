"""The requests of an access seeker to a test peer: HTTP and WebSocket with JSON, TLS verified, every answer bounded."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

MOST_OCTETS = 256 << 20
"""A longer answer is not read."""

TIMEOUT_SECONDS = 15.0

LISTEN_SECONDS = 0.2
"""How long the WebSocket is listened to before it is asked whether to end."""


class NoAnswer(Exception):
    """The network or the test peer gave no usable answer; what was asked may be asked again."""


class Declined(Exception):
    """The test peer declined a request; `code` is its own."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *given: Any, **more: Any) -> None:
        """Go nowhere else: the token is for this address alone."""


class Wire:
    """The test peer at `address`; `authority`: a file of certificates to trust for it, instead of the system's."""

    def __init__(self, address: str, token: str = "", authority: str | None = None) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NoAnswer("its address is not http://… or https://…")
        self.address = address.rstrip("/")
        self.token = token
        context = self._context = ssl.create_default_context(cafile=authority)
        self._opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context), _NoRedirect())

    def ask(self, path: str, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask; with `data`, by POST. Raises: `Declined`, `NoAnswer`."""
        body = None if data is None else json.dumps(data).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            with self._opener.open(
                Request(self.address + path, body, headers), timeout=TIMEOUT_SECONDS
            ) as got:
                return _object(got.read(MOST_OCTETS + 1))
        except HTTPError as error:
            answer = _object(error.read(1 << 16))
            raise Declined(
                str(answer.get("code", error.code)), str(answer.get("reason", "no reason"))
            ) from None
        except (URLError, OSError, http.client.HTTPException) as error:
            raise NoAnswer(f"no answer: {getattr(error, 'reason', error)}") from None

    def sign_up(self) -> None:
        """Make a sandbox account, and use it from now on."""
        token = self.ask("/api/accounts", {}).get("token")
        if not isinstance(token, str):
            raise NoAnswer("the account came without a token")
        self.token = token

    def frames(self, path: str, after: int, ended: threading.Event) -> Iterator[dict[str, Any]]:
        """Yield what comes by the WebSocket after number `after`, until `ended`. Raises: `NoAnswer` when it breaks."""
        try:
            from websockets.exceptions import WebSocketException
            from websockets.sync.client import connect
        except ImportError:
            raise NoAnswer("no WebSocket: pip install 'art7[server]'") from None
        address = f"ws{self.address.removeprefix('http')}{path}?after={after}"
        headers = {"Authorization": f"Bearer {self.token}"}
        context = self._context if address.startswith("wss") else None
        try:
            with connect(
                address, additional_headers=headers, ssl=context, proxy=None, max_size=MOST_OCTETS,
                open_timeout=TIMEOUT_SECONDS, close_timeout=1,
            ) as socket:  # fmt: skip
                while not ended.is_set():
                    try:
                        text = socket.recv(LISTEN_SECONDS)
                    except TimeoutError:
                        continue
                    yield _object(text.encode() if isinstance(text, str) else text)
        except (OSError, WebSocketException) as error:
            raise NoAnswer(f"no WebSocket: {error}") from None


def _object(octets: bytes) -> dict[str, Any]:
    if len(octets) > MOST_OCTETS:
        raise NoAnswer(f"an answer of more than {MOST_OCTETS} octets")
    try:
        data = json.loads(octets)
    except (ValueError, RecursionError):
        raise NoAnswer("an answer that is not JSON") from None
    if not isinstance(data, dict):
        raise NoAnswer("an answer that is not a JSON object")
    return data
