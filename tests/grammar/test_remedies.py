"""What is advised on slips of newcomers; each advice, followed, is accepted."""

from __future__ import annotations

import pytest

from lowering import load

SEPARATOR = "enum Sep: text closed { more = '-' last = ' ' }\n"


@pytest.mark.parametrize(
    ("wrong", "message", "help", "right"),
    [
        (
            "struct A as text { s: Sep check s != 'last' }",
            "has no value `last`",
            "that is the name of a member: write `last` without quotes",
            "struct A as text { s: Sep check s != last }",
        ),
        (
            "struct A as text { s: Sep check s != '--' }",
            "has no value `--`",
            "did you mean `-`?",
            "struct A as text { s: Sep check s != '-' }",
        ),
    ],
)
def test_a_value_of_an_enum_that_is_not_there(wrong: str, message: str, help: str, right: str) -> None:
    (found,) = load(SEPARATOR + wrong)[1].diagnostics
    assert found.code == "A7-N011" and found.message.endswith(message)
    assert found.help == help
    assert not load(SEPARATOR + right)[1].diagnostics
