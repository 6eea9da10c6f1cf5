"""Protobuf message bodies in the fast decoder: fields in any order, the last of a singular one wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.codegen.python.code import Assign, Body, If, Line, Place, Read, Test, While
from art7.codegen.python.expressions import Code, expression, literal
from art7.grammar.ir.plan import FieldEntry, Fields, Region, Take, Varint

if TYPE_CHECKING:
    from art7.codegen.python.decode_names import Frame
    from art7.codegen.python.octets_decode import DecodeEmitter


def fields(emitter: DecodeEmitter, frame: Frame, step: Fields) -> None:
    """Emit the loop over the fields of a message."""
    raise NotImplementedError
