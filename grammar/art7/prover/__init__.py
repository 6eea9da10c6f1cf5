"""The IR proved: what nobody may find out only when two programs have been written.

A *family* asks *questions* about declarations of a resolved specification: is this arm reachable, can these machines
wait for each other for ever, does this secret leave in clear. Each question ends in one `Answer`, and there are four
words for how it ended: `proved`, `tested` (to a depth, with so many configurations), `refuted` (with a finding, and a
witness that the interpreter or the runtime replays) and `not proven` (the tool gave up: never a pass).

`art7.prover.prove` is the door; `answers` and `witnesses` are what everything here speaks in. A family is a module of
`FAMILIES` with a function `prove(specification, module, budget)`; nothing in it parses, prints or knows the law.
"""
