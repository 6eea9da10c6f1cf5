"""An access seeker: a small messenger on a generated SDK alone, which talks to a test peer as another party would.

It imports the SDK from a folder and nothing of the language: `sdk` is that door, `messenger` one person's side without sockets
or clock, `keeping` what survives a restart, `wire` the requests, `session` holds them together, `page` is the local page.
"""
