"""The passes from syntax tree to IR, one per file; `art7.grammar.lower` runs them in order."""
