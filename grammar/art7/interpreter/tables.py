"""One row for each step: how it is read and how it is written (a test fails on a missing one)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.grammar.ir import plan
from art7.interpreter import (
    read_cbor,
    read_common,
    read_der,
    read_fields,
    read_octets,
    read_tree,
    tree_kinds,
    write_cbor,
    write_common,
    write_der,
    write_fields,
    write_octets,
    write_tree,
)

MakeRunner = Callable[[Any, Any, frozenset[int]], Any]
"""(step, prepared record, slots that an enclosing region measures) → the step's closure, or `None` for nothing."""

READERS: dict[type, MakeRunner] = {
    plan.Bits: read_octets.read_bits,
    plan.Uint: read_octets.read_uint,
    plan.Varint: read_octets.read_varint,
    plan.FloatOctets: read_octets.read_float,
    plan.Take: read_octets.read_take,
    plan.Constant: read_octets.read_constant,
    plan.Region: read_octets.read_region,
    plan.Loop: read_octets.read_loop,
    plan.Present: read_octets.read_present,
    plan.Align: read_octets.read_align,
    plan.Fields: read_fields.read_fields,
    plan.Tlv: read_der.read_tlv,
    plan.TlvScalar: read_der.read_tlv_scalar,
    plan.TlvOptional: read_der.read_tlv_optional,
    plan.TlvChoice: read_der.read_tlv_choice,
    plan.Branch: read_common.read_branch,
    plan.When: read_common.read_when,
    plan.CallRecord: read_common.read_call,
    plan.Domain: read_common.read_domain,
    plan.View: read_common.read_view,
    plan.Verify: read_common.read_verify,
    plan.Check: read_common.read_check,
    plan.Scalar: read_tree.read_scalar,
    plan.AnyNode: read_tree.read_any,
    plan.Items: read_tree.read_items,
    plan.Members: read_tree.read_members,
    plan.Kinds: tree_kinds.read_kinds,
    plan.Object: read_tree.read_object,
    plan.Array: read_tree.read_array,
    plan.Tag: read_cbor.read_tag,
    plan.Wrap: read_cbor.read_wrap,
}

WRITERS: dict[type, MakeRunner] = {
    plan.Bits: write_octets.write_bits,
    plan.Uint: write_octets.write_uint,
    plan.Varint: write_octets.write_varint,
    plan.FloatOctets: write_octets.write_float,
    plan.Take: write_octets.write_take,
    plan.Constant: write_octets.write_constant,
    plan.Region: write_octets.write_region,
    plan.Loop: write_octets.write_loop,
    plan.Present: write_octets.write_present,
    plan.Align: write_octets.write_align,
    plan.Fields: write_fields.write_fields,
    plan.Tlv: write_der.write_tlv,
    plan.TlvScalar: write_der.write_tlv_scalar,
    plan.TlvOptional: write_der.write_tlv_optional,
    plan.TlvChoice: write_der.write_tlv_choice,
    plan.Branch: write_common.write_branch,
    plan.When: write_common.write_when,
    plan.CallRecord: write_common.write_call,
    plan.Domain: write_common.write_domain,
    plan.View: write_common.write_view,
    plan.Verify: write_common.write_verify,
    plan.Check: write_common.write_check,
    plan.Scalar: write_tree.write_scalar,
    plan.AnyNode: write_tree.write_any,
    plan.Items: write_tree.write_array_items,
    plan.Members: write_tree.write_members,
    plan.Kinds: tree_kinds.write_kinds,
    plan.Object: write_tree.write_object,
    plan.Array: write_tree.write_array,
    plan.Tag: write_cbor.write_tag,
    plan.Wrap: write_cbor.write_wrap,
}
