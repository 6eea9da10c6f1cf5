"""Programs that take vectors: one JSON line per request, one per reply.

A program in any language is a child process with pipes. Whatever it does - crash, hang, print rubbish, never
read - a request ends within its time with a reply or an `AdapterFailure`.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

LINE_LIMIT = 16 << 20
"""The most octets of one reply."""
STDERR_LIMIT = 4096
"""How much of what the program says on its error stream is kept (the end of it)."""


class AdapterFailure(Exception):
    """The adapter gave no usable reply. `kind`: `timeout`, `crash`, `junk` or `cannot-run`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class Adapter(Protocol):
    """Whatever answers requests."""

    name: str

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request; raises `AdapterFailure`."""

    def close(self) -> None:
        """End it; may be called twice."""


class ProcessAdapter:
    """A child process. It is started on the first request and again after a failure."""

    def __init__(self, command: Sequence[str], timeout_seconds: float = 10.0) -> None:
        self.name = " ".join(command)
        self._command = list(command)
        self._timeout = timeout_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._said = b""

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request and wait for the reply with its `id`; raises `AdapterFailure`."""
        try:
            line = self._exchange(json.dumps(request, separators=(",", ":")).encode("ascii") + b"\n")
            return _reply(line, request.get("id"))
        except AdapterFailure:
            self.close()
            raise

    def close(self) -> None:
        """End the child and everything it started."""
        child, self._child, self._buffer = self._child, None, bytearray()
        if child is None:
            return
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue

    def _start(self) -> subprocess.Popen[bytes]:
        if self._child is not None:
            return self._child
        try:
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            reason = error.strerror or "no such program"
            raise AdapterFailure("cannot-run", f"cannot start the adapter: {reason}") from None
        for stream in (child.stdin, child.stdout, child.stderr):
            assert stream is not None, "all three are pipes"
            os.set_blocking(stream.fileno(), False)
        self._child, self._buffer, self._said = child, bytearray(), b""
        return child

    def _exchange(self, line: bytes) -> bytes:
        child = self._start()
        deadline = time.monotonic() + self._timeout
        assert child.stdin and child.stdout and child.stderr, "all three are pipes"
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdin, selectors.EVENT_WRITE)
            selector.register(child.stdout, selectors.EVENT_READ)
            selector.register(child.stderr, selectors.EVENT_READ)
            seen = 0
            while (end := self._buffer.find(b"\n", seen)) < 0:
                seen = len(self._buffer)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AdapterFailure("timeout", f"no reply within {self._timeout:g} s")
                for key, _ in selector.select(left):
                    if key.fileobj is child.stdin:
                        line = self._write(child, selector, line)
                    elif key.fileobj is child.stderr:
                        self._listen(child, selector)
                    else:
                        self._read(child)
        reply = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return reply

    def _write(self, child: subprocess.Popen[bytes], selector: selectors.BaseSelector, line: bytes) -> bytes:
        assert child.stdin is not None, "a pipe"
        try:
            line = line[os.write(child.stdin.fileno(), line[:65536]) :]
        except BlockingIOError:
            return line
        except OSError:
            line = b""  # it closed its input: what it says, or its end, tells more
        if not line:
            selector.unregister(child.stdin)
        return line

    def _listen(self, child: subprocess.Popen[bytes], selector: selectors.BaseSelector) -> None:
        assert child.stderr is not None, "a pipe"
        said = _read_some(child.stderr.fileno())
        if said == b"":
            selector.unregister(child.stderr)
        self._said = (self._said + (said or b""))[-STDERR_LIMIT:]

    def _read(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None, "a pipe"
        found = _read_some(child.stdout.fileno())
        if found == b"":
            self._ended(child)
        self._buffer += found or b""
        if len(self._buffer) > LINE_LIMIT:
            raise AdapterFailure("junk", f"a reply longer than {LINE_LIMIT} octets")

    def _ended(self, child: subprocess.Popen[bytes]) -> None:
        try:
            code = child.wait(1.0)
        except subprocess.TimeoutExpired:
            raise AdapterFailure("crash", "the adapter closed its output") from None
        if child.stderr is not None:
            self._said = (self._said + (_read_some(child.stderr.fileno()) or b""))[-STDERR_LIMIT:]
        if code == 127:
            raise AdapterFailure("cannot-run", "the adapter says that it cannot run here (exit code 127)")
        last = self._said.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise AdapterFailure(
            "crash", f"the adapter ended with code {code}" + (f": {last[:200]}" if last else "")
        )


def _read_some(descriptor: int) -> bytes | None:
    """Return what is there; empty at the end; `None` when there is nothing yet."""
    try:
        return os.read(descriptor, 65536)
    except BlockingIOError:
        return None


def _reply(line: bytes, number: Any) -> dict[str, Any]:
    """Check one line: an object with our id and one of the three forms of answer."""
    try:
        reply = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise AdapterFailure("junk", "a reply that is not one JSON value") from None
    if not isinstance(reply, dict):
        raise AdapterFailure("junk", "a reply that is not a JSON object")
    if type(reply.get("id")) is not type(number) or reply.get("id") != number:
        raise AdapterFailure("junk", "a reply with another id than the request's")
    if reply.get("unsupported") is True and "ok" not in reply:
        return reply
    if not isinstance(reply.get("ok"), bool):
        raise AdapterFailure("junk", "a reply without `ok` or `unsupported`")
    if reply["ok"] is False and not isinstance(reply.get("error"), str):
        raise AdapterFailure("junk", "a refusal without `error`")
    return reply


def _no_constant(word: str) -> Any:
    raise ValueError(word)
