"""The codes of blame, beside those of monitoring: what only a trace of both sides shows."""

from __future__ import annotations

from art7.grammar.codes import Code

CODES: dict[str, Code] = {
    "A7-R100": Code(
        "a derived value that its schedule does not give",
        "From the inputs that the trace shows, the schedule of the offer gives another value.",
        "Compare the step with the schedule: its label, its salt, the order of what is put together.",
    ),
    "A7-R101": Code(
        "a refusal that the offer does not ask for",
        "The receiver refused a message that its machine takes in this state, or refused it with another error.",
        "Compare the check of the receiver with the machine; what arrived is as the offer says.",
    ),
    "A7-R102": Code(
        "a message that was due and never sent",
        "An event obliges the role to send it, and the trace ends without it.",
        "Let the role send the message when the event happens; look at the transition that the place names.",
    ),
    "A7-R103": Code(
        "a timer that runs out too late",
        "The machine started the timer, did not stop it, and the trace goes on beyond its end.",
        "Compare the time that the role waits with the `timer` of its machine.",
    ),
    "A7-R104": Code(
        "a message that is set aside, or taken, against the machine",
        "In this state the machine takes what the role ignored or put off, or sets aside what the role took.",
        "Compare `on`, `ignore` and `defer` of the state with what the role does.",
    ),
    "A7-R105": Code(
        "a message that is read otherwise than its octets say",
        "The reader's value differs from the one that the format gives these octets.",
        "Look at the octet with `art7 decode`; the reader reads the member otherwise than the format says.",
    ),
}
