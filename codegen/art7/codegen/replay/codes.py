"""The codes of vector files that cannot be replayed."""

from __future__ import annotations

from art7.grammar.codes import Code

CODES: dict[str, Code] = {
    "A7-D201": Code(
        "no vector file",
        "The folder holds no file that ends in `.json`.",
        "Give the folder that `art7 generate vectors` wrote.",
    ),
    "A7-D202": Code(
        "too many or too large vector files",
        "The number of files and the size of one are limited so that replaying stays bounded.",
        "Replay the vectors in parts.",
    ),
    "A7-D203": Code(
        "a vector file cannot be read", "The system refused to open it.", "Check its permissions."
    ),
    "A7-D204": Code(
        "a vector file is not JSON",
        "It is read strictly: UTF-8, each key once, bounded nesting.",
        "Write it with `art7 generate vectors`.",
    ),
    "A7-D205": Code(
        "not a vector file",
        "The JSON does not follow the published schema of the vector format.",
        "Compare it with the schema that `art7 generate vectors` writes beside the vectors.",
    ),
}
