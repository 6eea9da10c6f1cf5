"""An access seeker's session with a test peer: sign up, send, receive, keep, go on after a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from art7.runtime.seeker.keeping import KeepingUnusable, keep, kept
from art7.runtime.seeker.messenger import Messenger
from art7.runtime.seeker.sdk import Sdk, SdkUnusable
from art7.runtime.seeker.wire import Declined, NoAnswer, Wire

KINDS: tuple[tuple[str, int], ...] = (("image/", 1), ("audio/", 2), ("video/", 3))
"""Media type → the number that an offer's content gives images, voice messages and videos."""

OTHER_KIND = 4

WORDS: Mapping[str, str] = {
    "number": "number", "phone": "number", "at": "at", "to": "number", "clock": "clock", "body": "body",
    "octets": "octets", "media_type": "media_type", "of_type": "media_type", "kind": "kind",
}  # fmt: skip
"""An event's parameter → what the messenger has for it; offers spell them in their own words."""

MOST_MESSAGE = 1 << 20
"""The octets of a message that a test peer takes; a longer one would be declined each time that it is sent again."""

AGAIN_SECONDS = 2.0
"""Between two attempts to open a WebSocket."""

ATTACHING = ("share", "attach")


class Session:
    """One person's session; `protocol` and `role` as the offer names them. State is kept in `folder`."""

    def __init__(
        self, sdk: Sdk, wire: Wire, protocol: str, role: str, folder: Path, now_ms: Callable[[], int]
    ) -> None:
        self.wire = wire
        self.lock = threading.RLock()
        self.after = 0
        self.links: dict[str, Any] = {}
        self.sending = ""
        self._now_ms = now_ms
        self._path = folder / "state.json"
        told = _protocol(wire, protocol)
        self.roles = [str(each) for each in told["roles"]]
        if role not in self.roles:
            raise SdkUnusable(f"the test peer knows no role {role} of {protocol}")
        self.others = [each for each in self.roles if each != role and sdk.events(f"{protocol}.{each}")]
        self._events = {each: sdk.events(f"{protocol}.{each}") for each in self.others}
        incoming = {str(c["from"]): sdk.outermost(c["carries"]) for c in told["channels"] if c["to"] == role}
        self.messenger = Messenger(sdk, f"{protocol}.{role}", incoming)
        self._begin(protocol, role)

    def _begin(self, protocol: str, role: str) -> None:
        state = kept(self._path)
        if state is None:
            self.wire.sign_up()
            self.links = self.wire.ask("/api/sessions", {"protocol": protocol, "role": role})
            self._keep()
            return
        if state.get("address") != self.wire.address:
            raise KeepingUnusable(f"it belongs to the test peer {state.get('address')}")
        self.messenger.restore(state["messenger"])
        self.wire.token, self.after, self.links = state["token"], state["after"], state["links"]

    def _keep(self) -> None:
        keep(
            self._path,
            {
                "form": 1, "address": self.wire.address, "token": self.wire.token, "after": self.after,
                "links": self.links, "messenger": self.messenger.packed(),
            },
        )  # fmt: skip

    # ---- what a person asks for ---------------------------------------------------------------------------------

    def do(self, event: str, **words: Any) -> bool:
        """Let our role do an event; returns whether it did."""
        with self.lock:
            spelled = arguments_of(self.messenger.events.get(event, ()), words)
            before, number = self.messenger.packed(), len(self.messenger.outbox)
            done = self.messenger.ask(event, spelled, self._now_ms())
            most = max((len(octets) for _, _, octets in self.messenger.outbox[number:]), default=0)
            if most > MOST_MESSAGE:
                self.messenger.restore(before)  # Nothing of it has left, so no key is used twice.
                self.messenger.tell(
                    "fault", f"you: a message of {most} octets; a test peer takes {MOST_MESSAGE}"
                )
                return False
            self._keep()
            self.turn()
            return done

    def say(self, text: str) -> bool:
        """Send a text."""
        with self.lock:
            number = len(self.messenger.lines)
            if not self.do("say", body=text):
                return False
            self._mine(number, text)
            return True

    def attach(self, media_type: str, octets: bytes) -> bool:
        """Send an image, a voice message, a video or a file."""
        with self.lock:
            event = next((each for each in ATTACHING if each in self.messenger.events), ATTACHING[0])
            number = len(self.messenger.lines)
            if not self.do(event, media_type=media_type, octets=octets, kind=kind_of(media_type)):
                return False
            self._mine(number, f"{len(octets)} octets", media_type, octets)
            return True

    def _mine(self, number: int, text: str, media_type: str = "", octets: bytes = b"") -> None:
        """Show what was sent before what came back meanwhile."""
        lines = self.messenger.lines
        came = lines[number:]
        del lines[number:]
        waiting = self.messenger.variables.get("waiting", True)
        self.messenger.tell("me", text, "sent" if waiting else "received", media_type, octets)
        lines += came
        self._keep()

    def partner(self, role: str, event: str, **words: Any) -> bool:
        """Let a person of the sandbox, whom the test peer plays, do something; returns whether it did."""
        with self.lock:
            given = arguments_of(self._events.get(role, {}).get(event, ()), words)
            data = {k: v.hex() if isinstance(v, bytes) else v for k, v in given.items()}
            where = f"/api/sessions/{self.links['id']}/local"
            answer = self.wire.ask(where, {"role": role, "event": event, "arguments": data})
            if answer.get("outcome") != "done":
                self.messenger.tell("fault", f"{role}: {_reason(answer)}")
            self.turn()
            return answer.get("outcome") == "done"

    def partner_events(self, role: str) -> tuple[str, ...]:
        """Return what such a person may do."""
        return tuple(self._events.get(role, {}))

    def partner_attach(self, role: str, events: Sequence[str], media_type: str, octets: bytes) -> bool:
        """Let such a person send a medium, by the first of these events."""
        if not events:
            self.messenger.tell("fault", f"you: {role} cannot send media in this offer")
            return False
        return self.partner(role, events[0], media_type=media_type, octets=octets, kind=kind_of(media_type))

    # ---- the wire -----------------------------------------------------------------------------------------------

    def turn(self) -> bool:
        """Send what waits, take what came, let timers run out; returns whether there was something."""
        with self.lock:
            moved = self.messenger.run_out(self._now_ms())
            if moved:
                self._keep()
            try:
                while self._pour() or self._drink():
                    moved = True
            except (NoAnswer, Declined) as error:
                self._once("fault", f"the network or the test peer: {error}")
            return moved

    def _pour(self) -> bool:
        if not self.messenger.outbox:
            return False
        name, receiver, octets = self.messenger.outbox[0]
        answer = self.wire.ask(self.links["messages"], {"to": receiver, "octets": octets.hex()})
        if answer.get("outcome") == "refused":
            self.messenger.tell("fault", f"we: {receiver} refused our {name}: {_reason(answer)}")
        del self.messenger.outbox[0]
        self._keep()
        return True

    def _drink(self) -> bool:
        frames = self.wire.ask(f"{self.links['messages']}?after={self.after}").get("messages", [])
        number = self.after
        for each in frames:
            self._arrived(each)
        return self.after != number

    def _arrived(self, frame: Mapping[str, Any]) -> None:
        """Take a message from the wire; one that came before, by the other way, is left out."""
        try:
            number, sender, octets = (
                int(frame["number"]),
                str(frame["from"]),
                bytes.fromhex(frame["octets"]),
            )
        except (KeyError, TypeError, ValueError):
            raise NoAnswer("a message without number, sender or octets") from None
        if number <= self.after:
            return
        offered = self.messenger.variables.get("offered")
        self.messenger.take(sender, octets, self._now_ms())
        self.after = number
        if self.messenger.variables.get("offered") != offered and "download" in self.messenger.events:
            self.messenger.ask("download", {}, self._now_ms())
        self._keep()

    def listen(self, ended: threading.Event) -> None:
        """Follow the WebSocket until `ended`: what comes is taken and answered at once. It is begun again when it breaks."""
        while not ended.is_set():
            try:
                for frame in self.wire.frames(str(self.links["wire"]), self.after, ended):
                    with self.lock:
                        self._arrived(frame)
                        self.turn()
            except NoAnswer:
                ended.wait(AGAIN_SECONDS)  # Meanwhile `turn` asks by HTTP, and tells when that fails too.

    def _once(self, who: str, text: str) -> None:
        lines = self.messenger.lines
        if not lines or lines[-1].text != text:
            self.messenger.tell(who, text)


def kind_of(media_type: str) -> int:
    """Return the number of a medium's kind: image, voice message, video or another file."""
    return next((number for start, number in KINDS if media_type.startswith(start)), OTHER_KIND)


def arguments_of(parameters: tuple[tuple[str, str], ...], words: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's arguments by the offer's names; what the messenger does not have is left out."""
    return {name: words[WORDS.get(name, name)] for name, _ in parameters if WORDS.get(name, name) in words}


def _protocol(wire: Wire, name: str) -> dict[str, Any]:
    for each in wire.ask("/api/offer").get("protocols", []):
        if isinstance(each, dict) and each.get("name") == name:
            return each
    raise SdkUnusable(f"the test peer does not play {name}")


def _reason(answer: Mapping[str, Any]) -> str:
    told = [str(answer.get(name, "")) for name in ("code", "reason", "place", "clause")]
    return ", ".join(each for each in told if each)
