"""The interpreter as the codec that checks examples and vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Param
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.values import from_json, record_from_json, record_to_json
from art7.validator.examples import Refused


class InterpreterCodec:
    """Decodes and encodes by the modules of an offer; values are JSON as vectors spell it."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification

    def decode(self, message: str, octets: bytes, params: Mapping[str, object]) -> object | Refused:
        """Return the value of `octets` in JSON, or why not; `unsupported` when keys are wanted that are not given."""
        try:
            record = self.specification.record(message)
            given = self._params(record.params, params)
            if given is None:
                return Refused("unsupported")
            decoded = decode(self.specification, message, octets, given)
            value: object = record_to_json(self.specification, record, decoded.value)
            return value
        except KeyError:
            return Refused("unsupported")
        except CodecError as error:
            return _refused(error)
        except ValueRefused as error:
            return Refused("wrong_kind", None, error.path, f"expected {error.expected}, found {error.got}")

    def encode(self, message: str, value: object, params: Mapping[str, object]) -> bytes | Refused:
        """Return the octets of a JSON value, or why not."""
        try:
            record = self.specification.record(message)
            given = self._params(record.params, params)
            if given is None:
                return Refused("unsupported")
            return encode(
                self.specification, message, record_from_json(self.specification, record, value), given
            )
        except KeyError:
            return Refused("unsupported")
        except CodecError as error:
            return _refused(error)
        except ValueRefused as error:
            return Refused("wrong_kind", None, error.path, f"expected {error.expected}, found {error.got}")

    def _params(self, declared: tuple[Param, ...], given: Mapping[str, object]) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        for param in declared:
            if param.name in given:
                found[param.name] = from_json(self.specification, param.shape, given[param.name], param.name)
            elif not param.nullable:
                return None
        return found


def _refused(error: CodecError) -> Refused:
    return Refused(error.code, error.offset, error.path, f"expected {error.expected}, found {error.got}")
