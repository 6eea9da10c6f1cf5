"""What may be under way in one channel, numbered, with what sending and delivering make of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.grammar.ir.module import Channel
from art7.prover.roles.followed import Message

Content = tuple[Message, ...]
"""Messages under way: in the order of sending, or sorted where the channel keeps no order."""

EMPTY = 0
"""The number of no message at all."""


@dataclass(slots=True)
class Queue:
    """The contents of a channel that holds up to `bound` messages.

    On a lossy channel a message may vanish when it is sent, is dropped when there is no room, and may be delivered twice.
    """

    channel: Channel
    bound: int
    contents: list[Content] = field(default_factory=lambda: [()])
    cut: bool = field(default=False, init=False)
    """Whether there was once no room, so that a greater bound would allow more."""
    _numbers: dict[Content, int] = field(default_factory=lambda: {(): EMPTY})
    _pushed: dict[tuple[int, Message], int | None] = field(default_factory=dict)
    _heads: dict[int, list[tuple[Message, int]]] = field(default_factory=dict)

    @property
    def is_final(self) -> bool:
        """Whether `bound` is what the channel declares."""
        return self.channel.bound == self.bound

    def pushed(self, number: int, message: Message) -> int | None:
        """Return the content with one message more, `None` when there is no room."""
        key = (number, message)
        if key not in self._pushed:
            content = self.contents[number]
            if len(content) >= self.bound:
                self._pushed[key] = None
            else:
                longer = (*content, message)
                self._pushed[key] = self._number(
                    longer if self.channel.ordered else tuple(sorted(longer, key=repr))
                )
        found = self._pushed[key]
        if found is None:
            self.cut = True
        return found

    def heads(self, number: int) -> list[tuple[Message, int]]:
        """Return each message that may arrive next, with what is left; a lossy channel may keep it as well."""
        found = self._heads.get(number)
        if found is None:
            content = self.contents[number]
            places = [0] if self.channel.ordered else [content.index(name) for name in dict.fromkeys(content)]
            found = [(content[i], self._number(content[:i] + content[i + 1 :])) for i in places]
            if self.channel.lossy:
                found += [(name, number) for name, _ in found]
            self._heads[number] = found
        return found

    def _number(self, content: Content) -> int:
        found = self._numbers.get(content)
        if found is None:
            found = self._numbers[content] = len(self.contents)
            self.contents.append(content)
        return found
