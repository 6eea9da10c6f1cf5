"""Schedules whose inputs all last (`keep`), as functions that are made once with them and run for each message.

`prepare_x(*, …lasting)` returns a function of the parameters, in their order, that returns the outputs. What depends on
the lasting inputs alone is done once: ciphers and MACs are given their keys, and what is mixed into a nonce is a number.
Only what is understood here whole is prepared: octets put together, mixed, cut, encrypted, authenticated and compared.
Every other schedule is as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from art7.codegen.python.expressions import quoted
from art7.codegen.python.secret_types import is_secret
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Derive, Named, Schedule

_PAD, _DEEP = "    ", "            "
_MACS = {"hmac_sha1": ("sha1", 20), "hmac_sha256": ("sha256", 32)}
_NONCE, _BLOCK = 12, 16


class NotPrepared(Exception):
    """The schedule holds what is not understood here."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The text of the function that prepares, its name, and what the prepared one takes and gives."""

    name: str
    text: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]


def prepared_text(
    schedule: Schedule,
    name: str,
    python: Mapping[str, str],
    parameters: tuple[str, ...],
    support: Callable[[str], str],
) -> Prepared | None:
    """Return what prepares a schedule, `None` where it is not prepared.

    `python`: names of values in Python, `parameters`: those of parameters; `support` imports a function.
    """
    lasting = {value.name for value in schedule.inputs}
    if not lasting or lasting != set(schedule.keep) or not schedule.outputs:
        return None
    imported: list[str] = []
    try:
        text = _Preparing(schedule, name, dict(python), parameters, imported.append).text()
    except NotPrepared:
        return None
    for each in imported:
        support(each)
    return Prepared(name, text, tuple(p.name for p in schedule.params), schedule.outputs)


@dataclass(slots=True)
class _Mixed:
    """Octets as a number: terms that change, lasting ones, and what must hold of the terms."""

    terms: list[str] = field(default_factory=list)
    lasting: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


