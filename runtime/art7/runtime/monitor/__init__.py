"""A recorded conversation held against the role machines and formats of a specification.

A monitor sees what is on the wire, not what parties do in silence: their own events, timers and secrets. So it keeps, for
each role, every state that the role may be in (`hypothesis`), with what is known of its variables (`knowledge`). A message that
no hypothesis could send, that its receiver always refuses, or whose octets the format refuses is a departure. What
cannot be told is never a departure.
"""
