"""The codes of monitoring: how a recorded conversation departs, and what is wrong with a log."""

from __future__ import annotations

from art7.grammar.codes import Code

CODES: dict[str, Code] = {
    "A7-R070": Code(
        "recorded octets that the format refuses",
        "The message on the wire breaks a rule of its format; the refusal names the rule, the member and the octet.",
        "Look at the octet with `art7 decode`; the sender writes it otherwise than the format says.",
    ),
    "A7-R071": Code(
        "a recorded message that its receiver does not take",
        "In no state that the receiver may be in is the message received, ignored or deferred.",
        "Compare the ladder with the receiver's machine: the sender was not to send it, or the machine lacks a transition.",
    ),
    "A7-R072": Code(
        "a recorded message out of turn",
        "Whatever the sender did unseen, it is in no state in which its machine sends this message.",
        "Compare the ladder with the sender's machine: an answer without a request, or one answer too many.",
    ),
    "A7-R073": Code(
        "a recorded message with another value",
        "The machine sends this message now, but with a value that is known from what was seen before, and it differs.",
        "Compare the member with the earlier message that the machine takes it from.",
    ),
    "A7-R074": Code(
        "a recorded event that the role cannot do",
        "The log says that a role did a local event, or that its timer ran out, where its machine has no transition for it.",
        "Compare the ladder with the role's machine.",
    ),
    "A7-R075": Code(
        "a recorded state that the role cannot be in",
        "The log says which state a role is in, and the lines before it lead to another.",
        "Compare the ladder with the role's machine, from the last message that it took.",
    ),
    "A7-R076": Code(
        "a recorded message that is refused",
        "A check of the receiver does not hold, whatever its variables are; or the log itself tells of the refusal.",
        "Look at the check and at the members that it speaks of: the sender fills them otherwise.",
    ),
    "A7-R077": Code(
        "a line between roles that no channel joins",
        "`sender` and `receiver` are names of roles, as the protocol declares them, and a channel leads from one to the other.",
        "Write the roles' names in the log, or name the protocol with `--protocol`.",
    ),
    "A7-R078": Code(
        "a log that names another message than the octets are",
        "`message` says one thing and the octets another; whoever wrote the log took one message for another.",
        "Leave `message` out where the octets tell it, or correct whoever records.",
    ),
    "A7-R079": Code(
        "a conversation that cannot be decided",
        "A role may be doing more things than a monitor follows; what comes after is not judged, and not called fine.",
        "Record the trace of that role too, or give its channels order and a bound.",
    ),
    "A7-R080": Code(
        "a line that is no record",
        "Each line of a log is one JSON object: a message with sender, receiver and octets, or an entry of a trace.",
        "See `site/docs/monitor.md` and the schema `log.schema.json`; correct whoever records.",
    ),
    "A7-R081": Code(
        "a line that is too long",
        "A log is untrusted, and a monitor works in constant memory: a line has a bound.",
        "Leave out messages that carry files, or record them in pieces as the wire does.",
    ),
    "A7-R082": Code(
        "octets that cannot be read from a line",
        "`octets` is lower-case hexadecimal, two digits an octet, or a redacted trace names the message instead.",
        "Write the octets as hexadecimal, complete and in order.",
    ),
}