class _Preparing:
    """One schedule under construction: lines that are run once, and lines that are run each time."""

    def __init__(
        self,
        schedule: Schedule,
        name: str,
        python: dict[str, str],
        parameters: tuple[str, ...],
        support: Callable[[str], object],
    ) -> None:
        self.schedule, self.name, self.python, self.parameters = schedule, name, python, parameters
        self.support = support
        self.lasting = {value.name for value in schedule.inputs}
        self.named: dict[str, Named] = {value.name: value for value in schedule.inputs}
        self.once: list[str] = []
        self.each: list[str] = []

    def text(self) -> str:
        """Return the function that prepares."""
        self._check_shapes()
        for step in self.schedule.steps:
            if not isinstance(step, Derive) or step.value.optional:
                raise NotPrepared
            self._step(step)
            self.named[step.value.name] = step.value
        for requirement, condition, code in self.schedule.conditions:
            self._condition(requirement, condition, code or "rule_broken")
        secrets = [self.python[n] for n, v in self.named.items() if n not in self.lasting and is_secret(v)]
        for each in (
            "BuiltinError",
            "DeriveError",
            "_NOT_PREPARED",
            "hidden",
            "need_octets",
            "prepared_refusal",
        ):
            self.support(each)
        outputs = ", ".join(self.python[name] for name in self.schedule.outputs)
        hide = [f"{_PAD}{_PAD}{_PAD}{' = '.join(secrets)} = hidden"] if secrets else []
        lines = [
            f"def {self.name}(*, {self._signature()}) -> Callable[..., Any]:",
            f'{_PAD}"""Return the schedule with its lasting inputs: of {self._listed()}."""',
            *self._needs(),
            *self.once,
            "",
            f"{_PAD}def run({', '.join(self._parameters())}) -> Any:",
            f"{_PAD}{_PAD}try:",
            *self.each,
            f"{_PAD}{_PAD}except _NOT_PREPARED as error:",
            *hide,
            f"{_PAD}{_PAD}{_PAD}raise prepared_refusal(error) from None",
            f"{_PAD}{_PAD}return {outputs}",
            "",
            f"{_PAD}return run",
        ]
        return "\n".join(lines)

    # ---- what is given --------------------------------------------------------------------------------------

    def _check_shapes(self) -> None:
        for value in self.schedule.inputs:
            if value.optional or not isinstance(value.shape, s.Octets):
                raise NotPrepared
        for param in self.schedule.params:
            if param.nullable or not isinstance(param.shape, s.Octets | s.Integer):
                raise NotPrepared

    def _signature(self) -> str:
        return ", ".join(f"{self.python[value.name]}: bytes" for value in self.schedule.inputs)

    def _parameters(self) -> list[str]:
        kinds = ["int" if isinstance(p.shape, s.Integer) else "bytes" for p in self.schedule.params]
        return [f"{name}: {kind}" for name, kind in zip(self.parameters, kinds, strict=True)]

    def _listed(self) -> str:
        return ", ".join(self.parameters)

    def _needs(self) -> list[str]:
        lines = []
        for value in self.schedule.inputs:
            assert isinstance(value.shape, s.Octets)
            least, most = (value.octets,) * 2 if value.octets is not None else (value.shape.minimum, None)
            name = self.python[value.name]
            lines.append(
                f'{_PAD}need_octets({quoted(value.name)}, {name}, {least}, {most}, False, "missing_field")'
            )
        return lines

    # ---- steps ----------------------------------------------------------------------------------------------

    def _step(self, step: Derive) -> None:
        name, expr = self.python[step.value.name], step.expr
        cut = None
        if isinstance(expr, e.Call) and expr.function == "first":
            expr, cut = expr.arguments
        if isinstance(expr, e.Call) and expr.function in _MACS:
            self._mac(name, expr, cut)
        elif cut is not None:
            raise NotPrepared
        elif isinstance(expr, e.Call) and expr.function == "aes_ctr":
            self._counter(name, expr)
        elif isinstance(expr, e.Call) and expr.function in ("aes_gcm_seal", "aes_gcm_open"):
            self._gcm(name, expr)
        else:
            self._line(f"{name} = {self._octets(expr)}")
            if step.value.octets is not None and self._size(expr) != step.value.octets:
                raise NotPrepared

    def _line(self, text: str) -> None:
        self.each.append(_DEEP + text)

    def _key(self, expr: e.Expr) -> str:
        """The name of a lasting key."""
        if not isinstance(expr, e.LocalRef) or expr.name not in self.lasting:
            raise NotPrepared
        return self.python[expr.name]

    def _kept(self, names: str, text: str) -> str:
        """Keep what is made once under names with a number of their own; return that number."""
        number = str(len(self.once) + 1)
        self.once.append(f"{_PAD}{', '.join(f'_{each}_{number}' for each in names.split())} = {text}")
        return number

    def _mac(self, name: str, expr: e.Call, cut: e.Expr | None) -> None:
        key, data = expr.arguments
        kind, size = _MACS[expr.function]
        self.support("lasting_mac")
        number = self._kept("copy", f'lasting_mac("{kind}", {self._key(key)})')
        self._line(f"_mac = _copy_{number}()")
        self._line(f"_mac.update({self._octets(data)})")
        if cut is None:
            self._line(f"{name} = _mac.finalize()")
            return
        count = self._integer(cut)
        self._line(f"if not 0 <= {count} <= {size}:")
        self._line(f'{_PAD}raise BuiltinError("out_of_range")')
        self._line(f"{name} = _mac.finalize()[:{count}]")

    def _counter(self, name: str, expr: e.Call) -> None:
        key, block, data = expr.arguments
        if self._size(block) != _BLOCK:
            raise NotPrepared
        self.support("lasting_counter")
        number = self._kept("begin update", f"lasting_counter({self._key(key)})")
        self._line(f"_begin_{number}({self._octets(block)})")
        self._line(f"{name} = _update_{number}({self._octets(data)})")

    def _gcm(self, name: str, expr: e.Call) -> None:
        key, nonce, aad, data = expr.arguments
        if self._size(nonce) != _NONCE:
            raise NotPrepared
        self.support("lasting_gcm")
        call = "encrypt" if expr.function == "aes_gcm_seal" else "decrypt"
        number = self._kept(call, f"lasting_gcm({self._key(key)}).{call}")
        self._line(f"{name} = _{call}_{number}({', '.join(map(self._octets, (nonce, data, aad)))})")

    def _condition(self, requirement: str, condition: e.Expr, code: str) -> None:
        if not isinstance(condition, e.Call) or condition.function != "equal":
            raise NotPrepared
        self.support("equal")
        left, right = map(self._octets, condition.arguments)
        self._line(f"if not equal({left}, {right}):")
        self._line(f'{_PAD}raise DeriveError({quoted(code)}, "", {quoted(requirement)})')

    # ---- expressions ----------------------------------------------------------------------------------------

    def _octets(self, expr: e.Expr) -> str:
        match expr:
            case e.LocalRef(name=name):
                return self.python[name]
            case e.ParamRef(index=index):
                return self.parameters[index]
            case e.Binary(op="++", left=left, right=right):
                return f"{self._octets(left)} + {self._octets(right)}"
            case e.Binary(op="^"):
                return self._mixed(expr)
            case e.Call(function="zeros", arguments=(e.Literal(value=count),)):
                return repr(bytes(int(str(count))))
            case e.Call(function=function, arguments=(value,)) if _bits(function):
                bits, number = _bits(function), self._integer(value)
                self._line(f"if ({number}) >> {bits}:")
                self._line(f'{_PAD}raise BuiltinError("out_of_range")')
                return f'({number}).to_bytes({bits // 8}, "big")'
        raise NotPrepared

    def _integer(self, expr: e.Expr) -> str:
        match expr:
            case e.ParamRef(index=index):
                return self.parameters[index]
            case e.Literal(value=int() as value):
                return str(value)
            case e.Binary(op=">>", left=left, right=e.Literal(value=int() as count)):
                return f"{self._integer(left)} >> {count}"
        raise NotPrepared

    def _mixed(self, expr: e.Binary) -> str:
        """Octets mixed with others: numbers, of which the lasting ones are one."""
        size, found = self._size(expr), _Mixed()
        if size is None or self._size(expr.left) != self._size(expr.right):
            raise NotPrepared
        for side in (expr.left, expr.right):
            self._collect(side, 8 * size, found)
        if not found.terms or not found.lasting:
            raise NotPrepared
        self.support("lasting_number")
        number = self._kept("mix", f"lasting_number({', '.join(found.lasting)})")
        if found.limits:
            self._line(f"if {' or '.join(found.limits)}:")
            self._line(f'{_PAD}raise BuiltinError("out_of_range")')
        return f'_mix_{number}({" | ".join(found.terms)}).to_bytes({size}, "big")'

    def _collect(self, expr: e.Expr, end: int, found: _Mixed) -> None:
        """Add the parts of octets that end `end` bits above the last bit of all."""
        match expr:
            case e.Binary(op="++", left=left, right=right):
                self._collect(left, end, found)
                self._collect(right, end - 8 * (self._size(left) or 0), found)
            case e.Call(function="zeros"):
                pass
            case e.Call(function=function, arguments=(value,)) if _bits(function):
                number, shift = self._integer(value), end - _bits(function)
                found.limits.append(f"{number} >> {_bits(function)}")
                found.terms.append(f"{number} << {shift}" if shift else number)
            case e.LocalRef(name=name) if name in self.lasting:
                found.lasting.append(f"({self.python[name]}, {end - 8 * (self._size(expr) or 0)})")
            case _:
                raise NotPrepared

    def _size(self, expr: e.Expr) -> int | None:
        """How many octets it has, where the text says so."""
        match expr:
            case e.LocalRef(name=name):
                return self.named[name].octets
            case e.Call(function="zeros", arguments=(e.Literal(value=int() as count),)):
                return count
            case e.Call(function=function) if _bits(function):
                return _bits(function) // 8
            case e.Binary(op="++", left=left, right=right):
                sizes = self._size(left), self._size(right)
                return None if sizes[0] is None or sizes[1] is None else sizes[0] + sizes[1]
            case e.Binary(op="^", left=left):
                return self._size(left)
        return None


def _bits(function: str) -> int:
    """Width of `u8be` to `u64be`; 0 of any other function."""
    name = function.removeprefix("u").removesuffix("be")
    return int(name) if function == f"u{name}be" and name.isdigit() else 0
