"""The types that every protobuf implementation brings along, by the path that imports them (`google/protobuf/…`)."""

from __future__ import annotations

_VALUES = {
    "Double": "double",
    "Float": "float",
    "Int64": "int64",
    "UInt64": "uint64",
    "Int32": "int32",
    "UInt32": "uint32",
    "Bool": "bool",
    "String": "string",
    "Bytes": "bytes",
}
_HEAD = 'syntax = "proto3"; package google.protobuf;\n'

WELL_KNOWN: dict[str, str] = {
    "google/protobuf/timestamp.proto": _HEAD
    + "/* A moment, from the start of 1970 in UTC. */ message Timestamp { int64 seconds = 1; int32 nanos = 2; }",
    "google/protobuf/duration.proto": _HEAD
    + "/* A span of time. */ message Duration { int64 seconds = 1; int32 nanos = 2; }",
    "google/protobuf/any.proto": _HEAD
    + "/* A message of a type that it names. */ message Any { string type_url = 1; bytes value = 2; }",
    "google/protobuf/empty.proto": _HEAD + "/* Nothing. */ message Empty {}",
    "google/protobuf/field_mask.proto": _HEAD
    + "/* Names of fields. */ message FieldMask { repeated string paths = 1; }",
    "google/protobuf/wrappers.proto": _HEAD
    + " ".join(f"message {name}Value {{ {kind} value = 1; }}" for name, kind in _VALUES.items()),
    "google/protobuf/struct.proto": _HEAD
    + """message Struct { map<string, Value> fields = 1; }
    message Value { oneof kind { NullValue null_value = 1; double number_value = 2; string string_value = 3;
        bool bool_value = 4; Struct struct_value = 5; ListValue list_value = 6; } }
    enum NullValue { NULL_VALUE = 0; }
    message ListValue { repeated Value values = 1; }""",
}
