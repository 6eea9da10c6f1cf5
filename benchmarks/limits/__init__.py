"""Codecs written by hand for exactly the contract of the generated ones, as fast as straight Python allows.

A limit reads the same members into the same kinds of values, makes every check that the specification asks for,
and tests widths and ranges on writing, with the same signature. It has no careful twin: a refusal says only that, not
where or why, so `explain` changes nothing.
What a generated codec does faster than its limit belongs into the limit.
"""
