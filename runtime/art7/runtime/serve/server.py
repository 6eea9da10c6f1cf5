"""The HTTP server below the test peer: how long a client may take to say what it wants, and how much it may hold."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0
"""How long a connection may stay without a whole request, from its first octet or, when none comes, from its beginning."""

CONNECTIONS = 4_000
FRAME = 4 << 20
"""Octets of a WebSocket message."""


class Punctual(H11Protocol):
    """Closes a connection whose request does not come within `HEADER_SECONDS`: one that waits holds no place."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in its base
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Go on waiting while a request is not whole."""
        super().data_received(data)
        if self.transport.get_protocol() is not self or self.conn.their_state is not h11.IDLE:
            self._come()
        elif self.conn.trailing_data[0]:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._come()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _come(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def configuration(application: Any, **more: Any) -> uvicorn.Config:
    """Return how the test peer is served; `more`: address, port, certificate.

    No message is compressed: the tables of a thousand connections would take more memory than the sessions.
    """
    return uvicorn.Config(
        application, http=Punctual, ws="websockets-sansio", ws_per_message_deflate=False, ws_max_size=FRAME,
        limit_concurrency=CONNECTIONS, timeout_keep_alive=10, timeout_graceful_shutdown=3, access_log=False,
        server_header=False, **{"log_level": "warning", **more},
    )  # fmt: skip
