"""Whether formulas over bounded integers can hold, and with which values.

`terms` builds them in one form, so that what is equal looks equal; `search` settles nearly all by intervals and a few
guesses, in plain Python; `ask` has z3 do the rest in a child process that has a clock, a memory limit and plain text for
its question. Without z3, or when time is up, the answer is `unknown`, which is never read as a yes or a no.
"""
