"""A headless Chromium driven over a pipe, without any package: open pages, hear what they say and load."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from corpus import REPOSITORY

AXE = Path(
    os.environ.get("ART7_AXE", REPOSITORY / ".peers" / "npm-axe" / "node_modules" / "axe-core" / "axe.min.js")
)
"""The checker of barriers for people with disabilities, where `make peers` has installed it."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SILENCE = 0.12


def find_browser() -> str | None:
    """Return the program to run, from ART7_BROWSER or the usual names; `None` when there is none."""
    given = os.environ.get("ART7_BROWSER")
    return given or next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Visit:
    """What one page did: messages of errors, and every address that was asked for."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


class Browser:
    """One browser with one tab. Nothing but `127.0.0.1` has an address in it."""

    def __init__(
        self, program: str, profile: Path, width: int = 1280, height: int = 900, more: Sequence[str] = ()
    ) -> None:
        """Start it. `more`: further switches of the program."""
        into, self._out = os.pipe()
        self._in, out = os.pipe()
        os.set_inheritable(into, True)
        os.set_inheritable(out, True)
        # The browser reads commands from its descriptor 3 and answers on 4.
        script = f'exec 3<&{into} 4>&{out}; exec "$@"'
        self._process = subprocess.Popen(
            [
                "bash", "-c", script, "browser", program, "--headless", "--no-sandbox", "--disable-gpu",
                "--remote-debugging-pipe", f"--user-data-dir={profile}", f"--window-size={width},{height}",
                "--disable-background-networking", "--disable-component-update", "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", *more, "about:blank",
            ],
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        os.close(into)
        os.close(out)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._out)
        os.close(self._in)
        self._process.kill()
        self._process.wait()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Run one command of the DevTools protocol and return its result."""
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next(30)
            if found is None:
                raise TimeoutError(f"no answer to {method}")
            if found.get("id") == number:
                if "error" in found:
                    raise RuntimeError(f"{method}: {found['error']}")
                return dict(found["result"])
            self._events.append(found)

    def visit(self, address: str) -> Visit:
        """Open `address`, wait until it is loaded and quiet, and return what it did."""
        self._events.clear()
        self.call("Page.navigate", url=address)
        deadline = time.monotonic() + 30
        while not any(each.get("method") == "Page.loadEventFired" for each in self._events):
            found = self._next(max(0.0, deadline - time.monotonic()))
            if found is None:
                raise TimeoutError(f"{address} was not loaded")
            self._events.append(found)
        while (found := self._next(_SILENCE)) is not None:
            self._events.append(found)
        return self._heard()

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    def barriers(self) -> list[list[str]]:
        """Return what axe-core finds in the page: rule, impact and the first element of each."""
        self.call("Runtime.evaluate", expression=AXE.read_text("utf-8"))
        found = self.evaluate(
            "axe.run(document).then(found => found.violations.map(v => [v.id, v.impact, v.nodes[0].html.slice(0, 200)]))"
        )
        return list(found)

    def screenshot(self, path: Path) -> None:
        """Write a picture of what is seen."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def resize(self, width: int, height: int) -> None:
        """Make the page as wide as a telephone or a screen."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def prefer(self, scheme: str) -> None:
        """Ask for `light` or `dark` colours."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def _heard(self) -> Visit:
        visit = Visit()
        for event in self._events:
            params = event.get("params", {})
            match event.get("method"):
                case "Network.requestWillBeSent":
                    visit.requests.append(params["request"]["url"])
                case "Runtime.exceptionThrown":
                    visit.errors.append(str(params["exceptionDetails"].get("text")))
                case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning", "assert"):
                    visit.errors.append(str([each.get("value") for each in params["args"]]))
                case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                    visit.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        return visit

    def _next(self, seconds: float) -> dict[str, Any] | None:
        """Return the next message, `None` when none comes in time."""
        deadline = time.monotonic() + seconds
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return None
            self._buffer += os.read(self._in, 1 << 20)
        line, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(line))
