"""The IR executed: decode, encode, partial tree, annotated dump, schedules."""
