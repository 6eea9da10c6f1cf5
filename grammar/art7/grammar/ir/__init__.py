"""The IR: one meaning, read by every execution, page and proof.

Three levels, each a type: `shape` (what a value is) paired with `representation` (how it lies on a
carrier), and the `plan` derived from the pair (ordered steps; every order is decided once, there).
`expression` is shared by all; `module` holds the declarations of one resolved a7 module.

Nothing in this package imports a library, a parser or a room above: it is the narrow waist.
"""
