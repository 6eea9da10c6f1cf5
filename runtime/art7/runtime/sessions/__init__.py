"""Sessions: what two sides keep between messages, as functions of octets and a store. No socket, no clock, no thread.

A session says in which order structures and schedules of the catalogue are used; formats and derivations stay in the
language. It reaches them through a `Face`, so the same text runs on the interpreter and inside a generated SDK, and it
imports nothing but the standard library and its neighbours here.

    face       structures and schedules, whoever executes them
    store      where keys and states are kept: the implementer's own, or in memory
    durable    a store in a file, which outlives the process
    refusals   the code of every fault
    ratchet, signal, olm, matrix, otr, srtp
               a folder for each protocol, with its sessions and what they share

A module that holds a session says which modules of the catalogue it needs, as data that is read without importing it:
`USES = ("signal.ratchet",)`. Every generated SDK that has all of them carries the session and what it imports here
(`art7.runtime.session_texts`). Lines with `>>>` in its docstring are an example with `FACE`, the face at hand: the SDK's
README shows them, and they run as a test.
"""
