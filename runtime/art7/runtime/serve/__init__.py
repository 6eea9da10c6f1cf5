"""A test peer: a stranger plays one role of a protocol over real sockets, art7 plays the others from the bundle alone.

`peer` is a session without sockets or clock, `store` keeps what came in, `service` holds both together, `app` speaks HTTP and
WebSocket, `page` shows a session.
"""
