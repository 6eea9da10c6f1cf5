"""The pages of the codes `A7-R…`: why a conversation of endpoints did not go on."""

from __future__ import annotations

from art7.grammar.codes import Code

CODES: dict[str, Code] = {
    "A7-R010": Code(
        "a message that the role does not take in its state",
        "The state has no transition for it whose guard holds, and neither ignores nor defers it.",
        "Add a transition, `ignore` or `defer` to the state, or let the sender wait.",
    ),
    "A7-R011": Code(
        "a local event with other arguments",
        "The event is declared with parameters; those given are others.",
        "Give exactly the parameters that the event declares.",
    ),
    "A7-R012": Code(
        "a local event that is not possible now",
        "The state has no transition for it whose guard holds.",
        "Bring the role into a state that has one first.",
    ),
    "A7-R013": Code(
        "too many deferred messages",
        "Messages that wait for another state are limited in number, so that a peer cannot fill the memory.",
        "Handle the messages earlier, or let the sender wait for an answer.",
    ),
    "A7-R020": Code(
        "a run that does not end",
        "The endpoints went on to send and to wait beyond the limit of events of one run.",
        "Look for roles that answer each other for ever, or for a timer that always starts again.",
    ),
    "A7-R021": Code(
        "messages that nothing tells apart",
        "Several messages arrive on one channel, and nothing in the octets says which one it is.",
        "Carry them in one envelope with a tag, and `bind` the tag's values to them.",
    ),
    "A7-R022": Code(
        "a message on a channel that does not carry it",
        "The envelope holds a message that the channel does not name.",
        "Name it in `carries`, or do not send it there.",
    ),
    "A7-R030": Code(
        "a step of a scenario that did not come true",
        "The message was not accepted, or the condition did not hold, within the time of one step.",
        "Read the trace up to the step; the last refusal in it says who disliked what.",
    ),
    "A7-R031": Code(
        "a role that rests where it must not",
        "After the last step nothing moves, and a role is in a `hot` state.",
        "Lead the state on by a message, a local event or a timer, or end the scenario later.",
    ),
}
"""Code → title, explanation, next step."""
