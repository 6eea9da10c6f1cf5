"""Reference offer to findings: rules, obligations, assessment, reports."""
