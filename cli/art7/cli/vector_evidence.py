"""Vectors made from an offer and played against the SDK generated from it: two executions that must agree.

The interpreter says what each vector means; generated code has to give the same value, octets or error. Where they disagree the
fault is ours, so the exhibit is inconclusive and no verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from art7.validator.evidence import Exhibit

if TYPE_CHECKING:
    from art7.grammar.ir.module import Specification
    from art7.grammar.ir.shape import Shape
    from art7.runtime.generated import GeneratedPackage
    from art7.validator.offer import Offer


def vector_exhibits(offer: Offer, package: GeneratedPackage) -> Iterator[Exhibit]:
    """Yield one exhibit for each message and schedule of the offer's own modules, and for those of others that it names.

    Roles are left to the scenarios, which play them by both executions.
    """
    from art7.codegen.vectors.generate import generate_vectors

    own, named = sorted(offer.own_modules), named_elsewhere(offer)
    modules = sorted({name.rpartition(".")[0] for name in named})
    files = generate_vectors(offer.specification, own, roles=False, structs=False)
    files |= generate_vectors(offer.specification, modules, roles=False, structs=False, only=named)
    for content in files.values():
        yield _exhibit(offer.specification, package, content)


def named_elsewhere(offer: Offer) -> set[str]:
    """Return what interoperable functions name of modules that are not the offer's own."""
    named = {
        name
        for _, function in offer.interoperable()
        for name in (*function.provides.messages, *function.keys)
    }
    modules = offer.specification.modules.keys() - offer.own_modules
    return {name for name in named if name.rpartition(".")[0] in modules}


def _exhibit(specification: Specification, package: GeneratedPackage, content: Mapping[str, Any]) -> Exhibit:
    play = _PLAYS[content["kind"]]
    agreed, aside, disagreed = 0, 0, list[int]()
    for vector in content["vectors"]:
        result = play(specification, package, content["type"], vector)
        agreed += result is True
        aside += result is None
        if result is False:
            disagreed.append(vector["id"])
    if disagreed:
        detail = f"generated code and interpreter disagree on vector {disagreed[0]}: a fault of art7, please report it"
        return Exhibit("vector", content["type"], "inconclusive", detail)
    detail = f"{agreed} vectors made, on all of them generated code and interpreter agree"
    if aside:
        detail += f"; {aside} set aside"
    return Exhibit("vector", content["type"], "passed" if agreed else "inconclusive", detail)


def _play_message(
    specification: Specification, package: GeneratedPackage, name: str, vector: Mapping[str, Any]
) -> bool | None:
    """Return whether generated code agrees, None where the vector has no octets or wants what is not at hand."""
    if "bytes" not in vector or package.messages.get(name) is None:
        return None
    shapes = {param.name: param.shape for param in specification.record(name).params}
    given = _values(specification, shapes, vector.get("params", {}))
    octets = bytes.fromhex(vector["bytes"])
    try:
        message = package.messages[name].decode(octets, **given)
    except package.support.DecodeError as error:
        return _refused(vector, str(error.code))
    if vector["result"] != "valid":
        return bool(vector["result"] == "acceptable")
    return bool("decode-only" in vector["flags"] or message.encode(**given) == octets)


def _play_schedule(
    specification: Specification, package: GeneratedPackage, name: str, vector: Mapping[str, Any]
) -> bool | None:
    from art7.interpreter.values import scalar_to_json

    if name not in package.schedules:
        return None
    module_name, _, local = name.rpartition(".")
    schedule = next(s for s in specification.modules[module_name].schedules if s.name in (name, local))
    shapes: dict[str, Shape] = {param.name: param.shape for param in schedule.params}
    shapes.update({each.name: each.shape for each in schedule.inputs})
    trace = package.support.DerivationTrace()
    try:
        package.schedules[name][0](**_values(specification, shapes, vector.get("params", {})), trace=trace)
    except TypeError:
        return None  # an input is left out on purpose, which a Python signature refuses in its own way
    except ValueError as error:
        return _refused(vector, str(getattr(error, "code", "")))
    steps = [{"name": step, "value": scalar_to_json(value)} for step, value in trace.steps]
    return bool(vector["result"] != "invalid" and steps == vector.get("steps", steps))


def _refused(vector: Mapping[str, Any], code: str) -> bool:
    return bool(vector["result"] != "valid" and vector.get("error", code) == code)


def _values(
    specification: Specification, shapes: Mapping[str, Shape], params: Mapping[str, Any]
) -> dict[str, Any]:
    from art7.interpreter.values import from_json

    return {name: from_json(specification, shapes[name], value, name) for name, value in params.items()}


_PLAYS = {"message": _play_message, "schedule": _play_schedule}
"""Kind of a vector file → how one of its vectors is played."""
