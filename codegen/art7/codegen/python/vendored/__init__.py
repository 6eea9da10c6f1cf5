"""Text of generated projects, kept as typed modules: see `art7.codegen.python.vendoring`."""
