"""The names that every CDDL text has (RFC 8610 appendix D)."""

from __future__ import annotations

from art7.codegen.imports.cddl.numbers import integers
from art7.codegen.imports.model import Name, Run
from art7.codegen.imports.shape import ANY, NULL, SUBJECT, Shape

PRELUDE: dict[str, Shape] = {
    "any": Shape(ANY),
    "uint": integers(0, None),
    "unsigned": integers(0, None),
    "int": integers(None, None),
    "nint": integers(None, -1),
    "bstr": Shape(Run(Name("bytes"))),
    "bytes": Shape(Run(Name("bytes"))),
    "tstr": Shape(Run(Name("text"))),
    "text": Shape(Run(Name("text"))),
    "bool": Shape(Name("bool")),
    "false": Shape(Name("bool"), value="false"),
    "true": Shape(Name("bool"), value="true"),
    "float64": Shape(Name("double")),
    "float": Shape(Name("double")),
    "number": Shape(ANY, (f"kind_of({SUBJECT}) == 'number'",)),
    "tdate": Shape(Name("tagged", (Run(Name("text")),), "0")),
    "time": Shape(Name("tagged", (ANY,), "1"), (f"kind_of({SUBJECT}) == 'number'",)),
    "encoded-cbor": Shape(Name("tagged", (Run(Name("bytes")),), "24")),
    "uri": Shape(Name("tagged", (Run(Name("text")),), "32")),
    "b64url": Shape(Name("tagged", (Run(Name("text")),), "33")),
    "b64legacy": Shape(Name("tagged", (Run(Name("text")),), "34")),
    "regexp": Shape(Name("tagged", (Run(Name("text")),), "35")),
    "mime-message": Shape(Name("tagged", (Run(Name("text")),), "36")),
    "eb64url": Shape(Name("tagged", (ANY,), "21")),
    "eb64legacy": Shape(Name("tagged", (ANY,), "22")),
    "eb16": Shape(Name("tagged", (ANY,), "23")),
    "cbor-any": Shape(Name("tagged", (ANY,), "55799")),
    "nil": Shape(NULL),
    "null": Shape(NULL),
}
WIDER: dict[str, tuple[Shape, str]] = {
    "float16": (Shape(Name("double")), "floats are read in every width"),
    "float32": (Shape(Name("double")), "floats are read in every width"),
    "float16-32": (Shape(Name("double")), "floats are read in every width"),
    "float32-64": (Shape(Name("double")), "floats are read in every width"),
    "undefined": (Shape(ANY), "`undefined` is a simple value"),
    "biguint": (Shape(Name("tagged", (Run(Name("bytes")),), "2")), ""),
    "bignint": (Shape(Name("tagged", (Run(Name("bytes")),), "3")), ""),
    "bigint": (Shape(ANY), "an integer of any size"),
    "integer": (Shape(ANY), "an integer of any size"),
    "decfrac": (Shape(Name("tagged", (ANY,), "4")), "exponent and mantissa in an array"),
    "bigfloat": (Shape(Name("tagged", (ANY,), "5")), "exponent and mantissa in an array"),
}
