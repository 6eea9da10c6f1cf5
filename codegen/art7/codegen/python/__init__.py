"""Python: plans and machines printed as the modules of a generated package."""
