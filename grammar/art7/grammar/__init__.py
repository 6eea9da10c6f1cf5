"""Text to meaning: parser, syntax tree, passes, the IR, diagnostics, formatter."""
