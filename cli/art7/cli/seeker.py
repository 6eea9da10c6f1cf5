"""The terminal of `art7 seeker`: lines in, lines out, while the session goes on beside it."""

from __future__ import annotations

import json
import mimetypes
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from art7.cli.terminal import escaped

if TYPE_CHECKING:
    from art7.runtime.seeker.messenger import Line
    from art7.runtime.seeker.session import Session

HELP = """\
/enlist NUMBER SERVICE          make keys and become known
/begin NUMBER SERVICE           look a person up and begin a session
TEXT, or /say TEXT              send a text
/file PATH                      send an image, a voice message, a video or a file
/save N PATH                    write the octets of line N to a new file
/do EVENT [NAME=VALUE …]        any other event of the offer
/partner EVENT [VALUE …]        let the person whom the test peer plays do something: enlist, say, file
/who                            state, events, safety number, page of the session
/quit                           end; the state is kept"""

MOST_FILE = 100 << 20
POLL_SECONDS = 0.4
SHUT_SECONDS = 2.0
MARKS = {"sent": " ✓", "received": " ✓✓"}
SIGNS = {"me": ">", "peer": "<", "note": "·", "fault": "✗"}


class Terminal:
    """Reads commands and prints what happens; `clock` is in seconds, `output` prints a line, `form` is `text` or `json`."""

    def __init__(
        self, session: Session, clock: Callable[[], int], output: Callable[[str], None], form: str = "text"
    ) -> None:
        self._session = session
        self._form = form
        self._clock = clock
        self._output = output
        self._told: list[Line] = []
        self._ended = threading.Event()

    def run(self, lines: Iterable[str]) -> int:
        """Do every line until `/quit` or the end; returns how many were not done or told of a fault."""
        follower = threading.Thread(target=self._follow, daemon=True)
        listener = threading.Thread(target=self._session.listen, args=(self._ended,), daemon=True)
        follower.start()
        listener.start()
        wrong = 0
        try:
            for line in lines:
                if line.strip() == "/quit":
                    break
                wrong += not self.do(line.rstrip("\r\n"))
        finally:
            self._ended.set()
            follower.join()
            listener.join(SHUT_SECONDS)
        return wrong

    def do(self, line: str) -> bool:
        """Do one line; returns whether it was done."""
        from art7.runtime.seeker.wire import Declined, NoAnswer

        try:
            done = self._do(line)
        except (NoAnswer, Declined) as error:
            self._tell("fault", f"the network or the test peer: {error}")
            done = False
        self._show()
        return done

    def _do(self, line: str) -> bool:
        session, word, _, rest = self._session, *line.partition(" ")
        values = rest.split()
        match word:
            case "":
                return session.turn() or True
            case "/help" | "/?":
                self._tell("note", HELP)
                return True
            case "/who":
                return self._who()
            case "/enlist" | "/begin" if len(values) == 2:
                return session.do(word[1:], number=values[0], at=values[1], clock=self._clock())
            case "/say":
                return session.say(rest)
            case "/file":
                return self._file(rest, session.attach)
            case "/save" if len(values) == 2:
                return self._save(*values)
            case "/do" if values:
                given = dict(each.partition("=")[::2] for each in values[1:])
                return session.do(values[0], **{"clock": self._clock(), **given})
            case "/partner" if values:
                return self._partner(values[0], rest.partition(" ")[2])
        if not word.startswith("/"):
            return session.say(line)
        self._tell("fault", f"you: `{word}` is no command, or not with these values; /help lists them")
        return False

    def _partner(self, event: str, rest: str) -> bool:
        session = self._session
        if not session.others:
            self._tell("fault", "you: the test peer plays nobody here")
            return False
        role, values = session.others[0], rest.split()
        if event == "file":
            names = [e for e in ("share", "attach") if e in session.partner_events(role)]
            return self._file(rest, lambda kind, octets: session.partner_attach(role, names, kind, octets))
        words = {"body": rest, "clock": self._clock()}
        if len(values) == 2:
            words |= {"number": values[0], "at": values[1]}
        return session.partner(role, event, **words)

    def _file(self, name: str, attach: Callable[[str, bytes], bool]) -> bool:
        path = Path(name)
        try:
            with path.open("rb") as file:
                octets = file.read(MOST_FILE + 1)
        except (OSError, ValueError) as error:
            self._tell("fault", f"you: `{name}` cannot be read: {getattr(error, 'strerror', error)}")
            return False
        if len(octets) > MOST_FILE:
            self._tell("fault", f"you: a file has at most {MOST_FILE} octets")
            return False
        return attach(mimetypes.guess_type(path.name)[0] or "application/octet-stream", octets)

    def _save(self, number: str, name: str) -> bool:
        lines = self._session.messenger.lines
        place = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 6 else -1
        if not 0 <= place < len(lines) or not lines[place].octets:
            self._tell("fault", "you: this line has no octets")
            return False
        try:
            with Path(name).open("xb") as file:  # Never over what is there.
                file.write(lines[place].octets)
        except (OSError, ValueError) as error:
            self._tell("fault", f"you: `{name}` cannot be written: {getattr(error, 'strerror', error)}")
            return False
        return True

    def _who(self) -> bool:
        messenger = self._session.messenger
        number = messenger.variables.get("safety_number", b"")
        told = (
            f"{messenger.role}, state {messenger.state}",
            f"events: {', '.join(messenger.events)}",
            f"safety number: {number.hex() or 'none yet'}",
            f"the test peer's page: {self._session.wire.address}{self._session.links.get('page', '')}",
        )
        for each in told:
            self._tell("note", each)
        return True

    def _follow(self) -> None:
        while not self._ended.wait(POLL_SECONDS):
            self._session.turn()
            self._show()

    def _show(self) -> None:
        """Print what is new since the last time, and marks that changed."""
        with self._session.lock:
            lines, told = list(self._session.messenger.lines), self._told
            self._told = lines
            for number, line in enumerate(lines, 1):
                if number > len(told) or told[number - 1] != line:
                    self._print(number, line)

    def _print(self, number: int, line: Line) -> None:
        if self._form == "json":
            named = {"number": number, "who": line.who, "text": line.text, "mark": line.mark}
            media = {"media_type": line.media_type, "octets": len(line.octets)} if line.octets else {}
            self._output(json.dumps(named | media))
            return
        kind = f" [{line.media_type or 'file'}]" if line.octets else ""
        text = f"{number:>3} {SIGNS.get(line.who, '·')}{kind} {line.text}{MARKS.get(line.mark, '')}"
        self._output(escaped(text))

    def _tell(self, who: str, text: str) -> None:
        """Print something that is no part of the conversation."""
        if self._form == "json":
            self._output(json.dumps({"who": who, "text": text}))
            return
        for each in text.split("\n"):
            self._output(escaped(f"{SIGNS[who]} {each}"))
