"""Values of unions in JSON: the tag beside them says which arm they are of, what they hold else."""

from __future__ import annotations

from tests.support.lowering import load

from art7.interpreter.decode import decode
from art7.interpreter.values import from_json, record_from_json, record_to_json, to_json

TEXT = """
struct One as binary { stream: u16 }
struct Two as binary { stream: u16 more: u8 }
struct Ones as binary { number: u8 streams: One[rest] }
struct Twos as binary { number: u8 streams: Two[rest] }
message M as binary { limit size = 99 k: u8 body: select k { 1 => ones: Ones 2 => twos: Twos otherwise => preserve } }
"""


def test_a_value_is_spelled_as_its_arm_has_it() -> None:
    spec, report = load(TEXT)
    assert not report.has_errors
    record = spec.record("demo.M")
    for wire in ("0109 0001 0002", "0209 000103 000204", "07aabb"):
        value = decode(spec, "demo.M", bytes.fromhex(wire)).value
        spelled = record_to_json(spec, record, value)
        assert record_from_json(spec, record, spelled) == value
    twos = decode(spec, "demo.M", bytes.fromhex("0209000103")).value["body"]
    shape = record.slot("body").shape
    assert to_json(spec, shape, twos) == {"number": 9, "streams": [[1, 3]]}
    assert from_json(spec, shape, {"number": 9, "streams": [[1, 3]]}, tag=2) == twos
