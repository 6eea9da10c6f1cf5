"""The codes of runs: what endpoints refuse beside a specification's own errors, and why scenarios fail."""

from __future__ import annotations

from art7.grammar.codes import Code

CODES: dict[str, Code] = {
    "A7-R010": Code(
        "a message arrives, or a timer runs out, that the state says nothing about",
        "The machine has no transition for it, or no guard holds, and it is neither ignored nor deferred. Two programs "
        "written from this text would do different things. A generated role answers `unexpected_event`.",
        "Add a transition, `ignore` or `defer` for the message to that state; take the timer (`on timeout t` alone has no "
        "effect) or stop it before.",
    ),
    "A7-R011": Code(
        "a local event with other arguments",
        "A local event takes exactly the parameters that its transition declares.",
        "Give the arguments that the machine declares.",
    ),
    "A7-R012": Code(
        "a local event that is not possible now",
        "No transition of the present state is enabled for it.",
        "Let the scenario wait for the state first, or add the event to the state.",
    ),
    "A7-R013": Code(
        "too many deferred messages",
        "An endpoint keeps a bounded number of messages for later, so that a peer cannot fill its memory.",
        "Let the sender wait for an answer before it sends more, or ignore what need not be kept.",
    ),
    "A7-R020": Code(
        "the run does not end",
        "A run is given up after a fixed number of events: two machines answer each other for ever, or a timer restarts "
        "without end.",
        "Give the repetition a limit, or stop the timer when the answer has come.",
    ),
    "A7-R021": Code(
        "nothing on the wire tells two messages apart",
        "A channel carries several messages and no `bind` says how a receiver knows which one has arrived.",
        "Carry them in one message with a tag, and write a `bind` for each.",
    ),
    "A7-R022": Code(
        "a message that the channel does not carry",
        "What arrived is a message of the specification, but not one that this role may send to that one.",
        "Add it to `carries` of the channel, or correct the conditions of the `bind`s.",
    ),
    "A7-R023": Code(
        "binds form a ring", "A message would be carried in itself.", "Remove one of the `bind`s of the ring."
    ),
    "A7-R024": Code(
        "a carrier without a content",
        "The `bind` says that this member holds another message, and it is absent.",
        "Make the member required, or let the condition of the `bind` ask for it.",
    ),
    "A7-R030": Code(
        "a step of a scenario does not happen",
        "Nothing was refused and nothing is under way, but the role never does what the scenario expects of it.",
        "Look at the state in which the role rests: add the transition, or correct the scenario.",
    ),
    "A7-R031": Code(
        "a party rests in a state that must be left",
        "When nothing moves any more, no role may be in a `hot` state.",
        "Give the state a way out: a timer that repeats the request, or a transition that gives up.",
    ),
    "A7-R032": Code(
        "a lost message is not sent again",
        "The channel may lose messages, the network did, and the machine does not repeat it.",
        "Start a timer with the message and send it again when the timer runs out.",
    ),
    "A7-R033": Code(
        "a party has ended before the scenario did",
        "It rests in a `final` state and takes no further part.",
        "Look at the message that led it there, and at what its sender disliked.",
    ),
    "A7-R034": Code(
        "a message has no effect where the scenario needs one",
        "The message arrived in a state that ignores it, or that keeps it for a later that does not come.",
        "Take the message in that state, or let its sender wait for the state.",
    ),
    "A7-R035": Code(
        "an expectation of a scenario does not come true",
        "All messages were taken, and still the variables are not as the scenario says.",
        "Compare the `set` actions of the role with the condition.",
    ),
    "A7-R036": Code(
        "two ends derive different keys",
        "Both follow the text, and a value that must be equal differs: the text gives each end another derivation, or "
        "other inputs.",
        "Compare the two entries of the trace, then the two schedules and what the machines give them.",
    ),
    "A7-R040": Code(
        "the generated code and the interpreter differ",
        "Both are made from the same text and must do the same on the same events: a fault of art7.",
        "Please report it with the seed and the offer.",
    ),
    "A7-R041": Code(
        "an implementation differs from the offer",
        "On the same events with the same randomness, the offer prescribes something else.",
        "Compare the entry of the trace with what the reason says the offer prescribes.",
    ),
    "A7-R050": Code(
        "the network changed a message",
        "The octets that arrived are not those that were sent, and no copy that arrived whole was accepted after it.",
        "Nothing to do at the parties, unless the message must survive it: then let it be repeated.",
    ),
    "A7-R060": Code(
        "no derivations to compare",
        "A trace is a file of vectors with `steps`, JSON lines of a run, or one object with `schedule` and `steps`; every "
        "step has a name and a value. Octets are lower-case hexadecimal, as in vectors.",
        "Write the file with `art7 generate vectors` or `art7 run --format trace`, or in that form.",
    ),
    "A7-R061": Code(
        "too many derivations to compare",
        "A file is untrusted, so its size and the number of derivations that are read have a bound.",
        "Compare the traces in parts.",
    ),
}
