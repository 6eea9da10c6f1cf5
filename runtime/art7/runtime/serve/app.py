"""The sockets of the test peer: HTTP for accounts, sessions, pages and exports, WebSocket for the messages themselves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from art7.runtime.serve.page import POLICY, SCRIPT, STYLE, session_page, session_part
from art7.runtime.serve.peer import Frame
from art7.runtime.serve.service import Declined, Live, Service

TICK_SECONDS = 0.1
"""How long something that a timer of ours does may wait to be seen."""

DEADLINE_SECONDS = 10.0
"""How long a client may take to send a body, or to read what it is sent."""

BODY = 4 << 20
_HEX = re.compile(r"(?:[0-9a-f]{2})*")

Handler = Callable[[Request], Awaitable[Response]]


def application(service: Service) -> Starlette:
    """Return the ASGI application of one service."""
    sockets = Sockets(service)
    routes = [
        Route("/", sockets.home),
        Route("/style.css", lambda _: Response(STYLE, media_type="text/css")),
        Route("/live.js", lambda _: Response(SCRIPT, media_type="text/javascript")),
        Route("/api/offer", guarded(sockets.offer)),
        Route("/api/accounts", guarded(sockets.new_account), methods=["POST"]),
        Route("/api/sessions", guarded(sockets.new_session), methods=["POST"]),
        Route("/api/sessions/{id}/messages", guarded(sockets.messages), methods=["GET", "POST"]),
        Route("/api/sessions/{id}/local", guarded(sockets.local), methods=["POST"]),
        Route("/api/sessions/{id}/misbehave", guarded(sockets.misbehave), methods=["POST"]),
        Route("/sessions/{id}", guarded(sockets.page)),
        Route("/sessions/{id}/part", guarded(sockets.part)),
        Route("/sessions/{id}/events", guarded(sockets.events)),
        Route("/sessions/{id}/export", guarded(sockets.export)),
        WebSocketRoute("/api/sessions/{id}/wire", sockets.wire),
    ]
    return Starlette(routes=routes)


def guarded(handler: Handler) -> Handler:
    """Answer what is declined with its code, and give every answer the headers of safety."""

    async def handle(request: Request) -> Response:
        try:
            response = await handler(request)
        except Declined as declined:
            response = JSONResponse(_declined(declined), declined.status)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return handle


class Sockets:
    """The handlers. What takes long (a page, a session played anew) runs in a thread; one message takes less than a thread."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def home(self, request: Request) -> Response:
        """Say what this is."""
        return Response(
            "art7 test peer. GET /api/offer tells protocols, roles and channels.\n", media_type="text/plain"
        )

    async def offer(self, request: Request) -> Response:
        """Tell protocols, roles, channels and local events."""
        return JSONResponse({"protocols": [_protocol(each) for each in self._service.protocols.values()]})

    async def new_account(self, request: Request) -> Response:
        """Make an account."""
        return JSONResponse({"token": await asyncio.to_thread(self._service.new_account)}, 201)

    async def new_session(self, request: Request) -> Response:
        """Begin a session."""
        data = await self._data(request)
        account = self._service.account(_token(request.headers))
        protocol, role = _text(data, "protocol"), _text(data, "role")
        live = await asyncio.to_thread(self._service.new_session, account, protocol, role)
        address = f"/api/sessions/{live.row.id}"
        links = {
            "messages": f"{address}/messages",
            "wire": f"{address}/wire",
            "page": f"/sessions/{live.row.id}",
        }
        return JSONResponse({"id": live.row.id, **links}, 201)

    async def messages(self, request: Request) -> Response:
        """Take a message, or give what there is for the stranger."""
        live = await self._owned(request)
        if request.method == "GET":
            after = request.query_params.get("after", "0")
            if not after.isascii() or not after.isdigit() or len(after) > 9:
                raise Declined("A7-R091", 400, "`after` is not the number of a message")
            frames = self._service.frames(live, int(after))
            return JSONResponse({"messages": [_frame(each) for each in frames]})
        return JSONResponse(await self._taken(live, await self._data(request)))

    async def local(self, request: Request) -> Response:
        """Let a role of ours do something."""
        live, data = await self._owned(request), await self._data(request)
        return JSONResponse(await self._done(live, data))

    async def misbehave(self, request: Request) -> Response:
        """Send every invalid vector."""
        live = await self._owned(request)
        return JSONResponse(await self._service.misbehave(live))

    # ---- pages: whoever knows the name of a session may see it -------------------------------------------------

    async def page(self, request: Request) -> Response:
        """Show a session."""
        return HTMLResponse(await asyncio.to_thread(session_page, self._service, await self._named(request)))

    async def part(self, request: Request) -> Response:
        """Show what changed of it."""
        return HTMLResponse(await asyncio.to_thread(session_part, self._service, await self._named(request)))

    async def events(self, request: Request) -> Response:
        """Tell, for as long as somebody listens, that a session has new entries."""
        live = await self._named(request)
        return StreamingResponse(self._changes(live, request), media_type="text/event-stream")

    async def export(self, request: Request) -> Response:
        """Give a session as a trace, secrets taken out; whole to its account, with `secrets=yes`."""
        live = await self._named(request)
        whole = request.query_params.get("secrets") == "yes"
        if whole:
            await self._owned(request)
        text = await asyncio.to_thread(self._service.export, live, redact=not whole)
        return Response(text, media_type="application/x-ndjson")

    async def _changes(self, live: Live, request: Request) -> AsyncIterator[str]:
        known, idle = live.peer.trace.count, 0.0
        while not await request.is_disconnected():
            await asyncio.sleep(TICK_SECONDS)
            if self._service.has_news(live, len(live.peer.frames)):
                self._service.frames(live, 0)
            number, idle = live.peer.trace.count, idle + TICK_SECONDS
            if number != known:
                known, idle = number, 0.0
                yield f"data: {number}\n\n"
            elif idle > DEADLINE_SECONDS:
                idle = 0.0
                yield ": still there\n\n"

    # ---- the wire ---------------------------------------------------------------------------------------------

    async def wire(self, socket: WebSocket) -> None:
        """Carry messages both ways: `{"to", "octets"}` is answered by `{"ack", …}`, ours come as `{"number", "from", "octets"}`."""
        try:
            account = self._service.account(_token(socket.headers) or socket.query_params.get("token", ""))
            live = await self._session(socket.path_params["id"], account)
        except Declined as declined:
            await socket.close(4000 + declined.status, f"{declined.code}: {declined.reason}"[:120])
            return
        await socket.accept()
        after = socket.query_params.get("after", "0")
        known = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
        with live.listening() as news:
            sender = asyncio.create_task(self._pour(socket, live, known, news))
            try:
                await self._drink(socket, live, sender)
            except WebSocketDisconnect:
                pass
            finally:
                sender.cancel()

    async def _drink(self, socket: WebSocket, live: Live, sender: asyncio.Task[None]) -> None:
        count = 0
        while not sender.done():
            text = await socket.receive_text()
            count += 1
            try:
                data = _object(text)
                work = self._done(live, data) if "event" in data else self._taken(live, data)
                answer = await work
            except Declined as declined:
                answer = _declined(declined)
            await self._give(socket, {"ack": count, **answer})

    async def _pour(self, socket: WebSocket, live: Live, known: int, news: asyncio.Event) -> None:
        while True:
            news.clear()
            if self._service.has_news(live, known):
                for frame in self._service.frames(live, known):
                    await self._give(socket, _frame(frame))
                    known = frame.number
            due = self._service.due_seconds(live)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if due is None else max(due, TICK_SECONDS / 10)):
                    await news.wait()

    @staticmethod
    async def _give(socket: WebSocket, data: Mapping[str, Any]) -> None:
        """Send, or close: a client that does not read within the deadline holds no memory (A7-R094)."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await socket.send_text(json.dumps(data, separators=(",", ":")))
        except TimeoutError:
            await socket.close(4094, "A7-R094: the client does not read")
            raise WebSocketDisconnect(4094) from None

    # ---- requests ---------------------------------------------------------------------------------------------

    async def _taken(self, live: Live, data: Mapping[str, Any]) -> Mapping[str, Any]:
        octets = _text(data, "octets", 2 * self._service.quotas.octets + 2)
        if not _HEX.fullmatch(octets):
            raise Declined("A7-R091", 400, "`octets` is not pairs of lower-case hexadecimal digits")
        to = _text(data, "to")
        return await self._service.message(live, to, bytes.fromhex(octets))

    async def _done(self, live: Live, data: Mapping[str, Any]) -> Mapping[str, Any]:
        arguments = data.get("arguments", {})
        if not isinstance(arguments, dict):
            raise Declined("A7-R091", 400, "`arguments` is not an object")
        role, event = _text(data, "role"), _text(data, "event")
        return await self._service.local(live, role, event, arguments)

    async def _data(self, request: Request) -> Mapping[str, Any]:
        octets = bytearray()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                async for chunk in request.stream():
                    octets += chunk
                    if len(octets) > BODY:
                        raise Declined("A7-R093", 413, f"a request has at most {BODY} octets")
        except TimeoutError:
            raise Declined("A7-R094", 408, "the request did not come within the deadline") from None
        return _object(bytes(octets))

    async def _owned(self, request: Request) -> Live:
        account = self._service.account(_token(request.headers))
        return await self._session(request.path_params["id"], account)

    async def _named(self, request: Request) -> Live:
        return await self._session(request.path_params["id"])

    async def _session(self, id: str, account: int | None = None) -> Live:
        """Return a session; one that is not in memory is played anew in a thread."""
        if self._service.held(id) is None:
            return await asyncio.to_thread(self._service.session, id, account)
        return self._service.session(id, account)


def _token(headers: Mapping[str, str]) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise Declined("A7-R091", 400, "not JSON in UTF-8") from None
    if not isinstance(data, dict):
        raise Declined("A7-R091", 400, "not a JSON object")
    return data


def _text(data: Mapping[str, Any], name: str, limit: int = 256) -> str:
    value = data.get(name)
    if not isinstance(value, str) or len(value) > limit:
        raise Declined("A7-R091", 400, f"`{name}` is not a text of at most {limit} characters")
    return value


def _declined(declined: Declined) -> dict[str, Any]:
    return {"outcome": "declined", "code": declined.code, "reason": declined.reason}


def _frame(frame: Frame) -> dict[str, Any]:
    more = {"expects": frame.expects} if frame.expects else {}
    return {"number": frame.number, "from": frame.sender, "octets": frame.octets.hex(), **more}


def _protocol(protocol: Any) -> dict[str, Any]:
    return {
        "name": protocol.name,
        "roles": [role.name for role in protocol.roles],
        "channels": [
            {"from": c.sender, "to": c.receiver, "carries": list(c.carries)} for c in protocol.channels
        ],
    }
