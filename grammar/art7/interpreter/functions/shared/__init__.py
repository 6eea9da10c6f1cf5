"""Builtins on the `cryptography` package, and base58: one definition, run by the interpreter and copied into generated packages.

Each module is text of generated projects too (see `art7.codegen.python.vendoring`): imports of `art7` fall away there
and the names then come from the support module, which has the same ones. `BuiltinError` is the only refusal.
"""
