"""What is found in the composition of roles, each with its page for `art7 explain`."""

from __future__ import annotations

CODES = {
    "A7-S201": (
        "roles wait for each other for ever",
        "A run leads to where a role that may not rest (neither in its start state nor in a final one) will never take a "
        "transition again, whatever happens.",
        "Let one side act: send what the other waits for, add a timer, or mark the state `final`.",
    ),
    "A7-S202": (
        "message that a state does not take",
        "A run brings a message to a role in a state that says nothing about it. The role refuses it as `unexpected_event`.",
        "Add `on Message from role`, or `ignore` or `defer` it in that state.",
    ),
    "A7-S203": (
        "message left behind",
        "A run brings a message to a role that has ended, or leaves one deferred for ever: its sender believes that it counts.",
        "Let the final state `ignore` it, or let the sender learn that the other has ended.",
    ),
    "A7-S204": (
        "unreachable state",
        "No run of all roles enters this state.",
        "Lead a transition to it, or remove it.",
    ),
    "A7-S205": (
        "dead transition",
        "No run of all roles takes this transition: nobody sends the message then, the timer does not run, or a transition above "
        "takes everything.",
        "Let somebody cause it, move it up, or remove it.",
    ),
    "A7-S206": (
        "`hot` state that need not be left",
        "A run leads to where a role stays in a `hot` state unless somebody chooses a local event: no message under way and no "
        "timer takes it out.",
        "Start a timer when the state is entered and again after each time-out, or let the other side always answer.",
    ),
    "A7-S207": (
        "full channel",
        "A channel that loses nothing runs full: a transition sends more than it holds, roles wait for room at each other, or a "
        "timer sends again and again while nobody needs to have taken anything.",
        "Raise the `bound`, wait for an answer before sending more, or declare the channel `lossy`.",
    ),
    "A7-S208": (
        "guards that leave something out",
        "For one event in one state the guards are all false for some values, and nothing else says what happens then.",
        "Add a transition for the rest, or `ignore` the message there.",
    ),
    "A7-S209": (
        "guards that overlap",
        "For one event in one state two guards hold for the same values. Only the order of the text decides, which an implementer "
        "overlooks.",
        "Let the second guard exclude the first; a transition without a guard at the end takes the rest.",
    ),
    "A7-S210": (
        "timer that runs out where it is not taken",
        "A run lets a timer run out in a state that says nothing about it.",
        "`stop` the timer on the way there, or add `on timeout` to the state.",
    ),
    "A7-S211": (
        "timer that is never started",
        "The role declares a timer, or waits for it, and starts it nowhere.",
        "Write `start` where it must begin to run, or remove it.",
    ),
    "A7-S212": (
        "scenario that the roles do not allow",
        "No run of all roles goes through the steps of the scenario in their order.",
        "Correct the scenario, or the machine of the role named.",
    ),
    "A7-S213": (
        "answer that nobody waits for",
        "A transition sends a message that is always answered and leads to a state that ignores the answer, while after the same "
        "message sent elsewhere the answer is waited for. The role goes on as if nothing had been asked.",
        "Lead to a state that takes the answer, or do not ask.",
    ),
    "A7-S214": (
        "roles that hold different things",
        "What one role has told another, and maybe got back, is not the same on both sides though nothing is under way; or a "
        "state of the first goes with either value, though its other states tell which.",
        "Lead to the state that fits what was answered, or tell the other side.",
    ),
    "A7-S215": (
        "state where an event is not what it is elsewhere",
        "The same event with the same actions ends the role, or leaves it where it is, in every state but this one; or the "
        "event that ends it is missing here, or does not tell the peer.",
        "Write here what the other states have, or let the actions show that something else is meant.",
    ),
    "A7-S216": (
        "wait for an answer to nothing",
        "A transition starts the timer that repeats a message and leads to the `hot` state that waits for its answer, but does "
        "not send the message: the other side hears of it only when the timer runs out.",
        "Send the message there as well.",
    ),
    "A7-S217": (
        "target behind a refusal",
        "A transition with `raise` leaves everything as it was, so the state it names is never entered from there.",
        "Remove the target, or the `raise`.",
    ),
    "A7-S218": (
        "message taken without its answer",
        "All other transitions that act on this message answer it; this one does not. Its sender waits or repeats it.",
        "Send the answer here too.",
    ),
    "A7-S299": (
        "composition not proven",
        "The roles have more configurations than the budget allows, or guards are of a form that is not decided.",
        "Lower the `bound` of channels, send less at once, split the protocol, or write guards that compare plain values.",
    ),
}
"""Code → title, explanation, next step."""
