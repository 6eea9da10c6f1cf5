"""How instances of generic rules are told apart and called."""

from __future__ import annotations

from art7.codegen.imports.cddl.context import Env
from art7.codegen.imports.cddl.syntax import Literal, Ref, Type


def spelled(type_: Type) -> str:
    match type_:
        case Ref(name):
            return name
        case Literal(value):
            return str(value)
    return "x"


def key_of_instance(ref: Ref, env: Env) -> str:
    """What tells instances of a generic rule apart."""
    return ", ".join(written(each, env, 0) for each in ref.args)


def written(type_: Type, env: Env, depth: int) -> str:
    if isinstance(type_, Ref) and type_.name in env and depth < 20:
        return written(env[type_.name][0], env[type_.name][1], depth + 1)
    return (
        f"{type_.span.start}-{type_.span.end}"
        if not isinstance(type_, Ref)
        else type_.name + "".join(f"<{written(each, env, depth + 1)}>" for each in type_.args if depth < 20)
    )
