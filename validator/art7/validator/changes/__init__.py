"""Two editions of an offer compared: what the manifest promises, and whether others had the notice that they were promised.

`manifests` compares statement by statement; what the modules changed is handed in as the prover found it. `notice` holds the
one meaning of the notice period, which the rules of `rules/change` share.
"""
