"""Test vectors by construction: values from shapes, octets by the interpreter, faults by mutation."""
