"""Two versions of modules compared: what changed, at which level, who no longer understands whom, and the message that shows it.

`compare.compare(old, new)` is the door. The structure of the IR says *what* changed (`records`, `enums`, `schedules`,
`machines`, `others`); both interpreters, run on the same messages, say *whether it matters* (`languages`); `weaker` says
whether a property that protects somebody was given up. Nothing here reads a file or knows an offer.
"""
