"""Olm, the session of two devices, and Megolm, that of a device and a room."""
